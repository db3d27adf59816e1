package rules

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// filter finds, in one pass, every literal that any detector waits for, ASCII
// case ignored. Each literal is looked for by its rarest four bytes, or three: hashes of
// them are looked up in two bitmaps that stay in the first-level cache, and most places end there.
type filter struct {
	fours    [1 << 10]uint64 // by four bytes: 64 Ki bits, 8 KB
	threes   [1 << 10]uint64 // by three bytes, of the literals that have no more
	checks   [1 << 10]uint64 // by another hash of either: asked where one of them says yes
	keys     []uint32        // open addressing: the first three of a literal's rarest bytes; 0: empty, which they never are
	lists    [][]int32       // the literals that share them
	mask     uint32
	literals []literal
	index    map[string]int32
	pairs    []int32 // literals of two bytes
	singles  []int32 // literals of one byte
}

// literal is a text to look for, and who wants to know.
type literal struct {
	text     []byte // small letters
	offset   int32  // of its rarest three bytes
	begin    dfa.Start
	inside   dfa.Start // of the patterns that may begin inside a word
	begins   bool
	insides  bool
	words    []int32 // detectors that have it as a word
	windows  []int32 // probes that run around it
	opens    []int32 // probes that run only where it stands near
	matchers []int32 // probes that are code
	views    []int32 // views that it hints at
	patterns []int32 // probes that begin with it, until they are compiled
}

// hit is a place where a literal stands.
type hit struct{ literal, at int32 }

func newFilter() *filter { return &filter{index: map[string]int32{}} }

// add makes the filter look for text and returns the literal.
func (f *filter) add(text string) *literal {
	low := []byte(text)
	for i, b := range low {
		low[i] = lowerASCII(b)
	}
	if i, ok := f.index[string(low)]; ok {
		return &f.literals[i]
	}
	id := int32(len(f.literals))
	f.index[string(low)] = id
	f.literals = append(f.literals, literal{text: low})
	return &f.literals[id]
}

// seal makes the tables. Nothing is added after it.
func (f *filter) seal() {
	byKey := map[uint32][]int32{}
	for id := range f.literals {
		l := &f.literals[id]
		switch len(l.text) {
		case 1:
			f.singles = append(f.singles, int32(id))
		case 2:
			f.pairs = append(f.pairs, int32(id))
			for b := range byte(128) { // whatever stands behind it
				if key := triple([]byte{l.text[0], l.text[1], b&0x60<<1 | b&0x1F | 0x20}); !slices.Contains(byKey[key], int32(id)) {
					byKey[key] = append(byKey[key], int32(id))
				}
			}
		default:
			l.offset = int32(rarest(l.text))
			key := triple(l.text[l.offset:])
			byKey[key] = append(byKey[key], int32(id))
		}
	}
	size := uint32(16)
	for int(size) < 2*len(byKey) {
		size *= 2
	}
	f.keys, f.lists, f.mask = make([]uint32, size), make([][]int32, size), size-1
	for key, literals := range byKey {
		h := spread(key)
		for _, id := range literals {
			f.confirm(key, f.literals[id].text[f.literals[id].offset:])
		}
		at := h & f.mask
		for f.keys[at] != 0 {
			at = (at + 1) & f.mask
		}
		f.keys[at], f.lists[at] = key, literals
	}
}

// confirm sets the bits of the bitmaps for a literal whose rarest bytes begin
// text.
func (f *filter) confirm(key uint32, text []byte) {
	if len(text) > 3 {
		four := key | uint32(text[3]|0x20)<<24
		h, c := spread(four), again(four)
		f.fours[h>>6] |= 1 << (h & 63)
		f.checks[c>>6] |= 1 << (c & 63)
		return
	}
	h, c := crossed(key), again(key)
	f.threes[h>>6] |= 1 << (h & 63)
	f.checks[c>>6] |= 1 << (c & 63)
}

// triple is the first three bytes of b as one number, letters as small ones.
func triple(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) | 0x202020
}

func spread(key uint32) uint32 { return key * 0x9E3779B1 >> 16 }

// crossed is a hash of the first three of four bytes that costs no multiplication.
func crossed(four uint32) uint32 { return (four ^ four>>9&0x7FFF) & 0xFFFF }

// again is a hash that has nothing to do with spread.
func again(key uint32) uint32 { return (key ^ key>>15) * 0x85EBCA77 >> 16 }

// pass appends the places where literals stand, those of one byte first.
func (f *filter) pass(text []byte, hits []hit) []hit {
	for _, id := range f.singles {
		hits = passSingle(text, id, f.literals[id].text[0], hits)
	}
	n := len(text)
	for i := 0; i+4 <= n; i++ {
		four := binary.LittleEndian.Uint32(text[i:]) | 0x20202020
		g, h := four*0x9E3779B1>>16, crossed(four)
		if f.fours[g>>6&1023]>>(g&63)&1|f.threes[h>>6&1023]>>(h&63)&1 == 0 {
			continue
		}
		if c, d := again(four), again(four&0xFFFFFF); f.checks[c>>6&1023]>>(c&63)&1|f.checks[d>>6&1023]>>(d&63)&1 != 0 {
			hits = f.look(text, i, four&0xFFFFFF, hits)
		}
	}
	if n >= 3 {
		hits = f.look(text, n-3, triple(text[n-3:]), hits)
	}
	for _, id := range f.pairs {
		if n >= 2 && standsAt(text[n-2:], f.literals[id].text) {
			hits = append(hits, hit{id, int32(n - 2)})
		}
	}
	return hits
}

func (f *filter) look(text []byte, i int, key uint32, hits []hit) []hit {
	for at := spread(key) & f.mask; f.keys[at] != 0; at = (at + 1) & f.mask {
		if f.keys[at] != key {
			continue
		}
		for _, id := range f.lists[at] {
			l := &f.literals[id]
			if from := i - int(l.offset); from >= 0 && standsAt(text[from:], l.text) {
				hits = append(hits, hit{id, int32(from)})
			}
		}
		break
	}
	return hits
}

func passSingle(text []byte, id int32, b byte, hits []hit) []hit {
	for at := 0; ; at++ {
		i := bytes.IndexByte(text[at:], b)
		if i < 0 {
			return hits
		}
		at += i
		hits = append(hits, hit{id, int32(at)})
	}
}

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

// common ranks the letters of English text, the commonest last; what is not
// in it is rare.
const common = "zqxjkvbpygfwmucldrhsnioate "

// rarest returns where the three bytes of lit stand that ordinary text has least.
func rarest(lit []byte) int {
	best, least := 0, 1<<30
	for i := 0; i+min(len(lit), 4) <= len(lit); i++ {
		cost := 1
		for _, b := range lit[i : i+min(len(lit), 4)] {
			switch at := bytes.IndexByte([]byte(common), b); {
			case at >= 0:
				cost *= 4 + at*at/4
			case b >= 0x80:
				cost *= 12
			default:
				cost *= 3
			}
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
