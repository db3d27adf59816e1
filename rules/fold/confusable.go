package fold

import (
	"unicode"
	"unicode/utf8"
)

// looks is the table of lookalikes, in pages of 64 characters of which the
// first is empty.
var looks = newLooks()

type lookTable struct {
	index [0x20000 >> 6]uint8
	pages [][64]byte
}

func newLooks() *lookTable {
	t := &lookTable{pages: make([][64]byte, 1, 160)}
	for s := lookalikes; s != ""; {
		r, size := utf8.DecodeRuneInString(s)
		page := &t.index[r>>6]
		if *page == 0 {
			*page = uint8(len(t.pages))
			t.pages = append(t.pages, [64]byte{})
		}
		t.pages[*page][r&63] = s[size]
		s = s[size+1:]
	}
	return t
}

// of returns the ASCII character that r looks like, or 0.
func (t *lookTable) of(r rune) byte {
	if int(r>>6) >= len(t.index) {
		return 0
	}
	return t.pages[t.index[r>>6]][r&63]
}

// confusable reads letters of other alphabets as the Latin letters or digits that
// they look like: in words and numbers that have Latin letters or ASCII digits
// as well, and in words that are nothing but lookalikes where no word of the
// text is really of another alphabet.
func confusable(dst, src *Text) bool {
	b := readable(src)
	if src.NoLookalike || !anyLookalike(b) {
		return false
	}
	mixed, whole, foreign := survey(b)
	if !mixed && (!whole || foreign) {
		return false
	}
	w := newWriter(dst, src)
	for i := 0; i < len(b); {
		k := wordAt(b, i)
		if k.end == i {
			_, size := utf8.DecodeRune(b[i:])
			w.keep(i, i+size)
			i += size
			continue
		}
		if k.mixed() || k.whole() && !foreign {
			w.lookalikes(b, i, k)
		} else {
			w.keep(i, k.end)
		}
		i = k.end
	}
	return true
}

// anyLookalike is what every text pays that is not plain ASCII.
func anyLookalike(b []byte) bool {
	for i := 0; i < len(b); {
		switch {
		case b[i] < utf8.RuneSelf:
			i++
		case hanBytes(b, i):
			i += 3
		default:
			r, size := utf8.DecodeRune(b[i:])
			if looks.of(r) != 0 {
				return true
			}
			i += size
		}
	}
	return false
}

// survey says what words a text has.
func survey(b []byte) (mixed, whole, foreign bool) {
	for i := 0; i < len(b); {
		if hanBytes(b, i) {
			i += 3
			continue
		}
		k := wordAt(b, i)
		if k.end == i {
			i++ // the other bytes of a character are no word either
			continue
		}
		mixed, whole = mixed || k.mixed(), whole || k.whole()
		foreign = foreign || k.other > 0
		i = k.end
	}
	return mixed, whole, foreign
}

// kind is what a word is made of.
type kind struct {
	end                           int
	letters, digits, alike, other int
}

func (k kind) mixed() bool { return k.alike > 0 && k.other == 0 && k.letters+k.digits > 0 }

func (k kind) whole() bool { return k.alike > 2 && k.other == 0 && k.letters+k.digits == 0 }

// wordAt reads the letters and digits that stand at i. Han and the like end a word.
func wordAt(b []byte, i int) kind {
	k := kind{end: i}
	for k.end < len(b) {
		c := b[k.end]
		if c < utf8.RuneSelf {
			switch {
			case letter(c):
				k.letters++
			case digit(c):
				k.digits++
			default:
				return k
			}
			k.end++
			continue
		}
		r, size := utf8.DecodeRune(b[k.end:])
		switch {
		case hanBytes(b, k.end):
			return k
		case looks.of(r) != 0:
			k.alike++
		case unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Cherokee):
			k.other++
		default:
			return k
		}
		k.end += size
	}
	return k
}

// hanBytes reports whether b has at i a character from U+4000 to U+9FFF.
func hanBytes(b []byte, i int) bool { return b[i] >= 0xE4 && b[i] <= 0xE9 && i+2 < len(b) }

// lookalikes writes the word from i to k.end. In a number a letter is read once
// more as the digit that it looks like.
func (w writer) lookalikes(b []byte, i int, k kind) {
	number := k.letters == 0 && k.digits > 0
	for i < k.end {
		r, size := utf8.DecodeRune(b[i:])
		c := looks.of(r)
		switch {
		case c == 0:
			w.keep(i, i+size)
		case number && digitLike[c] != 0:
			w.put(digitLike[c], i, i+size)
		default:
			w.put(c, i, i+size)
		}
		i += size
	}
}
