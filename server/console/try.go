package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
)

// tryView is the bench: a text, and what would be found and decided. Nothing of
// it is stored.
type tryView struct {
	shell
	Try    trial
	Result tryResult
	Writes bool // the visitor may try a policy of their own beside the one in force
	Kinds  []models.ConversationKind
	Roles  []models.Role
}

// trial is what is tried: a text as if it were posted by somebody somewhere.
type trial struct {
	Text   string
	Policy string // YAML; empty: only the one in force
	Kind   models.ConversationKind
	Role   models.Role
	Before bool
}

// tryResult is what rules make of a text.
type tryResult struct {
	Empty    bool
	Said     []piece
	Evidence []triedEvidence
	Now      judgement
	Edited   *judgement // by the policy that was typed in
	Problems []rules.SourceError
	Took     time.Duration
}

// Differs reports whether the two policies decide otherwise.
func (r tryResult) Differs() bool {
	return r.Edited != nil && (r.Edited.Verdict != r.Now.Verdict || r.Edited.Rule != r.Now.Rule || r.Edited.Reason != r.Now.Reason || r.Edited.Text != r.Now.Text)
}

// judgement is what one policy decides.
type judgement struct {
	models.Decision

	Name    string
	Version int
}

// triedEvidence is one finding of the bench, and why it is as sure as it is.
type triedEvidence struct {
	models.Finding

	Title              string
	Confidence, Number string
	Seen               []piece
	Why                []string
}

// tryText is how much text the bench takes, in bytes.
const tryText = 64 << 10

// tryRoles are what the sender of a tried text may be.
var tryRoles = []models.Role{models.RoleMember, models.RoleAdmin, models.RoleOwner}

func (v *visit) tryPage() error {
	t := trial{Kind: models.Group, Role: models.RoleMember}
	if v.may(access.WriteRules) {
		base, err := v.basePolicy()
		if err != nil {
			return err
		}
		t.Policy = base.Source
	}
	return v.tryRender(tryView{Try: t, Result: tryResult{Empty: true}})
}

func (v *visit) tryRender(view tryView) (err error) {
	view.Writes, view.Kinds, view.Roles = v.may(access.WriteRules), models.ConversationKinds, tryRoles
	if view.shell, err = v.shell("try", v.words.T("try.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "try", view)
}

// try judges a text by the rules in force, and by an edited policy where there is one.
func (v *visit) try() error {
	t, err := v.trial()
	if err != nil {
		return err
	}
	result := v.judge(t)
	if v.byScript() {
		return v.part(http.StatusOK, "tried", result)
	}
	return v.tryRender(tryView{Try: t, Result: result})
}

func (v *visit) trial() (trial, error) {
	body := v.gin.PostForm("text")
	t := trial{
		Text: strings.ToValidUTF8(body[:min(tryText, len(body))], "\ufffd"), Before: v.field("before", 8) != "",
		Kind: models.ConversationKind(v.field("kind", 20)), Role: models.Role(v.field("role", 20)),
	}
	if !slices.Contains(models.ConversationKinds, t.Kind) {
		t.Kind = models.Group
	}
	if !slices.Contains(tryRoles, t.Role) {
		t.Role = models.RoleMember
	}
	var err error
	if t.Policy, err = v.policyForm(); err != nil || t.Policy == "" {
		return t, err
	}
	return t, access.Check(v.caller, access.WriteRules)
}

// message is the text as if it had just been posted.
func (t trial) message(now time.Time) models.Message {
	return models.Message{
		Conversation: models.Conversation{Kind: t.Kind}, State: models.Visible, SentAt: now, ReceivedAt: now, Revision: 1,
		Elements: []models.Element{{Kind: models.TextElement, Text: t.Text}},
	}
}

func (v *visit) judge(t trial) tryResult {
	if strings.TrimSpace(t.Text) == "" {
		return tryResult{Empty: true}
	}
	set, m := v.Rules.Current(), t.message(v.now)
	started := time.Now()
	d := set.JudgeAs(&m, t.Role, t.Before)
	result := tryResult{Took: time.Since(started), Now: judgement{d, set.Policy.Name(), set.Version}}
	result.Said, result.Evidence = v.words.clear(m), v.triedEvidence(set.Engine, m)
	if t.Policy != "" {
		v.judgeEdited(&result, *set, t)
	}
	return result
}

func (v *visit) judgeEdited(result *tryResult, set rules.Ruleset, t trial) {
	p, problems := readPolicy(t.Policy)
	if result.Problems = problems; len(problems) > 0 {
		return
	}
	set.Policy, set.Version = p, 0
	m := t.message(v.now)
	result.Edited = &judgement{set.JudgeAs(&m, t.Role, t.Before), p.Name(), 0}
}

func (v *visit) triedEvidence(e *rules.Engine, m models.Message) []triedEvidence {
	explained := e.Explain(m.Elements[0].Text, "")
	var all []triedEvidence
	for _, f := range m.Findings {
		seen := text{words: v.words, left: fieldText} // whoever typed the text knows it
		seen.write("hit", f.Mask, Visible(f.Detector))
		t := triedEvidence{Finding: f, Title: v.title(f.Detector), Confidence: confidence(f.Confidence), Number: fmt.Sprintf("%.2f", f.Confidence), Seen: seen.pieces}
		i := slices.IndexFunc(explained, func(x rules.Explained) bool {
			return x.Detector == f.Detector && x.Start == f.Start && x.End == f.End
		})
		if i >= 0 {
			t.Why = v.explained(e, explained[i])
		}
		all = append(all, t)
	}
	return all
}

// explained says in words why a finding is as sure as it is.
func (v *visit) explained(e *rules.Engine, x rules.Explained) []string {
	d, _ := e.Describe(x.Detector)
	why := v.evidenceOf(x.Explanation.Evidence, d.Near)
	if x.Context != "" {
		why = append(why, v.words.T("try.context", Visible(x.Context), x.Distance))
	}
	if x.Against {
		why = append(why, v.words.T("try.against"))
	}
	if x.Excluded != "" {
		why = append(why, v.words.T("try.excluded", Visible(x.Excluded)))
	}
	if x.Share != "" {
		why = append(why, v.words.T("try.share", Visible(x.Share)))
	}
	return why
}
