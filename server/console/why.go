package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
)

// ruleText is a rule of the policy in force, in its own words.
type ruleText struct{ rules.RuleInfo }

// ruleText looks up what a rule says. It may say something else by now than when it
// decided; the number of the version stands beside it.
func (v *visit) ruleText(name string) *ruleText {
	for _, r := range v.Rules.Current().Policy.Rules() {
		if name != "" && r.Name == name {
			return &ruleText{r}
		}
	}
	return nil
}

// evidence puts findings into words, with why each is as sure as it is by the
// detectors in force.
func (v *visit) evidence(m models.Message) []evidence {
	why := v.why(m)
	var all []evidence
	for _, f := range m.Findings {
		x := why[spot{f.Element, f.Start, f.End, f.Detector}]
		e := evidence{
			Finding: f, Title: v.title(f.Detector), Mask: v.mask(f), Confidence: confidence(f.Confidence),
			Number: fmt.Sprintf("%.2f", f.Confidence),
		}
		e.Why = v.evidenceOf(x.Evidence, 0)
		if e.Word = x.Context; !access.MayReadText(v.caller.Grant) {
			e.Word = ""
		}
		all = append(all, e)
	}
	return all
}

// spot is where a finding stands.
type spot struct {
	element, start, end int
	detector            string
}

// why asks the detectors in force for their reasons, of elements in which something
// was found.
func (v *visit) why(m models.Message) map[spot]rules.Explained {
	all := map[spot]rules.Explained{}
	asked := map[int]bool{}
	for _, f := range m.Findings {
		if asked[f.Element] || f.Element < 0 || f.Element >= len(m.Elements) {
			continue
		}
		asked[f.Element] = true
		for _, x := range v.Rules.Current().Engine.Explain(m.Elements[f.Element].Text, "") {
			all[spot{f.Element, x.Start, x.End, x.Detector}] = x
		}
	}
	return all
}

// historyOf is how far back a sender's history goes.
const historyOf = 30 * 24 * time.Hour

// senderBox is who posted a message, as far as it helps to decide.
type senderBox struct {
	models.History

	Role models.Role
	URL  string // of what they posted; it names as much of the name as the list reads
}

func (v *visit) sender(m models.Message) (senderBox, error) {
	h, err := v.Store.History(v.ctx(), v.scope, m.App, m.Sender, v.now.Add(-historyOf))
	if err != nil {
		return senderBox{}, fmt.Errorf("sender of message %s: %w", m.ID, err)
	}
	name := strings.ToValidUTF8(m.Sender[:min(fieldText, len(m.Sender))], "")
	return senderBox{h, v.Door.RoleOf(v.ctx(), m.Conversation, m.Sender), at("/messages", values("sender", name))}, nil
}

// revealedTo is how far the counter of what somebody has seen counts.
const revealedTo = 1000

// revealed counts what the visitor has seen in clear today, if they may at all.
func (v *visit) revealed(may bool) (int, error) {
	if !may {
		return 0, nil
	}
	n, err := v.Store.Reveals(v.ctx(), v.caller.Actor, v.now.Add(-lately), revealedTo)
	if err != nil {
		return 0, fmt.Errorf("count reveals: %w", err)
	}
	return n, nil
}
