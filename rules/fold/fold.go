package fold

import (
	"encoding/binary"
	"unicode/utf8"
)

// Fold rewrites s into t, reusing its memory. Nothing grows: every character
// becomes at most as many bytes as it was. Bytes that are not UTF-8 stay as they are,
// one by one, and so does the case of ASCII letters.
//
// Full-width, circled, squared, superscript and other compatibility forms, the
// digits of all scripts, and Latin letters with diacritics become the ASCII that they stand
// for; every kind of space, dash and quotation mark its ASCII twin; letters of other
// alphabets their small form without accents. Dropped are whatever shows
// nothing (Unicode's Default_Ignorable_Code_Point and control characters beyond ASCII)
// and the marks of Latin, Greek, Cyrillic, Hebrew and Arabic. The vowel signs
// of Indic and Thai stay, for they are letters, and so do the commas and stops of Chinese
// that have no ASCII twin, except that 。 between two letters is a dot.
func (t *Text) Fold(s string) {
	plain := asciiPrefix(s)
	if plain == len(s) {
		t.Bytes, t.From, t.To, t.NoLookalike = append(t.Bytes[:0], s...), t.From[:0], t.To[:0], true
		return
	}
	t.reset(len(s))
	f := folder{out: t.Bytes[:len(s)], from: t.From[:len(s)], to: t.To[:len(s)], stop: -1, stray: -1}
	for i := 0; i < len(s); {
		switch {
		case s[i] < utf8.RuneSelf:
			i = f.plain(s, i)
		case han(s, i):
			i = f.han(s, i)
		default:
			i += f.other(s, i)
		}
	}
	t.Bytes, t.From, t.To, t.NoLookalike = f.out[:f.n], f.from[:f.n], f.to[:f.n], !f.alike
}

// han reports whether s has at i a character from U+4E00 to U+9FFF, which all
// stay as they are.
func han(s string, i int) bool {
	if i+2 >= len(s) {
		return false
	}
	a, b, c := s[i], s[i+1], s[i+2]
	return (a > 0xE4 && a <= 0xE9 && b&0xC0 == 0x80 || a == 0xE4 && b >= 0xB8 && b < 0xC0) && c&0xC0 == 0x80
}

// folder is a text on its way.
type folder struct {
	out      []byte
	from, to []int32
	n        int
	stop     int // where the 。 ends that was written last after an ASCII letter
	stray    int // where the byte ends that was written last and is no UTF-8
	alike    bool
}

// plain copies the ASCII that begins at i and returns where it ends: what is long all at once.
func (f *folder) plain(s string, i int) int {
	if f.n == f.stop && letter(s[i]) {
		f.dot()
	}
	end, n := i+asciiPrefix(s[i:]), f.n
	if size := end - i; size >= 8 && end < len(counting) {
		f.n += copy(f.out[n:], s[i:end])
		copy(f.from[n:f.n], counting[i:end])
		copy(f.to[n:f.n], counting[i+1:end+1])
		return end
	}
	out, from, to := f.out, f.from[:len(f.out)], f.to[:len(f.out)]
	for ; i < end && n < len(out); i++ {
		out[n], from[n], to[n] = s[i], int32(i), int32(i+1)
		n++
	}
	f.n = n
	return i
}

// han copies the Han characters that begin at i and returns where they end.
func (f *folder) han(s string, i int) int {
	n := f.n
	out, from, to := f.out, f.from[:len(f.out)], f.to[:len(f.out)]
	for ; i+3 < len(s) && n+3 < len(out); i, n = i+3, n+3 {
		four := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
		if r := four&0xF<<12 | four>>8&0x3F<<6 | four>>16&0x3F; four&0xC0C0F0 != 0x8080E0 || r-0x4E00 > 0x9FFF-0x4E00 {
			break
		}
		at, end := int32(i), int32(i+3)
		binary.LittleEndian.PutUint32(out[n:n+4], four) // the fourth byte is written over later
		from[n], from[n+1], from[n+2] = at, at, at
		to[n], to[n+1], to[n+2] = end, end, end
	}
	if han(s, i) && n+2 < len(out) {
		out[n], out[n+1], out[n+2] = s[i], s[i+1], s[i+2]
		from[n], from[n+1], from[n+2] = int32(i), int32(i), int32(i)
		to[n], to[n+1], to[n+2] = int32(i+3), int32(i+3), int32(i+3)
		i, n = i+3, n+3
	}
	f.n = n
	return i
}

// counting holds the numbers from zero, to be copied into maps: the beginning of a
// text of any length and all of one of 16 KB.
var counting = func() (n [16<<10 + 16]int32) {
	for i := range n {
		n[i] = int32(i)
	}
	return n
}()

// ascii writes one ASCII character.
func (f *folder) ascii(c byte, from, to int) {
	if f.n == f.stop && letter(c) {
		f.dot()
	}
	f.out[f.n], f.from[f.n], f.to[f.n] = c, int32(from), int32(to)
	f.n++
}

// dot makes the 。 before the end the dot that it is in an address.
func (f *folder) dot() {
	f.n, f.stop = f.n-2, -1
	f.out[f.n-1] = '.'
}

// other folds the character at i and returns how long it is.
func (f *folder) other(s string, i int) int {
	r, size := utf8.DecodeRuneInString(s[i:])
	if r == utf8.RuneError && size == 1 {
		f.ascii(s[i], i, i+1)
		f.stray = f.n
		return 1
	}
	switch e := entry(r); {
	case e == 0:
		f.rune(r, i, i+size)
	case e < utf8.RuneSelf:
		f.ascii(byte(e), i, i+size)
	case (e == entryDropped || e == entryMark) && f.n == f.stray:
		f.ascii(' ', i, i+size) // else the bytes around it might become a character
	case e == entryDropped:
	case e == entryMark:
		f.mark(i + size)
	case e >= entryMore && int(e-entryMore) < len(foldMore):
		for _, c := range []byte(foldMore[e-entryMore]) {
			f.ascii(c, i, i+size)
		}
	default:
		f.rune(rune(e), i, i+size)
	}
	return size
}

// rune writes a character that is not ASCII.
func (f *folder) rune(r rune, from, to int) {
	afterLetter := f.n > 0 && letter(f.out[f.n-1])
	end := len(utf8.AppendRune(f.out[:f.n], r))
	for ; f.n < end; f.n++ {
		f.from[f.n], f.to[f.n] = int32(from), int32(to)
	}
	f.alike = f.alike || looks.of(r) != 0
	if r == '。' && afterLetter {
		f.stop = end
	}
}

// mark adds a mark that ends at to to the character that was written last.
func (f *folder) mark(to int) {
	for j := f.n - 1; j >= 0 && f.from[j] == f.from[f.n-1]; j-- {
		f.to[j] = int32(to)
	}
}

// entry returns what the table of folding says of r.
func entry(r rune) uint16 {
	page := int(r >> 6)
	switch {
	case page < len(foldIndex):
		return foldPages[foldIndex[page]][r&63]
	case r >= 0xE0100 && r <= 0xE01EF: // variation selectors
		return entryMark
	case r >= 0xE0000 && r <= 0xE0FFF: // tags and what is reserved as ignorable
		return entryDropped
	}
	return 0
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
