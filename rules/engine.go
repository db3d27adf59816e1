package rules

import "fmt"

// Options says how an engine reports.
type Options struct {
	// Fingerprint is a keyed hash in hex of a detector's id and a value in its
	// normal form. Nil leaves fingerprints empty.
	Fingerprint func(detector, value string) string
	// MinConfidence drops what is less sure; 0 means 0.3.
	MinConfidence float64
}

// Engine finds sensitive data in texts. It never changes once it is made, is
// safe for concurrent use, and is replaced whole.
type Engine struct {
	options   Options
	detectors []*detector
	probes    []probe
	filter    *filter
	byDigits  []int32 // probes whose trigger is a run of digits
	byWord    []int32 // probes whose trigger is an unbroken word
}

// probe is one pattern of one detector.
type probe struct {
	*pattern
	detector int32
}

// New makes an engine of packs. It fails when two detectors share an id.
func New(packs []Pack, o Options) (*Engine, error) {
	if o.MinConfidence == 0 {
		o.MinConfidence = confidences["low"]
	}
	e := &Engine{options: o, filter: newFilter()}
	owner := map[string]string{}
	for _, p := range packs {
		for _, d := range p.detectors {
			if first, twice := owner[d.ID]; twice {
				return nil, fmt.Errorf("making an engine: the detector %s is in the packs %s and %s", d.ID, first, p.Name)
			}
			owner[d.ID] = p.Name
			e.install(d)
		}
	}
	return e, nil
}

func (e *Engine) install(d *detector) {
	id := int32(len(e.detectors))
	e.detectors = append(e.detectors, d)
	for _, w := range d.words {
		lit := e.filter.add(w.text)
		lit.words = append(lit.words, id)
	}
	for _, p := range d.patterns {
		n := int32(len(e.probes))
		e.probes = append(e.probes, probe{p, id})
		e.arm(n, p)
	}
}

// arm tells the filter what makes a pattern worth running.
func (e *Engine) arm(n int32, p *pattern) {
	if p.digits > 0 {
		e.filter.digits = least(e.filter.digits, p.digits)
	}
	switch {
	case len(p.keywords) > 0:
		for _, k := range p.keywords {
			lit := e.filter.add(k)
			lit.probes = append(lit.probes, n)
		}
	case p.digits > 0:
		e.byDigits = append(e.byDigits, n)
	default:
		e.filter.unbroken = least(e.filter.unbroken, p.unbroken)
		e.byWord = append(e.byWord, n)
	}
}

func least(a, b int32) int32 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// Detectors describes the detectors of the engine, in order.
func (e *Engine) Detectors() []Detector {
	out := make([]Detector, len(e.detectors))
	for i, d := range e.detectors {
		out[i] = d.Detector
	}
	return out
}
