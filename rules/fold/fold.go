package fold

import (
	"unicode"
	"unicode/utf8"
)

// Fold rewrites s into t, reusing its memory.
func (t *Text) Fold(s string) {
	plain := asciiPrefix(s)
	if plain == len(s) {
		t.Bytes, t.From, t.To = append(t.Bytes[:0], s...), t.From[:0], t.To[:0]
		return
	}
	t.reset(len(s))
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		n := len(t.Bytes)
		switch to := foldRune(r); {
		case r == utf8.RuneError && size == 1:
			t.Bytes = append(t.Bytes, s[i])
		case to >= 0:
			t.Bytes = utf8.AppendRune(t.Bytes, to)
		}
		for range len(t.Bytes) - n {
			t.From, t.To = append(t.From, int32(i)), append(t.To, int32(i+size))
		}
		i += size
	}
}

func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf, r >= 0x4E00 && r <= 0x9FFF:
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r >= 0x200B && r <= 0x200F, r == 0xAD, r == 0xFEFF, r == 0xFE0F, r == 0x20E3:
		return -1
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Pd, r):
		return '-'
	}
	return unicode.ToLower(r)
}
