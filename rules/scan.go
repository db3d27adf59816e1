package rules

import (
	"math/bits"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/dfa"
)

const (
	// maxFindings bounds the findings of one element; the gravest stay.
	maxFindings = 500
	// maxMatches bounds what one pattern may find in one text, so that a crowd
	// of one kind takes nothing from the others.
	maxMatches = 200
	// aside is how far from its trigger a match may stand, in bytes, for patterns
	// whose trigger is a word near by and no part of the match.
	aside = 180
	// asItStands is the view of a text that nothing was done to but folding.
	asItStands = -1
)

// Scan returns what was found in the elements, sorted by element and start;
// nil when they are clean. Spans are bytes of the original text of an element,
// and never cut a character. The ids and revisions are left empty.
func (e *Engine) Scan(elements []models.Element) []models.Finding {
	return e.ScanBefore(elements, "")
}

// ScanBefore is Scan for a message whose sender wrote previous just before it:
// the context words at the end of that speak for what stands at the beginning here
// ("my card number is", "4111...").
func (e *Engine) ScanBefore(elements []models.Element, previous string) []models.Finding {
	var found []models.Finding
	s := e.scratches.get(e)
	e.remember(s, previous)
	for i := range elements {
		if elements[i].Text != "" {
			e.scan(s, elements[i].Text)
			for k := range s.found {
				found = append(found, e.report(&s.found[k], i, elements[i].Text))
			}
		}
	}
	e.scratches.put(s)
	return found
}

// scan leaves the settled candidates of one text in s.
func (e *Engine) scan(s *scratch, original string) {
	s.begin(original)
	s.folded.Fold(original)
	s.turn(&s.folded, asItStands)
	e.read(s)
	if len(e.views) > 0 {
		e.look(s)
	}
	if len(s.found) > 0 {
		s.found = e.gravest(settle(s.found))
	}
}

// read finds what the text that s is turned to holds.
func (e *Engine) read(s *scratch) {
	e.findHits(s)
	s.survey()
	e.readHits(s)
	e.readNumbers(s)
	e.readRuns(s)
	for _, id := range e.asked {
		e.ask(s, id)
	}
	e.readLists(s)
	e.readFinders(s)
}

// survey looks for digits and long words, without which much need not be tried.
func (s *scratch) survey() {
	s.digits = s.seen&digitByte != 0
	s.long = hasRun(s.text, leastRun, &codeBytes)
}

// findHits leaves the literals of the text in s, in order.
func (e *Engine) findHits(s *scratch) {
	s.hits, s.seen = e.filter.pass(s.text, s.hits)
}

// readHits follows the literals that stand in the text.
func (e *Engine) readHits(s *scratch) {
	m := e.prefixed
	for _, h := range s.hits {
		lit := &e.filter.literals[h.literal]
		at := int(h.at)
		switch {
		case lit.begins && s.boundary(at):
			e.walk(s, m, lit.begin, at)
		case lit.insides:
			e.walk(s, m, lit.inside, at)
		}
		for _, d := range lit.words {
			e.word(s, d, at, at+len(lit.text))
		}
		for _, p := range lit.windows {
			e.window(s, p, at, at+len(lit.text))
		}
		for _, p := range lit.matchers {
			e.match(s, p, at)
		}
		for _, v := range lit.views {
			s.hinted[v].hear(h.at)
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

// readNumbers tries all patterns of numbers at each place where one can begin:
// not inside a word, and near enough before a digit.
func (e *Engine) readNumbers(s *scratch) {
	if !s.digits {
		return
	}
	for _, m := range e.numbers {
		if len(m.probes) > 0 {
			e.readDigits(s, m)
		}
	}
}

func (e *Engine) readDigits(s *scratch, m *machine) {
	for from, cluster, at := 0, (run{}), nextDigit(s.text, 0); at >= 0; at = nextDigit(s.text, from) {
		if s.cuts != nil && at >= cluster.end {
			cluster = digitsFrom(s.text, at)
		}
		for p := max(from, at-m.lead); p <= at && s.worthStarting(at); p++ {
			if m.first[s.text[p]] && s.boundary(p) && s.believedStart(p, cluster) {
				e.walk(s, m, m.all, p)
			}
		}
		from = at + 1
		for from < len(s.text) && digit(s.text[from]) && !s.cut(from) {
			from++
		}
	}
}

// readRuns tries the patterns of long words where one begins, and a little before.
func (e *Engine) readRuns(s *scratch) {
	if len(e.runs.probes) == 0 || !s.long {
		return
	}
	r, ok := nextRun(s.text, 0, e.runs.least, &wordBytes)
	if !ok {
		return
	}
	for from := 0; ok; r, ok = nextRun(s.text, r.end, e.runs.least, &wordBytes) {
		for p := max(from, r.start-e.runs.lead); p <= r.start; p++ {
			if e.runs.first[s.text[p]] && s.boundary(p) {
				e.walk(s, e.runs, e.runs.all, p)
			}
		}
		from = r.start + 1
	}
}

// open sets out which patterns of a machine are worth weighing in this text.
func (e *Engine) open(s *scratch, m *machine) {
	if s.opener == m {
		return
	}
	if s.opener == nil {
		for _, h := range s.hits {
			if len(e.filter.literals[h.literal].opens) > 0 {
				s.opened = append(s.opened, h)
			}
		}
	}
	s.opener = m
	s.open = append(s.open[:0], m.open...)
	for _, h := range s.opened {
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

// restrict leaves, in a view that only a check digit proves, the patterns that have one.
func (e *Engine) restrict(s *scratch, m *machine) {
	if s.strict {
		for w := range s.may {
			s.may[w] &= m.proofs[w]
		}
	}
}

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
		s.done = append(s.done[:0], m.none...)
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
			if e.isOpen(s, m, n) {
				e.confirm(s, m.probes[n], at, at+looked)
			}
		}
	}
}

// listenTo reads the context words of the text, once.
func (e *Engine) listenTo(s *scratch) {
	if !s.read {
		s.read = true
		s.heard = e.context.read(s.text, s.heard)
	}
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
					m.openAll(s.open, u.detector)
				}
			}
		}
	}
	s.may = append(s.may[:0], s.open...)
	e.restrict(s, m)
}

