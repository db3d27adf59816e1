package rules

import (
	"fmt"
	"slices"
)

// Options says how an engine reports.
type Options struct {
	// Fingerprint is a keyed hash in hex of a detector's id and a value in its
	// normal form. Nil leaves fingerprints empty.
	Fingerprint func(detector, value string) string
	// MinConfidence drops what is less sure; 0 means 0.3.
	MinConfidence float64
	// Plain leaves the disguises alone: texts are folded and read as they stand.
	Plain bool
}

// Engine finds sensitive data in texts. It never changes once it is made, is
// safe for concurrent use, and is replaced whole.
type Engine struct {
	options   Options
	detectors []*detector
	probes    []probe
	filter    *filter
	prefixed  *machine    // patterns that begin with a literal
	numbers   [2]*machine // patterns that have digits, soon or late
	runs      *machine    // patterns that have a long unbroken word
	asked     []int32     // probes whose matcher is asked once a text
	lists     []int32     // detectors that are a dictionary
	finders   []int32     // detectors that find of themselves
	context   contextIndex
	windows   int32 // how many patterns are looked for around keywords
	views     []disguise
	worth     worth // which of them
	scratches scratches
}

// probe is one pattern of one detector.
type probe struct {
	*pattern
	detector int32
	number   int  // of the pattern in its machine
	exact    bool // a walk ends exactly where the regexp does
	asks     bool // it is nothing without a context word
	edge     edge
	proves   bool  // its detector knows a check digit or the like
	search   int32 // of the pattern among those that are looked for around keywords
	demands  []int // the terms of its detector without which it is nothing
}

// soon is within how many bytes the first digit of most numbers comes. Those
// where it may come later have an automaton of their own, so that not all are
// tried at every word before a digit.
const soon = 3

// New makes an engine of packs. It fails when two detectors share an id.
func New(packs []Pack, o Options) (*Engine, error) {
	if o.MinConfidence == 0 {
		o.MinConfidence = confidences["low"]
	}
	e := &Engine{options: o, filter: newFilter(), prefixed: newMachine(), numbers: [2]*machine{newNumbers(), newNumbers()}, runs: newMachine()}
	e.reserve(packs)
	var exclusions []exclusionFor
	for _, p := range packs {
		exclusions = append(exclusions, p.exclusions...)
	}
	owner := map[string]string{}
	for _, p := range packs {
		for _, d := range p.detectors {
			if first, twice := owner[d.ID]; twice {
				return nil, fmt.Errorf("making an engine: the detector %s is in the packs %s and %s", d.ID, first, p.Name)
			}
			owner[d.ID] = p.Name
			if err := e.install(d.excluding(exclusions)); err != nil {
				return nil, fmt.Errorf("making an engine: %s: %w", d.ID, err)
			}
		}
	}
	e.seal()
	return e, nil
}

// reserve makes room for what the packs hold.
func (e *Engine) reserve(packs []Pack) {
	detectors, probes, insts := 0, 0, map[*machine]int{}
	for _, p := range packs {
		detectors += len(p.detectors)
		for _, d := range p.detectors {
			probes += len(d.patterns)
			for _, p := range d.patterns {
				insts[e.machineOf(p)] += p.insts
			}
		}
	}
	delete(insts, nil)
	for m, n := range insts {
		m.builder.Grow(n)
		if m.shapes != nil {
			m.shapes.builder.Grow(n)
		}
	}
	e.detectors = make([]*detector, 0, detectors)
	e.probes = make([]probe, 0, probes)
}

func (e *Engine) install(d *detector) error {
	id := int32(len(e.detectors))
	e.detectors = append(e.detectors, d)
	for _, w := range d.words {
		lit := e.filter.add(w.text)
		lit.words = append(lit.words, id)
	}
	if d.dict != nil {
		e.lists = append(e.lists, id)
	}
	if d.find != nil {
		e.finders = append(e.finders, id)
	}
	e.listen(id, d)
	proves := slices.ContainsFunc(d.terms, func(t term) bool { return t.checksum })
	for _, p := range d.patterns {
		if err := e.arm(probe{pattern: p, detector: id, asks: d.asks(p), demands: d.demands(p), proves: proves, edge: d.edge}); err != nil {
			return err
		}
	}
	return nil
}

