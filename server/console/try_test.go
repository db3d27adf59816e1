package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func (b *browser) tries(pairs ...string) page {
	b.t.Helper()
	res, body := b.post("/try", pairs...)
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("trying answered %d", res.StatusCode)
	}
	return parse(b.t, body)
}

func TestTheBenchSaysWhyAFindingIsSure(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	before := len(w.store.actions())
	p := b.tries("text", "my credit card "+card)
	for _, words := range []string{"credit_card", "certain", "the check digit holds (Luhn)", "the word “credit card”, 1 characters away", "as it stands", "15–34", "•••• 1111", "in force"} {
		if !strings.Contains(strings.ToLower(p.one("#tried").text()), strings.ToLower(words)) {
			t.Errorf("it does not say %q: %s", words, p.one("#tried").text())
		}
	}
	if text := w.log.String(); strings.Contains(text, "4111") || len(w.store.messages) != 0 || len(w.store.actions()) != before {
		t.Errorf("something of the text was kept: %s", text)
	}
}

func TestTwoPoliciesJudgeSideBySide(t *testing.T) {
	w := newWorld(t)
	w.applied(lax)
	b := w.as("rob", people["author"])
	b.page("/try").wants("textarea", "policy: lax")
	text := "my credit card " + card
	p := b.tries("text", text, "policy", strict)
	p.wants(".differs", "decides otherwise")
	p.wants(".differs", "all-found")
	p = b.tries("text", "nothing to see", "policy", strict)
	p.wants(".pill", "decides the same")
	if n := len(p.find(".differs")); n != 0 {
		t.Error("what is the same is marked as other")
	}
	p = b.tries("text", text, "policy", "policy: x\nrules:\n  - name: bad\n    when: 1 +\n    verdict: recall\n")
	p.wants("#tried", "line 4")
	p.wants("code", "rules[0].when")
	p.wants("#tried", "In force")
	if res, _ := w.as("vera", people["viewer"]).post("/try", "text", text, "policy", strict); res.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer tries a policy: %d", res.StatusCode)
	}
	if n := len(w.as("vera2", people["viewer"]).page("/try").find("textarea")); n != 1 {
		t.Errorf("a viewer has %d fields", n)
	}
}

func TestTheBenchKnowsWhereAndByWhom(t *testing.T) {
	const byRole = `policy: roles
rules:
  - name: owners-may
    when: sender.role == "owner" || conversation.kind == "direct"
    verdict: allow
  - name: nobody-else
    when: findings.size() > 0
    verdict: block
    reason: {code: policy_violation}
`
	b := newWorld(t).as("rob", people["author"])
	for _, tc := range []struct{ kind, role, before, want string }{
		{"group", "member", "", string(models.VerdictRecall)},
		{"group", "member", "1", string(models.VerdictBlock)},
		{"group", "owner", "", "owners-may"},
		{"direct", "member", "", "owners-may"},
		{"made up", "made up", "", string(models.VerdictRecall)},
	} {
		p := b.tries("text", "my credit card "+card, "policy", byRole, "kind", tc.kind, "role", tc.role, "before", tc.before)
		cards := p.one("#tried").find("section.card")
		if got := (page{t, cards[1]}).text(); !strings.Contains(got, tc.want) {
			t.Errorf("%+v: %s", tc, got)
		}
	}
}
