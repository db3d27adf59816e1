package console

import (
	"net/http"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func TestBreakersAreResetByTwo(t *testing.T) {
	w := newWorld(t)
	w.store.broke(models.Breaker{
		ID: "b1", Kind: models.RuleBreaker, Rule: "cards", State: models.BreakerOpen, TrippedBy: "policy", TrippedAt: noon,
		Cap: models.CapConversation, Allowed: 30, Place: "conv-sales", Stopped: 4, Cases: 7,
	})
	first, second := w.operator(), w.as("otto", people["operator"])
	p := first.page("/breakers")
	p.wants("#b-b1", "The rules wanted more than 30 messages of one conversation back within a minute, the last by the rule cards.")
	p.wants("#b-b1", "4 recalls withdrawn, 7 messages to people")
	if res, _ := first.post("/breakers/b1/reset"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", res.StatusCode)
	}
	if res, _ := first.post("/breakers/b1/reset", "reason", "it was a test"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("asked: %d", res.StatusCode)
	}
	p = first.page("/breakers")
	p.wants("#b-b1", "You asked for the reset; another operator has to ask for it too.")
	if n := len(p.one("#b-b1").find("form")); n != 0 {
		t.Error("the same person may agree")
	}
	p = second.page("/breakers")
	p.wants("#b-b1", "it was a test")
	p.wants("#b-b1", "Agree to the reset")
	if res, _ := second.post("/breakers/b1/reset", "reason", "I looked too"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("agreed: %d", res.StatusCode)
	}
	p = second.page("/breakers")
	p.wants("#breakers", "No breaker is open")
	p.wants("tr", "moderator:otto – I looked too")
	p = w.as("audrey", people["auditor"]).page("/breakers")
	if n := len(p.one("#breakers").find("form")); n != 0 {
		t.Errorf("an auditor has %d forms", n)
	}
}

func TestAnybodyOfTheOperatorsStopsAtOnce(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	l := b.listen("/breakers/stream")
	l.next("Nobody has stopped automatic recalls.")
	if res, _ := b.post("/settings/stop"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("stop answered %d", res.StatusCode)
	}
	l.next("Let automatic recalls go on")
	w.as("audrey", people["auditor"]).page("/breakers").wants("#stop-title", "Emergency stop")
	if res, _ := b.post("/settings/start"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("start without a reason answered %d", res.StatusCode)
	}
	if res, _ := b.post("/settings/start", "reason", "all is well"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("start answered %d", res.StatusCode)
	}
	b.page("/breakers").wants("tr", "all is well")
}
