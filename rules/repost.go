package rules

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// splitWords say why no message is posted again that holds a part of a value.
const splitWords = "The value lies in several messages, of which none can be posted again alone."

// repost prepares what stands in the place of a message that a rule takes back and
// wants to be posted again: its texts with every finding masked, and nothing else
// changed. What cannot be posted so is refused with the reason.
func (r *Ruleset) repost(m *models.Message, role models.Role) models.Repost {
	if why := unrepostable(m); why != "" {
		return models.Repost{Wanted: true, Why: why}
	}
	masked := make([]models.Element, len(m.Elements))
	for i, e := range m.Elements {
		masked[i] = models.Element{Kind: e.Kind, Path: e.Path, Text: models.MaskText(e.Text, i, m.Findings)}
	}
	anew := *m
	anew.Elements = masked
	switch r.Policy.Decide(Subject{Message: &anew, Findings: r.Engine.Scan(masked), Role: role}).Verdict {
	case models.VerdictRecall, models.VerdictBlock, models.VerdictMask:
		return models.Repost{Wanted: true, Why: "With its findings masked the policy would take it back as well."}
	case models.VerdictAllow, models.VerdictReview:
	}
	return models.Repost{Wanted: true, Elements: masked}
}

// unrepostable says why a message cannot be posted again with its findings masked, or "".
func unrepostable(m *models.Message) string {
	if len(m.Findings) == 0 {
		return "Nothing was found in it that could be masked."
	}
	for _, f := range m.Findings {
		if len(f.Parts) > 0 {
			return splitWords
		}
	}
	for _, e := range m.Elements {
		switch {
		case e.Kind == models.CloudElement:
			return "It carries data beside its text, which cannot be posted again."
		case e.Kind != models.TextElement, e.Opaque:
			return "It holds more than text (" + string(e.Kind) + "), which cannot be posted again."
		case strings.Count(e.Path, "[") > 1:
			return "It holds forwarded messages, which cannot be posted again."
		}
	}
	return ""
}