// listen makes the context index wait for the detector's words.
func (e *Engine) listen(id int32, d *detector) {
	e.context.far = max(e.context.far, d.near)
	for _, w := range d.context {
		e.context.add(w, use{id, speaksFor})
	}
	for _, w := range d.names {
		e.context.add(w, use{id, speaksNames})
	}
	for _, w := range d.against {
		e.context.add(w, use{id, speaksAgainst})
	}
	for i, x := range d.exclude {
		for _, w := range x.near {
			e.context.add(w, use{id, int32(i)})
		}
	}
}

// arm tells the machines and the filter what makes a pattern worth running.
func (e *Engine) arm(p probe) (err error) {
	id := int32(len(e.probes))
	if m := e.machineOf(p.pattern); m != nil {
		err = m.add(id, &p, p.lead)
	}
	switch p.trigger {
	case byPrefix:
		for _, text := range p.prefixes {
			lit := e.filter.add(text)
			lit.patterns = append(lit.patterns, id)
		}
	case byMatcher:
		for _, a := range p.matcher.Anchors {
			lit := e.filter.add(a)
			lit.matchers = append(lit.matchers, id)
			lit.beside = p.matcher.Beside
			lit.anywhere = lit.anywhere || p.matcher.Beside == nil
		}
		if len(p.matcher.Anchors) == 0 {
			e.asked = append(e.asked, id)
		}
	case byKeyword:
		p.search = e.windows
		e.windows++
	case byDigits, byRun:
	}
	for _, k := range p.keywords {
		lit := e.filter.add(k)
		if p.trigger == byKeyword {
			lit.windows = append(lit.windows, id)
		} else {
			lit.opens = append(lit.opens, id)
		}
	}
	e.probes = append(e.probes, p)
	return err
}

// machineOf returns the machine that runs a pattern, or nil.
func (e *Engine) machineOf(p *pattern) *machine {
	switch p.trigger {
	case byPrefix:
		return e.prefixed
	case byDigits:
		if p.lead > soon {
			return e.numbers[1]
		}
		return e.numbers[0]
	case byRun:
		return e.runs
	case byKeyword, byMatcher:
	}
	return nil
}

// seal makes the tables. Nothing is added after it.
func (e *Engine) seal() {
	if !e.options.Plain {
		e.views = disguises()
	}
	for i, v := range e.views {
		if v.Mark != 0 {
			e.views[i].mark = e.filter.watch(v.Mark)
		}
		for _, h := range v.Hints {
			lit := e.filter.add(h)
			lit.views = append(lit.views, int32(i))
		}
	}
	e.worth = newWorth(e.views, len(e.lists) > 0)
	e.filter.seal()
	e.context.seal()
	e.prefixed.seal(e)
	e.numbers[1].seal(e)
	e.share()
	e.filter.tell(&e.numbers[1].quiet, lateByte)
	e.numbers[0].seal(e)
	e.runs.seal(e)
	for i := range e.filter.literals {
		e.startsOf(&e.filter.literals[i])
	}
}

// share lets the machine of numbers that begin soon run what begins with a digit of the other, so that
// at a digit the other has only what is nothing without a keyword.
func (e *Engine) share() {
	soon, late := e.numbers[0], e.numbers[1]
	var keyed []int
	for n, id := range late.probes {
		if !late.shapes.digit(n) {
			continue
		}
		p := e.probes[id]
		if len(p.keywords) > 0 {
			keyed = append(keyed, n)
		} else if soon.add(id, &p, 0) != nil {
			return
		}
	}
	late.beginAtDigitsWith(keyed)
}

// startsOf makes the two places where walks for the patterns of a literal begin.
func (e *Engine) startsOf(lit *literal) {
	var all, inside []int
	for _, id := range lit.patterns {
		p := &e.probes[id]
		all = append(all, p.number)
		if p.inside || !alnum(lit.text[0]) {
			inside = append(inside, p.number)
		}
	}
	if lit.begins = len(all) > 0; lit.begins {
		lit.begin = e.prefixed.set.Start(all...)
	}
	if lit.insides = len(inside) > 0; lit.insides {
		lit.inside = e.prefixed.set.Start(inside...)
	}
}

// Detectors describes the detectors of the engine, in order.
func (e *Engine) Detectors() []Detector {
	out := make([]Detector, len(e.detectors))
	for i, d := range e.detectors {
		out[i] = d.Detector
	}
	return out
}

// words returns how many words of bits hold the patterns of any machine.
func (e *Engine) words() int {
	return max(len(e.prefixed.none), len(e.numbers[0].none), len(e.numbers[1].none), len(e.runs.none))
}
