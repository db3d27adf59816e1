package rules

import (
	"unicode"
	"unicode/utf8"
)

// folded is a text made comparable: full-width forms, digits of every script
// and lookalike spaces and dashes are ASCII, and what cannot be seen is gone.
type folded struct {
	text []byte
	// from maps each byte of text to the byte of the original it came from.
	// Empty means that the two are the same.
	from []int32
}

// fold rewrites s into f, reusing its memory. The case of ASCII is left alone. Bytes that
// are not UTF-8 stay as they are.
func (f *folded) fold(s string) {
	f.text, f.from = f.text[:0], f.from[:0]
	plain := asciiPrefix(s)
	f.text = append(f.text, s[:plain]...)
	if plain == len(s) {
		return
	}
	for i := range plain {
		f.from = append(f.from, int32(i))
	}
	for i := plain; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		f.put(s[i:i+size], i, r)
		i += size
	}
}

// put appends one rune in its folded form. Every byte of it points to the
// first byte of the original.
func (f *folded) put(original string, at int, r rune) {
	to := r
	if r >= utf8.RuneSelf {
		to = foldRune(r)
	}
	n := len(f.text)
	switch {
	case to < 0: // invisible
	case to < utf8.RuneSelf:
		f.text = append(f.text, byte(to))
	case to == r:
		f.text = append(f.text, original...)
	default:
		f.text = utf8.AppendRune(f.text, to)
	}
	for range len(f.text) - n {
		f.from = append(f.from, int32(at))
	}
}

// span maps a span of the folded text to the bytes of the original that it
// came from. Invisible characters inside are part of it, those around are not.
// It never cuts a character.
func (f *folded) span(original string, start, end int) (int, int) {
	if len(f.from) == 0 || start >= end {
		return start, end
	}
	last := int(f.from[end-1])
	_, size := utf8.DecodeRuneInString(original[last:])
	return int(f.from[start]), last + size
}

func asciiPrefix(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

// foldRune returns what r is compared as: an ASCII character, -1 for nothing
// at all, a small letter, or r itself. Sources: Unicode's Default_Ignorable_Code_Point, its
// decimal digits (Nd), and the <wide> and <font> compatibility forms.
func foldRune(r rune) rune {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3: // Han and Hangul: the common case first
		return r
	case r > 0x3000 && r <= 0x303F: // CJK punctuation
		return r
	case r >= 0xFF01 && r <= 0xFF5E: // full-width ASCII
		return r - 0xFEE0
	case invisible(r):
		return -1
	case r == 0x3000, r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F:
		return ' '
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFE63:
		return '-'
	case r == 0x212A: // Kelvin sign; (?i)k means it too
		return 'K'
	case r == 0x017F: // long s; (?i)s means it too
		return 's'
	case r == 0x24EA: // circled zero
		return '0'
	case r >= 0x2460 && r <= 0x2468: // circled one to nine
		return '1' + r - 0x2460
	case r < 0x0590: // Latin, Greek, Cyrillic and Armenian letters: case ignored, as for ASCII later on
		return unicode.ToLower(r)
	case r >= 0x1D400 && r <= 0x1D6A3: // mathematical letters, 26 capitals then 26 small, thirteen times
		return mathLetter(r)
	case unicode.Is(unicode.Nd, r):
		return digitOf(r)
	}
	return r
}

// invisible reports whether r shows nothing: default ignorables and the
// enclosing key cap.
func invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x034F, r == 0x061C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r == 0x20E3, r == 0x3164, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF,
		r == 0xFFA0, r >= 0xFFF0 && r <= 0xFFF8, r >= 0x1BCA0 && r <= 0x1BCA3,
		r >= 0x1D173 && r <= 0x1D17A, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

func mathLetter(r rune) rune {
	i := (r - 0x1D400) % 52
	if i < 26 {
		return 'A' + i
	}
	return 'a' + i - 26
}

// digitOf relies on every block of decimal digits being ten characters long
// and starting with zero, which Unicode guarantees.
func digitOf(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}
