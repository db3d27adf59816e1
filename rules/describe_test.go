package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryBuiltinDetectorIsDescribed(t *testing.T) {
	n := 0
	for _, name := range BuiltinNames() {
		file, text, ok := BuiltinSource(name)
		if !ok {
			t.Fatalf("no source of %s", name)
		}
		pack, src := readPack(file, text)
		if err := src.err(); err != nil {
			t.Fatal(err)
		}
		if pack.Examples() == 0 {
			t.Errorf("%s has no examples", name)
		}
		for _, d := range pack.Detectors() {
			n++
			x, ok := pack.Describe(d.ID)
			if !ok || len(x.Levels) == 0 || len(x.Match) == 0 || len(x.Patterns)+x.Words == 0 {
				t.Errorf("%s is described as %+v, %v", d.ID, x, ok)
			}
			for _, text := range slices.Concat(x.Match, x.Clean) {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: an example is empty", d.ID)
				}
			}
		}
		if err := src.err(); err != nil {
			t.Errorf("describing found problems: %v", err)
		}
	}
	if n < 300 {
		t.Errorf("%d detectors, want at least 300", n)
	}
}

const described = `
pack: staff
title: Ours
detectors:
  - id: staff_number
    title: {en: Staff number, zh: 工号}
    description: Numbers that HR gives out.
    category: government_id
    severity: medium
    near: 40
    mask: last2
    patterns: [{name: full, keywords: [staff], regexp: 'S\d{7}'}]
    context: [staff]
    against: [order number]
    exclude: [{values: [S0000000], reason: nobody has it}, {near: [test], reason: a test, then: drop}]
    confidence:
      - {level: high, when: [luhn, context]}
      - {level: low, when: [form:full, clear, "length:8"]}
    match: ["staff S1234{}566", {text: "staff S1234{}566.", value: "S1234{}566"}, 'staff <<S1234566>>']
    clean: ["staff 12"]
`

func TestDescribe(t *testing.T) {
	pack, err := ParsePack("staff.yaml", []byte(described))
	if err != nil {
		t.Fatal(err)
	}
	x, ok := pack.Describe("staff_number")
	if !ok {
		t.Fatal("it is not there")
	}
	want := []LevelDescription{
		{"high", 0.85, []string{"the check digits hold (luhn)", "a context word stands within 40 characters"}, []string{"luhn", "context"}},
		{"low", 0.3, []string{`the pattern "full" matched`, "no word that speaks against it stands within 20 characters", "at least 8 characters"}, []string{"form:full", "clear", "length:8"}},
	}
	if diff := cmp.Diff(want, x.Levels); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]ExclusionDescription{{"nobody has it", true, 1, nil}, {"a test", false, 0, []string{"test"}}}, x.Excluded); diff != "" {
		t.Errorf("exclusions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"staff S1234{}566", "staff S1234{}566.", "staff <<S1234566>>"}, x.Match); diff != "" {
		t.Errorf("examples (-want +got):\n%s", diff)
	}
	if _, ok := pack.Describe("nobody"); ok {
		t.Error("a detector that is not there is described")
	}
	if got := len(pack.Only("nobody").Detectors()); got != 0 {
		t.Errorf("Only of nobody has %d detectors", got)
	}
}

func TestWhatIsInForceIsDescribedWithItsExamples(t *testing.T) {
	own, err := ParsePack("staff.yaml", []byte(described))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(append(Builtin(), own), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range e.Detectors() {
		x, ok := e.Describe(d.ID)
		if !ok || x.Detector != d || len(x.Levels) == 0 || len(x.Match) == 0 {
			t.Errorf("%s of %s is described as %+v, %v", d.ID, d.Pack, x, ok)
		}
		for _, l := range x.Levels {
			if len(l.Terms) != len(l.Evidence) {
				t.Errorf("%s: %d terms for %d pieces of evidence", d.ID, len(l.Terms), len(l.Evidence))
			}
		}
	}
	if _, ok := e.Describe("no_such_detector"); ok {
		t.Error("what is not there is described")
	}
}
