package rules

import (
	"math/bits"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// walk tries the patterns of a start at one place, and weighs each match: of
// the places where a pattern can end, the last first.
func (e *Engine) walk(s *scratch, m *machine, start dfa.Start, at int) {
	s.begins = 0
	var looked int
	var met bool
	s.ends, looked, met = m.set.Walk(start, s.text, at, min(at+s.reach(), len(s.text)), s.cuts, s.ends[:0], s.any[:len(m.none)*m.confirms])
	s.looked += looked
	if !met {
		return
	}
	e.open(s, m)
	if len(s.ends) > 0 {
		s.wants(m, at)
		for i := len(s.ends) - 1; i >= 0 && s.edges > 0; i-- {
			e.weighEnd(s, m, at, s.ends[i])
		}
	}
	for w, any := range s.any[:len(m.none)*m.confirms] {
		if any == 0 {
			continue
		}
		s.any[w] = 0
		for left := any & s.may[w]; left != 0; left &= left - 1 {
			n := w<<6 | bits.TrailingZeros64(left)
			if m.shapes != nil && !m.shapes.begin(n, s.text[:at+looked], at) {
				continue
			}
			if e.isOpen(s, m, n, at, at+looked) {
				e.confirm(s, m.probes[n], at, at+looked)
			}
		}
	}
}

// weighEnd weighs the patterns that can end at one place. Most that have the edges
// of a number have none here, which is looked at once for all of them.
func (e *Engine) weighEnd(s *scratch, m *machine, at int, end dfa.End) {
	clean, looked := false, false
	for _, p := range end.Patterns {
		left := p.Bits & s.want[p.Word]
		if left == 0 {
			continue
		}
		if left&m.edged[p.Word] != 0 {
			if !looked {
				clean, looked = s.beginsAt(at) && s.numberEnds(end.At), true
			}
			if !clean {
				left &^= m.edged[p.Word]
			}
		}
		for ; left != 0; left &= left - 1 {
			e.weighPattern(s, m, p.Word<<6|bits.TrailingZeros64(left), at, end.At)
		}
	}
}

// wants leaves in want the patterns that may find something where the walk began.
func (s *scratch) wants(m *machine, at int) {
	if m.shapes == nil {
		s.want = append(s.want[:0], s.may...)
		return
	}
	s.want = s.want[:0]
	for w, begin := range m.shapes.begins[s.text[at]] {
		s.want = append(s.want, s.may[w]&begin)
	}
}

// beginsAt is numberBegins, remembered for the walk.
func (s *scratch) beginsAt(at int) bool {
	if s.begins == 0 {
		s.begins = -1
		if s.numberBegins(at) {
			s.begins = 1
		}
	}
	return s.begins > 0
}

// weighPattern weighs one pattern of a walk, which has the right shape from at to end. Where it is
// nothing without a context word, the text is searched for these first.
func (e *Engine) weighPattern(s *scratch, m *machine, n, at, end int) {
	if m.shapes != nil && !m.shapes.fits(n, s.text, at, end) || !e.isOpen(s, m, n, at, end) || m.shapes != nil && !m.shapes.passes(s, n, at, end) {
		return
	}
	id := m.probes[n]
	if !s.free(id, at) {
		if m.shapes == nil {
			s.want.Remove(n) // it is not at the other ends either
		}
		return
	}
	var found bool
	if m.shapes != nil && m.shapes.trials[n].alone {
		found = s.affords(id) && e.weighTried(s, id, at, end)
	} else {
		found = e.weigh(s, id, at, end)
	}
	if found {
		s.want.Remove(n)
		s.mark(id, end)
	}
}

// confirm asks package regexp where the value of a match is.
func (e *Engine) confirm(s *scratch, id int32, at, end int) {
	p := &e.probes[id]
	if !s.free(id, at) || s.regexps <= 0 {
		return
	}
	stop := min(end+4, len(s.text)) // a little more, for what looks at the next character
	loc := p.regexp().FindSubmatchIndex(s.text[at:stop])
	s.spendRegexp(stop - at)
	if loc == nil || loc[2*p.group] < 0 {
		return
	}
	if e.weigh(s, id, at+loc[2*p.group], at+loc[2*p.group+1]) {
		s.mark(id, at+loc[1])
	}
}
