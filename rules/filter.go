package rules

import (
	"cmp"
	"encoding/binary"
	"math/bits"
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
	firstMark // and all behind it: a byte that a view waits for
)

// watch makes the filter tell whether a byte stands in a text, and returns how. There is room for six.
func (f *filter) watch(b byte) classes {
	f.watched++
	c := firstMark << (f.watched - 1)
	f.classes[b] |= c
	return c
}

// share says which literals share a key.
type share struct{ first, stop int32 }

// rest is what a place must have, beside the rarest bytes, for a literal to stand there. Its
// bytes are here, and not where the literal is, since most are compared in vain.
type rest struct {
	text    uint64 // the first eight bytes, as small letters
	mask    uint64 // which of them the literal has
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
