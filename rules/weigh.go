package rules

import (
	"cmp"
	"slices"
	"strings"
	"unsafe"

	"github.com/takeback-chat/takeback/rules/validators"
)

// confidences are the levels a detector can give, each a probability-like
// number that policies compare with.
var confidences = map[string]float64{"low": 0.3, "medium": 0.6, "high": 0.85, "certain": 1}

// levelNames lists the levels, surest first.
var levelNames = []string{"certain", "high", "medium", "low"}

// ladder is the confidence of each level, surest first, and of none.
var ladder = [5]float64{1, 0.85, 0.6, 0.3, 0}

const (
	levelMedium = 2
	levelLow    = 3
	levelNone   = 4
)

// level is one row of a detector's table: with this evidence, this confidence.
type level struct {
	name  string
	terms []int // into the detector's terms; all must hold
	cheap []int // the same, what costs least to look up first
}

// term is one piece of evidence that a level can ask for.
type term struct {
	name     string
	kind     termKind
	check    func(string) bool
	form     string // the pattern must have this name
	checksum bool   // it passes by chance rarely: beats what has none
	costly   bool
}

// price orders evidence, what costs least to look up first.
func (t *term) price() int {
	switch {
	case t.costly:
		return 3
	case t.kind == isValidator:
		return 2
	case t.kind == isForm:
		return 0
	}
	return 1
}

type termKind uint8

const (
	isValidator termKind = iota
	isForm
	isContext
	isNamed
	isClear
)

// The terms that are no validators, beside form:NAME.
const (
	termContext = "context" // a context word stands near by
	termNamed   = "named"   // a word that names this kind and no like one does
	termClear   = "clear"   // no word that speaks against it stands near by
)

// maxTerms bounds the pieces of evidence of one detector.
const maxTerms = 32

// candidate is a match with its evidence weighed. Start and end are bytes of
// the original text.
type candidate struct {
	start, end int
	value      string // as it was folded
	step       int    // on the ladder of confidence
	detector   int32
	distance   int // characters to the nearest context word; a large number when there is none
	validated  bool
	view       int8
	around     bool // it stands beside what lies within
	why        *Explanation
}

// asks reports whether a match of the pattern is nothing without a context word.
func (d *detector) asks(p *pattern) bool {
	for i := range d.levels {
		if d.levels[i].open(d, p) {
			return false
		}
	}
	return true
}

// open reports whether a match of the pattern can reach the level without a
// context word.
func (l *level) open(d *detector, p *pattern) bool {
	for _, t := range l.terms {
		switch term := &d.terms[t]; term.kind {
		case isContext, isNamed:
			return false
		case isForm:
			if term.form != p.name {
				return false
			}
		case isClear, isValidator:
		}
	}
	return true
}

// weigh decides what the match text[start:end] of a probe is worth, keeps it when it is
// worth something, and reports whether it did.
func (e *Engine) weigh(s *scratch, id int32, start, end int) bool {
	if !s.affords(id) {
		return false
	}
	p := &e.probes[id]
	d := e.detectors[p.detector]
	for p.trims && end > start && strings.IndexByte(punctuation, s.text[end-1]) >= 0 {
		end--
	}
	if end <= start || !s.cleanly(d.edge, start, end) || len(p.keywords) > 0 && !e.keywordNear(s, p, start, end) {
		return false
	}
	return e.weighAlone(s, id, start, end)
}

// weighAlone is weigh for a match that stands by itself.
func (e *Engine) weighAlone(s *scratch, id int32, start, end int) bool {
	p := &e.probes[id]
	d := e.detectors[p.detector]
	s.spendWeighing(id)
	for _, t := range p.demands {
		if !d.terms[t].check(unsafe.String(&s.text[start], end-start)) {
			return false
		}
	}
	return e.weighValue(s, p.detector, p.pattern, start, end, p.demands)
}

// weighTried is weigh for a match that stands by itself and has what every level demands.
func (e *Engine) weighTried(s *scratch, id int32, start, end int) bool {
	p := &e.probes[id]
	s.spendWeighing(id)
	return e.weighValue(s, p.detector, p.pattern, start, end, p.demands)
}

