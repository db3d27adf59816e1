package fold

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Text is a text made comparable, with a map back to the original.
type Text struct {
	Bytes []byte
	// From says, for each byte, where in the original the characters that it
	// stands for begin. It is empty when Bytes are the original's own, which
	// they are for plain ASCII and for nothing else.
	From []int32
	// To says where they end. It is empty when From is.
	To []int32
	// NoLookalike says that no letter of another alphabet that looks like a Latin one is in it. Only
	// Fold says so: in any other text there may be one.
	NoLookalike bool
}

// Fold returns s in its folded form.
func Fold(s string) string {
	if asciiPrefix(s) == len(s) {
		return s
	}
	var t Text
	t.Fold(s)
	return string(t.Bytes)
}

// Span maps a span of Bytes to the bytes of the original that it stands for. It
// never cuts a character. Characters that folding dropped are part of it where they stand
// inside; at its end only marks on the last character are.
func (t *Text) Span(start, end int) (from, to int) {
	switch {
	case len(t.From) == 0:
		return start, end
	case start < end:
		from, to = int(t.From[start]), int(t.To[start])
		for i := start + 1; i < end; i++ { // what was reversed does not begin with its first byte
			from, to = min(from, int(t.From[i])), max(to, int(t.To[i]))
		}
		return from, to
	case start < len(t.From):
		return int(t.From[start]), int(t.From[start])
	}
	return int(t.To[start-1]), int(t.To[start-1])
}

// reset makes room for n bytes and forgets what there was.
func (t *Text) reset(n int) {
	t.Bytes = slices.Grow(t.Bytes[:0], n)
	t.From = slices.Grow(t.From[:0], n)
	t.To = slices.Grow(t.To[:0], n)
	t.NoLookalike = false
}

// asciiPrefix returns how many bytes of s come before the first that is not ASCII.
func asciiPrefix(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if binary.LittleEndian.Uint64([]byte(s[i:i+8]))&0x8080808080808080 != 0 {
			break
		}
	}
	if i+8 > len(s) && len(s) >= 8 && binary.LittleEndian.Uint64([]byte(s[len(s)-8:]))&0x8080808080808080 == 0 {
		return len(s)
	}
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// behindASCII returns where to go on behind i: ASCII is passed, eight bytes at a time.
func behindASCII(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if others := binary.LittleEndian.Uint64(b[i:]) & 0x8080808080808080; others != 0 {
			return i + bits.TrailingZeros64(others)/8
		}
	}
	return i
}
