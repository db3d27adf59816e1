package console

import (
	"github.com/takeback-chat/takeback/models"
)

// toldLine is who is told of a recall, and in which words.
type toldLine struct {
	Who   string // the end of a key: sender, group, moderators
	Name  string // the account, where it is one
	Texts []toldText
}

// toldText is what is said for one reason.
type toldText struct {
	Reason models.ReasonCode
	Text   string
}

// told foretells whom the policy in force has told what, once a message is gone or
// where it stays. The words depend on the reason, which is not picked yet.
func (v *visit) told(m models.Message, authority models.Authority) []toldLine {
	var lines []toldLine
	for _, code := range models.ReasonCodes {
		for i, n := range v.notices(m, authority, code) {
			if i == len(lines) {
				lines = append(lines, lineFor(n, m))
			}
			lines[i].Texts = append(lines[i].Texts, toldText{code, n.Text})
		}
	}
	if failing := v.Rules.Current().Policy.Notices(models.Happening{}); len(failing) > 0 {
		lines = append(lines, toldLine{Who: "moderators"})
	}
	return lines
}

func lineFor(n models.Notice, m models.Message) toldLine {
	if n.Account == "" {
		return toldLine{Who: "group", Name: m.Conversation.Ref}
	}
	return toldLine{Who: "sender", Name: n.Account}
}

func (v *visit) notices(m models.Message, authority models.Authority, code models.ReasonCode) []models.Notice {
	return v.Rules.Current().Policy.Notices(models.Happening{
		Gone: true, Elements: m.Elements, Findings: m.Findings,
		Recall: models.Recall{
			Message: m.ID, App: m.App, Conversation: m.Conversation, Ref: m.Ref, Sender: m.Sender, SentAtPlatform: m.SentAt,
			Authority: authority, Reason: models.Reason{Code: code}, Text: code.Words(),
		},
	})
}
