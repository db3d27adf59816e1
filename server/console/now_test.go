package console

import (
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func TestNowSaysWhatNeedsSomebody(t *testing.T) {
	w := newWorld(t)
	first, _, _ := w.three()
	w.opened(w.posted(east, "wang", "card "+card), models.High)
	first.Deadline = w.now().Add(20 * time.Minute)
	w.store.cases[first.ID] = first
	m := w.posted(sales, "alice", "card "+card)
	for _, s := range []models.RecallState{models.Failed, models.Unknown} {
		r := w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse}})
		r.State = s
		w.store.put(r)
	}
	w.store.uncovered = []models.Uncovered{{Conversation: sales, Holes: 2, Missing: 17}}
	w.store.policies = []models.PolicyVersion{{Version: 4, AppliedBy: "moderator:rita", AppliedAt: w.now().Add(-time.Hour), Note: "cards too"}}
	w.store.breakers = []models.Breaker{{Kind: models.StopBreaker, TrippedBy: "moderator:olga", TrippedAt: w.now()}}

	p := w.operator().page("/").one("#now")
	for _, want := range []string{
		"1 critical", "2 high", "1 medium", "0 low", "1 cannot be taken back any more within the hour",
		"1 failed in 24 h", "1 nobody knows whether they are gone", "0 were refused in 24 h",
		"17 missing in 2 holes of @TGS#sales", "version 4 moderator:rita", "cards too", "Automatic recalls are stopped",
		"0 legal holds stand",
	} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("the page does not say %q:\n%s", want, p.text())
		}
	}
	links := map[string]bool{}
	for _, n := range p.find("a") {
		links[attr(n, "href")] = true
	}
	for _, want := range []string{"/queue?severity=critical", "/queue?tab=closing", "/recalls?since=24h&state=failed", "/recalls?state=unknown"} {
		if !links[want] {
			t.Errorf("no number leads to %s: %v", want, links)
		}
	}
	if n := len(w.operator().page("/queue?tab=closing").find("li[data-row]")); n != 1 {
		t.Errorf("%d cases behind the number, want 1", n)
	}
}

func TestNowShowsToEachWhatIsTheirs(t *testing.T) {
	w := newWorld(t)
	w.roles[sales.Group] = map[string]models.Role{"ann": models.RoleOwner}
	w.opened(w.posted(east, "wang", "card "+card), models.Critical)
	w.store.uncovered = []models.Uncovered{{Conversation: east, Holes: 1, Missing: 1}}
	w.store.breakers = []models.Breaker{{Kind: models.AllBreaker}}
	owner := w.as("ann", people["owner"]).page("/").one("#now")
	owner.wants("ul", "0 critical")
	owner.wants("p", "Everything that was numbered was seen.")
	author := w.as("rita", people["author"]).page("/").one("#now")
	author.wants("p", "None. The policy is the one of yesterday.")
	for name, p := range map[string]page{"owner": owner, "author": author} {
		if text := p.text(); strings.Contains(text, "华东") || strings.Contains(text, "legal holds") || strings.Contains(text, "Breakers have tripped") {
			t.Errorf("%s is shown %s", name, text)
		}
	}
	if text := author.text(); strings.Contains(text, "Waits for a person") {
		t.Errorf("an author of rules is shown %s", text)
	}
}

func TestNowIsLive(t *testing.T) {
	w := newWorld(t)
	l := w.operator().listen("/stream")
	l.next("0</b> critical")
	c := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	w.store.announce(models.Change{Kind: models.CaseChanged, ID: string(c.ID), Message: c.Message, App: "main", Conversation: sales})
	l.next("1</b> critical")
}

func TestAMessageSaysWhyAndWhoAndWhatWasAround(t *testing.T) {
	w := newWorld(t)
	w.roles[sales.Group] = map[string]models.Role{"alice": models.RoleAdmin}
	before := w.posted(sales, "bob", "which card?")
	m := w.posted(sales, "alice", "credit card "+card)
	after := w.posted(sales, "carol", "thanks")
	w.posted(east, "wang", "not of this group")
	b := w.operator()
	p := b.page("/messages/" + string(m.ID))
	p.one("#before").wants("a[href=/messages/"+string(before.ID)+"]", "which card?")
	p.one("#after").wants("a[href=/messages/"+string(after.ID)+"]", "thanks")
	for _, want := range []string{"the check digit holds", "a word near by speaks for it", "admin of the group", "1 message", "1 with a find", "You have seen 0 texts"} {
		p.wants("main", want)
	}
	p.one("[data-since]")
	b.post("/messages/"+string(m.ID)+"/reveal", "purpose", "customer asks")
	b.page("/messages/"+string(m.ID)).wants("main", "You have seen 1 text in clear")
	if text := w.as("audrey", people["auditor"]).page("/messages/" + string(m.ID)).text(); strings.Contains(text, "near by speaks for it") {
		t.Errorf("an auditor is shown words of the message: %s", text)
	}
}
