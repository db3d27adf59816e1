package rules

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// filter finds, in one pass, every literal that any detector waits for, ASCII
// case ignored. Each literal is looked for by its rarest four bytes: a hash of
// them is looked up in a bitmap that stays in the first-level cache, and most places end there.
// Those of three bytes have a bitmap of their own, and the few that are shorter a table by byte.
// The bitmaps are Bloom filters of two bits for each entry, both in one word.
type filter struct {
	fours    [1 << 10]uint64 // by four bytes: 8 KB
	threes   [1 << 8]uint64  // by three bytes, of the literals that have no more: 2 KB
	classes  [256]classes    // by byte
	keys     []uint32        // open addressing: the rarest bytes of literals, four, or three and a zero; 0: empty, which they never are
	shares   []share         // by key
	rest     []rest          // of the literals, those that share a key together
	mask     uint32
	literals []literal
	index    map[string]int32
	short    [256][]rest // by rarest byte: the literals of one byte or two
	watched  int
}

// classes are what is told of the bytes of a text, a bit each.
type classes uint8

const (
	shortLiteral classes = 1 << iota // the rarest byte of a literal that has one or two
	digitByte
	lateByte  // a number whose first digit comes late may begin with it, where no keyword stands
	firstMark // and all behind it: a byte that a view waits for
)

// watch makes the filter tell whether a byte stands in a text, and returns how. There is room for five.
func (f *filter) watch(b byte) classes {
	f.watched++
	c := firstMark << (f.watched - 1)
	f.classes[b] |= c
	return c
}

// tell makes the filter tell whether any of some bytes stands in a text.
func (f *filter) tell(bytes *[256]bool, as classes) {
	for b, is := range bytes {
		if is {
			f.classes[b] |= as
		}
	}
}

// share says which literals share a key.
type share struct{ first, stop int32 }

// rest is what a place must have, beside the rarest bytes, for a literal to stand there. Its
// bytes are here, and not where the literal is, since most are compared in vain.
type rest struct {
	beside  *[256]bool // what must stand on either side of a literal of one byte; nil: anything
	text    uint64     // the first eight bytes, as small letters
	mask    uint64     // which of them the literal has
	literal int32
	offset  uint8 // of the rarest bytes
}

// literal is a text to look for, and who wants to know.
type literal struct {
	text     []byte // small letters
	begin    dfa.Start
	inside   dfa.Start // of the patterns that may begin inside a word
	begins   bool
	insides  bool
	words    []int32    // detectors that have it as a word
	windows  []int32    // probes that run around it
	opens    []int32    // probes that run only where it stands near
	matchers []int32    // probes that are code
	beside   *[256]bool // what the matchers want to stand on either side of it; nil: they do not say
	anywhere bool       // somebody wants to know of it wherever it stands
	views    []int32    // views that it hints at
	patterns []int32    // probes that begin with it, until they are compiled
}

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
	if len(f.literals) == cap(f.literals) {
		f.literals = slices.Grow(f.literals, len(f.literals)+64)
	}
	f.literals = append(f.literals, literal{text: low})
	return &f.literals[id]
}

// seal makes the tables. Nothing is added after it.
func (f *filter) seal() {
	for b := '0'; b <= '9'; b++ {
		f.classes[b] |= digitByte
	}
	var all []keyed
	for id := range f.literals {
		text := f.literals[id].text
		size := min(len(text), 4)
		if size < 3 {
			r := newRest(text, rarest(text, 1), id)
			r.beside = f.literals[id].besides()
			f.shorter(text[r.offset], r)
			continue
		}
		r := newRest(text, rarest(text, size), id)
		all = append(all, keyed{keyOf(text[r.offset:]), r})
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.literal, b.literal)) })
	f.hash(all)
}

// keyed is the rest of a literal with its key.
type keyed struct {
	key uint32
	rest
}

// hash makes the tables of the keys, which are sorted, and their literals.
func (f *filter) hash(all []keyed) {
	slots := uint32(16)
	for int(slots) < 2*len(all) {
		slots *= 2
	}
	f.keys, f.shares, f.mask = make([]uint32, slots), make([]share, slots), slots-1
	f.rest = make([]rest, len(all))
	for first, i := 0, 0; i < len(all); i++ {
		f.rest[i] = all[i].rest
		key := all[i].key
		if i+1 < len(all) && all[i+1].key == key {
			continue
		}
		f.mark(key)
		at := spread(key) & f.mask
		for f.keys[at] != 0 {
			at = (at + 1) & f.mask
		}
		f.keys[at], f.shares[at] = key, share{int32(first), int32(i + 1)}
		first = i + 1
	}
}

// besides returns the bytes one of which must stand on either side for anybody to want the literal.
func (l *literal) besides() *[256]bool {
	if l.anywhere || len(l.words)+len(l.windows)+len(l.opens)+len(l.views)+len(l.patterns) > 0 {
		return nil
	}
	return l.beside
}

func newRest(text []byte, offset, id int) rest {
	r := rest{offset: uint8(offset), literal: int32(id)}
	for i, b := range text[:min(len(text), 8)] {
		r.text |= uint64(b|0x20) << (8 * i)
		r.mask |= 0xFF << (8 * i)
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

// mark sets the bits of a key in the bitmaps.
func (f *filter) mark(key uint32) {
	if key > 0xFFFFFF {
		h := key * golden
		f.fours[h>>22] |= 1<<(h>>16&63) | 1<<(h>>10&63)
		return
	}
	h := key << 8 * golden
	f.threes[h>>24] |= 1<<(h>>18&63) | 1<<(h>>12&63)
}

// keyOf is the first four bytes of b as one number, letters as small ones; three where there
// are no more.
func keyOf(b []byte) uint32 {
	if len(b) < 4 {
		return triple(b)
	}
	return binary.LittleEndian.Uint32(b) | 0x20202020
}

// triple is the first three bytes of b as one number, letters as small ones.
func triple(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) | 0x202020
}

// golden spreads the bits of what it is multiplied by (Knuth's multiplicative hashing).
const golden = 0x9E3779B1

func spread(key uint32) uint32 { return key * golden >> 16 }

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
