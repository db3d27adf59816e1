package rules

// readNumbers tries all patterns of numbers at each place where one can begin:
// not inside a word, and near enough before a digit.
func (e *Engine) readNumbers(s *scratch) {
	if !s.digits {
		return
	}
	quiet := len(e.opened(s)) == 0
	for i, m := range e.numbers {
		if len(m.probes) == 0 || i == 1 && quiet && s.seen&lateByte == 0 {
			continue
		}
		if quiet {
			e.readDigits(s, m, &m.quiet)
		} else {
			e.readDigits(s, m, &m.first)
		}
	}
}

func (e *Engine) readDigits(s *scratch, m *machine, first *[256]bool) {
	for from, cluster, at := 0, (run{}), nextDigit(s.text, 0); at >= 0; at = nextDigit(s.text, from) {
		if s.cuts != nil && at >= cluster.end {
			cluster = digitsFrom(s.text, at)
		}
		for p := max(from, at-m.lead); p <= at && s.worthStarting(at); p++ {
			if first[s.text[p]] && s.boundary(p) && s.believedStart(p, cluster) {
				e.walkNumber(s, m, p, p == at)
			}
		}
		from = s.groupEnd(at)
	}
}

// groupEnd returns where the digits end that stand together at text[at].
func (s *scratch) groupEnd(at int) int {
	if s.cuts == nil {
		return at + leadingDigits(s.text[at:])
	}
	text, cuts := s.text, s.cuts[:len(s.text)]
	for at++; at < len(text) && digit(text[at]) && !cuts[at]; {
		at++
	}
	return at
}

// walkNumber walks from a place at which a number may begin. At a digit that goes on with something, none by
// itself does, and only the few patterns are tried that can be part of a thing.
func (e *Engine) walkNumber(s *scratch, m *machine, at int, isDigit bool) {
	switch {
	case !isDigit:
		e.walk(s, m, m.all, at)
	case s.freeBefore(at):
		e.walk(s, m, m.atDigit, at)
	case m.loosely[s.text[at]]:
		e.walk(s, m, m.loose, at)
	}
}

// readRuns tries the patterns of long words where one begins, and a little before.
func (e *Engine) readRuns(s *scratch) {
	if len(e.runs.probes) == 0 || !s.long {
		return
	}
	r, ok := nextRun(s.text, 0, e.runs.least, &wordBytes, '0')
	if !ok {
		return
	}
	for from := 0; ok; r, ok = nextRun(s.text, r.end, e.runs.least, &wordBytes, '0') {
		for p := max(from, r.start-e.runs.lead); p <= r.start; p++ {
			if e.runs.first[s.text[p]] && s.boundary(p) {
				e.walk(s, e.runs, e.runs.all, p)
			}
		}
		from = r.start + 1
	}
}
