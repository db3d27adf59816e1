package rules

import (
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// A company's own pack that says what built-in detectors are to pass over.
const ownExclusions = `pack: ours
title: What is none here
exclusions:
  - {detectors: [credit_card], values: ["4012 8888{} 8888 1881"], reason: the number on our posters}
  - {detectors: [email], contains: ["@example.com"], reason: our examples}
  - {detectors: ["*"], regexp: '^93\.184\.', reason: our own network}
  - {detectors: [cn_mobile], near: [测试号], then: demote, reason: numbers of the test system}
`

func TestExclusionsForAnyDetector(t *testing.T) {
	own, err := ParsePack("ours.yaml", []byte(ownExclusions))
	if err != nil {
		t.Fatal(err)
	}
	with, err := New(append(Builtin(), own), Options{})
	if err != nil {
		t.Fatal(err)
	}
	without := builtinRuleset(t).Engine
	tests := []struct {
		text, detector string
		want           float64 // confidence; 0: not found
	}{
		{"my card " + testCard("-"), "credit_card", 0.3},
		{"my card " + testCard(""), "credit_card", 0.3},
		{"write to jane@example.com", "email", 0},
		{"write to jane@example.org", "email", 0.85},
		{"the server is 93.184.216.34", "ip_address", 0},
		{"测试号 13800138" + "000", "cn_mobile", 0.3},
		{"手机号 13800138" + "000", "cn_mobile", 1},
	}
	for _, tt := range tests {
		if findingOf(scanText(without, tt.text), tt.detector) == nil {
			t.Errorf("%q: %s is not found without the exclusions", tt.text, tt.detector)
		}
		got := models.Finding{}
		if f := findingOf(scanText(with, tt.text), tt.detector); f != nil {
			got = *f
		}
		if got.Confidence != tt.want {
			t.Errorf("%q: %s at %v, want %v", tt.text, tt.detector, got.Confidence, tt.want)
		}
	}
}
