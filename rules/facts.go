package rules

import (
	"cmp"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// maxSeen is how many findings of one message a policy looks at.
const maxSeen = 100

// findingFacts is what a condition sees of a finding, as an item of findings.
type findingFacts struct {
	Detector   string  `cel:"detector"`
	Category   string  `cel:"category"`
	Severity   string  `cel:"severity"`
	Rank       int64   `cel:"rank"` // severity as a number: low 1, medium 2, high 3, critical 4
	Confidence float64 `cel:"confidence"`
	Count      int64   `cel:"count"`    // findings of this detector in this message
	Distinct   int64   `cel:"distinct"` // different values among them, where fingerprints are made
	Kind       string  `cel:"kind"`     // of the element it stands in
}

// messageFacts is what a condition sees as message.
type messageFacts struct {
	App       string   `cel:"app"`
	Kind      string   `cel:"kind"`  // of its elements; "mixed" when they differ
	Kinds     []string `cel:"kinds"` // of each element
	Elements  int64    `cel:"elements"`
	Bytes     int64    `cel:"bytes"`
	Revision  int64    `cel:"revision"`
	Ephemeral bool     `cel:"ephemeral"`
	Opaque    bool     `cel:"opaque"` // some part of it cannot be read
	Before    bool     `cel:"before"` // it is not shown yet
}

// senderFacts is what a condition sees as sender.
type senderFacts struct {
	Account string `cel:"account"`
	Role    string `cel:"role"` // owner, admin, member, none; empty when the platform has not said
}

// conversationFacts is what a condition sees as conversation.
type conversationFacts struct {
	Ref   string `cel:"ref"`
	Kind  string `cel:"kind"` // direct, group, topic, live
	Type  string `cel:"type"` // the platform's own word
	Group string `cel:"group"`
}

// subjectVars is the subject as conditions see it.
func subjectVars(s Subject) map[string]any {
	m := s.Message
	if m == nil {
		m = &models.Message{}
	}
	c := m.Conversation
	return map[string]any{
		"findings": seeFindings(m, s.Findings),
		"message":  seeMessage(m, s.Before),
		"sender":   &senderFacts{Account: m.Sender, Role: string(s.Role)},
		"conversation": &conversationFacts{
			Ref: c.Ref, Kind: string(c.Kind), Type: c.Type, Group: c.Group,
		},
	}
}

func seeMessage(m *models.Message, before bool) *messageFacts {
	f := &messageFacts{
		App: m.App, Elements: int64(len(m.Elements)), Revision: int64(m.Revision), Ephemeral: m.Ephemeral, Before: before,
	}
	for i, e := range m.Elements {
		f.Bytes += int64(len(e.Text))
		f.Opaque = f.Opaque || e.Opaque
		if len(f.Kinds) < maxSeen {
			f.Kinds = append(f.Kinds, string(e.Kind))
		}
		if i == 0 {
			f.Kind = string(e.Kind)
		} else if f.Kind != string(e.Kind) {
			f.Kind = "mixed"
		}
	}
	return f
}

// seeFindings shows the gravest findings, gravest first, and of each detector
// at least its gravest, so that nothing can be hidden behind a crowd.
func seeFindings(m *models.Message, findings []models.Finding) []*findingFacts {
	if len(findings) == 0 {
		return nil
	}
	count, distinct := tally(findings)
	out := make([]*findingFacts, len(findings))
	for i, f := range findings {
		out[i] = &findingFacts{
			Detector: f.Detector, Category: string(f.Category), Severity: string(f.Severity), Rank: int64(f.Severity.Rank()),
			Confidence: f.Confidence, Count: count[f.Detector], Distinct: distinct[f.Detector],
		}
		if f.Element >= 0 && f.Element < len(m.Elements) {
			out[i].Kind = string(m.Elements[f.Element].Kind)
		}
	}
	slices.SortStableFunc(out, func(a, b *findingFacts) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(b.Confidence, a.Confidence))
	})
	return firstOfEach(out)
}

// tally counts the findings of each detector, and the different values among them.
func tally(findings []models.Finding) (count, distinct map[string]int64) {
	count, distinct = map[string]int64{}, map[string]int64{}
	seen := map[[2]string]bool{}
	for _, f := range findings {
		count[f.Detector]++
		if key := [2]string{f.Detector, f.Fingerprint}; !seen[key] {
			seen[key] = true
			distinct[f.Detector]++
		}
	}
	return count, distinct
}

// firstOfEach cuts a sorted list to maxSeen, the first of each detector before
// the rest.
func firstOfEach(sorted []*findingFacts) []*findingFacts {
	if len(sorted) <= maxSeen {
		return sorted
	}
	seen := map[string]bool{}
	var first, rest []*findingFacts
	for _, f := range sorted {
		if seen[f.Detector] {
			rest = append(rest, f)
			continue
		}
		seen[f.Detector] = true
		first = append(first, f)
	}
	return append(first, rest...)[:maxSeen]
}
