package rules

import (
	"encoding/binary"
	"math/bits"
)

// hit is a place where a literal stands.
type hit struct{ literal, at int32 }

// pass appends the places where literals stand, in order, and of those at one place the one that
// was added first; and says what bytes the text has. It takes four steps at a time: at most of
// them nothing stands.
func (f *filter) pass(text []byte, hits []hit) ([]hit, classes) {
	n, i, all := len(text), 0, classes(0)
	for ; i+8 <= n; i += 4 {
		eight := binary.LittleEndian.Uint64(text[i:])
		class := f.classes[byte(eight)] | f.classes[byte(eight>>8)] | f.classes[byte(eight>>16)] | f.classes[byte(eight>>24)]
		all |= class
		eight |= 0x2020202020202020
		a, b, c, d := uint32(eight), uint32(eight>>8), uint32(eight>>16), uint32(eight>>24)
		fours := f.isFour(a) | f.isFour(b)<<1 | f.isFour(c)<<2 | f.isFour(d)<<3
		threes := f.isThree(a) | f.isThree(b)<<1 | f.isThree(c)<<2 | f.isThree(d)<<3
		if fours|threes != 0 {
			hits = f.steps(text, i, fours, threes, hits)
		}
		if class&shortLiteral != 0 {
			hits = f.alone(text, i, i+4, hits)
		}
	}
	for k := i; k < n; k++ {
		all |= f.classes[text[k]]
		switch left := n - k; {
		case left >= 4:
			four := binary.LittleEndian.Uint32(text[k:]) | 0x20202020
			hits = f.steps(text, k, f.isFour(four), f.isThree(four), hits)
		case left == 3:
			hits = f.steps(text, k, 0, f.isThree(triple(text[k:])), hits)
		}
	}
	return f.alone(text, i, n, hits), all
}

// isFour is 1 when the four bytes may be the rarest of a literal, and 0 when they are not.
func (f *filter) isFour(four uint32) uint64 {
	h := four * golden
	word := f.fours[h>>22]
	return word >> (h >> 16 & 63) & (word >> (h >> 10 & 63)) & 1
}

// isThree is the same for the first three of them.
func (f *filter) isThree(four uint32) uint64 {
	h := four << 8 * golden
	word := f.threes[h>>24]
	return word >> (h >> 18 & 63) & (word >> (h >> 12 & 63)) & 1
}

// steps looks for the literals whose rarest bytes, four or three, may be at text[i:] and just behind: a
// bit for each place.
func (f *filter) steps(text []byte, i int, fours, threes uint64, hits []hit) []hit {
	for ; fours != 0; fours &= fours - 1 {
		at := i + bits.TrailingZeros64(fours)
		hits = f.look(text, at, binary.LittleEndian.Uint32(text[at:])|0x20202020, hits)
	}
	for ; threes != 0; threes &= threes - 1 {
		at := i + bits.TrailingZeros64(threes)
		hits = f.look(text, at, triple(text[at:]), hits)
	}
	return hits
}

// alone looks for the literals of one byte or two from one place to another.
func (f *filter) alone(text []byte, i, stop int, hits []hit) []hit {
	for ; i < stop; i++ {
		if b := text[i]; f.classes[b]&shortLiteral != 0 {
			hits = f.stand(text, i, f.short[b], hits)
		}
	}
	return hits
}

func (f *filter) look(text []byte, i int, key uint32, hits []hit) []hit {
	for at := spread(key) & f.mask; f.keys[at] != 0; at = (at + 1) & f.mask {
		if f.keys[at] == key {
			these := f.shares[at]
			return f.stand(text, i, f.rest[these.first:these.stop], hits)
		}
	}
	return hits
}

// stand appends those of the literals whose rarest bytes are at text[i:] and that stand there.
func (f *filter) stand(text []byte, i int, literals []rest, hits []hit) []hit {
	for k := range literals {
		r := &literals[k]
		from := i - int(r.offset)
		if r.beside != nil && !(i > 0 && i+1 < len(text) && r.beside[text[i-1]] && r.beside[text[i+1]]) {
			continue
		}
		if from < 0 || from+8 <= len(text) && (binary.LittleEndian.Uint64(text[from:])|0x2020202020202020^r.text)&r.mask != 0 {
			continue
		}
		if standsAt(text[from:], f.literals[r.literal].text) {
			hits = inOrder(hits, hit{r.literal, int32(from)})
		}
	}
	return hits
}

// inOrder puts a hit in its place, which is at the end or near it: a literal is met at its rarest
// bytes, a few behind where it begins.
func inOrder(hits []hit, h hit) []hit {
	hits = append(hits, h)
	for i := len(hits) - 1; i > 0 && hits[i].before(hits[i-1]); i-- {
		hits[i], hits[i-1] = hits[i-1], hits[i]
	}
	return hits
}

func (h hit) before(o hit) bool { return h.at < o.at || h.at == o.at && h.literal < o.literal }

// standsAt reports whether text begins with lit, ASCII case ignored.
func standsAt(text, lit []byte) bool {
	if len(text) < len(lit) {
		return false
	}
	for i, b := range lit {
		if c := text[i]; c != b && lowerASCII(c) != b {
			return false
		}
	}
	return true
}
