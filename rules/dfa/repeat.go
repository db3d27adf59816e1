package dfa

import "regexp/syntax"

// repeat writes counted repeats: xx(x(x)?)? for x{2,4}, xx+ for x{2,}. Only the
// first x is compiled, the others are copies of its instructions: most of all
// instructions come of repeats.
func (b *Builder) repeat(re *syntax.Regexp, next int32) int32 {
	x := copies{b: b, re: re.Sub[0]}
	left := re.Min
	switch {
	case re.Max < 0 && left == 0:
		return b.loop(x.re, syntax.OpStar, next)
	case re.Max < 0:
		next = b.loop(x.re, syntax.OpPlus, next)
		left--
	default:
		end := next
		for range re.Max - re.Min {
			next = b.emit(inst{op: opSplit, out: x.before(next), alt: end})
		}
	}
	for range left {
		next = x.before(next)
	}
	return next
}

// copies writes an expression again and again.
type copies struct {
	b        *Builder
	re       *syntax.Regexp
	made     bool
	from, to int32 // the instructions of the first
	entry    int32 // where it begins
}

// before writes the expression before next and returns where it begins.
func (x *copies) before(next int32) int32 {
	if !x.made {
		x.from, x.made = int32(len(x.b.insts)), true
		x.entry = x.b.compile(x.re, next)
		x.to = int32(len(x.b.insts))
		return x.entry
	}
	if len(x.b.insts) > x.b.limit {
		return 0
	}
	at := int32(len(x.b.insts))
	x.b.insts = append(x.b.insts, x.b.insts[x.from:x.to]...)
	for n := range x.b.insts[at:] {
		i := &x.b.insts[int(at)+n]
		i.out = x.moved(i.out, at, next)
		if i.op == opSplit {
			i.alt = x.moved(i.alt, at, next)
		}
	}
	return x.moved(x.entry, at, next)
}

// moved is where an instruction of the first goes on in the copy that begins at: within
// it, or behind it.
func (x *copies) moved(pc, at, next int32) int32 {
	if pc >= x.from {
		return pc - x.from + at
	}
	return next
}
