package rules

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// problems returns what a reader complained of, one "line field: words" each.
func problems(t *testing.T, err error) []SourceError {
	t.Helper()
	if err == nil {
		return nil
	}
	all, ok := errors.AsType[*SourceErrors](err)
	if !ok {
		t.Fatalf("the error is a %T, want *SourceErrors", err)
	}
	return all.Problems
}

const goodPack = `pack: mine
title: Mine
detectors:
  - id: staff_number
    title: Staff number
    description: Numbers of our staff.
    category: custom
    severity: low
    keywords: [staff]
    patterns:
      - regexp: 'staff-\d{6}'
    confidence:
      - level: high
        when: []
    mask: last2
    match: [staff-123456]
    clean: [staff-12345]
`

func TestParsePackReadsAPack(t *testing.T) {
	p, err := ParsePack("mine.yaml", []byte(goodPack))
	if err != nil {
		t.Fatal(err)
	}
	want := []Detector{{
		ID: "staff_number", Title: "Staff number", Description: "Numbers of our staff.", Pack: "mine",
		Category: "custom", Severity: "low",
	}}
	if diff := cmp.Diff(want, p.Detectors()); diff != "" {
		t.Errorf("detectors (-want +got):\n%s", diff)
	}
}

// Each case changes one thing of a good pack and names the problem.
func TestParsePackNamesLineAndField(t *testing.T) {
	tests := []struct {
		name, old, new string
		line           int
		field, words   string
	}{
		{"unknown field", "    mask: last2", "    musk: last2", 15, "detectors[0].musk", "unknown field"},
		{"unknown top field", "title: Mine", "titel: Mine", 2, "titel", "unknown field"},
		{"field twice", "title: Mine", "title: Mine\ntitle: Yours", 3, "title", "twice"},
		{"missing field", "    title: Staff number\n", "", 4, "detectors[0].title", "missing"},
		{"empty text", "title: Mine", "title: ''", 2, "title", "must not be empty"},
		{"bad category", "category: custom", "category: funny", 7, "detectors[0].category", `unknown value "funny"; one of: contact`},
		{"bad severity", "severity: low", "severity: 3", 8, "detectors[0].severity", "one of: low, medium"},
		{"bad regexp", `staff-\d{6}`, `staff-(\d{6}`, 11, "detectors[0].patterns[0].regexp", "missing closing )"},
		{"backtracking regexp", `staff-\d{6}`, `(?=staff)\d{6}`, 11, "detectors[0].patterns[0].regexp", "RE2"},
		{"empty match", `staff-\d{6}`, `\d*`, 11, "detectors[0].patterns[0].regexp", "matches the empty text"},
		{"costly regexp", `staff-\d{6}`, `staff[a-z]{1,900}\d{1,900}[a-z]{1,900}\d{1,900}[a-z]{1,900}`, 11, "detectors[0].patterns[0].regexp", "too costly"},
		{"no trigger", "    keywords: [staff]\n    patterns:\n      - regexp: 'staff-\\d{6}'", "    patterns:\n      - regexp: '[a-z]+-\\d\\d'", 10, "detectors[0].patterns[0].regexp", "would run on every message"},
		{"invisible keyword", "[staff]", `["\u200b"]`, 9, "detectors[0].keywords[0]", "nothing is left"},
		{"bad mask", "mask: last2", "mask: first9", 15, "detectors[0].mask", "one of: email, hidden"},
		{"unknown validator", "when: []", "when: [luna]", 14, "detectors[0].confidence[0].when[0]", `unknown validator "luna"`},
		{"validator without its number", "when: []", "when: [entropy]", 14, "detectors[0].confidence[0].when[0]", "takes a number"},
		{"validator with an argument", "when: []", "when: ['luhn:3']", 14, "detectors[0].confidence[0].when[0]", "takes no argument"},
		{"context without words", "when: []", "when: [context]", 14, "detectors[0].confidence[0].when[0]", "no words"},
		{"form without pattern", "when: []", "when: ['form:x']", 14, "detectors[0].confidence[0].when[0]", "no pattern"},
		{"unknown level", "level: high", "level: sure", 13, "detectors[0].confidence[0].level", "one of: certain"},
		{"example not found", "[staff-123456]", "[staff-1]", 16, "detectors[0].match[0]", "is not found"},
		{"example found", "[staff-12345]", "[a staff-123456]", 17, "detectors[0].clean[0]", "finds bytes 2 to 14"},
		{"example with another value", "match: [staff-123456]", "match: [{text: staff-123456, value: '123456'}]", 16, "detectors[0].match[0]", "not its value"},
		{"bad id", "id: staff_number", "id: Staff Number", 4, "detectors[0].id", "small letters"},
		{"alias", "keywords: [staff]", "keywords: [&a staff]", 9, "detectors[0].keywords[0]", "anchors and aliases"},
		{"not a list", "keywords: [staff]", "keywords: staff", 9, "detectors[0].keywords", "must be a list"},
		{"broken YAML", "title: Mine", "title: Mine\n\tx: 1", 2, "", "not valid YAML"},
	}
	ran := 0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ran++
			if !strings.Contains(goodPack, tt.old) {
				t.Fatalf("the pack does not hold %q", tt.old)
			}
			_, err := ParsePack("mine.yaml", []byte(strings.Replace(goodPack, tt.old, tt.new, 1)))
			all := problems(t, err)
			ok := slices.ContainsFunc(all, func(p SourceError) bool {
				return p.File == "mine.yaml" && p.Line == tt.line && p.Field == tt.field && strings.Contains(p.Words, tt.words)
			})
			if !ok {
				t.Errorf("problems are\n%v\nwant line %d, field %q, %q", err, tt.line, tt.field, tt.words)
			}
		})
	}
	if ran < 27 {
		t.Errorf("%d cases ran, want 27", ran)
	}
}

func TestParsePackReportsAllProblemsAtOnce(t *testing.T) {
	text := strings.NewReplacer("category: custom", "category: funny", "mask: last2", "mask: none", `\d{6}`, `\d{6`, "staff]", "staff, 5]").Replace(goodPack)
	_, err := ParsePack("mine.yaml", []byte(text+"extra: 1\n"))
	got := problems(t, err)
	var fields []string
	for _, p := range got {
		fields = append(fields, p.Field)
	}
	want := []string{"detectors[0].category", "detectors[0].mask", "extra"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s\n%v", diff, err)
	}
	if !strings.HasPrefix(err.Error(), "mine.yaml:7: detectors[0].category: ") {
		t.Errorf("the error begins %q", err)
	}
}

func TestParsePackRefusesEmptyAndHuge(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "comment": "# nothing", "huge": strings.Repeat("#", maxSource+1), "list": "[1]"} {
		if _, err := ParsePack(name, []byte(text)); len(problems(t, err)) == 0 {
			t.Errorf("%s: no problem was found", name)
		}
	}
}

func TestNewRefusesADetectorTwice(t *testing.T) {
	p, err := ParsePack("mine.yaml", []byte(goodPack))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New([]Pack{p, p}, Options{}); err == nil || !strings.Contains(err.Error(), "staff_number") {
		t.Errorf("New says %v, want it to name staff_number", err)
	}
}

func TestExamplePolicyLoads(t *testing.T) {
	text, err := os.ReadFile("policy.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePolicy("policy.example.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules()) != 9 {
		t.Errorf("it has %d rules, want 9", len(p.Rules()))
	}
}
