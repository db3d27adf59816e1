package dfa

import "unicode/utf8"

type byteRange struct{ lo, hi byte }

// lengths are the last characters of each length of UTF-8, and what lies
// between them and surrogates, which have no bytes.
var lengths = [][2]rune{{0x80, 0x7FF}, {0x800, 0xD7FF}, {0xE000, 0xFFFF}, {0x10000, utf8.MaxRune}}

// sequences returns the sequences of byte ranges that encode the characters
// from lo to hi, none of them ASCII.
func sequences(lo, hi rune) [][]byteRange {
	var out [][]byteRange
	for _, l := range lengths {
		if from, to := max(lo, l[0]), min(hi, l[1]); from <= to {
			out = split(out, from, to)
		}
	}
	return out
}

// split appends the sequences of characters of one length. The last bytes of a
// range run over everything only where the range does, so it is cut until they do.
func split(out [][]byteRange, lo, hi rune) [][]byteRange {
	for bits := 6; bits <= 18; bits += 6 {
		mask := rune(1)<<bits - 1
		if lo&^mask == hi&^mask {
			break
		}
		if lo&mask != 0 {
			out = split(out, lo, lo|mask)
			return split(out, (lo|mask)+1, hi)
		}
		if hi&mask != mask {
			out = split(out, lo, hi&^mask-1)
			return split(out, hi&^mask, hi)
		}
	}
	var a, b [utf8.UTFMax]byte
	n := utf8.EncodeRune(a[:], lo)
	utf8.EncodeRune(b[:], hi)
	s := make([]byteRange, n)
	for i := range s {
		s[i] = byteRange{a[i], b[i]}
	}
	return append(out, s)
}