// weighEnd weighs the patterns that can end at one place. Most that have the edges
// of a number have none here, which is looked at once for all of them.
func (e *Engine) weighEnd(s *scratch, m *machine, at int, end dfa.End) {
	clean := false
	looked := false
	for _, p := range end.Patterns {
		w := p.Word
		left := p.Bits & s.may[w] &^ s.done[w]
		if m.shapes != nil {
			left &= m.shapes.begins[s.text[at]][w]
		}
		if left&m.edged[w] != 0 && !looked {
			clean, looked = s.beginsAt(at) && s.numberEnds(end.At), true
		}
		if !clean {
			left &^= m.edged[w]
		}
		for ; left != 0; left &= left - 1 {
			e.weighPattern(s, m, w<<6|bits.TrailingZeros64(left), at, end.At)
		}
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
	id := m.probes[n]
	if !s.free(id, at) || m.shapes != nil && !m.shapes.fits(n, s.text, at, end) || !e.isOpen(s, m, n) {
		return
	}
	var found bool
	if m.edged.Has(n) && len(e.probes[id].keywords) == 0 {
		found = s.affords(id) && e.weighAlone(s, id, at, end)
	} else {
		found = e.weigh(s, id, at, end)
	}
	if found {
		s.done.Add(n)
		s.mark(id, end)
	}
}

// isOpen reports whether a pattern that may be worth weighing is.
func (e *Engine) isOpen(s *scratch, m *machine, n int) bool {
	if s.open.Has(n) {
		return true
	}
	if !s.asked {
		e.listenTo(s)
		e.hear(s, m)
	}
	return s.open.Has(n)
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

// match asks a matcher for the value around its anchor.
func (e *Engine) match(s *scratch, id int32, at int) {
	if !s.free(id, at) {
		return
	}
	start, end, ok := e.probes[id].matcher.Find(s.text, at)
	if ok && s.free(id, start) && e.weigh(s, id, start, end) {
		s.mark(id, end)
	}
}

// ask asks a matcher that has no anchors, from the beginning on.
func (e *Engine) ask(s *scratch, id int32) {
	for at := 0; s.free(id, at); {
		start, end, ok := e.probes[id].matcher.Find(s.text, at)
		if !ok || end <= at {
			return
		}
		if e.weigh(s, id, start, end) {
			s.mark(id, end)
		}
		at = end
	}
}

// window looks for a pattern that has nothing to begin at around a keyword. Package regexp is
// only asked where the pattern may be; after a match that was refused the search goes on at the next word.
func (e *Engine) window(s *scratch, id int32, start, end int) {
	p := &e.probes[id]
	w := s.windowOf(p.search)
	lo, hi := max(start-p.reach-aside, w.from, 0), min(end+p.reach+aside, len(s.text))
	for lo < hi && !s.boundary(lo) {
		lo++
	}
	if s.regexps <= 0 || hi <= w.to || !w.mayMatch(p.pattern, s, lo, hi) {
		return
	}
	for at := lo; at < hi && s.free(id, at); {
		loc := p.regexp().FindSubmatchIndex(s.text[at:hi])
		if loc == nil {
			s.spendRegexp(hi - at)
			break
		}
		s.spendRegexp(loc[1])
		next := nextWord(s.text, at+loc[0])
		if from, to := at+loc[2*p.group], at+loc[2*p.group+1]; loc[2*p.group] >= 0 && e.weigh(s, id, from, to) {
			s.mark(id, at+loc[1])
			next = at + loc[1]
		}
		at = max(next, at+1)
		w.from = at
	}
	w.from = max(w.from, lo, hi-p.reach)
	w.to, w.search = w.from, dfa.Search{}
}

// nextWord returns where the next word of ASCII letters and digits starts, or
// the next character that is none.
func nextWord(text []byte, at int) int {
	for at < len(text) && alnum(text[at]) {
		at++
	}
	for at < len(text) && !alnum(text[at]) && text[at] < 0x80 {
		at++
	}
	for at < len(text) && text[at]&0xC0 == 0x80 {
		at++
	}
	return at
}
