package rules

import (
	"strings"

	"github.com/takeback-chat/takeback/rules/validators"
)

// confidences are the levels a detector can give, each a probability-like
// number that policies compare with.
var confidences = map[string]float64{"low": 0.3, "medium": 0.6, "high": 0.85, "certain": 1}

// levelNames lists the levels, surest first.
var levelNames = []string{"certain", "high", "medium", "low"}

// level is one row of a detector's table: with this evidence, this confidence.
type level struct {
	name  string
	terms []int // into the detector's terms; all must hold
}

// term is one piece of evidence that a level can ask for.
type term struct {
	name     string
	check    func(string) bool // nil for context, clear and form
	form     string            // the pattern must have this name
	checksum bool              // it passes by chance rarely: beats what has none
	costly   bool
}

// The terms that are no validators, beside form:NAME.
const (
	termContext = "context" // a context word stands near by
	termClear   = "clear"   // no word that speaks against it stands near by
)

// maxTerms bounds the pieces of evidence of one detector.
const maxTerms = 32

// candidate is a match with its evidence weighed.
type candidate struct {
	start, end int
	confidence float64
	detector   int32
	validated  bool
}

// weigh decides what the match text[start:end] is worth, keeps it when it is
// worth something, and reports whether it did.
func (e *Engine) weigh(text []byte, s *scratch, d *detector, p *probe, start, end int) bool {
	if p.trim.Cut != nil && end > start && s.spend(p.trim.Costly) {
		end = start + p.trim.Cut(string(text[start:end]))
	}
	if end <= start || !d.edge.clean(text, start, end) {
		return false
	}
	ev := evidence{d: d, p: p.pattern, text: text, s: s, start: start, end: end, value: string(text[start:end])}
	l := ev.best()
	if l == nil {
		return false
	}
	drop, demote, _ := ev.excluded()
	if drop {
		return false
	}
	c := candidate{start: start, end: end, confidence: ev.confidence(l), detector: p.detector, validated: ev.validated(l)}
	if demote {
		c.confidence = min(c.confidence, confidences["low"])
	}
	if c.confidence < e.options.MinConfidence {
		return false
	}
	s.found = append(s.found, c)
	return true
}

// evidence is the evidence for one match, looked up as it is asked for.
type evidence struct {
	d          *detector
	p          *pattern
	text       []byte
	s          *scratch
	start, end int
	value      string
	known      [maxTerms]int8 // 0 not asked yet, 1 holds, -1 does not
}

// best returns the surest level whose evidence is all there, or nil.
func (ev *evidence) best() *level {
	for i := range ev.d.levels {
		if l := &ev.d.levels[i]; ev.all(l.terms) {
			return l
		}
	}
	return nil
}

func (ev *evidence) all(terms []int) bool {
	for _, t := range terms {
		if !ev.holds(t) {
			return false
		}
	}
	return true
}

func (ev *evidence) holds(t int) bool {
	if ev.known[t] == 0 {
		ev.known[t] = -1
		if ev.ask(&ev.d.terms[t]) {
			ev.known[t] = 1
		}
	}
	return ev.known[t] > 0
}

func (ev *evidence) ask(t *term) bool {
	switch {
	case t.form != "":
		return ev.p.name == t.form
	case t.name == termContext:
		return nearby(ev.text, ev.s, ev.d.context, ev.d.near, ev.start, ev.end)
	case t.name == termClear:
		return !ev.spokenAgainst()
	}
	return ev.s.spend(t.costly) && t.check(ev.value)
}

// confidence is the level's, one level less where a word near by speaks
// against it ("order number").
func (ev *evidence) confidence(l *level) float64 {
	c := confidences[l.name]
	if !ev.spokenAgainst() {
		return c
	}
	for _, name := range levelNames {
		if confidences[name] < c {
			return confidences[name]
		}
	}
	return 0
}

// spokenAgainst reports whether a word near by says that the match is
// something else. Such a word must stand nearer than one that speaks for it.
func (ev *evidence) spokenAgainst() bool {
	return len(ev.d.against) > 0 && nearby(ev.text, ev.s, ev.d.against, ev.d.near/2, ev.start, ev.end)
}

func (ev *evidence) validated(l *level) bool {
	for _, t := range l.terms {
		if ev.d.terms[t].checksum {
			return true
		}
	}
	return false
}

// normal forms of values, so that the same number written in two ways has one
// fingerprint.
var normalForms = map[string]func(string) string{
	"exact":  func(v string) string { return v },
	"lower":  strings.ToLower,
	"digits": validators.Digits,
	"alnum":  validators.Alnum,
}
