package rules

import (
	_ "embed"
	"fmt"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Mode says whether a rule acts.
type Mode string

// The modes.
const (
	Enforce Mode = "enforce"
	Shadow  Mode = "shadow" // only noted, as what the rule would have decided
)

// RuleInfo describes one rule of a policy for lists.
type RuleInfo struct {
	Name    string
	When    string // CEL
	Verdict models.Verdict
	Reason  models.Reason
	Text    string
	Mode    Mode
	Hold    time.Duration // before its recalls may leave; zero: none
	Repost  bool          // what it takes back is posted again with the findings masked
	Line    int           // in the policy's file
}

// Policy is ordered rules. It never changes once it is read, is safe for
// concurrent use, and is replaced whole.
type Policy struct {
	name  string
	title string
	rules []rule

	notices *Notices // nil: nobody is told anything
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// Title returns the policy's sentence about itself; it may be empty.
func (p *Policy) Title() string { return p.title }

// Rules describes the rules in the order in which they are asked.
func (p *Policy) Rules() []RuleInfo {
	out := make([]RuleInfo, len(p.rules))
	for i, r := range p.rules {
		out[i] = r.RuleInfo
	}
	return out
}

//go:embed policy.default.yaml
var defaultPolicySource []byte

// DefaultPolicySource returns the YAML of the policy that is built in, with its comments.
func DefaultPolicySource() []byte { return append([]byte(nil), defaultPolicySource...) }

// DefaultPolicy returns the policy that is built in: live secrets and payment
// cards are taken back when they are sure, everything else that is found goes
// to a person.
func DefaultPolicy() *Policy { return defaultPolicy() }

var defaultPolicy = sync.OnceValue(func() *Policy {
	p, err := ParsePolicy("policy.default.yaml", defaultPolicySource)
	if err != nil {
		panic(fmt.Sprintf("the built-in policy: %v", err)) // cannot happen: a test loads it
	}
	return p
})

// Subject is what a policy judges.
type Subject struct {
	Message  *models.Message
	Findings []models.Finding
	Role     models.Role // of the sender, where it is known
	// Before says that the platform asked before showing the message, so that it
	// can be blocked or masked. Otherwise both mean recall.
	Before bool
}

// actor stands in decisions that a policy made.
const actor = "policy"

// Decide asks the rules in order; the first whose condition holds decides, and
// where none does the message is allowed. Rules in shadow mode are only listed.
// It never fails: a rule whose condition cannot be evaluated sends the message
// to a person. The version of the policy, the ids and the time are left to the caller.
func (p *Policy) Decide(s Subject) models.Decision {
	d := models.Decision{Verdict: models.VerdictAllow, Actor: actor, Severity: models.Worst(s.Findings)}
	if s.Message != nil {
		d.Message = s.Message.ID
	}
	var vars map[string]any
	for i := range p.rules {
		r := &p.rules[i]
		if r.wantsFindings && len(s.Findings) == 0 {
			continue
		}
		if vars == nil {
			vars = subjectVars(s)
		}
		holds, err := r.holds(vars)
		if !holds && err == nil {
			continue
		}
		verdict := r.verdict(s.Before, err)
		if r.Mode == Shadow {
			d.Shadow = append(d.Shadow, models.ShadowVerdict{Rule: r.Name, Verdict: verdict})
			continue
		}
		r.decide(&d, verdict, err)
		break
	}
	return d
}

// verdict is what the rule says here. Block and mask exist only before a
// message is shown; a rule that broke says review.
func (r *rule) verdict(before bool, err error) models.Verdict {
	switch {
	case err != nil:
		return models.VerdictReview
	case !before && (r.Verdict == models.VerdictBlock || r.Verdict == models.VerdictMask):
		return models.VerdictRecall
	}
	return r.Verdict
}

// brokenNote tells the moderator why a message is before them. The error
// itself stays inside: it may quote what was compared.
const brokenNote = "The rule's condition could not be evaluated for this message."

func (r *rule) decide(d *models.Decision, verdict models.Verdict, err error) {
	d.Verdict, d.Rule, d.Reason, d.Text = verdict, r.Name, r.Reason, r.Text
	if err != nil {
		d.Reason = models.Reason{Code: models.Other, Note: brokenNote}
		d.Text = ""
	}
	if verdict == models.VerdictRecall {
		d.Hold, d.Repost.Wanted = r.Hold, r.Repost
	}
	if d.Text == "" && verdict != models.VerdictAllow {
		d.Text = d.Reason.Code.Words()
	}
}
