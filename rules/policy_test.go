package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

// policyOf makes a policy of rules, one "verdict condition" each.
func policyOf(t *testing.T, rules ...string) *Policy {
	t.Helper()
	var b strings.Builder
	b.WriteString("policy: test\nrules:\n")
	if len(rules) == 0 {
		b.WriteString("  []\n")
	}
	for i, r := range rules {
		verdict, when, _ := strings.Cut(r, " ")
		mode := "enforce"
		if v, ok := strings.CutPrefix(verdict, "shadow-"); ok {
			verdict, mode = v, "shadow"
		}
		fmt.Fprintf(&b, "  - {name: r%d, when: %q, verdict: %s, mode: %s, reason: {code: abuse}}\n", i, when, verdict, mode)
	}
	p, err := ParsePolicy("test.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func card() models.Finding {
	return models.Finding{Detector: "credit_card", Category: models.Financial, Severity: models.Critical, Confidence: 1}
}

func TestDecide(t *testing.T) {
	group := models.Message{
		App: "main", Sender: "alice", Revision: 2, Conversation: models.Conversation{Kind: models.Group, Ref: "g1", Group: "g1", Type: "Work"},
		Elements: []models.Element{{Kind: models.TextElement, Text: "hello"}, {Kind: models.ImageElement, Opaque: true}},
	}
	tests := []struct {
		name    string
		rules   []string
		subject Subject
		want    models.Verdict
		rule    string
	}{
		{"no rule", nil, Subject{}, models.VerdictAllow, ""},
		{"none matches", []string{"recall false"}, Subject{}, models.VerdictAllow, ""},
		{"the first that matches wins", []string{"review true", "recall true"}, Subject{}, models.VerdictReview, "r0"},
		{"by detector", []string{"recall findings.exists(f, f.detector == 'credit_card')"}, Subject{Findings: []models.Finding{card()}}, models.VerdictRecall, "r0"},
		{"by whole number", []string{"recall findings.exists(f, f.confidence >= 1)"}, Subject{Findings: []models.Finding{card()}}, models.VerdictRecall, "r0"},
		{"by rank", []string{"recall findings.exists(f, f.rank == 4)"}, Subject{Findings: []models.Finding{card()}}, models.VerdictRecall, "r0"},
		{"by count", []string{"recall findings.exists(f, f.count > 1)"}, Subject{Findings: []models.Finding{card(), card()}}, models.VerdictRecall, "r0"},
		{"by message", []string{"recall message.app == 'main' && message.bytes == 5 && message.elements == 2 && message.opaque && message.kind == 'mixed' && 'image' in message.kinds && message.revision == 2"}, Subject{Message: &group}, models.VerdictRecall, "r0"},
		{"by sender", []string{"recall sender.account == 'alice' && sender.role == 'admin'"}, Subject{Message: &group, Role: models.RoleAdmin}, models.VerdictRecall, "r0"},
		{"by conversation", []string{"recall conversation.kind == 'group' && conversation.ref == 'g1' && conversation.group == 'g1' && conversation.type == 'Work'"}, Subject{Message: &group}, models.VerdictRecall, "r0"},
		{"block after is recall", []string{"block true"}, Subject{}, models.VerdictRecall, "r0"},
		{"mask after is recall", []string{"mask true"}, Subject{}, models.VerdictRecall, "r0"},
		{"block before", []string{"block message.before"}, Subject{Before: true}, models.VerdictBlock, "r0"},
		{"mask before", []string{"mask true"}, Subject{Before: true}, models.VerdictMask, "r0"},
		{"a rule that breaks asks a person", []string{"allow message.kinds[9] == 'text'", "recall true"}, Subject{}, models.VerdictReview, "r0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := policyOf(t, tt.rules...).Decide(tt.subject)
			if d.Verdict != tt.want || d.Rule != tt.rule {
				t.Errorf("Decide = %s by %q, want %s by %q", d.Verdict, d.Rule, tt.want, tt.rule)
			}
			if d.Actor != "policy" {
				t.Errorf("the actor is %q", d.Actor)
			}
			if d.Verdict != models.VerdictAllow && (d.Reason.Code == "" || d.Text == "") {
				t.Errorf("the decision has no reason: %+v", d)
			}
		})
	}
	if len(tests) != 15 {
		t.Errorf("%d cases, want 15", len(tests))
	}
}

