package rules

// open sets out which patterns of a machine are worth weighing in this text.
func (e *Engine) open(s *scratch, m *machine) {
	if s.opener == m {
		return
	}
	s.opener = m
	s.open = append(s.open[:0], m.open...)
	for _, h := range e.opened(s) {
		e.allow(s, m, e.filter.literals[h.literal].opens)
	}
	if s.asked = false; s.read {
		e.hear(s, m)
		return
	}
	s.may = append(s.may[:0], s.open...)
	for w := range s.may {
		s.may[w] |= m.asks[w]
	}
	e.restrict(s, m)
}

// opened returns where the literals stand that some pattern must have near by.
func (e *Engine) opened(s *scratch) []hit {
	if s.opened == nil {
		s.opened = s.openedHere[:0]
		for _, h := range s.hits {
			if len(e.filter.literals[h.literal].opens) > 0 {
				s.opened = append(s.opened, h)
			}
		}
		s.openedHere = s.opened
	}
	return s.opened
}

// restrict leaves, in a view that only a check digit proves, the patterns that have one.
func (e *Engine) restrict(s *scratch, m *machine) {
	if s.strict {
		for w := range s.may {
			s.may[w] &= m.proofs[w]
		}
	}
}

// allow opens the patterns of a machine whose keyword stands in the text.
func (e *Engine) allow(s *scratch, m *machine, probes []int32) {
	for _, id := range probes {
		if p := &e.probes[id]; !p.asks && m.owns(p.number, id) {
			s.open.Add(p.number)
		}
	}
}

// isOpen reports whether a pattern that may be worth weighing from start to end is.
func (e *Engine) isOpen(s *scratch, m *machine, n, start, end int) bool {
	if s.open.Has(n) {
		return true
	}
	if !s.asked {
		if e.listensNear(s) {
			return m.asks.Has(n) && e.mayBeSpokenFor(s, e.probes[m.probes[n]].detector, start, end)
		}
		e.listenTo(s)
		e.hear(s, m)
	}
	return s.open.Has(n)
}

// hear opens the patterns for which a context word was heard.
func (e *Engine) hear(s *scratch, m *machine) {
	s.asked = true
	s.hearing++
	for _, words := range [2][]heard{s.heard, s.before} {
		for _, h := range words {
			if s.spoken[h.word] == s.hearing {
				continue
			}
			s.spoken[h.word] = s.hearing
			for _, u := range e.context.words[h.word].uses {
				if u.as == speaksFor || u.as == speaksNames {
					s.spokenTo[u.detector] = s.epoch
					m.openAll(s.open, u.detector)
				}
			}
		}
	}
	s.may = append(s.may[:0], s.open...)
	e.restrict(s, m)
}

// unspoken reports whether it is known that no word of the text, nor of the one before, speaks for a detector.
func (s *scratch) unspoken(detector int32) bool {
	return s.asked && s.spokenTo[detector] != s.epoch
}
