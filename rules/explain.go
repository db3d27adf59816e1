package rules

import (
	"github.com/takeback-chat/takeback/models"
)

// Explanation says why a finding is as sure as it is.
type Explanation struct {
	Level    string   `json:"level"`              // the row of the detector's table that holds
	Evidence []string `json:"evidence,omitempty"` // what that row demands
	Context  string   `json:"context,omitempty"`  // the nearest word that speaks for it
	Distance int      `json:"distance,omitempty"` // of that word, in characters
	Against  bool     `json:"against,omitempty"`  // a word near by takes one level off
	Excluded string   `json:"excluded,omitempty"` // the reason of an exclusion that demotes it
	Pattern  string   `json:"pattern,omitempty"`  // the name of the pattern, where it has one
	Share    string   `json:"share,omitempty"`    // how much of a row or a document was found
}

// Explained is a finding with its explanation.
type Explained struct {
	models.Finding
	Explanation
}

// Explain scans one text and says why each finding is as sure as it is.
func (e *Engine) Explain(text, previous string) []Explained {
	s := e.scratches.get(e)
	s.explain = true
	e.remember(s, previous)
	e.scan(s, text)
	out := make([]Explained, len(s.found))
	for i := range s.found {
		out[i] = Explained{e.report(&s.found[i], 0, text), *s.found[i].why}
	}
	s.explain = false
	e.scratches.put(s)
	return out
}

func (ev *evidence) explain(l *level, step int) *Explanation {
	x := &Explanation{Level: levelNames[step], Against: ev.against > 0, Excluded: ev.excluded, Pattern: ev.p.name, Share: ev.s.share}
	for _, t := range l.terms {
		x.Evidence = append(x.Evidence, ev.d.terms[t].name)
	}
	if ev.spokenFor() {
		x.Distance = ev.distance
		x.Context = ev.nearestWord()
	}
	return x
}

// nearestWord is the context word that stands nearest.
func (ev *evidence) nearestWord() string {
	for _, place := range []struct {
		words      []heard
		text       []byte
		start, end int
	}{{ev.e.wordsNear(ev.s, ev.start, ev.end), ev.s.text, ev.start, ev.end}, {ev.s.before, ev.s.previous.Bytes, len(ev.s.previous.Bytes), len(ev.s.previous.Bytes)}} {
		best, word := farAway, ""
		for _, h := range place.words {
			if d := gap(place.text, h, place.start, place.end, ev.d.near+1); d < best && ev.e.context.used(h.word, use{ev.detector, speaksFor}) {
				best, word = d, ev.e.context.words[h.word].text
			}
		}
		if best <= ev.d.near {
			return word
		}
	}
	return ""
}
