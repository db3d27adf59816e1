package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// Rules gives what is in force. It changes under our hands: whoever wants two
// facts that agree takes both from one answer.
type Rules interface {
	Current() *rules.Ruleset
}

// rulesView lists the policy in force and the detectors it can lean on.
type rulesView struct {
	shell
	Policy    string
	Version   int
	Rules     []rules.RuleInfo
	Detectors []rules.Detector
}

func (v *visit) rulesPage() error {
	set := v.Rules.Current()
	view := rulesView{
		Policy: set.Policy.Name(), Version: set.Version,
		Rules: set.Policy.Rules(), Detectors: set.Engine.Detectors(),
	}
	var err error
	if view.shell, err = v.shell("rules", v.words.T("rules.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "rules", view)
}

// tryView is the bench: a text, and what would be found and decided. Nothing of
// it is stored.
type tryView struct {
	shell
	Text   string
	Result tryResult
}

// tryResult is what the rules in force make of a text.
type tryResult struct {
	Empty    bool
	Said     []piece
	Evidence []evidence
	Verdict  models.Verdict
	Rule     string
	Policy   int
	Reason   models.ReasonCode
	Shadow   []models.ShadowVerdict
	Took     time.Duration
}

// tryText is how much text the bench takes, in bytes.
const tryText = 64 << 10

func (v *visit) tryPage() error {
	view := tryView{Result: tryResult{Empty: true}}
	return v.tryRender(view)
}

func (v *visit) tryRender(view tryView) (err error) {
	if view.shell, err = v.shell("try", v.words.T("try.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "try", view)
}

// try judges a text as if it were posted in a group, by the rules in force.
func (v *visit) try() error {
	body := v.gin.PostForm("text")
	body = strings.ToValidUTF8(body[:min(tryText, len(body))], "\ufffd")
	result := v.judge(body)
	if v.byScript() {
		return v.part(http.StatusOK, "tried", result)
	}
	return v.tryRender(tryView{Text: body, Result: result})
}

func (v *visit) judge(body string) tryResult {
	if strings.TrimSpace(body) == "" {
		return tryResult{Empty: true}
	}
	m := models.Message{
		Conversation: models.Conversation{Kind: models.Group}, State: models.Visible, SentAt: v.now, ReceivedAt: v.now,
		Elements: []models.Element{{Kind: models.TextElement, Text: body}},
	}
	started := time.Now()
	d := v.Rules.Current().Judge(&m, false)
	took := time.Since(started)
	return tryResult{
		Said: v.words.clear(m), Evidence: v.evidence(m), Verdict: d.Verdict, Rule: d.Rule,
		Policy: m.Policy, Reason: d.Reason.Code, Shadow: d.Shadow, Took: took,
	}
}
