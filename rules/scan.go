package rules

import (
	"github.com/takeback-chat/takeback/models"
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
	if s.long {
		_, s.long = nextRun(s.text, 0, leastRun, &codeBytes, '+')
	}
}

// findHits leaves the literals of the text in s, in order.
func (e *Engine) findHits(s *scratch) {
	s.hits, s.seen, s.long = e.filter.pass(s.text, s.hits)
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
			e.hint(s, v, h.at)
		}
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
