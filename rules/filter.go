package rules

import (
	"bytes"
	"encoding/binary"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// filter finds, in one pass, every literal that any detector waits for, ASCII
// case ignored. Each literal is looked for by its rarest three bytes: a hash of
// them is looked up in a bitmap that stays in the first-level cache, and most places end there;
// most others end at a second one, by four bytes.
type filter struct {
	bitmap   [1 << 10]uint64 // by three bytes: 64 Ki bits, 8 KB
	second   [1 << 10]uint64 // by four bytes: asked where the first says yes
	slots    []slot          // open addressing, by key
	mask     uint32
	literals []literal
	index    map[string]int32
	short    []int32 // literals of one or two bytes
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

// slot is the literals that share three bytes.
type slot struct {
	key      uint32 // 0: empty; three bytes never are
	literals []int32
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
		if len(l.text) < 3 {
			f.short = append(f.short, int32(id))
			continue
		}
		l.offset = int32(rarest(l.text))
		key := triple(l.text[l.offset:])
		byKey[key] = append(byKey[key], int32(id))
	}
	size := uint32(16)
	for int(size) < 2*len(byKey) {
		size *= 2
	}
	f.slots, f.mask = make([]slot, size), size-1
	for key, literals := range byKey {
		h := spread(key)
		f.bitmap[h>>6] |= 1 << (h & 63)
		for _, id := range literals {
			f.confirm(key, f.literals[id].text[f.literals[id].offset:])
		}
		at := h & f.mask
		for f.slots[at].key != 0 {
			at = (at + 1) & f.mask
		}
		f.slots[at] = slot{key, literals}
	}
}

// confirm sets the bits of the second bitmap for a literal whose rarest bytes
// begin text.
func (f *filter) confirm(key uint32, text []byte) {
	if len(text) > 3 {
		h := spread(key | uint32(text[3]|0x20)<<24)
		f.second[h>>6] |= 1 << (h & 63)
		return
	}
	for b := range uint32(256) {
		h := spread(key | (b|0x20)<<24)
		f.second[h>>6] |= 1 << (h & 63)
	}
}

// triple is the first three bytes of b as one number, letters as small ones.
func triple(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) | 0x202020
}

func spread(key uint32) uint32 { return key * 0x9E3779B1 >> 16 }

// pass appends the places where literals stand. The literals of one or two
// bytes come first, then the others, each in the order of the text.
func (f *filter) pass(text []byte, hits []hit) []hit {
	for _, id := range f.short {
		first := f.literals[id].text[0]
		hits = f.passShort(text, id, first, hits)
		if first >= 'a' && first <= 'z' {
			hits = f.passShort(text, id, first&^0x20, hits)
		}
	}
	n := len(text)
	for i := 0; i+4 <= n; i++ {
		four := binary.LittleEndian.Uint32(text[i:]) | 0x20202020
		h := (four & 0xFFFFFF) * 0x9E3779B1 >> 16
		if f.bitmap[h>>6&1023]&(1<<(h&63)) == 0 {
			continue
		}
		if h = spread(four); f.second[h>>6&1023]&(1<<(h&63)) != 0 {
			hits = f.look(text, i, four&0xFFFFFF, hits)
		}
	}
	if n >= 3 {
		hits = f.look(text, n-3, triple(text[n-3:]), hits)
	}
	return hits
}

func (f *filter) look(text []byte, i int, key uint32, hits []hit) []hit {
	for at := spread(key) & f.mask; f.slots[at].key != 0; at = (at + 1) & f.mask {
		if f.slots[at].key != key {
			continue
		}
		for _, id := range f.slots[at].literals {
			l := &f.literals[id]
			if from := i - int(l.offset); from >= 0 && standsAt(text[from:], l.text) {
				hits = append(hits, hit{id, int32(from)})
			}
		}
		break
	}
	return hits
}

func (f *filter) passShort(text []byte, id int32, first byte, hits []hit) []hit {
	l := f.literals[id].text
	for at := 0; at < len(text); at++ {
		i := bytes.IndexByte(text[at:], first)
		if i < 0 {
			break
		}
		at += i
		if len(l) == 1 || at+1 < len(text) && lowerASCII(text[at+1]) == l[1] {
			hits = append(hits, hit{id, int32(at)})
		}
	}
	return hits
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
