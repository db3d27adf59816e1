package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// applied puts versions of a policy in force, one after the other.
func (w *world) applied(sources ...string) {
	w.t.Helper()
	for _, source := range sources {
		p := models.PolicyVersion{Source: source, AppliedBy: "moderator:anne", Note: "the auditors asked"}
		if _, err := w.store.ApplyPolicy(w.t.Context(), p); err != nil {
			w.t.Fatal(err)
		}
	}
}

const (
	lax    = "policy: lax\nrules: []\n"
	strict = "policy: strict\nrules:\n  - name: all-found\n    when: findings.size() > 0\n    verdict: recall\n    hold: 30s\n    reason: {code: policy_violation, text: Not here.}\n"
)

func TestThePolicyStandsRuleByRuleWithWhatItDid(t *testing.T) {
	w := newWorld(t)
	w.applied(lax, strict)
	w.store.did = map[string]models.RuleFigures{"all-found": {
		Verdicts: map[models.Verdict]int{models.VerdictRecall: 41, models.VerdictReview: 2},
		Recalls:  map[models.RecallState]int{models.Confirmed: 30, models.AlreadyGone: 1, models.Failed: 3, models.Queued: 7},
	}}
	w.store.broke(models.Breaker{ID: "b1", Kind: models.RuleBreaker, Rule: "all-found", State: models.BreakerOpen, TrippedAt: noon})
	p := w.operator().page("/policy")
	for _, words := range []string{
		"strict", "policy version 2, applied by moderator:anne", "the auditors asked", "1 breaker stops automatic recalls",
		"all-found", "stopped by a breaker", "held for 30 s before it leaves", "“Not here.”", "findings.size() > 0", "Policy violation",
		"43 matched 2 to people41 to be taken back 31 gone3 not gone",
	} {
		p.wants("#policy", words)
	}
	p = w.as("vera", people["viewer"]).page("/policy")
	p.wants("#policy", "all-found")
	if text := p.one("#policy").text(); strings.Contains(text, "43 matched") || strings.Contains(text, "the auditors asked") || strings.Contains(text, "breaker stops") {
		t.Errorf("a viewer of one group is told of all: %s", text)
	}
	w.as("rob", people["author"]).page("/policy").wants("#policy", "43 matched")
}

func TestThePageOfThePolicyFollows(t *testing.T) {
	w := newWorld(t)
	w.applied(lax)
	l := w.operator().listen("/policy/stream")
	l.next("lax")
	w.applied(strict)
	l.next("all-found")
}

func TestTwoVersionsAreComparedLineByLine(t *testing.T) {
	w := newWorld(t)
	w.applied(lax, strict, lax)
	b := w.operator()
	p := b.page("/policy/diff?from=1&to=2")
	p.wants(".gone", "policy: lax")
	p.wants(".new", "policy: strict")
	p.wants("h2", "Put version 1 in force again")
	if !strings.Contains(b.page("/policy/diff").text(), "policy version 2") {
		t.Error("without a choice the version before is not compared")
	}
	b.page("/policy/diff?from=1&to=3").wants(".empty", "Nothing differs")
	for _, path := range []string{"/policy/diff?from=9", "/policy/diff?to=x"} {
		if res, _ := b.get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answered %d", path, res.StatusCode)
		}
	}
	if n := len(w.as("vera", people["viewer"]).page("/policy/diff?from=1&to=2").find("form[action=/policy/rollback]")); n != 0 {
		t.Error("a viewer may roll back")
	}
}

func TestAnEditedPolicyIsCheckedThenAppliedWithAReason(t *testing.T) {
	w := newWorld(t)
	w.applied(lax)
	b := w.as("rob", people["author"])
	b.page("/policy/edit").wants("textarea", "policy: lax")

	res, body := b.post("/policy/check", "policy", "policy: x\r\nrules:\r\n  - name: bad\r\n    when: findings.size() >\r\n    verdict: explode\r\n")
	p := parse(t, body)
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.one("form[action=/policy/check]").text(), "explode") {
		t.Errorf("a policy that does not read answered %d", res.StatusCode)
	}
	p.wants(".problems", "line 5")
	p.wants(".problems", "rules[0].verdict")
	if n := len(p.find("form[action=/policy/apply]")); n != 0 {
		t.Error("it can be applied all the same")
	}

	res, body = b.post("/policy/check", "policy", strict)
	p = parse(t, body)
	p.wants(".new", "all-found")
	if hidden := p.find("input[name=replaces]"); res.StatusCode != http.StatusOK || len(hidden) != 1 || attr(hidden[0], "value") != "1" {
		t.Errorf("checked: %d", res.StatusCode)
	}
	b.page("/policy").wants("#policy", "lax") // nothing was applied yet

	res, body = b.post("/policy/apply", "policy", strict, "replaces", "1")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", res.StatusCode)
	}
	parse(t, body).wants(".notice", "A reason is needed.")
	if res, _ = b.post("/policy/apply", "policy", "rules: 7", "replaces", "1", "reason", "x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("past the check: %d", res.StatusCode)
	}
	w.applied(lax + "# touched\n")
	res, body = b.post("/policy/apply", "policy", strict, "replaces", "1", "reason", "leaks")
	p = parse(t, body)
	p.wants(".notice", "Version 2 is in force by now, applied by moderator:anne")
	if res.StatusCode != http.StatusConflict || attr(p.find("input[name=reason]")[0], "value") != "leaks" || attr(p.find("input[name=replaces]")[0], "value") != "2" {
		t.Errorf("somebody was faster: %d, or what was typed is lost", res.StatusCode)
	}
	if res, _ = b.post("/policy/apply", "policy", strict, "replaces", "2", "reason", "leaks"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("applied: %d", res.StatusCode)
	}
	is := w.store.versions[2]
	if is.Source != strict || is.AppliedBy != "moderator:rob" || is.Note != "leaks" || !is.InForce {
		t.Errorf("in force is %+v", is)
	}
	if res, _ = b.post("/policy/rollback", "version", "1", "reason", "too much"); res.StatusCode != http.StatusSeeOther || w.store.versions[3].Rollback != 1 {
		t.Errorf("rolled back: %d", res.StatusCode)
	}
}

func TestThePolicyThatIsBuiltInCanBeEdited(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	b.page("/policy").wants("#policy", "No version was applied yet")
	b.page("/policy/edit").wants("textarea", "policy: "+rules.DefaultPolicy().Name())
	b.page("/policy/diff").wants(".empty", "No version was applied yet")
}
