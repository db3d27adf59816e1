package dfa

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Bits is a set of patterns.
type Bits []uint64

// Has reports whether pattern i is in the set.
func (b Bits) Has(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }

// Add puts pattern i into the set.
func (b Bits) Add(i int) { b[i>>6] |= 1 << (i & 63) }

// Remove takes pattern i out of the set.
func (b Bits) Remove(i int) { b[i>>6] &^= 1 << (i & 63) }

// States of the automaton that are no states.
const (
	unknown int32 = 0 // not looked at yet
	dead    int32 = 1 // nothing can match any more
	full    int32 = -1
)

// What is set in the number of a state in which some pattern can end, so that a walk that has the
// number need look nowhere else.
const (
	tells int32 = 1 << 30 // patterns whose ends are told
	marks int32 = 1 << 29 // patterns of Only
	live        = tells | marks
)

// Set is many patterns as one automaton. It is safe for concurrent use.
type Set struct {
	insts   []inst
	sets    []byteSet
	entries []int32
	classes [256]uint8
	bytes   []byte // one byte of each class
	stride  int32  // of a state in the table
	leaps   int32  // in a row: what comes before the leaps; 0: there are none
	digit   uint8  // the class of all digits where there are leaps
	words   int
	limit   int32
	search  bool      // patterns may begin anywhere
	only    Bits      // patterns of which only is asked whether they end; nil: none
	starts  [][]int32 // the instructions that each start begins with
	now     atomic.Pointer[table]
}

// Start names patterns that begin together.
type Start int32

// Anywhere makes walks find the patterns of the first start wherever they begin, and not only where the
// walk does. It is to be called before the first walk.
func (s *Set) Anywhere() { s.search = true }

// Build makes an automaton of the patterns that keeps at most limit states in
// memory; when a text asks for more, it forgets all and begins anew. It begins with room
// for few, since most texts ask for few, and has twice as much each time it begins anew.
func (b *Builder) Build(limit int) *Set {
	s := &Set{insts: b.insts, sets: b.sets, entries: b.entries, limit: int32(max(limit, 16)), words: (len(b.entries) + 63) / 64}
	s.classify(b.cuts)
	return s
}

// Patterns returns how many patterns there are.
func (s *Set) Patterns() int { return len(s.entries) }

// Words returns the length of a Bits that holds every pattern.
func (s *Set) Words() int { return s.words }

// classify joins the bytes that no instruction tells apart.
func (s *Set) classify(cuts byteSet) {
	for _, set := range s.sets {
		cuts.join(set.edges())
	}
	class := -1
	for b := range 256 {
		if b == 0 || cuts.has(byte(b)) {
			class++
			s.bytes = append(s.bytes, byte(b))
		}
		s.classes[b] = uint8(class)
	}
	// One for each class and one for the number, and none yet for leaps. Rows that are a power of two apart would share a few
	// lines of the cache.
	s.stride = int32(class+2) | 1
}

// Start returns where walks for these patterns begin. All starts are to be
// made before the first walk.
func (s *Set) Start(patterns ...int) Start {
	pcs := make([]int32, len(patterns))
	for i, p := range patterns {
		pcs[i] = s.entries[p]
	}
	s.starts = append(s.starts, pcs)
	return Start(len(s.starts) - 1)
}

// First returns the bytes with which a walk from a start gets beyond its first.
func (s *Set) First(start Start) (first [256]bool) {
	t := &table{set: s, seen: make([]uint32, len(s.insts))}
	t.clear()
	for _, pc := range s.starts[start] {
		t.follow(pc)
	}
	var all byteSet
	for _, pc := range t.stack {
		switch i := &s.insts[pc]; i.op {
		case opByte:
			all.add(i.lo, i.hi)
		case opSet:
			all.join(s.sets[i.alt])
		case opSplit, opMatch, opFail:
		}
	}
	for b := range first {
		first[b] = all.has(byte(b))
	}
	return first
}

// Only says of which patterns a walk tells no ends, but only, in any, whether
// there is one. Of the others it tells ends, and any knows nothing. It is to be called before
// the first walk.
func (s *Set) Only(patterns Bits) { s.only = patterns }

// States returns how many states are in memory.
func (s *Set) States() int {
	if t := s.now.Load(); t != nil {
		return int(t.count.Load())
	}
	return 0
}

