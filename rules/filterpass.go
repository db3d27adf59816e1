package rules

import "encoding/binary"

// hit is a place where a literal stands.
type hit struct{ literal, at int32 }

// pass appends the places where literals stand, in order, and of those at one place the one that
// was added first; and says what bytes the text has, and whether eleven or more of them may be together that are
// of code. It takes four places at a time: at most of them nothing stands.
func (f *filter) pass(text []byte, hits []hit) (_ []hit, all classes, long bool) {
	i := 0
	for stop := len(text) - 7; i < stop; i += 4 {
		eight := binary.LittleEndian.Uint64(text[i : i+8])
		class := f.classes[byte(eight)] | f.classes[byte(eight>>8)] | f.classes[byte(eight>>16)] | f.classes[byte(eight>>24)]
		all |= class
		if unbroken8(eight) {
			long = true
		}
		eight |= smallLetters
		if a := uint32(eight); f.isFour(a) {
			hits = f.look(text, i, a, hits)
		}
		if a := uint32(eight); f.isThree(a) {
			hits = f.look(text, i, a&0xFFFFFF, hits)
		}
		if b := uint32(eight >> 8); f.isThree(b) {
			hits = f.look(text, i+1, b&0xFFFFFF, hits)
		}
		if c := uint32(eight >> 16); f.isFour(c) {
			hits = f.look(text, i+2, c, hits)
		}
		if c := uint32(eight >> 16); f.isThree(c) {
			hits = f.look(text, i+2, c&0xFFFFFF, hits)
		}
		if d := uint32(eight >> 24); f.isThree(d) {
			hits = f.look(text, i+3, d&0xFFFFFF, hits)
		}
		if class&shortLiteral != 0 {
			hits = f.alone(text, i, i+4, hits)
		}
	}
	hits, all = f.last(text, i, hits, all)
	return hits, all, long
}

// last is pass for the bytes from i on, which are fewer than eight.
func (f *filter) last(text []byte, i int, hits []hit, all classes) ([]hit, classes) {
	for _, b := range text[i:] {
		all |= f.classes[b]
	}
	eight := lastOf(text, i) | smallLetters
	for k := i; k < len(text)-2; k++ {
		if a := uint32(eight); k&1 == 0 && k < len(text)-3 && f.isFour(a) {
			hits = f.look(text, k, a, hits)
		}
		if a := uint32(eight); f.isThree(a) {
			hits = f.look(text, k, a&0xFFFFFF, hits)
		}
		eight >>= 8
	}
	if all&shortLiteral != 0 {
		hits = f.alone(text, i, len(text), hits)
	}
	return hits, all
}

// lastOf returns the bytes of text from i on, which are fewer than eight, and zeros.
func lastOf(text []byte, i int) uint64 {
	if n := len(text); n >= 8 && i < n {
		return binary.LittleEndian.Uint64(text[n-8:]) >> (8 * (8 - n + i))
	}
	var last [8]byte
	copy(last[:], text[i:])
	return binary.LittleEndian.Uint64(last[:])
}

// isFour reports whether the four bytes may be of a literal.
func (f *filter) isFour(four uint32) bool {
	h := four * golden
	return f.fours[h>>21]&(1<<(h>>15&63)) != 0
}

// isThree is the same for the first three of them.
func (f *filter) isThree(four uint32) bool {
	h := four * goldenThree
	return f.threes[h>>22]&(1<<(h>>16&63)) != 0
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

// look appends those of the literals that share a key, which is at text[i:], and that stand there.
func (f *filter) look(text []byte, i int, key uint32, hits []hit) []hit {
	for at := slot(key) & f.mask; f.keys[at].key != 0; at = (at + 1) & f.mask {
		if e := &f.keys[at]; e.key == key {
			return f.stand(text, i, f.rest[e.first:e.stop], hits)
		}
	}
	return hits
}

// stand appends those of the literals some of whose bytes may be at text[i:] and that stand there.
func (f *filter) stand(text []byte, i int, literals []rest, hits []hit) []hit {
	for k := range literals {
		r := &literals[k]
		from := i - int(r.offset)
		// Most end here, which is why this is not looked at where the rest is.
		if from < 0 || from+8 <= len(text) && (binary.LittleEndian.Uint64(text[from:])|smallLetters^r.text)&r.mask != 0 {
			continue
		}
		if r.beside != nil && !(i > 0 && i+1 < len(text) && r.beside[text[i-1]] && r.beside[text[i+1]]) {
			continue
		}
		if r.standsAt(text, from, f.literals) {
			hits = inOrder(hits, hit{r.literal, int32(from)})
		}
	}
	return hits
}

// standsAt reports whether the literal stands at text[from:], where its first eight bytes may stand.
func (r *rest) standsAt(text []byte, from int, all []literal) bool {
	switch {
	case !r.sure || from+8 > len(text):
		return standsAt(text[from:], all[r.literal].text)
	case r.long:
		return standsAt(text[from+8:], all[r.literal].text[8:])
	}
	return true
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
