package rules

import (
	"regexp"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// joint is taken out of examples, so that a pack can hold "AKIA{}IOSF..." and
// no scanner of repositories takes its examples for leaks.
const joint = "{}"

// sampled is a part of an example that is written by a regexp, so that a pack
// can say "token <<glpat-[A-Za-z0-9_-]{20}>>" and hold no token.
var sampled = regexp.MustCompile(`<<.+?>>`)

// samplesEach is how many texts are made of an example with such parts.
const samplesEach = 3

// readExamples reads the texts with which the detector proves itself.
func (d *detector) readExamples(f fields) {
	for _, item := range f.get("match").list() {
		d.readExample(item, true)
	}
	for _, item := range f.get("clean").list() {
		d.readExample(item, false)
	}
}

// readExample reads a text, or a text with the value that must be found in it.
func (d *detector) readExample(n node, match bool) {
	text, value := n, node{}
	if n.there() && len(n.value.items) > 0 {
		f := n.object("text", "value")
		text, value = n.need(f, "text"), n.need(f, "value")
	}
	t, v := text.text(), ""
	if value.there() {
		v = value.text()
	}
	if !sampled.MatchString(t) {
		d.examples = append(d.examples, example{at: n, text: plain(t), value: plain(v), match: match})
		return
	}
	for seed := range uint64(samplesEach) {
		if n.src.compiled != nil {
			break // nobody runs it
		}
		x := example{at: n, text: written(n, t, seed), match: match, made: seed > 0}
		x.value = written(n, v, seed)
		d.examples = append(d.examples, x)
	}
}

// written fills in what the regexps between << and >> write.
func written(n node, text string, seed uint64) string {
	return plain(sampled.ReplaceAllStringFunc(text, func(part string) string {
		s, err := sample(part[2:len(part)-2], seed)
		if err != nil {
			n.fail("%v", err)
		}
		return s
	}))
}

func plain(s string) string { return strings.ReplaceAll(s, joint, "") }

// runExamples holds every detector, alone, to its examples.
func runExamples(p Pack) {
	for _, d := range p.detectors {
		e, err := New([]Pack{{Name: p.Name, detectors: []*detector{d}}}, Options{})
		if err != nil {
			continue // one detector cannot clash with itself
		}
		for _, x := range d.examples {
			x.run(e, d.ID)
		}
	}
}

func (x example) run(e *Engine, id string) {
	found := e.Scan([]models.Element{{Text: x.text}})
	switch {
	case x.match && len(found) == 0:
		x.at.fail("the example is not found by %s", id)
	case !x.match && len(found) > 0:
		x.at.fail("the example is meant to be clean, but %s finds bytes %d to %d", id, found[0].Start, found[0].End)
	case x.value != "" && !x.finds(found):
		x.at.fail("%s finds bytes %d to %d of the example, not its value", id, found[0].Start, found[0].End)
	}
}

func (x example) finds(found []models.Finding) bool {
	for _, f := range found {
		if x.text[f.Start:f.End] == x.value {
			return true
		}
	}
	return false
}
