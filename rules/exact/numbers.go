package exact

import (
	"unicode"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/units"
)

const (
	// maxGroups is in how many groups a number may be written.
	maxGroups = 8
	// maxGap is how many characters may stand between two groups.
	maxGap = 3
)

// budget bounds how many values of a text are hashed.
// reader is the memory with which a text is read, kept for the next one.
type reader struct {
	left         int // how many values may still be hashed
	value, parts [maxValue]byte
	words, wides window
}

// begin makes a reader ready for a text.
func (r *reader) begin(text []byte) *reader {
	r.left, r.words.n, r.wides.n = 256+len(text), 0, 0
	return r
}

// spend takes one hash off what a text may cost, and reports whether it was left.
func (r *reader) spend() bool {
	r.left--
	return r.left >= 0
}

// numbers gives every number or code of text that has the shape of the column's values: whole
// groups of letters and digits, one after the other, in the normal form. A group is never cut,
// so that a number inside a longer one, or inside a word, is none.
func (c *Column) numbers(text []byte, r *reader, found func(start, end int, v []byte)) {
	for at := 0; ; {
		first, ok := nextGroup(text, at)
		if !ok || r.left <= 0 {
			return
		}
		c.from(text, first, r, found)
		at = first.end
	}
}

// from gives the values that begin with a group.
func (c *Column) from(text []byte, g group, r *reader, found func(start, end int, v []byte)) {
	v, digits, start, single := r.value[:0], 0, g.start, true
	for n := 0; n < maxGroups || single && len(v) < maxLength; n++ {
		if size := g.end - g.start; len(v)+size > maxLength || c.Kind == Digits && g.digits != size {
			return
		}
		v = units.Lower(v, text[g.start:g.end])
		digits += g.digits
		single = single && g.end == g.start+1
		if c.Lengths>>len(v)&1 != 0 && digits >= c.Digits && r.spend() {
			found(start, g.end, v)
		}
		if c.Lengths>>len(v)>>1 == 0 {
			return
		}
		next, ok := nextGroup(text[:min(len(text), g.end+maxLength+maxGap*utf8.UTFMax)], g.end)
		if !ok || !gap(text[g.end:next.start]) {
			return
		}
		if g = next; g.end < len(text) && units.Alnum(text[g.end]) {
			return // it was cut, and so is too long
		}
	}
}

// group is a run of ASCII letters and digits.
type group struct{ start, end, digits int }

func nextGroup(text []byte, at int) (g group, ok bool) {
	for at < len(text) && !units.Alnum(text[at]) {
		at++
	}
	g = group{start: at, end: at}
	for g.end < len(text) && units.Alnum(text[g.end]) {
		if units.Digit(text[g.end]) {
			g.digits++
		}
		g.end++
	}
	return g, g.end > g.start
}

// gap reports whether what stands between two groups only parts them: a few
// characters, no letters.
func gap(text []byte) bool {
	for n := 0; len(text) > 0; n++ {
		r, size := utf8.DecodeRune(text)
		if n == maxGap || r >= utf8.RuneSelf && unicode.In(r, unicode.L, unicode.N) {
			return false
		}
		text = text[size:]
	}
	return true
}
