package rules

import "slices"

// evidence is the evidence for one match, looked up as it is asked for.
type evidence struct {
	e          *Engine
	d          *detector
	detector   int32
	p          *pattern
	s          *scratch
	start, end int
	value      string
	distance   int
	excluded   string         // why an exclusion speaks against it
	context    int8           // 0 not asked yet, 1 there, -1 not
	against    int8           // the same for words that speak against it
	known      [maxTerms]int8 // the same for terms
}

// best returns the surest level whose evidence is all there, or nil.
func (ev *evidence) best() *level {
	ev.distance = farAway
	for i := range ev.d.levels {
		if l := &ev.d.levels[i]; ev.all(l.inOrder()) {
			return l
		}
	}
	return nil
}

// farAway is the distance of a context word that is not there.
const farAway = 1 << 20

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
	switch t.kind {
	case isForm:
		return ev.p.name == t.form
	case isContext:
		return ev.spokenFor()
	case isNamed:
		return ev.named()
	case isClear:
		return !ev.spokenAgainst()
	case isValidator:
	}
	return ev.s.spend(t.costly) && t.check(ev.value)
}

// step is the level's place on the ladder.
func (l *level) step() int { return slices.Index(levelNames, l.name) }

// inOrder returns the terms in the order in which they are best looked up.
func (l *level) inOrder() []int {
	if len(l.cheap) < len(l.terms) {
		return l.terms // of a detector that no file says
	}
	return l.cheap
}

// validated reports whether a check digit or the like is among the evidence.
func (ev *evidence) validated(l *level) bool {
	for _, t := range l.terms {
		if ev.d.terms[t].checksum {
			return true
		}
	}
	return false
}
