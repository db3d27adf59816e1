package dfa

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// MaxInst bounds the instructions of one pattern: about one for each byte of
// its longest match and each alternative.
const MaxInst = 20_000

type op uint8

const (
	opByte  op = iota // a byte from lo to hi, then out
	opSet             // a byte of the set alt, then out
	opSplit           // out or alt
	opMatch           // the pattern ends well
	opFail
)

// inst is one instruction of the automaton that is not deterministic yet.
type inst struct {
	op       op
	lo, hi   byte
	out, alt int32 // of a match: out is the pattern
}

// byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) has(b byte) bool { return s[b>>6]>>(b&63)&1 != 0 }

func (s *byteSet) add(lo, hi byte) {
	for w := lo >> 6; w <= hi>>6; w++ {
		from, to := max(lo, w<<6)&63, min(hi, w<<6|63)&63
		s[w] |= ^uint64(0) << from & (^uint64(0) >> (63 - to))
	}
}

func (s *byteSet) join(other byteSet) {
	for w := range s {
		s[w] |= other[w]
	}
}

// edges are the bytes of which it has one and not the one before, or the other
// way round. The byte 0 is one when it is in the set.
func (s *byteSet) edges() (edges byteSet) {
	before := uint64(0)
	for w, bits := range s {
		edges[w] = bits ^ (bits<<1 | before)
		before = bits >> 63
	}
	return edges
}

// Builder gathers patterns. The zero value is ready.
type Builder struct {
	insts   []inst
	sets    []byteSet
	setAt   map[byteSet]int32
	utf8    map[[2]rune][][]byteRange // by range of characters: most patterns use the same few
	entries []int32                   // per pattern
	cuts    byteSet                   // the bytes that an instruction tells from the one before
	limit   int
	inexact bool
	loose   bool
	loosely bool // something was taken loosely
}

// Add takes a pattern in and returns its number, counted from 0. Exact says that a walk ends
// exactly where the regular expression can; it is false for patterns with
// anchors or word boundaries, which a walk passes over, for classes of very many
// characters beyond ASCII, which it takes for all of them, and for large patterns, where
// several characters beyond ASCII may pass as one: those ends must be confirmed. The
// error says that the pattern is too large.
func (b *Builder) Add(tree *syntax.Regexp) (pattern int, exact bool, err error) {
	start := len(b.insts)
	b.loose = false
	if entry, ok := b.add(tree, start+looseFrom); ok {
		return b.added(entry), !b.inexact, nil
	}
	b.loose, b.loosely = true, false
	if entry, ok := b.add(tree, start+MaxInst); ok {
		return b.added(entry), !b.inexact && !b.loosely, nil
	}
	b.insts = b.insts[:start]
	return 0, false, fmt.Errorf("it has more than %d states; use smaller repeat counts", MaxInst)
}

// looseFrom is from how many instructions on a pattern is taken loosely.
const looseFrom = 1500

func (b *Builder) add(tree *syntax.Regexp, limit int) (entry int32, ok bool) {
	start, cuts := len(b.insts), b.cuts
	b.limit, b.inexact = limit, false
	match := b.emit(inst{op: opMatch, out: int32(len(b.entries))})
	entry = b.compile(tree, match)
	if len(b.insts) <= limit {
		return entry, true
	}
	b.insts, b.cuts = b.insts[:start], cuts
	return 0, false
}

func (b *Builder) added(entry int32) int {
	b.entries = append(b.entries, entry)
	return len(b.entries) - 1
}

func (b *Builder) emit(i inst) int32 {
	if len(b.insts) > b.limit {
		return 0 // too large: Add says so
	}
	b.insts = append(b.insts, i)
	return int32(len(b.insts) - 1)
}

// Grow makes place for n instructions more. It saves time where there are many
// patterns whose Len by themselves is known.
func (b *Builder) Grow(n int) { b.insts = slices.Grow(b.insts, n) }

// compile writes the instructions of re, which go on at next, and returns the first.
func (b *Builder) compile(re *syntax.Regexp, next int32) int32 {
	if len(b.insts) > b.limit {
		return 0
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return next
	case syntax.OpLiteral:
		return b.literal(re, next)
	case syntax.OpCharClass:
		return b.class(re.Rune, next)
	case syntax.OpAnyChar:
		return b.class([]rune{0, utf8.MaxRune}, next)
	case syntax.OpAnyCharNotNL:
		return b.class([]rune{0, '\n' - 1, '\n' + 1, utf8.MaxRune}, next)
	case syntax.OpCapture:
		return b.compile(re.Sub[0], next)
	case syntax.OpConcat:
		for _, sub := range slices.Backward(re.Sub) {
			next = b.compile(sub, next)
		}
		return next
	case syntax.OpAlternate:
		return b.alternate(re.Sub, next)
	case syntax.OpQuest:
		return b.emit(inst{op: opSplit, out: b.compile(re.Sub[0], next), alt: next})
	case syntax.OpStar, syntax.OpPlus:
		return b.loop(re.Sub[0], re.Op, next)
	case syntax.OpRepeat:
		return b.repeat(re, next)
	case syntax.OpNoMatch:
		return b.emit(inst{op: opFail})
	default: // the places between characters
		b.inexact = true
		return next
	}
}

