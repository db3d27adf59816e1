package rules

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// entry is four bytes of literals, or three and a zero, and the literals that share them. The zero entry is none.
type entry struct{ key, first, stop uint32 }

// keyed is the rest of a literal with its key.
type keyed struct {
	key uint32
	rest
}

// seal makes the tables. Nothing is added after it.
func (f *filter) seal() {
	for b := '0'; b <= '9'; b++ {
		f.classes[b] |= digitByte
	}
	all := make([]keyed, 0, 2*len(f.literals))
	for id := range f.literals {
		text := f.literals[id].text
		size, every := sizeOf(text)
		if size == 1 {
			r := newRest(text, rarest(text, 1), id)
			r.beside = f.literals[id].besides()
			f.shorter(text[r.offset], r)
			continue
		}
		r := newRest(text, rarest(text, size+every-1), id)
		for range every {
			all = append(all, keyed{keyOf(text[r.offset:], size), r})
			r.offset++
		}
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.literal, b.literal)) })
	f.hash(all)
}

// sizeOf returns how many bytes of a literal are looked for, and at which places: at every one, or at every second,
// for which it is looked for in two ways.
func sizeOf(text []byte) (size, every int) {
	switch n := len(text); {
	case n < 3:
		return 1, 1
	case n < 5:
		return 3, 1
	}
	return 4, 2
}

// hash makes the tables of the keys, which are sorted, and their literals.
func (f *filter) hash(all []keyed) {
	slots := uint32(16)
	for int(slots) < 2*len(all) {
		slots *= 2
	}
	f.keys, f.mask = make([]entry, slots), slots-1
	f.rest = make([]rest, len(all))
	for first, i := 0, 0; i < len(all); i++ {
		f.rest[i] = all[i].rest
		key := all[i].key
		if i+1 < len(all) && all[i+1].key == key {
			continue
		}
		f.mark(key)
		at := slot(key) & f.mask
		for f.keys[at].key != 0 {
			at = (at + 1) & f.mask
		}
		f.keys[at] = entry{key, uint32(first), uint32(i + 1)}
		first = i + 1
	}
}

// mark sets the bit of a key in its bitmap.
func (f *filter) mark(key uint32) {
	if key > 0xFFFFFF {
		h := key * golden
		f.fours[h>>21] |= 1 << (h >> 15 & 63)
		return
	}
	h := key * goldenThree
	f.threes[h>>22] |= 1 << (h >> 16 & 63)
}

// keyOf is the first four bytes of b as one number, letters as small ones, or the first three.
func keyOf(b []byte, size int) uint32 {
	if size < 4 {
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | smallLetters&0xFFFFFF
	}
	return binary.LittleEndian.Uint32(b) | smallLetters&0xFFFFFFFF
}

// slot is where a key is looked for first.
func slot(key uint32) uint32 { return key * golden >> 16 }

// golden spreads the bits of what it is multiplied by (Knuth's multiplicative hashing), and goldenThree those of
// its first three bytes.
const (
	golden      = 0x9E3779B1
	goldenThree = golden << 8 & 0xFFFFFFFF
)

// smallLetters makes small letters of capital ones, and changes nothing that the other letters are.
const smallLetters = 0x2020202020202020

func newRest(text []byte, offset, id int) rest {
	r := rest{offset: uint8(offset), literal: int32(id), sure: true, long: len(text) > 8}
	for i, b := range text[:min(len(text), 8)] {
		r.text |= uint64(b|0x20) << (8 * i)
		r.mask |= 0xFF << (8 * i)
		r.sure = r.sure && b-'a' < 26
	}
	return r
}

// shorter makes the filter look for a literal of one byte or two by one of them, in any case.
func (f *filter) shorter(b byte, r rest) {
	f.short[b] = append(f.short[b], r)
	f.classes[b] |= shortLiteral
	if b-'a' < 26 {
		f.short[b-0x20] = f.short[b]
		f.classes[b-0x20] |= shortLiteral
	}
}

// common ranks the letters of English text, the commonest last; what is not
// in it is rare.
const common = "zqxjkvbpygfwmucldrhsnioate "

// rarest returns where the size bytes of lit stand that ordinary text has least.
func rarest(lit []byte, size int) int {
	best, least := 0, 1<<30
	for i := 0; i+size <= len(lit); i++ {
		cost := 1
		for _, b := range lit[i : i+size] {
			cost *= commonness[b]
		}
		if lit[i] >= 0xE0 { // a whole Han character is commoner than parts of two
			cost *= 2
		}
		if cost < least {
			best, least = i, cost
		}
	}
	return best
}

// commonness is how much a byte adds to the cost of looking for it.
var commonness = func() (cost [256]int) {
	for b := range cost {
		switch at := strings.IndexByte(common, byte(b)); {
		case at >= 0:
			cost[b] = 4 + at*at/4
		case b >= 0x80:
			cost[b] = 12
		default:
			cost[b] = 3
		}
	}
	return cost
}()
