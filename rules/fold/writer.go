package fold

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

// maxView is how much of a text a view reads, in bytes.
const maxView = 64 << 10

// readable returns the part of src that a view reads, cut between characters.
func readable(src *Text) []byte {
	b := src.Bytes
	if len(b) <= maxView {
		return b
	}
	n := maxView
	for n > maxView-utf8.UTFMax && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// writer writes a view. Positions are those of the folded text that it is made
// from; what it writes maps to the original behind that.
type writer struct{ dst, src *Text }

func newWriter(dst, src *Text) writer {
	dst.reset(min(len(src.Bytes), maxView))
	return writer{dst, src}
}

// keep copies the bytes from i to j.
func (w writer) keep(i, j int) {
	w.dst.Bytes = append(w.dst.Bytes, w.src.Bytes[i:j]...)
	if len(w.src.From) > 0 {
		w.dst.From = append(w.dst.From, w.src.From[i:j]...)
		w.dst.To = append(w.dst.To, w.src.To[i:j]...)
		return
	}
	if j < len(counting) {
		w.dst.From, w.dst.To = append(w.dst.From, counting[i:j]...), append(w.dst.To, counting[i+1:j+1]...)
		return
	}
	for ; i < j; i++ {
		w.dst.From, w.dst.To = append(w.dst.From, int32(i)), append(w.dst.To, int32(i+1))
	}
}

// keepWords copies the letters and digits among the bytes from i to j. Where they are is hard to foresee, so that it
// does not branch.
func (w writer) keepWords(i, j int) {
	first, size := len(w.dst.Bytes), j-i
	n := first
	out, from, to := slices.Grow(w.dst.Bytes, size)[:n+size], slices.Grow(w.dst.From, size)[:n+size], slices.Grow(w.dst.To, size)[:n+size]
	for k, c := range w.src.Bytes[i:j] {
		out[n], from[n], to[n] = c, int32(i+k), int32(i+k+1)
		n += int(oneInWords[c])
	}
	w.dst.Bytes, w.dst.From, w.dst.To = out[:n], from[:n], to[:n]
	if len(w.src.From) > 0 {
		for k := first; k < n; k++ {
			at := from[k]
			from[k], to[k] = w.src.From[at], w.src.To[at]
		}
	}
}

// oneInWords is 1 for letters and digits.
var oneInWords = func() (one [256]uint8) {
	for b := range one {
		if alnum(byte(b)) {
			one[b] = 1
		}
	}
	return one
}()

// put writes c for the bytes from i to j.
func (w writer) put(c byte, i, j int) {
	from, to := int32(i), int32(j)
	if len(w.src.From) > 0 {
		from, to = w.src.From[i], w.src.To[j-1]
	}
	w.dst.Bytes, w.dst.From, w.dst.To = append(w.dst.Bytes, c), append(w.dst.From, from), append(w.dst.To, to)
}

// text writes s for the bytes from i to j.
func (w writer) text(s string, i, j int) {
	for k := range len(s) {
		w.put(s[k], i, j)
	}
}

// rune writes what r folds to for the bytes from i to j.
func (w writer) rune(r rune, i, j int) {
	var buf [utf8.UTFMax]byte
	switch e := entry(r); {
	case e == 0:
		w.text(string(utf8.AppendRune(buf[:0], r)), i, j)
	case e == entryDropped || e == entryMark:
	case e >= entryMore && int(e-entryMore) < len(foldMore):
		w.text(foldMore[e-entryMore], i, j)
	default:
		w.text(string(utf8.AppendRune(buf[:0], rune(e))), i, j)
	}
}

// cut takes back everything that was written from the nth byte on.
func (w writer) cut(n int) {
	w.dst.Bytes, w.dst.From, w.dst.To = w.dst.Bytes[:n], w.dst.From[:n], w.dst.To[:n]
}

// separators returns where the separators end that stand at i, or -1 if there
// are more than most of them. A separator is a character that is no letter, no digit and no
// vowel sign: a space, a line break, punctuation, an emoji.
func separators(b []byte, i, most int) int {
	for n := 0; i < len(b); n++ {
		size := 1
		if c := b[i]; c < utf8.RuneSelf {
			if alnum(c) {
				return i
			}
			if c == '%' || c == '&' {
				return -1 // what stands behind it is written in code
			}
		} else {
			r, s := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError || unicode.In(r, unicode.L, unicode.N, unicode.M) {
				return i
			}
			size = s
		}
		if n == most {
			return -1
		}
		i += size
	}
	return i
}

// nextDigit returns where the first digit from i on stands, or the end.
func nextDigit(b []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:]) ^ ones*'0' // a digit is now 0 to 9
		if found := ^(x&^high + ones*(0x80-10) | x) & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(b) && !digit(b[i]) {
		i++
	}
	return i
}

// digitsEnd returns where the digits end that stand at i.
func digitsEnd(b []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:]) ^ ones*'0' // a digit is now 0 to 9
		if others := (x&^high + ones*(0x80-10) | x) & high; others != 0 {
			return i + bits.TrailingZeros64(others)/8
		}
	}
	for i < len(b) && digit(b[i]) {
		i++
	}
	return i
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func alnum(c byte) bool { return letter(c) || digit(c) }

// tokenEnd returns where the letters and digits end that stand at i.
func tokenEnd(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if others := othersThanAlnum(binary.LittleEndian.Uint64(b[i:])); others != 0 {
			return i + bits.TrailingZeros64(others)/8
		}
	}
	for i < len(b) && alnum(b[i]) {
		i++
	}
	return i
}

// othersThanAlnum marks the bytes of w that are neither ASCII letters nor digits by their highest bits.
func othersThanAlnum(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	x := w &^ high
	small := x | ones*0x20
	letters := (small + ones*(0x80-'a')) &^ (small + ones*(0x80-'z'-1))
	digits := (x + ones*(0x80-'0')) &^ (x + ones*(0x80-'9'-1))
	return (w | ^(letters | digits)) & high
}
