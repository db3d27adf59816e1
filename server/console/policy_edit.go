package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
)

// policyText is how much of a policy a form takes, in bytes.
const policyText = 256 << 10

// policyEditView is the policy as a text to be changed: first checked, then applied.
type policyEditView struct {
	shell
	Source   string
	Base     models.PolicyVersion // what it is compared with, and replaces
	Checked  bool
	Problems []rules.SourceError
	Diff     []diffLine
	Reason   string
	Error    string
}

// Ready says that it can be applied: it reads, and is another one.
func (e policyEditView) Ready() bool { return e.Checked && len(e.Problems) == 0 && differs(e.Diff) }

// basePolicy is what is in force as a text.
func (v *visit) basePolicy() (models.PolicyVersion, error) {
	p, err := v.Store.PolicyInForce(v.ctx())
	if notThere(err) {
		return models.PolicyVersion{Source: string(rules.DefaultPolicySource())}, nil
	}
	if err != nil {
		return p, fmt.Errorf("policy in force: %w", err)
	}
	return p, nil
}

func (v *visit) editPolicyPage() error {
	base, err := v.basePolicy()
	if err != nil {
		return err
	}
	return v.editPolicy(http.StatusOK, policyEditView{Source: base.Source, Base: base})
}

func (v *visit) editPolicy(status int, view policyEditView) (err error) {
	if view.shell, err = v.shell("policy", v.words.T("policy.edit"), ""); err != nil {
		return err
	}
	return v.render(status, "policy_edit", view)
}

// policyForm reads a policy from a form. Browsers end lines with CR LF.
func (v *visit) policyForm() (string, error) {
	source := strings.ReplaceAll(v.gin.PostForm("policy"), "\r\n", "\n")
	if len(source) > policyText {
		return "", errTooLarge
	}
	return strings.ToValidUTF8(source, "\ufffd"), nil
}

// checkPolicy says what is wrong with an edited policy, or what it would change.
func (v *visit) checkPolicy() error {
	view, err := v.checkedPolicy()
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(view.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.editPolicy(status, view)
}

func (v *visit) checkedPolicy() (policyEditView, error) {
	source, err := v.policyForm()
	if err != nil {
		return policyEditView{}, err
	}
	base, err := v.basePolicy()
	if err != nil {
		return policyEditView{}, err
	}
	_, problems := readPolicy(source)
	return policyEditView{
		Source: source, Base: base, Checked: true, Problems: problems, Diff: diff(base.Source, source), Reason: v.field("reason", 4*access.MaxNote),
	}, nil
}

// readPolicy reads a policy, or says all that is wrong with it.
func readPolicy(source string) (*rules.Policy, []rules.SourceError) {
	p, err := rules.ParsePolicy("policy", []byte(source))
	if err == nil {
		return p, nil
	}
	if many, ok := errors.AsType[*rules.SourceErrors](err); ok {
		return nil, many.Problems
	}
	return nil, []rules.SourceError{{Words: err.Error()}}
}

// applyPolicy puts an edited policy in force. What does not read, what lacks a reason and
// what somebody else was faster with comes back with everything that was typed.
func (v *visit) applyPolicy() error {
	view, err := v.checkedPolicy()
	if err != nil {
		return err
	}
	if len(view.Problems) > 0 {
		return v.editPolicy(http.StatusUnprocessableEntity, view)
	}
	replaces, err := strconv.Atoi(v.field("replaces", 20))
	if err != nil || replaces < 0 {
		return invalid(v.words.T("error.invalid.words"))
	}
	_, err = v.Door.ApplyPolicy(v.ctx(), v.caller, view.Source, replaces, view.Reason)
	switch {
	case err == nil:
		v.redirect("/policy")
		return nil
	case errors.Is(err, models.ErrConflict):
		view.Error = access.Words(err)
		return v.editPolicy(http.StatusConflict, view)
	case errors.Is(err, models.ErrInvalid):
		view.Error = access.Words(err)
		return v.editPolicy(http.StatusUnprocessableEntity, view)
	}
	return err //nolint:wrapcheck // a refusal with its own sentence
}

// rollBackPolicy puts an earlier version in force again.
func (v *visit) rollBackPolicy() error {
	version, err := strconv.Atoi(v.field("version", 20))
	if err != nil || version < 1 {
		return invalid(v.words.T("error.invalid.words"))
	}
	if _, err := v.Door.RollbackPolicy(v.ctx(), v.caller, version, v.field("reason", 4*access.MaxNote)); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/policy")
	return nil
}

// policyDiffView is what two versions have not in common.
type policyDiffView struct {
	shell
	From, To models.PolicyVersion
	Versions []models.PolicyVersion
	Diff     []diffLine
	Same     bool
	Writes   bool
	Whole    bool
}

// policyDiffPage compares two versions: by default the one in force with the one before.
func (v *visit) policyDiffPage() error {
	all, err := v.Store.Policies(v.ctx())
	if err != nil {
		return fmt.Errorf("versions of the policy: %w", err)
	}
	view := policyDiffView{Versions: all, Writes: v.may(access.WriteRules)}
	view.Whole = view.Writes || v.scope.All
	if view.From, err = v.versionOf("from", all, 1); err != nil {
		return err
	}
	if view.To, err = v.versionOf("to", all, 0); err != nil {
		return err
	}
	view.Diff = diff(view.From.Source, view.To.Source)
	view.Same = !differs(view.Diff)
	if view.shell, err = v.shell("policy", v.words.T("policy.diff"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "policy_diff", view)
}

// versionOf is the version that the URL names, or the nth of the newest.
func (v *visit) versionOf(name string, all []models.PolicyVersion, nth int) (models.PolicyVersion, error) {
	asked := v.query(name)
	switch {
	case asked == "" && len(all) == 0:
		return models.PolicyVersion{}, nil
	case asked == "":
		return all[min(nth, len(all)-1)], nil
	}
	version, err := strconv.Atoi(asked)
	if err != nil {
		return models.PolicyVersion{}, fmt.Errorf("policy version: %w", models.ErrNotFound)
	}
	p, err := v.Store.Policy(v.ctx(), version)
	if err != nil {
		return p, fmt.Errorf("policy version %d: %w", version, err)
	}
	return p, nil
}
