package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func TestASweepIsPreviewedBeforeItIsRun(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "bob", "card "+card)
	olga, ann := w.operator(), w.as("ann", models.Caller{Grant: models.GrantOperator})
	res, body := olga.post("/sweeps", "kind", "sender", "app", "main", "reason", "spam_or_scam", "note", "half a sentence", "since", "2026-11-20T10:00")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("without a sender: %d", res.StatusCode)
	}
	p := parse(t, body)
	p.wants("[role=alert]", "needs the sender")
	if attr(p.one("[name=note]").root, "value") != "half a sentence" || attr(p.one("[name=since]").root, "value") != "2026-11-20T10:00" {
		t.Error("the form forgot what was typed")
	}

	res, _ = olga.post("/sweeps", "kind", "sender", "app", "main", "sender", "bob", "reason", "spam_or_scam", "since", "2026-11-20T10:00", "include", "owner")
	path := res.Header.Get("Location")
	if !strings.HasPrefix(path, "/sweeps/") {
		t.Fatalf("previewed: %d, Location %q", res.StatusCode, path)
	}
	p = olga.page(path)
	for _, words := range []string{"60 messages in 3 conversations.", "It takes about 2.00 s", "another operator has to agree after you", "1 of an owner", "owners too", "•••• 1111"} {
		p.wants("#sweep", words)
	}
	if strings.Contains(p.text(), card) {
		t.Error("the sample is in clear")
	}
	ann.page("/sweeps").wants("#rows", "bob")

	olga.post(path + "/run")
	if p = olga.page(path); p.has("button", "Agree") || !p.has("#sweep", "You asked for it.") {
		t.Error("whoever asked can agree")
	}
	ann.page(path).wants("button", "Agree: take 60 messages back")
	ann.post(path + "/run")
	olga.page(path).wants(".pill", "running")
	olga.post(path+"/cancel", "reason", "the wrong account")
	p = olga.page(path)
	p.wants("dd", "moderator:olga")
	p.wants("dd", "the wrong account")
	if len(p.one("#sweep").find("form")) != 0 {
		t.Error("a sweep that is over can be run or cancelled")
	}
}

func TestTheStepsOfASweepAreAllItsMessages(t *testing.T) {
	p := models.SweepProgress{Waiting: 5, Passed: map[models.SweepWhy]int{models.ChangedSince: 1}, Recalls: map[models.RecallState]int{}}
	for _, s := range models.RecallStates {
		p.Recalls[s] = 1
	}
	sum := 0
	for _, s := range stepCounts(p) {
		sum += s.N
	}
	if want := 6 + len(models.RecallStates); sum != want {
		t.Errorf("the steps make %d, want %d", sum, want)
	}
}

func TestASweepIsLive(t *testing.T) {
	w := newWorld(t)
	sw := w.sweeps.ordered(sales, "bob")
	l := w.operator().listen("/sweeps/" + string(sw.ID) + "/stream")
	l.next("#sweep")
	sw.State, sw.Progress = models.SweepRunning, models.SweepProgress{Waiting: 20, Recalls: map[models.RecallState]int{models.Confirmed: 40}}
	w.sweeps.put(sw)
	w.store.announce(models.Change{Kind: models.SweepChanged, ID: string(sw.ID)})
	if event := l.next("<b>40</b>"); !strings.Contains(event, "running") {
		t.Errorf("the page is told %s", event)
	}
}
