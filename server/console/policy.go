package console

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
)

// policyView is the policy in force rule by rule, and the versions before it.
type policyView struct {
	shell
	Policy policyFacts
}

// policyFacts is what of the page can change while it is open.
type policyFacts struct {
	Name, Title string
	Version     models.PolicyVersion // of the store; zero where none was ever applied
	Rules       []ruleLine
	Versions    []models.PolicyVersion
	Whole       bool // figures and notes, which speak of every conversation, are shown
	Writes      bool
	Breakers    bool
	Open        []models.Breaker
}

// ruleLine is one rule, and what it did.
type ruleLine struct {
	rules.RuleInfo

	Day, Month ruleDid
	Breaker    *models.Breaker // what stops its recalls
}

// ruleDid is what a rule matched and did in some time.
type ruleDid struct {
	Matched int
	Review  int // went to people
	Asked   int // was to be taken back
	Kept    int // was blocked or masked before anybody saw it
	Gone    int // confirmed, or gone already
	Failed  int // of the recalls, what ended without the message being gone
	Shadow  bool
}

// figuresTo is how far the figures of a rule are counted.
const figuresTo = 10_000

// figureSpans are the times over which rules are counted.
var figureSpans = []time.Duration{24 * time.Hour, 30 * 24 * time.Hour}

func (v *visit) policyPage() error {
	facts, err := v.policyFacts()
	if err != nil {
		return err
	}
	view := policyView{Policy: facts}
	if view.shell, err = v.shell("policy", v.words.T("policy.title"), "/policy/stream"); err != nil {
		return err
	}
	return v.render(http.StatusOK, "policy", view)
}

func (v *visit) policyFacts() (policyFacts, error) {
	f := policyFacts{Writes: v.may(access.WriteRules), Breakers: v.may(access.SeeBreakers)}
	f.Whole = f.Writes || v.scope.All
	all, err := v.Store.Policies(v.ctx())
	if err != nil {
		return f, fmt.Errorf("versions of the policy: %w", err)
	}
	f.Versions = all
	policy := v.policyInForce(&f)
	f.Name, f.Title = policy.Name(), policy.Title()
	for _, r := range policy.Rules() {
		f.Rules = append(f.Rules, ruleLine{RuleInfo: r})
	}
	return f, errors.Join(v.addFigures(&f), v.addBreakers(&f))
}

// policyInForce is the policy that the store says is in force. The one that judges here
// follows within a second.
func (v *visit) policyInForce(f *policyFacts) *rules.Policy {
	now := v.Rules.Current()
	i := slices.IndexFunc(f.Versions, func(p models.PolicyVersion) bool { return p.InForce })
	if i < 0 {
		return now.Policy
	}
	f.Version = f.Versions[i]
	if f.Version.Version == now.Version {
		return now.Policy
	}
	p, err := rules.ParsePolicy("policy", []byte(f.Version.Source))
	if err != nil {
		return now.Policy // a newer takeback applied it; what judges here is the one before
	}
	return p
}

func (v *visit) addFigures(f *policyFacts) error {
	if !f.Whole {
		return nil
	}
	var names []string
	for _, r := range f.Rules {
		names = append(names, r.Name)
	}
	for n, span := range figureSpans {
		did, err := v.Store.RuleFigures(v.ctx(), names, v.now.Add(-span), figuresTo)
		if err != nil {
			return fmt.Errorf("what rules did: %w", err)
		}
		for i := range f.Rules {
			r := &f.Rules[i]
			*[]*ruleDid{&r.Day, &r.Month}[n] = didOf(did[r.Name], r.Mode)
		}
	}
	return nil
}

func didOf(f models.RuleFigures, mode rules.Mode) ruleDid {
	did := ruleDid{
		Matched: f.Matched(), Review: f.Verdicts[models.VerdictReview], Asked: f.Verdicts[models.VerdictRecall],
		Kept: f.Verdicts[models.VerdictBlock] + f.Verdicts[models.VerdictMask], Shadow: mode == rules.Shadow,
	}
	for state, n := range f.Recalls {
		switch state { //nolint:exhaustive // the rest is on its way, or was called off
		case models.Confirmed, models.AlreadyGone:
			did.Gone += n
		case models.Failed, models.Refused, models.Expired, models.Unknown:
			did.Failed += n
		}
	}
	return did
}

// addBreakers says which rules are stopped.
func (v *visit) addBreakers(f *policyFacts) error {
	if !f.Breakers {
		return nil
	}
	open, _, err := v.Store.Breakers(v.ctx(), models.BreakerFilter{Open: true, Page: models.Page{Limit: pageRows}})
	if err != nil {
		return fmt.Errorf("open breakers: %w", err)
	}
	f.Open = open
	for i := range f.Rules {
		r := &f.Rules[i]
		at := slices.IndexFunc(open, func(b models.Breaker) bool { return b.Kind == models.RuleBreaker && b.Rule == r.Name })
		if at >= 0 {
			r.Breaker = &open[at]
		}
	}
	return nil
}

func (v *visit) policyStream() error { return v.stream(&policyFeed{v}) }

// policyFeed keeps the page of the policy live.
type policyFeed struct{ *visit }

func (f *policyFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	facts, err := f.policyFacts()
	if err != nil {
		return err
	}
	return f.partial(b, "#policy", "innerMorph", "policy_facts", facts)
}

func (f *policyFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !touches(batch, models.PolicyChanged) && !touches(batch, models.BreakerChanged) {
		return nil
	}
	return f.all(b)
}
