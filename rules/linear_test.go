package rules

import (
	"testing"

	"github.com/takeback-chat/takeback/internal/corpus"
)

// Texts built to make scanners slow. What an engine does on a text is counted
// (bytes that walks and regexps took, matches weighed), not timed: four times the text may
// cost four and a half times as much. A loop that starts again from every byte
// costs sixteen times.
func TestFourTimesTheTextCostsFourTimes(t *testing.T) {
	e := builtinRuleset(t).Engine
	small, large := corpus.Hostile(4<<10), corpus.Hostile(16<<10)
	for name := range small {
		a, b := work(e, small[name]), work(e, large[name])
		if b > a*9/2+2000 {
			t.Errorf("%s: %d steps for 4 KB, %d for 16 KB", name, a, b)
		}
		if b > 200*16<<10 {
			t.Errorf("%s: %d steps for 16 KB", name, b)
		}
	}
	if len(small) < 25 {
		t.Errorf("%d texts ran", len(small))
	}
}

// work counts what a scan does; weighing a match is worth a hundred bytes.
func work(e *Engine, text string) int {
	s := e.scratches.get(e)
	e.scan(s, text)
	return s.looked + 100*s.weighed
}

// Every detector by itself, on the texts that its cost is measured on.
func TestNoDetectorIsSlowOnTextsMadeForIt(t *testing.T) {
	t.Parallel()
	const size = 4 << 10
	ran := 0
	for _, p := range Builtin() {
		for _, d := range p.detectors {
			e, err := New([]Pack{{Name: p.Name, detectors: []*detector{d}}}, Options{Plain: true})
			if err != nil {
				t.Fatal(err)
			}
			for name, text := range d.hostile(size) {
				ran++
				if n := work(e, text); n > 120*size {
					t.Errorf("%s: %d steps for 4 KB of %s", d.ID, n, name)
				}
			}
		}
	}
	if ran < 5000 {
		t.Errorf("%d texts ran", ran)
	}
}
