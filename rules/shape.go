package rules

import (
	"regexp/syntax"
	"slices"
	"unsafe"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// shapes is what a machine of numbers knows beside the shapes of its patterns. An automaton of
// several hundred patterns that tell digits apart has far more states than a cache holds;
// one in which every digit is like any other has few. So walks find where something of the right
// shape ends, and only the patterns of that shape look at the digits.
type shapes struct {
	builder dfa.Builder
	set     *dfa.Set      // of the patterns as they are
	trials  []trial       // by pattern
	begins  [256]dfa.Bits // by byte: the patterns that can begin with it
}

// trial is what a number of the right shape must be, beside it, to be worth weighing. Most are not, and
// this is all that is read for them.
type trial struct {
	differs  bool      // the shape has more matches than the pattern, beyond their first bytes
	alone    bool      // it must stand by itself as numbers do, and nothing else
	start    dfa.Start // of the pattern as it is
	checks   []func(string) bool
	detector int32
	unspoken []func(string) bool // what it must be too where no word speaks for its detector
}

// shaped returns the tree with every digit in the place of some, and whether that makes any
// difference. The tree itself is left alone.
func shaped(re *syntax.Regexp) (_ *syntax.Regexp, differs bool) {
	switch re.Op { //nolint:exhaustive // the rest holds others, or no digit
	case syntax.OpLiteral:
		return shapedLiteral(re)
	case syntax.OpCharClass:
		return shapedClass(re)
	}
	var subs []*syntax.Regexp
	for i, sub := range re.Sub {
		if s, d := shaped(sub); d {
			if subs == nil {
				subs = slices.Clone(re.Sub)
			}
			subs[i] = s
		}
	}
	if subs == nil {
		return re, false
	}
	other := *re
	other.Sub = subs
	return &other, true
}

// anyDigit is the class of all of them.
var anyDigit = &syntax.Regexp{Op: syntax.OpCharClass, Rune: []rune{'0', '9'}}

func shapedLiteral(re *syntax.Regexp) (*syntax.Regexp, bool) {
	if !slices.ContainsFunc(re.Rune, func(r rune) bool { return digits(r, r) }) {
		return re, false
	}
	all := &syntax.Regexp{Op: syntax.OpConcat, Flags: re.Flags}
	for _, r := range re.Rune {
		if digits(r, r) {
			all.Sub = append(all.Sub, anyDigit)
		} else {
			all.Sub = append(all.Sub, &syntax.Regexp{Op: syntax.OpLiteral, Flags: re.Flags, Rune: []rune{r}})
		}
	}
	return all, true
}

func shapedClass(re *syntax.Regexp) (*syntax.Regexp, bool) {
	count := 0
	for i := 0; i+1 < len(re.Rune); i += 2 {
		count += max(0, int(min(re.Rune[i+1], '9')-max(re.Rune[i], '0'))+1)
	}
	if count == 0 || count == 10 {
		return re, false
	}
	other := *re
	other.Rune = append(slices.Clone(re.Rune), '0', '9')
	return &other, true
}

// tellsLater reports whether the tree tells digits apart elsewhere than at the first byte of a match,
// at which a walk begins only where the pattern can.
func tellsLater(re *syntax.Regexp) bool {
	switch re.Op { //nolint:exhaustive // the rest is not looked into
	case syntax.OpCapture:
		return tellsLater(re.Sub[0])
	case syntax.OpCharClass:
		return false
	case syntax.OpConcat:
		if re.Sub[0].Op == syntax.OpLiteral && len(re.Sub[0].Rune) > 1 {
			return true
		}
		return tellsLater(re.Sub[0]) || slices.ContainsFunc(re.Sub[1:], tells)
	case syntax.OpLiteral:
		return slices.ContainsFunc(re.Rune[1:], func(r rune) bool { return digits(r, r) })
	}
	return tells(re)
}

// tells reports whether the tree tells digits apart.
func tells(re *syntax.Regexp) bool {
	_, differs := shaped(re)
	return differs
}

// add takes a pattern in and returns its shape.
func (x *shapes) add(tree *syntax.Regexp) (shape *syntax.Regexp, exact bool, err error) {
	shape, differs := shaped(tree)
	x.trials = append(x.trials, trial{differs: differs && tellsLater(tree)})
	_, exact, err = x.builder.Add(tree)
	return shape, exact, err
}

// maxShaped bounds the states of the patterns as they are, each of which has some dozens.
const maxShaped = 24_000

// seal makes the automaton of the patterns as they are, which are those of a machine.
func (x *shapes) seal(e *Engine, m *machine) {
	x.set = x.builder.Build(maxShaped)
	for b := range x.begins {
		x.begins[b] = make(dfa.Bits, x.set.Words())
	}
	for n := range x.trials {
		t, p := &x.trials[n], &e.probes[m.probes[n]]
		t.start = x.set.Start(n)
		if t.alone = m.edged.Has(n) && len(p.keywords) == 0; t.alone {
			d := e.detectors[p.detector]
			t.detector, t.checks = p.detector, d.checksOf(p.demands)
			t.unspoken = d.checksOf(d.demandsUnspoken(p.pattern, p.demands))
		}
		first := x.set.First(t.start)
		for b := range x.begins {
			if first[b] {
				x.begins[b].Add(n)
			}
		}
	}
	x.builder = dfa.Builder{}
}

// digit reports whether pattern n can begin with a digit.
func (x *shapes) digit(n int) bool {
	for d := '0'; d <= '9'; d++ {
		if x.begins[d].Has(n) {
			return true
		}
	}
	return false
}

// begin reports whether pattern n, whose shape text has at some place behind at, matches there.
func (x *shapes) begin(n int, text []byte, at int) bool {
	t := &x.trials[n]
	return x.begins[text[at]].Has(n) && (!t.differs || x.set.Begins(t.start, text, at))
}

// fits reports whether text[at:end], which has the shape of pattern n, matches it.
func (x *shapes) fits(n int, text []byte, at, end int) bool {
	t := &x.trials[n]
	return !t.differs || x.set.Match(t.start, text[:end], at)
}

// passes reports whether it has what every level of the pattern's detector demands, too.
func (x *shapes) passes(s *scratch, n, at, end int) bool {
	t := &x.trials[n]
	if t.alone {
		s.edges--
	}
	return s.all(t.checks, at, end) && (len(t.unspoken) == 0 || !s.unspoken(t.detector) || s.all(t.unspoken, at, end))
}

// all reports whether text[at:end] passes all checks.
func (s *scratch) all(checks []func(string) bool, at, end int) bool {
	for _, check := range checks {
		if !check(unsafe.String(&s.text[at], end-at)) {
			return false
		}
	}
	return true
}
