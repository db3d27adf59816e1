package console

import "github.com/takeback-chat/takeback/rules"

// Rules gives what is in force. It changes under our hands: whoever wants two
// facts that agree takes both from one answer.
type Rules interface {
	Current() *rules.Ruleset
}
