package rules

import (
	"regexp"
	"testing"
)

func TestPatternsAreThoseOfTheEngine(t *testing.T) {
	e := builtinRuleset(t).Engine
	want := 0
	for i := range e.probes {
		if e.probes[i].trigger != byMatcher {
			want++
		}
	}
	patterns := Patterns(Builtin())
	if len(patterns) != want {
		t.Errorf("%d patterns, the engine has %d", len(patterns), want)
	}
	known := 0
	for _, p := range patterns {
		if _, err := regexp.Compile(p.Regexp); err != nil {
			t.Errorf("%s: %v", p.Detector, err)
		}
		if len(p.Keywords) > 0 {
			known++
		}
	}
	if known < len(patterns)/4 {
		t.Errorf("%d of %d patterns have keywords", known, len(patterns))
	}
	t.Logf("%d patterns, %d with keywords", len(patterns), known)
}
