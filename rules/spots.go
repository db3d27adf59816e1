package rules

import (
	"encoding/binary"
	"math/bits"
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// digitBits marks the bytes of w that are ASCII digits by their highest bits.
func digitBits(w uint64) uint64 {
	low := w &^ highBits
	atLeast0 := low + (0x80-'0')*lowBits
	above9 := low + (0x80-'9'-1)*lowBits
	return atLeast0 &^ above9 &^ w & highBits
}

// nextDigit returns where the first digit at or behind at stands, or -1. It
// looks at eight bytes at a time.
func nextDigit(text []byte, at int) int {
	for stop := len(text) - 7; at >= 0 && at < stop; at += 8 {
		if m := digitBits(binary.LittleEndian.Uint64(text[at : at+8])); m != 0 {
			return at + bits.TrailingZeros64(m)/8
		}
	}
	for ; at < len(text); at++ {
		if digit(text[at]) {
			return at
		}
	}
	return -1
}

// leadingDigits returns how many digits text begins with.
func leadingDigits(text []byte) int {
	n := 0
	for ; n+8 <= len(text); n += 8 {
		if others := digitBits(binary.LittleEndian.Uint64(text[n:])) ^ highBits; others != 0 {
			return n + bits.TrailingZeros64(others)/8
		}
	}
	for n < len(text) && digit(text[n]) {
		n++
	}
	return n
}

// countDigits counts the digits of text, and stops where there are enough.
func countDigits(text []byte, enough int) int {
	n, at := 0, 0
	for stop := len(text) - 7; at < stop && n < enough; at += 8 {
		n += bits.OnesCount64(digitBits(binary.LittleEndian.Uint64(text[at : at+8])))
	}
	for ; at < len(text) && n < enough; at++ {
		if digit(text[at]) {
			n++
		}
	}
	return n
}

// run is a stretch of the text.
type run struct{ start, end int }

// nextRun returns the first stretch of at least least bytes, eight or more, of the class that ends behind at.
// A class holds no byte below lowest nor beyond ASCII. Such a stretch has eight bytes together at one of every
// least-7 places, and hardly any eight bytes of talk are without a space.
func nextRun(text []byte, at, least int, class *[256]bool, lowest byte) (run, bool) {
	low, step := uint64(lowest)*lowBits, max(least-7, 1)
	for p, stop := max(at, 0), len(text)-7; p < stop; p += step {
		w := binary.LittleEndian.Uint64(text[p : p+8])
		if ((w-low)&^w|w)&highBits != 0 || !class[text[p]] {
			continue
		}
		r := run{p, p}
		for r.start > at && class[text[r.start-1]] {
			r.start--
		}
		for r.end < len(text) && class[text[r.end]] {
			r.end++
		}
		if r.end-r.start >= least {
			return r, true
		}
	}
	return run{}, false
}

// unbroken8 reports whether eight bytes of text are ASCII and none of them is below '+', as a space is.
func unbroken8(w uint64) bool { return ((w-'+'*lowBits)&^w|w)&highBits == 0 }

// wordBytes are the ASCII letters and digits.
var wordBytes = func() (class [256]bool) {
	for b := range class {
		class[b] = alnum(byte(b))
	}
	return class
}()

// codeBytes are the bytes of base64 in both alphabets.
var codeBytes = func() (class [256]bool) {
	class = wordBytes
	for _, b := range []byte("+/-_") {
		class[b] = true
	}
	return class
}()
