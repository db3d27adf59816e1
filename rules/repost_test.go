package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

const repostPack = `pack: test
title: Words of the tests
detectors:
  - id: test_word
    title: A word of the tests
    description: A word that nobody else uses.
    source: Our own.
    category: keyword
    severity: high
    words: [swordfish]
    confidence:
      - level: high
        when: []
    mask: hidden
    match: ["the word is swordfish"]
    clean: ["the word is trout"]
`

const repostPolicy = `policy: test
rules:
  - name: word
    when: size(findings) > 0
    verdict: recall
    mask_and_repost: true
    reason: {code: sensitive_information}
  - name: dots
    when: message.elements > 2
    verdict: recall
    reason: {code: other, note: too many parts}
examples: []
`

func TestRepost(t *testing.T) {
	pack, err := ParsePack("test.yaml", []byte(repostPack))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := New([]Pack{pack}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := ParsePolicy("policy.yaml", []byte(repostPolicy))
	if err != nil {
		t.Fatal(err)
	}
	r := &Ruleset{Engine: engine, Policy: policy}
	text := func(path, text string) models.Element {
		return models.Element{Kind: models.TextElement, Path: path, Text: text}
	}
	word := text("MsgBody[0].MsgContent.Text", "say swordfish now")
	tests := []struct {
		name     string
		elements []models.Element
		want     models.Repost
	}{
		{"nothing found", []models.Element{text("MsgBody[0].MsgContent.Text", "say trout now")}, models.Repost{}},
		{"masked, and nothing else changed", []models.Element{word, text("MsgBody[1].MsgContent.Text", "  and trout ")}, models.Repost{
			Wanted: true, Elements: []models.Element{text("MsgBody[0].MsgContent.Text", "say "+dots+dots+" now"), text("MsgBody[1].MsgContent.Text", "  and trout ")},
		}},
		{"a picture", []models.Element{word, {Kind: models.ImageElement, Path: "MsgBody[1].MsgContent", Opaque: true}}, models.Repost{
			Wanted: true, Why: "It holds more than text (image), which cannot be posted again.",
		}},
		{"data beside it", []models.Element{word, {Kind: models.CloudElement, Path: "CloudCustomData", Text: "x"}}, models.Repost{
			Wanted: true, Why: "It carries data beside its text, which cannot be posted again.",
		}},
		{"a forward", []models.Element{text("MsgBody[0].MsgContent.MsgList[0].MsgBody[0].MsgContent.Text", "swordfish")}, models.Repost{
			Wanted: true, Why: "It holds forwarded messages, which cannot be posted again.",
		}},
		{"what the policy takes back masked as well", []models.Element{word, word, word}, models.Repost{
			Wanted: true, Why: "With its findings masked the policy would take it back as well.",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &models.Message{Revision: 1, Elements: tt.elements}
			got := r.Judge(m, false).Repost
			if diff := cmp.Diff(plainRepost(tt.want), plainRepost(got)); diff != "" {
				t.Errorf("repost (-want +got):\n%s", diff)
			}
		})
	}
	m := &models.Message{Revision: 1, Elements: []models.Element{word}}
	if got := r.Judge(m, true).Repost; got.Wanted != (r.Judge(m, true).Verdict == models.VerdictRecall) {
		t.Errorf("before it is shown: %+v", got.Wanted)
	}
}

// plainRepost is a repost as texts, since elements do not print theirs.
func plainRepost(r models.Repost) []string {
	out := []string{r.Why}
	for _, e := range r.Elements {
		out = append(out, e.Path+"="+e.Text)
	}
	return out
}

func TestRepostNeedsARecall(t *testing.T) {
	_, err := ParsePolicy("policy.yaml", []byte(strings.Replace(repostPolicy, "verdict: recall", "verdict: review", 1)))
	if err == nil || !strings.Contains(err.Error(), "nothing to post again") {
		t.Errorf("a rule that takes nothing back: %v", err)
	}
}
