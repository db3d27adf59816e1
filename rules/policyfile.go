package rules

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

var (
	policyFields = []string{"policy", "title", "mode", "rules", "notices", "examples"}
	ruleFields   = []string{"name", "when", "verdict", "reason", "mode", "hold", "mask_and_repost"}
	reasonFields = []string{"code", "text", "note"}

	verdicts = []models.Verdict{
		models.VerdictAllow, models.VerdictReview, models.VerdictRecall, models.VerdictMask, models.VerdictBlock,
	}
	modes = []Mode{Enforce, Shadow}
)

const (
	maxRules = 200
	maxNote  = 500 // characters
	minHold  = time.Second
	maxHold  = 24 * time.Hour
)

// rule is a rule as Decide uses it.
type rule struct {
	RuleInfo
	condition
}

// ParsePolicy reads a policy strictly. The error is a *SourceErrors with every
// problem at once: unknown fields, conditions that do not type-check or may
// cost too much, reasons that are missing, examples that come out differently.
// The file is only named in problems; nothing is opened.
func ParsePolicy(file string, text []byte) (*Policy, error) {
	src, root := open(file, text)
	if !root.there() {
		return nil, src.err()
	}
	f := root.object(policyFields...)
	p := &Policy{name: root.need(f, "policy").identifier(), title: f.get("title").text()}
	mode := Enforce
	if f.get("mode").there() {
		mode = choice(f.get("mode"), modes)
	}
	p.readRules(root.need(f, "rules"), mode)
	p.readNotices(f.get("notices"))
	examples := f.get("examples").list()
	if len(src.problems) == 0 {
		for _, n := range examples {
			p.runExample(n)
		}
	}
	if err := src.err(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Policy) readRules(n node, mode Mode) {
	items := n.list()
	if len(items) > maxRules {
		n.fail("there are more than %d rules", maxRules)
		return
	}
	seen := map[string]bool{}
	for _, item := range items {
		r := readRule(item, mode)
		if seen[r.Name] {
			item.fail("another rule is named %q", shorten(r.Name))
		}
		seen[r.Name] = true
		p.rules = append(p.rules, r)
	}
}

func readRule(n node, mode Mode) rule {
	f := n.object(ruleFields...)
	r := rule{RuleInfo: RuleInfo{
		Name: n.need(f, "name").identifier(), Verdict: choice(n.need(f, "verdict"), verdicts), Mode: mode, Line: n.line(),
	}}
	if f.get("mode").there() {
		r.Mode = choice(f.get("mode"), modes)
	}
	if when := n.need(f, "when"); when.there() {
		r.When = when.text()
		c, err := compileCondition(r.When)
		if err != nil {
			when.fail("%v", err)
		}
		r.condition = c
	}
	r.readReason(n, f)
	if hold := f.get("hold"); hold.there() {
		r.Hold = r.readHold(hold)
	}
	if repost := f.get("mask_and_repost"); repost.there() {
		r.Repost = repost.flag()
		if r.Repost && !r.takesBack() {
			repost.fail("a rule that says %s takes nothing back, so there is nothing to post again", r.Verdict)
		}
	}
	return r
}

// takesBack reports whether the rule takes back messages that are shown.
func (r *rule) takesBack() bool {
	return r.Verdict != models.VerdictAllow && r.Verdict != models.VerdictReview
}

// readHold reads how long the recalls of the rule are held.
func (r *rule) readHold(n node) time.Duration {
	if !r.takesBack() {
		n.fail("a rule that says %s takes nothing back, so there is nothing to hold", r.Verdict)
		return 0
	}
	d, err := time.ParseDuration(n.text())
	if err != nil || d < minHold || d > maxHold {
		n.fail("it must be a time from 1s to 24h, such as 30s or 5m")
		return 0
	}
	return d
}

// readReason reads the reason, which only an allowing rule may leave out.
func (r *rule) readReason(n node, f fields) {
	if !f.get("reason").there() && r.Verdict == models.VerdictAllow {
		return
	}
	at := n.need(f, "reason")
	if !at.there() {
		return
	}
	g := at.object(reasonFields...)
	r.Reason.Code = choice(at.need(g, "code"), models.ReasonCodes)
	r.Reason.Note = short(g.get("note"))
	r.Text = short(g.get("text"))
	if r.Reason.Code == models.Other && r.Reason.Note == "" {
		at.fail("the reason %q needs a note", models.Other)
	}
}

// short reads a text of at most maxNote characters, or nothing.
func short(n node) string {
	if !n.there() {
		return ""
	}
	s := n.text()
	if len([]rune(s)) > maxNote {
		n.fail("it is longer than %d characters", maxNote)
	}
	return s
}

// runExample holds the policy to one of its examples: findings, and what must
// be decided about them.
func (p *Policy) runExample(n node) {
	f := n.object("findings", "role", "kind", "before", "verdict", "rule")
	s := Subject{Message: &models.Message{Revision: 1, Elements: []models.Element{{Kind: models.TextElement}}}}
	if f.get("role").there() {
		s.Role = models.Role(f.get("role").text())
	}
	if f.get("kind").there() {
		s.Message.Conversation.Kind = choice(f.get("kind"), models.ConversationKinds)
	}
	s.Before = f.get("before").flag()
	for _, item := range f.get("findings").list() {
		s.Findings = append(s.Findings, readFinding(item))
	}
	want := choice(n.need(f, "verdict"), verdicts)
	got := p.Decide(s)
	if want != "" && got.Verdict != want {
		n.fail("the example comes out as %s%s, not %s", got.Verdict, byRule(got.Rule), want)
	}
	if r := f.get("rule"); r.there() && r.text() != got.Rule {
		r.fail("the example is decided%s", byRule(got.Rule))
	}
}

func byRule(name string) string {
	if name == "" {
		return " by no rule"
	}
	return " by " + name
}

// readFinding reads one finding of an example: a detector of the built-in
// packs brings its own category and severity.
func readFinding(n node) models.Finding {
	f := n.object("detector", "category", "severity", "confidence")
	out := models.Finding{Detector: n.need(f, "detector").text(), Severity: models.Medium, Confidence: confidences["high"]}
	for _, p := range builtin() {
		for _, d := range p.detectors {
			if d.ID == out.Detector {
				out.Category, out.Severity = d.Category, d.Severity
			}
		}
	}
	if f.get("category").there() {
		out.Category = choice(f.get("category"), models.Categories)
	}
	if f.get("severity").there() {
		out.Severity = choice(f.get("severity"), models.Severities)
	}
	if f.get("confidence").there() {
		out.Confidence = confidences[choice(f.get("confidence"), levelNames)]
	}
	return out
}
