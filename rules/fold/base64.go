package fold

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

const (
	// leastBase64 is the shortest base64 that is worth decoding, in characters:
	// twelve bytes are a word by chance once in 100,000 times.
	leastBase64 = 16
	// mostStarts is how many places within a run may be where base64 begins.
	mostStarts = 4
)

// sextets are the values of the characters of base64 plus one, of both
// alphabets of RFC 4648.
var sextets = func() (t [256]uint8) {
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = uint8(i + 1)
	}
	t['-'], t['_'] = t['+'], t['/']
	return t
}()

// base64 decodes runs of base64 that are readable text. Each character of the
// text maps to the characters that hold its bits.
func base64(dst, src *Text) bool {
	b := readable(src)
	w := writer{dst, src}
	made, kept := false, 0
	for i := 0; i < len(b); {
		if next := behindGap(b, i, leastBase64); next > i {
			i = next
			continue
		}
		end := i + leastBase64
		for end < len(b) && sextets[b[end]] != 0 {
			end++
		}
		if end-i >= leastBase64 {
			if !made {
				w = newWriter(dst, src)
			}
			if at := w.base64Run(b, kept, i, end); at > 0 {
				made, kept = true, at
			}
		}
		i = end + 1
	}
	if made {
		w.keep(kept, len(b))
	}
	return made
}

// behindGap returns where to look next for so many characters of base64 when they do not stand at i.
// It looks from their end, and so at few of the characters of ordinary words.
func behindGap(b []byte, i, least int) int {
	if i+least > len(b) {
		return len(b)
	}
	for at := i + least - 8; at >= i; at -= 8 {
		if others := othersThanCode(binary.LittleEndian.Uint64(b[at:])); others != 0 {
			return at + 8 - bits.LeadingZeros64(others)/8
		}
	}
	for at := i + least - 1; at >= i; at-- {
		if sextets[b[at]] == 0 {
			return at + 1
		}
	}
	return i
}

// othersThanCode marks the bytes of w that are below '+', as a space is, or beyond ASCII by their highest bits. No base64 has them.
func othersThanCode(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	return (w | ^(w&^high + ones*(0x80-'+'))) & high
}

// base64Run decodes the run from i to end, or what follows a slash, a dash or an
// underscore in it. It writes what stands before it from kept on, and returns where the
// run and its padding end, or 0 when it is no text.
func (w writer) base64Run(b []byte, kept, i, end int) int {
	for range mostStarts {
		if base64Text(b, i, end, nil) { // first without writing: what stands before it is long
			w.keep(kept, i)
			base64Text(b, i, end, &w)
			for n := 0; n < 2 && end < len(b) && b[end] == '='; n++ {
				end++
			}
			return end
		}
		for i++; i < end && letterOrDigit64(b[i-1]); i++ { // to behind the next mark
		}
		if end-i < leastBase64 {
			break
		}
	}
	return 0
}

func letterOrDigit64(c byte) bool { return alnum(c) || c == '+' }

// base64Text reports whether the run from i to end encodes text, and writes that
// unless w is nil.
func base64Text(b []byte, i, end int, w *writer) bool {
	if (end-i)%4 == 1 {
		return false
	}
	var code [utf8.UTFMax]byte
	held, from := 0, i
	for k := i; k+1 < end; k++ {
		place := (k - i) % 4
		if place == 3 {
			continue // this one ends the three bytes before it
		}
		v, next := sextets[b[k]]-1, sextets[b[k+1]]-1
		if held == 0 {
			from = k
		}
		code[held] = v<<(2+2*place) | next>>(4-2*place)
		if held++; !utf8.FullRune(code[:held]) {
			continue
		}
		r, _ := utf8.DecodeRune(code[:held])
		if r == utf8.RuneError || !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		if w != nil {
			w.rune(r, from, k+2)
		}
		held = 0
	}
	return held == 0
}
