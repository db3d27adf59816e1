package rules

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// joint is taken out of examples, so that a pack can hold "AKIA{}IOSF..." and
// no scanner of repositories takes its examples for leaks.
const joint = "{}"

// readExamples reads the texts with which the detector proves itself.
func (d *detector) readExamples(f map[string]node) {
	for _, item := range f["match"].list() {
		d.examples = append(d.examples, readMatch(item))
	}
	for _, item := range f["clean"].list() {
		d.examples = append(d.examples, example{at: item, text: plain(item.text())})
	}
}

// readMatch reads a text, or a text with the value that must be found in it.
func readMatch(n node) example {
	if n.there() && len(n.yaml.Content) == 0 {
		return example{at: n, text: plain(n.text()), match: true}
	}
	f := n.object("text", "value")
	return example{at: n, text: plain(n.need(f, "text").text()), value: plain(n.need(f, "value").text()), match: true}
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
