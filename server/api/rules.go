package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/problem"
)

// Rules gives what is in force; it is never nil, and is replaced whole.
type Rules interface {
	Current() *rules.Ruleset
}

type scanRequest struct {
	Text string `json:"text" validate:"required,max=200000"`
}

// scanView is what was found in a text and what is decided of it.
type scanView struct {
	Findings []findingView          `json:"findings"`
	Verdict  models.Verdict         `json:"verdict"`
	Rule     string                 `json:"rule,omitzero"`
	Policy   int                    `json:"policy,omitzero"`
	Reason   *reasonView            `json:"reason,omitzero"`
	Severity models.Severity        `json:"severity,omitzero"`
	Shadow   []models.ShadowVerdict `json:"shadow,omitempty"`
	Text     string                 `json:"text"` // masked
}

// scan answers POST /scan. Nothing is stored, and the text goes nowhere else.
func (a *API) scan(c *gin.Context) error {
	request, err := bind[scanRequest](c)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, judge(a.rules.Current(), request.Text, false))
}

type testRequest struct {
	Text   string `json:"text" validate:"required,max=200000"`
	Policy string `json:"policy" validate:"max=200000"` // YAML; empty: the one in force
	Before bool   `json:"before"`                       // as if the platform asked before showing it
}

// testRules answers POST /rules/test: what a policy would say of a text.
func (a *API) testRules(c *gin.Context) error {
	request, err := bind[testRequest](c)
	if err != nil {
		return err
	}
	set := *a.rules.Current()
	if request.Policy != "" {
		if set.Policy, err = rules.ParsePolicy("policy", []byte(request.Policy)); err != nil {
			return policyProblem(err)
		}
		set.Version = 0
	}
	return answer(c, http.StatusOK, judge(&set, request.Text, request.Before))
}

func judge(set *rules.Ruleset, text string, before bool) scanView {
	m := models.Message{Revision: 1, Elements: []models.Element{{Kind: models.TextElement, Path: "text", Text: text}}}
	d := set.Judge(&m, before)
	return scanView{
		// The caller sent the text, so its masks tell it nothing new, whatever its grant.
		Findings: viewFindings(m.Findings, models.GrantOperator),
		Verdict:  d.Verdict, Rule: d.Rule, Policy: d.Policy, Reason: viewReason(d.Reason),
		Severity: d.Severity, Shadow: d.Shadow, Text: models.Masked(m.Elements, m.Findings),
	}
}

// policyProblem says where a policy does not read, by line and field.
func policyProblem(err error) error {
	source, ok := errors.AsType[*rules.SourceErrors](err)
	if !ok {
		return err
	}
	var fields []problem.Field
	for _, p := range source.Problems {
		fields = append(fields, problem.Field{Field: p.Field, Words: p.Words, Line: p.Line})
	}
	return problem.Invalid(fields...)
}

type rulesView struct {
	Policy policyView `json:"policy"`
	Packs  []packView `json:"packs"`
}

type policyView struct {
	Name    string     `json:"name"`
	Title   string     `json:"title,omitzero"`
	Version int        `json:"version"` // 0: built in, not kept
	Rules   []ruleView `json:"rules"`
}

type ruleView struct {
	Name    string         `json:"name"`
	When    string         `json:"when"`
	Verdict models.Verdict `json:"verdict"`
	Reason  *reasonView    `json:"reason,omitzero"`
	Text    string         `json:"text,omitzero"`
	Mode    rules.Mode     `json:"mode"`
	Hold    string         `json:"hold,omitzero"`
}

type packView struct {
	Name      string         `json:"name"`
	Detectors []detectorView `json:"detectors"`
}

type detectorView struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	Description string          `json:"description,omitzero"`
	Category    models.Category `json:"category"`
	Severity    models.Severity `json:"severity"`
	Source      string          `json:"source,omitzero"`
}

// showRules answers GET /rules: the packs, their detectors, the policy in force.
func (a *API) showRules(c *gin.Context) error {
	set := a.rules.Current()
	view := rulesView{Policy: viewPolicy(set), Packs: viewPacks(set.Engine.Detectors())}
	return answer(c, http.StatusOK, view)
}

func viewPolicy(set *rules.Ruleset) policyView {
	v := policyView{Name: set.Policy.Name(), Title: set.Policy.Title(), Version: set.Version}
	for _, r := range set.Policy.Rules() {
		v.Rules = append(v.Rules, ruleView{r.Name, r.When, r.Verdict, viewReason(r.Reason), r.Text, r.Mode, hold(r.Hold)})
	}
	return v
}

// hold writes a time as a policy does; none is left out.
func hold(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// viewPacks groups detectors by their pack, in the order in which packs first come.
func viewPacks(detectors []rules.Detector) []packView {
	var packs []packView
	at := map[string]int{}
	for _, d := range detectors {
		i, known := at[d.Pack]
		if !known {
			i = len(packs)
			at[d.Pack] = i
			packs = append(packs, packView{Name: d.Pack})
		}
		packs[i].Detectors = append(packs[i].Detectors, detectorView{d.ID, d.Title, d.Description, d.Category, d.Severity, d.Source})
	}
	return packs
}