func TestNoFindingHidesBehindACrowd(t *testing.T) {
	crowd := slices.Repeat([]models.Finding{card()}, 400)
	crowd = append(crowd, models.Finding{Detector: "email", Category: models.Contact, Severity: models.Low, Confidence: 0.3})
	d := policyOf(t, "review findings.exists(f, f.detector == 'email' && f.count == 1)").Decide(Subject{Findings: crowd})
	if d.Verdict != models.VerdictReview {
		t.Errorf("Decide = %s, want review", d.Verdict)
	}
}

func TestConditionsThatWantFindingsAreNotAskedWithoutAny(t *testing.T) {
	p := policyOf(t, "recall findings.exists(f, true)", "recall size(findings) > 0 && sender.role == 'owner'",
		"recall sender.role == 'owner'", "recall !findings.exists(f, true)", "recall message.kinds[0] == '' && size(findings) > 0")
	want := []bool{true, true, false, false, true}
	for i, r := range p.rules {
		if r.wantsFindings != want[i] {
			t.Errorf("%s: wants findings = %t, want %t", r.When, r.wantsFindings, want[i])
		}
	}
}

func TestShadowRulesAreOnlyListed(t *testing.T) {
	d := policyOf(t, "shadow-block true", "shadow-review false", "shadow-recall message.kinds[3] == ''", "review true", "shadow-recall true").Decide(Subject{})
	want := []models.ShadowVerdict{{Rule: "r0", Verdict: models.VerdictRecall}, {Rule: "r2", Verdict: models.VerdictReview}}
	if diff := cmp.Diff(want, d.Shadow); diff != "" {
		t.Errorf("shadow (-want +got):\n%s", diff)
	}
	if d.Verdict != models.VerdictReview || d.Rule != "r3" {
		t.Errorf("Decide = %s by %s", d.Verdict, d.Rule)
	}
}

func TestARuleMayHoldItsRecalls(t *testing.T) {
	text := strings.Replace(goodPolicy, "verdict: recall\n    reason", "verdict: mask\n    hold: 1m30s\n    reason", 1)
	p, err := ParsePolicy("p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Rules()[0].Hold; got != 90*time.Second {
		t.Errorf("the rule holds for %s", got)
	}
	after, before := p.Decide(Subject{Findings: []models.Finding{card()}}), p.Decide(Subject{Findings: []models.Finding{card()}, Before: true})
	if after.Verdict != models.VerdictRecall || after.Hold != 90*time.Second {
		t.Errorf("after it is shown: %s, held for %s", after.Verdict, after.Hold)
	}
	if before.Verdict != models.VerdictMask || before.Hold != 0 {
		t.Errorf("before it is shown: %s, held for %s", before.Verdict, before.Hold)
	}
}

func TestABrokenRuleSaysWhyInItsOwnWords(t *testing.T) {
	d := policyOf(t, "recall message.kinds[9] == 'text'").Decide(Subject{})
	want := models.Reason{Code: models.Other, Note: brokenNote}
	if d.Reason != want || d.Text != models.Other.Words() {
		t.Errorf("reason %+v, text %q", d.Reason, d.Text)
	}
}

const goodPolicy = `policy: mine
rules:
  - name: card
    when: findings.exists(f, f.detector == "credit_card")
    verdict: recall
    reason:
      code: sensitive_information
examples:
  - findings: [{detector: credit_card}]
    verdict: recall
`

