package rules

import (
	"io/fs"
	"testing"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// TestExamplesCutInTwoAreFound cuts the values of the examples of all packs in
// halves. Some cannot be found: what is a whole before the cut, what has
// plain words on a side, what only its punctuation makes sure.
func TestExamplesCutInTwoAreFound(t *testing.T) {
	t.Parallel()
	const want = 0.92
	e, err := New(Builtin(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(packFiles, "packs/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cuts, found := 0, 0
	for _, file := range files {
		text, err := fs.ReadFile(packFiles, file)
		if err != nil {
			t.Fatal(err)
		}
		pack, _ := readPack(file, text)
		for _, d := range pack.detectors {
			for _, x := range d.examples {
				n, ok := cutExample(e, d.ID, x)
				cuts, found = cuts+n, found+ok
			}
		}
	}
	t.Logf("%d of %d", found, cuts)
	if cuts < 1000 || float64(found) < want*float64(cuts) {
		t.Errorf("%d of %d values are found after a cut, want %.0f %% of at least 1000", found, cuts, want*100)
	}
}

func cutExample(e *Engine, id string, x example) (cuts, found int) {
	for _, f := range e.Scan(oneText(x.text)) {
		if !x.match || f.Detector != id || !proven(f) {
			continue
		}
		at := (f.Start + f.End) / 2
		for at < f.End && !utf8.RuneStart(x.text[at]) {
			at++
		}
		cuts++
		for _, g := range e.ScanAfter(oneText(x.text[at:]), []Past{{Message: "a", Elements: oneText(x.text[:at])}}) {
			if len(g.Parts) == 2 {
				found++
			}
		}
	}
	return cuts, found
}

func oneText(text string) []models.Element {
	return []models.Element{{Kind: models.TextElement, Text: text}}
}