func (b *Builder) alternate(subs []*syntax.Regexp, next int32) int32 {
	entry := b.compile(subs[len(subs)-1], next)
	for i := len(subs) - 2; i >= 0; i-- {
		entry = b.emit(inst{op: opSplit, out: b.compile(subs[i], next), alt: entry})
	}
	return entry
}

// loop writes sub* or sub+.
func (b *Builder) loop(sub *syntax.Regexp, op syntax.Op, next int32) int32 {
	split := b.emit(inst{op: opSplit, alt: next})
	body := b.compile(sub, split)
	if len(b.insts) <= b.limit {
		b.insts[split].out = body
	}
	if op == syntax.OpPlus {
		return body
	}
	return split
}

func (b *Builder) literal(re *syntax.Regexp, next int32) int32 {
	folds := re.Flags&syntax.FoldCase != 0
	for _, r := range slices.Backward(re.Rune) {
		switch {
		case r < utf8.RuneSelf:
			next = b.emit(inst{op: opSet, out: next, alt: b.set(letter(byte(r), folds))})
		case folds:
			next = b.class(orbit(r), next)
		default:
			next = b.class([]rune{r, r}, next)
		}
	}
	return next
}

// letter is the set of an ASCII character, and of its other case where it folds.
// What else is the same letter, K and ſ, a class leaves out too.
func letter(c byte, folds bool) (s byteSet) {
	s.add(c, c)
	if low := c | 0x20; folds && low >= 'a' && low <= 'z' {
		s.add(c^0x20, c^0x20)
	}
	return s
}

// orbit is the class of the characters that are r in another case.
func orbit(r rune) []rune {
	class := []rune{r, r}
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		class = append(class, o, o)
	}
	return class
}

// manyRanges is from how many ranges beyond ASCII on a class stands for every
// character beyond ASCII.
const manyRanges = 12

// class writes one character of the ranges.
func (b *Builder) class(ranges []rune, next int32) int32 {
	entry := int32(-1)
	add := func(first int32) {
		if entry >= 0 {
			first = b.emit(inst{op: opSplit, out: first, alt: entry})
		}
		entry = first
	}
	beyond := 0
	var ascii byteSet
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		if lo < utf8.RuneSelf {
			ascii.add(byte(lo), byte(min(hi, utf8.RuneSelf-1)))
		}
		if hi >= utf8.RuneSelf && !(lo == hi && (lo == 0x212A || lo == 0x17F)) { // (?i) brings these two, and folding takes them
			beyond++
		}
	}
	if ascii != (byteSet{}) {
		add(b.emit(inst{op: opSet, out: next, alt: b.set(ascii)}))
	}
	if beyond > manyRanges {
		b.inexact = true
		ranges = []rune{utf8.RuneSelf, utf8.MaxRune}
	}
	if b.loose && beyond > 0 {
		b.loosely = true
		split := b.emit(inst{op: opSplit, alt: next})
		first := b.span(byteRange{utf8.RuneSelf, 0xFF}, split)
		if len(b.insts) <= b.limit {
			b.insts[split].out = first
		}
		add(first)
	} else if beyond > 0 {
		for i := 0; i+1 < len(ranges); i += 2 {
			for _, s := range b.encoded(max(ranges[i], utf8.RuneSelf), ranges[i+1]) {
				add(b.sequence(s, next))
			}
		}
	}
	if entry < 0 {
		return b.emit(inst{op: opFail})
	}
	return entry
}

// encoded is sequences, remembered.
func (b *Builder) encoded(lo, hi rune) [][]byteRange {
	key := [2]rune{lo, hi}
	s, ok := b.utf8[key]
	if !ok {
		if b.utf8 == nil {
			b.utf8 = map[[2]rune][][]byteRange{}
		}
		s = sequences(lo, hi)
		b.utf8[key] = s
	}
	return s
}

// set returns the number of a set of bytes.
func (b *Builder) set(s byteSet) int32 {
	if n, ok := b.setAt[s]; ok {
		return n
	}
	if b.setAt == nil {
		b.setAt = map[byteSet]int32{}
	}
	n := int32(len(b.sets))
	b.setAt[s], b.sets = n, append(b.sets, s)
	return n
}

func (b *Builder) sequence(s []byteRange, next int32) int32 {
	for _, r := range slices.Backward(s) {
		next = b.span(r, next)
	}
	return next
}

// span writes one byte of a range.
func (b *Builder) span(r byteRange, next int32) int32 {
	b.cuts.add(r.lo, r.lo)
	if r.hi < 0xFF {
		b.cuts.add(r.hi+1, r.hi+1)
	}
	return b.emit(inst{op: opByte, lo: r.lo, hi: r.hi, out: next})
}

// Len returns how many instructions there are.
func (b *Builder) Len() int { return len(b.insts) }