func TestParsePolicyNamesLineAndField(t *testing.T) {
	tests := []struct {
		name, old, new string
		line           int
		field, words   string
	}{
		{"unknown field", "verdict: recall\n    reason", "verdikt: recall\n    reason", 5, "rules[0].verdikt", "unknown field"},
		{"unknown verdict", "verdict: recall\n    reason", "verdict: delete\n    reason", 5, "rules[0].verdict", "one of: allow, review"},
		{"no reason", "    reason:\n      code: sensitive_information\n", "", 3, "rules[0].reason", "missing"},
		{"unknown reason", "code: sensitive_information", "code: boredom", 7, "rules[0].reason.code", "one of: sensitive_information"},
		{"other without note", "code: sensitive_information", "code: other", 7, "rules[0].reason", "needs a note"},
		{"unknown mode", "policy: mine", "policy: mine\nmode: dry", 2, "mode", "one of: enforce, shadow"},
		{"unknown variable", `f.detector == "credit_card"`, `g.detector == "credit_card"`, 4, "rules[0].when", "undeclared reference to 'g'"},
		{"unknown property", `f.detector == "credit_card"`, `f.detektor == "credit_card"`, 4, "rules[0].when", "undefined field 'detektor'"},
		{"senseless comparison", `f.detector == "credit_card"`, `f.detector == 3`, 4, "rules[0].when", "no matching overload"},
		{"not a condition", `findings.exists(f, f.detector == "credit_card")`, `size(findings)`, 4, "rules[0].when", "must be true or false"},
		{"syntax", `findings.exists(f, f.detector == "credit_card")`, `size(findings`, 4, "rules[0].when", "Syntax error"},
		{"bad regexp", `f.detector == "credit_card"`, `f.detector.matches("(")`, 4, "rules[0].when", "invalid matches argument"},
		{"too costly", `f.detector == "credit_card"`, `findings.exists(g, findings.exists(h, f.count == g.count && g.count == h.count))`, 4, "rules[0].when", "too costly"},
		{"a hold that is none", "verdict: recall\n    reason", "verdict: recall\n    hold: soon\n    reason", 6, "rules[0].hold", "such as 30s"},
		{"a hold that is too long", "verdict: recall\n    reason", "verdict: recall\n    hold: 25h\n    reason", 6, "rules[0].hold", "from 1s to 24h"},
		{"a hold of nothing", "verdict: recall\n    reason", "verdict: review\n    hold: 30s\n    reason", 6, "rules[0].hold", "nothing to hold"},
		{"name twice", "examples:", "  - {name: card, when: 'true', verdict: allow}\nexamples:", 8, "rules[1]", "another rule"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(goodPolicy, tt.old) {
				t.Fatalf("the policy does not hold %q", tt.old)
			}
			_, err := ParsePolicy("p.yaml", []byte(strings.Replace(goodPolicy, tt.old, tt.new, 1)))
			ok := slices.ContainsFunc(problems(t, err), func(p SourceError) bool {
				return p.File == "p.yaml" && p.Line == tt.line && p.Field == tt.field && strings.Contains(p.Words, tt.words)
			})
			if !ok {
				t.Errorf("problems are\n%v\nwant line %d, field %q, %q", err, tt.line, tt.field, tt.words)
			}
		})
	}
}

func TestParsePolicyRunsItsExamples(t *testing.T) {
	text := strings.TrimSuffix(goodPolicy, "recall\n") + "review\n    rule: other\n"
	_, err := ParsePolicy("p.yaml", []byte(text))
	got := problems(t, err)
	if len(got) != 2 || got[0].Line != 9 || !strings.Contains(got[0].Words, "comes out as recall by card, not review") {
		t.Errorf("problems are\n%v", err)
	}
}

// severe orders verdicts by how much they do to a message.
func severe(v models.Verdict) int {
	return slices.Index([]models.Verdict{models.VerdictAllow, models.VerdictReview, models.VerdictRecall}, v)
}

func TestMoreFindingsNeverSoftenTheDefaultPolicy(t *testing.T) {
	finding := rapid.Custom(func(t *rapid.T) models.Finding {
		d := rapid.SampledFrom(builtinDetectors()).Draw(t, "detector")
		return models.Finding{
			Detector: d.ID, Category: d.Category, Severity: d.Severity,
			Confidence: rapid.SampledFrom([]float64{0.3, 0.6, 0.85, 1}).Draw(t, "confidence"),
		}
	})
	p := DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(finding, 0, 5).Draw(t, "few")
		more := append(slices.Clone(few), rapid.SliceOfN(finding, 0, 130).Draw(t, "more")...)
		a, b := p.Decide(Subject{Findings: few}), p.Decide(Subject{Findings: more})
		if severe(b.Verdict) < severe(a.Verdict) {
			t.Fatalf("%d findings are %s, %d are %s", len(few), a.Verdict, len(more), b.Verdict)
		}
		if b.Severity.Rank() < a.Severity.Rank() {
			t.Fatalf("severity fell from %s to %s", a.Severity, b.Severity)
		}
	})
}

func builtinDetectors() []Detector {
	var all []Detector
	for _, p := range Builtin() {
		all = append(all, p.Detectors()...)
	}
	return all
}