// table is the part of the automaton that texts have asked for.
type table struct {
	set    *Set
	limit  int32
	next   []int32  // by state, which is where its row begins, plus class; the last of a row is its number
	only   [][]Some // by number of a state: the patterns that can end, of which only that is told; nil where there is none
	ends   [][]Some // the same: the others
	starts []int32  // by Start
	count  atomic.Int32

	mu    sync.Mutex // guards what follows, and writing what stands above
	index map[string]int32
	pcs   [][]int32 // by number of a state
	seen  []uint32
	mark  uint32
	stack []int32
}

// Some are the patterns of one word of a Bits.
type Some struct {
	Word int
	Bits uint64
}

func (s *Set) table() *table {
	if t := s.now.Load(); t != nil {
		return t
	}
	return s.renew(nil)
}

// leastRoom is the part of the limit that a first table has room for.
const leastRoom = 16

// renew replaces a table that is full by an empty one, with more room as far as the limit goes.
func (s *Set) renew(old *table) *table {
	limit := max(s.limit/leastRoom, 16)
	if old != nil {
		limit = min(2*old.limit, s.limit)
	}
	t := &table{
		set: s, limit: limit, next: make([]int32, limit*s.stride), only: make([][]Some, limit), ends: make([][]Some, limit), starts: make([]int32, len(s.starts)),
		index: map[string]int32{}, pcs: make([][]int32, 2, 64), seen: make([]uint32, len(s.insts)),
	}
	t.count.Store(2)
	if s.now.CompareAndSwap(old, t) {
		return t
	}
	return s.now.Load()
}

// begin returns the state of a start.
func (t *table) begin(start Start) int32 {
	if s := atomic.LoadInt32(&t.starts[start]); s != unknown {
		return s
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	for _, pc := range t.set.starts[start] {
		t.follow(pc)
	}
	s := t.state()
	if s != full {
		atomic.StoreInt32(&t.starts[start], s)
	}
	return s
}

// grow works out where a byte leads from a state.
func (t *table) grow(state int32, class uint8) int32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := state&^live + int32(class)
	if n := t.next[at]; n != unknown {
		return n
	}
	t.clear()
	b := t.set.bytes[class]
	for _, pc := range t.pcs[t.number(state)] {
		switch i := &t.set.insts[pc]; {
		case i.op == opByte && i.lo <= b && b <= i.hi, i.op == opSet && t.set.sets[i.alt].has(b):
			t.follow(i.out)
		}
	}
	if t.set.search {
		for _, pc := range t.set.starts[0] {
			t.follow(pc)
		}
	}
	n := t.state()
	if n != full {
		atomic.StoreInt32(&t.next[at], n)
	}
	return n
}

func (t *table) clear() {
	t.mark++
	t.stack = t.stack[:0]
}

// follow adds an instruction and all that can be reached from it without a byte.
func (t *table) follow(pc int32) {
	for t.seen[pc] != t.mark {
		t.seen[pc] = t.mark
		switch i := &t.set.insts[pc]; i.op {
		case opSplit:
			t.follow(i.out)
			pc = i.alt
		case opByte, opSet, opMatch:
			t.stack = append(t.stack, pc)
		case opFail:
		}
	}
}

// state returns the state that the gathered instructions make.
func (t *table) state() int32 {
	if len(t.stack) == 0 {
		return dead
	}
	slices.Sort(t.stack)
	key := make([]byte, 0, 4*len(t.stack))
	for _, pc := range t.stack {
		key = append(key, byte(pc), byte(pc>>8), byte(pc>>16), byte(pc>>24))
	}
	if n, ok := t.index[string(key)]; ok {
		return n
	}
	n := t.count.Load()
	if n == t.limit {
		return full
	}
	t.pcs = append(t.pcs, slices.Clone(t.stack))
	name := n * t.set.stride
	t.next[name+t.set.stride-1] = n
	for _, pc := range t.stack {
		if i := t.set.insts[pc]; i.op == opMatch {
			name |= t.accept(n, int(i.out))
		}
	}
	t.index[string(key)] = name
	t.count.Store(n + 1)
	return name
}

// number returns which state it is, counted from the first.
func (t *table) number(state int32) int32 { return t.next[state&^live+t.set.stride-1] }

// accept says that a pattern can end in a state, and returns what that sets in its number.
func (t *table) accept(state int32, pattern int) (as int32) {
	if t.set.only != nil && t.set.only.Has(pattern) {
		t.only[state] = add(t.only[state], pattern)
		return marks
	}
	t.ends[state] = add(t.ends[state], pattern)
	return tells
}

func add(to []Some, pattern int) []Some {
	word, bit := pattern>>6, uint64(1)<<(pattern&63)
	for i := range to {
		if to[i].Word == word {
			to[i].Bits |= bit
			return to
		}
	}
	return append(to, Some{word, bit})
}
