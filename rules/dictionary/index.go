package dictionary

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// least and most are the lengths of the beginnings that are hashed, in bytes.
	// Six are two Han characters; with four, English would be candidates throughout.
	least = 2
	most  = 6

	// sparse is how many bits the bitmap has for a beginning.
	sparse = 16
)

// spelling is one way in which an entry is written.
type spelling struct {
	text  string // folded, ASCII in small letters
	entry int32
	made  bool // not as the list has it
	head  uint64
}

// head is the beginning of a text as a number that sorts as the text does.
func head(text string) uint64 {
	var h uint64
	for i := range 8 {
		h <<= 8
		if i < len(text) {
			h |= uint64(text[i])
		}
	}
	return h
}

// index finds the spellings that stand at a place of a text.
type index struct {
	class  [256]uint8 // what a byte of a text can begin
	bitmap []uint64
	bits   int // of a place in the bitmap
	slots  []slot
	begins []uint32 // where the spellings with one beginning start, and a last one past the end

	text   []byte   // the spellings, sorted, one behind the other
	at     []uint32 // where each starts, and a last one past the end
	parent []int32  // the longest other spelling that this one begins with, or -1; nil when none does
	entry  []int32
	edges  []uint8
}

// slot says which spellings have a beginning. Its tag is never 0 when it is
// taken.
type slot struct{ tag, group uint32 }

// Classes of bytes: bit n says that a spelling starts with it whose hashed
// beginning is n bytes long.
const (
	starts uint8 = 0b111_1100
	inWord uint8 = 0b000_0001 // no spelling starts with it behind another such byte
)

// Edges of spellings that must not be continued by the same word.
const (
	edgeLeft uint8 = 1 << iota
	edgeRight
)

// newIndex sorts the spellings; those too short are left out. Of equal ones one
// that the list has stays, then the entry with the lowest number.
func newIndex(spellings []spelling, substring bool) *index {
	spellings = slices.DeleteFunc(spellings, func(s spelling) bool { return len(s.text) < least })
	size := 0
	for i := range spellings {
		spellings[i].head = head(spellings[i].text)
		size += len(spellings[i].text)
	}
	slices.SortFunc(spellings, func(a, b spelling) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if order := strings.Compare(a.text, b.text); order != 0 || a.made == b.made {
			return cmp.Or(order, cmp.Compare(a.entry, b.entry))
		}
		return cmp.Compare(made(a), made(b))
	})
	spellings = slices.CompactFunc(spellings, func(a, b spelling) bool { return a.text == b.text })
	x := &index{text: make([]byte, 0, size), at: make([]uint32, 1, len(spellings)+1), entry: make([]int32, len(spellings)), edges: make([]uint8, len(spellings))}
	for i, s := range spellings {
		x.text = append(x.text, s.text...)
		x.at = append(x.at, uint32(len(x.text)))
		x.entry[i] = s.entry
		if !substring {
			x.edges[i] = edgesOf(s.text)
		}
		beginning := uint8(1) << min(len(s.text), most)
		x.class[s.text[0]] |= beginning
		x.class[upper(s.text[0])] |= beginning
	}
	if !substring {
		for b := range 256 {
			if alnum(byte(b)) {
				x.class[b] |= inWord
			}
		}
	}
	x.findParents()
	x.hashAll()
	return x
}

func made(s spelling) int {
	if s.made {
		return 1
	}
	return 0
}

// edgesOf says on which side a word must not go on.
func edgesOf(text string) uint8 {
	var e uint8
	if first, _ := utf8.DecodeRuneInString(text); spaced(first) {
		e |= edgeLeft
	}
	if last, _ := utf8.DecodeLastRuneInString(text); spaced(last) {
		e |= edgeRight
	}
	return e
}

// findParents relies on the order: what a spelling begins with stands before
// it, and among what it does not begin with nothing follows that it could.
func (x *index) findParents() {
	parents := make([]int32, len(x.entry))
	var open []int32 // each begins with the one before it
	nested := false
	for i := range parents {
		text := x.spelled(int32(i))
		for len(open) > 0 && !bytes.HasPrefix(text, x.spelled(open[len(open)-1])) {
			open = open[:len(open)-1]
		}
		parents[i] = -1
		if n := len(open); n > 0 && len(x.spelled(open[n-1])) >= most {
			parents[i], nested = open[n-1], true
		}
		open = append(open, int32(i))
	}
	if nested {
		x.parent = parents
	}
}

// hashAll groups the spellings by their beginnings.
func (x *index) hashAll() {
	keys := make([]uint64, 0, len(x.entry))
	for i := range x.entry {
		text := x.spelled(int32(i))
		key := load(text, 0) & masks[min(len(text), most)]
		if n := len(keys); n == 0 || keys[n-1] != key {
			keys, x.begins = append(keys, key), append(x.begins, uint32(i))
		}
	}
	x.begins = append(x.begins, uint32(len(x.entry)))
	x.bits = max(bits.Len(uint(len(keys)*sparse)), 10)
	x.bitmap = make([]uint64, 1<<x.bits/64)
	x.slots = make([]slot, 1<<bits.Len(uint(len(keys)*3/2)))
	for group, key := range keys {
		x.put(hash(key), uint32(group))
	}
}

func (x *index) put(h uint64, group uint32) {
	place := h >> (64 - x.bits)
	x.bitmap[place>>6] |= 1 << (place & 63)
	last := uint64(len(x.slots) - 1)
	at := h & last
	for x.slots[at].tag != 0 {
		at = (at + 1) & last
	}
	x.slots[at] = slot{tag(h), group}
}

// tag is what tells beginnings in one slot apart: bits that neither choose the
// slot nor the place in the bitmap alone.
func tag(h uint64) uint32 { return uint32(h>>16) | 1 }

// spelled is the text of a spelling.
func (x *index) spelled(i int32) []byte { return x.text[x.at[i]:x.at[i+1]] }

func (x *index) bytes() int {
	return len(x.bitmap)*8 + len(x.slots)*8 + len(x.begins)*4 + len(x.text) + len(x.at)*4 + len(x.parent)*4 + len(x.entry)*4 + len(x.edges)
}

// masks has the mask for a beginning of each length.
var masks = [8]uint64{2: 1<<16 - 1, 3: 1<<24 - 1, 4: 1<<32 - 1, 5: 1<<40 - 1, 6: 1<<48 - 1}

// hash spreads a beginning over 64 bits; the fold brings the high half, which
// the product mixes best, down to the bits that choose a slot.
func hash(key uint64) uint64 {
	h := key * 0x9E3779B97F4A7C15
	return h ^ h>>29
}