// demands returns the validators that every level which a match of the pattern can reach demands,
// but those that are costly.
func (d *detector) demands(p *pattern) []int {
	return d.common(func(l *level) bool {
		return !slices.ContainsFunc(l.terms, func(t int) bool { return d.terms[t].kind == isForm && d.terms[t].form != p.name })
	})
}

// demandsUnspoken returns what else is demanded where no word speaks for the detector; nothing where a
// match of the pattern is nothing then.
func (d *detector) demandsUnspoken(p *pattern, demands []int) []int {
	more := d.common(func(l *level) bool { return l.open(d, p) })
	return slices.DeleteFunc(more, func(t int) bool { return slices.Contains(demands, t) })
}

// common returns the validators that all levels for which asked holds demand.
func (d *detector) common(asked func(*level) bool) []int {
	var common []int
	first := true
	for i := range d.levels {
		l := &d.levels[i]
		if !asked(l) {
			continue
		}
		var these []int
		for _, t := range l.inOrder() {
			if d.terms[t].kind == isValidator && !d.terms[t].costly && (first || slices.Contains(common, t)) {
				these = append(these, t)
			}
		}
		common, first = these, false
	}
	return common
}

// checksOf returns the checks of some validators.
func (d *detector) checksOf(terms []int) []func(string) bool {
	var checks []func(string) bool
	for _, t := range terms {
		checks = append(checks, d.terms[t].check)
	}
	return checks
}

// weighValue weighs a value whose edges are clean, and for which some validators are known to hold.
func (e *Engine) weighValue(s *scratch, detector int32, p *pattern, start, end int, held []int) bool {
	d := e.detectors[detector]
	ev := evidence{
		e: e, d: d, detector: detector, p: p, s: s, start: start, end: end,
		value: unsafe.String(&s.text[start], end-start), // nobody keeps it: the scratch is written again later
	}
	for _, t := range held {
		ev.known[t] = 1
	}
	l := ev.best()
	if l == nil {
		return false
	}
	step := ev.step(l)
	if step < levelNone && len(d.exclude) > 0 {
		step = ev.exclude(step)
	}
	ev.spokenFor() // of two that are as good, the one whose word is nearer stays
	c := candidate{step: step, detector: detector, distance: ev.distance, validated: ev.validated(l), view: s.view}
	if ladder[step] < e.options.MinConfidence || s.view != asItStands && !e.believable(s, &c, start, end) {
		return false
	}
	c.start, c.end = s.now.Span(start, end)
	c.value = string(s.text[start:end])
	if s.explain {
		c.why = ev.explain(l, step)
	}
	s.found = append(s.found, c)
	return true
}

// punctuation is what ends a sentence or a quotation, and no value.
const punctuation = ".,;:!?)]}>\"'`"

// keywordNear reports whether one of the keywords that a pattern must have
// near by is.
func (e *Engine) keywordNear(s *scratch, p *probe, start, end int) bool {
	if p.trigger == byKeyword {
		return true // it was what made the pattern run
	}
	opened := e.opened(s)
	first, _ := slices.BinarySearchFunc(opened, start-aside-longestKeyword, func(h hit, at int) int { return cmp.Compare(int(h.at), at) })
	for _, h := range opened[first:] {
		lit := &e.filter.literals[h.literal]
		if int(h.at)-aside > end {
			break
		}
		if int(h.at)+len(lit.text)+aside >= start && slices.ContainsFunc(lit.opens, func(id int32) bool { return e.probes[id].pattern == p.pattern }) {
			return true
		}
	}
	return false
}

// longestKeyword is more than any keyword has bytes.
const longestKeyword = 64

// step is the level's place on the ladder, one lower where a word near by
// speaks against it ("order number").
func (ev *evidence) step(l *level) int {
	if ev.spokenAgainst() {
		return l.step() + 1
	}
	return l.step()
}

// normal forms of values, so that the same number written in two ways has one
// fingerprint.
var normalForms = map[string]func(string) string{
	"exact":  func(v string) string { return v },
	"lower":  strings.ToLower,
	"digits": validators.Digits,
	"alnum":  validators.Alnum,
}
