package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// link makes the link of a message's sender.
func (w *world) link(m models.Message) string {
	w.t.Helper()
	c := models.Caller{Grant: models.GrantApp, Account: models.Account{App: "main"}}
	w.store.tokens["shop"] = models.Token{Name: "shop", Caller: c}
	c.Actor = "token:shop"
	given, err := w.door.SenderLink(ctxBackground, c, m.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return "/own/" + given.Text
}

func TestASendersLinkTakesOneMessageBack(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card+" exp 12/28")
	path, b := w.link(m), w.browser()
	if strings.Contains(path, "4111") || strings.Contains(path, "card") {
		t.Errorf("the address holds content: %s", path)
	}
	for range 2 { // looking changes nothing
		p := b.page(path)
		p.wants("h1", "Take back your message")
		p.wants(".said", "1111")
		p.wants("[role=status]", "You can take it back at once and for everybody, for 1 min more.")
		if strings.Contains(p.text(), card) {
			t.Error("the card number stands in the page")
		}
		if n := len(p.find("input[name=reason]")); n != 4 {
			t.Errorf("%d reasons are offered, want 4", n)
		}
	}
	if len(w.store.recalls) != 0 {
		t.Fatal("looking took it back")
	}
	res, body := b.post(path, "reason", "abuse")
	if p := parse(t, body); res.StatusCode != http.StatusUnprocessableEntity || !p.has("[role=alert]", "not offered") {
		t.Errorf("a reason that is not offered: %d\n%s", res.StatusCode, body)
	}
	res, _ = b.post(path, "reason", "wrong_recipient", "note", "not for them")
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != path {
		t.Fatalf("answered %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	rs, _, _ := w.store.Recalls(t.Context(), models.Scope{All: true}, models.RecallFilter{Message: m.ID})
	if len(rs) != 1 || rs[0].Authority != models.BySender || rs[0].Actor != "account:main:alice" || rs[0].Reason.Note != "not for them" {
		t.Fatalf("recalls = %+v", rs)
	}
	p := b.page(path)
	p.wants("[role=status]", "Waiting for its turn.")
	if len(p.find("form")) != 0 {
		t.Error("the form stays while it is being taken back")
	}
	res, _ = b.get(path)
	if res.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers: %v", res.Header)
	}
}

func TestALateLinkAsksPeople(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	path, b := w.link(m), w.browser()
	w.pass(10 * time.Minute)
	b.page(path).wants("[role=status]", "Your request will come before the owner and the administrators of the group.")
	if res, _ := b.post(path, "reason", "mistyped", "note", "a zero too many"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	b.page(path).wants("[role=status]", "Your request is before the owner")
	if len(w.store.recalls) != 0 {
		t.Error("a late request took it back")
	}
	q := w.operator().page("/queue")
	q.wants("#request", "The sender asks for it to be taken back: Mistyped")
	q.wants("#request", "a zero too many")
	q.wants("#request", "account:main:alice")
}

func TestALinkThatLeadsNowhere(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	path, b := w.link(m), w.browser()
	var answers []string
	forged := []byte(path)
	at := len(path) - 8 // at the very end some bits say nothing
	forged[at] = map[bool]byte{false: 'A', true: 'B'}[forged[at] == 'A']
	for _, other := range []string{string(forged), "/own/x", path + "AAAA"} {
		res, body := b.get(other)
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", other, res.StatusCode)
		}
		answers = append(answers, body)
	}
	delete(w.store.messages, m.ID)
	_, body := b.get(path)
	answers = append(answers, body)
	for _, a := range answers {
		if a != answers[0] {
			t.Error("two links that lead nowhere are answered differently")
		}
	}
	for range freeTries {
		b.get("/own/x")
	}
	if res, _ := b.get(path); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("after many tries: %d, want 429", res.StatusCode)
	}
}

func TestNarrowTokensDoNotSignIn(t *testing.T) {
	w := newWorld(t)
	w.link(w.posted(sales, "alice", "hello"))
	given, err := w.door.UserToken(t.Context(), models.Caller{
		Actor: "token:shop", Grant: models.GrantApp, Account: models.Account{App: "main"},
	}, models.Account{App: "main", Name: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	if res, _ := w.browser().post("/sign-in", "token", given.Text); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a user token signed in: %d", res.StatusCode)
	}
}

// judge takes cards back.
func judge(m models.Message) models.Decision {
	if strings.Contains(m.Elements[0].Text, card) {
		return models.Decision{Verdict: models.VerdictRecall, Rule: "cards"}
	}
	return models.Decision{Verdict: models.VerdictAllow}
}

// A new text may stand in the place of the message, if the policy lets it.
func TestASendersLinkReplacesTheMessage(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "the meeting is at five")
	path, b := w.link(m), w.browser()
	if n := len(b.page(path).find("textarea[name=text]")); n != 1 {
		t.Fatalf("%d fields for a new text, want one", n)
	}
	res, body := b.post(path, "reason", "mistyped", "text", "with "+card)
	p := parse(t, body)
	p.wants("[role=alert]", "The policy would not let the new text stand")
	p.wants("textarea[name=text]", "with "+card)
	if res.StatusCode != http.StatusUnprocessableEntity || len(w.store.recalls) != 0 {
		t.Fatalf("a text with a card: %d, %d recalls", res.StatusCode, len(w.store.recalls))
	}
	if res, _ = b.post(path, "reason", "mistyped", "text", " at six,\r\nnot at five "); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	rs, _, _ := w.store.Recalls(t.Context(), models.Scope{All: true}, models.RecallFilter{Message: m.ID})
	if len(rs) != 1 || len(w.store.postings[rs[0].ID]) != 1 || w.store.postings[rs[0].ID][0].Elements[0].Text != "at six,\nnot at five" {
		t.Fatalf("recalls = %+v, postings = %+v", rs, w.store.postings)
	}
	p = b.page(path)
	if !strings.Contains(p.text(), "Your new text is posted once the message is gone.") || strings.Contains(p.text(), "at six") {
		t.Errorf("the page says: %s", p.text())
	}
	late := w.link(w.posted(sales, "alice", "hello"))
	w.pass(10 * time.Minute)
	if n := len(b.page(late).find("textarea[name=text]")); n != 0 {
		t.Error("a new text is offered after the time for it")
	}
}
