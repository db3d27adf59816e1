package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// three opens three cases: a card, the same card again, and a phone number.
func (w *world) three() (card1, card2, phone models.Case) {
	card1 = w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	card2 = w.opened(w.posted(sales, "bob", "again "+card), models.High)
	phone = w.opened(w.posted(sales, "carol", "call me on +49 151 23456789"), models.Medium)
	return card1, card2, phone
}

// kept is a case as the store has it, while streams may be at work on it.
func (w *world) kept(id models.CaseID) models.Case {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	return w.store.cases[id]
}

func TestTheQueueSaysWhyInThisOrder(t *testing.T) {
	w := newWorld(t)
	first, _, _ := w.three()
	p := w.operator().page("/queue")
	p.wants("#place", "1 of 3: severity 240 + waiting 3 min.")
	rows := p.find("li[data-row]")
	if len(rows) != 3 || attr(rows[0], "id") != "c-"+string(first.ID) {
		t.Fatalf("%d rows, the first is not the gravest", len(rows))
	}
	p.one("#c-"+string(first.ID)).wants(".score", "243")
	p.wants("#c-"+string(first.ID), "1 more alike")
	p.one("#tabs").wants("a[aria-current]", "waiting 3")
}

func TestACaseIsTheirsWhoLookAtIt(t *testing.T) {
	w := newWorld(t)
	first, second, _ := w.three()
	olga, ann := w.operator(), w.as("ann", models.Caller{Grant: models.GrantOperator})
	l := olga.listen("/queue/" + string(first.ID) + "/stream")
	if event := l.next("#claim"); !strings.Contains(event, "yours") {
		t.Errorf("the page is told %s", event)
	}
	if c := w.kept(first.ID); c.ClaimedBy != "moderator:olga" || !c.ClaimedUntil.Equal(noon.Add(models.CaseLock)) {
		t.Errorf("claimed by %q until %v", c.ClaimedBy, c.ClaimedUntil)
	}
	p := ann.page("/queue")
	p.one("#c-"+string(first.ID)).wants(".pill", "moderator:olga")
	if href := attr(p.one("#cases").one("a[aria-current]").root, "href"); href != "/queue/"+string(second.ID) {
		t.Errorf("ann is shown %s, want the first that is free", href)
	}
	res, body := ann.post("/queue/"+string(first.ID)+"/decide", "verdict", "allow")
	if res.StatusCode != http.StatusConflict {
		t.Fatalf("answered %d, want 409", res.StatusCode)
	}
	parse(t, body).wants("p", "moderator:olga works on this one, until 12:01:00 UTC.")
	w.pass(models.CaseLock)
	if res, _ = ann.post("/queue/"+string(first.ID)+"/decide", "verdict", "allow"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after her time answered %d", res.StatusCode)
	}
}

func TestViewersClaimNothing(t *testing.T) {
	w := newWorld(t)
	first, _, _ := w.three()
	b := w.as("vera", models.Caller{Grant: models.GrantViewer, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	b.listen("/queue/" + string(first.ID) + "/stream").next("#cases")
	if c := w.kept(first.ID); c.ClaimedBy != "" {
		t.Errorf("a viewer has claimed the case")
	}
}

func TestNotNowAndNotAlone(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.three()
	b := w.operator()
	for _, tc := range []struct {
		act, tab string
		c        models.Case
		form     []string
		says     string
	}{
		{"skip", "skipped", first, nil, "Left out of your queue; others still see it."},
		{"park", "parked", second, []string{"minutes", "60", "note", "asks her lead"}, "Parked."},
		{"escalate", "escalated", third, []string{"note", "is this a customer?"}, "Escalated: another pair of eyes will look."},
	} {
		res, _ := b.post("/queue/"+string(tc.c.ID)+"/"+tc.act, tc.form...)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s answered %d", tc.act, res.StatusCode)
		}
		b.page(res.Header.Get("Location")).wants("#notice", tc.says)
		if n := len(b.page("/queue?tab=" + tc.tab).find("#c-" + string(tc.c.ID))); n != 1 {
			t.Errorf("%s is not under %q", tc.act, tc.tab)
		}
	}
	if n := len(b.page("/queue").find("li[data-row]")); n != 1 {
		t.Errorf("%d cases still wait here, want the escalated one", n)
	}
	p := b.page("/queue/" + string(third.ID))
	p.wants("#notes", "is this a customer?")
	p.wants("#place", "Escalated by moderator:olga")
	other := w.as("ann", models.Caller{Grant: models.GrantOperator})
	if n := len(other.page("/queue").find("#c-" + string(first.ID))); n != 1 {
		t.Error("what one skipped is gone for others")
	}
	w.pass(time.Hour + time.Minute)
	other = w.as("anna", models.Caller{Grant: models.GrantOperator})
	if n := len(other.page("/queue").find("#c-" + string(second.ID))); n != 1 {
		t.Error("what was parked for an hour is not back after it")
	}
	res, _ := other.post("/queue/"+string(third.ID)+"/note", "note", "  ")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an empty note answered %d", res.StatusCode)
	}
}

func TestTheFilterStaysAfterAnAct(t *testing.T) {
	w := newWorld(t)
	first, second, _ := w.three()
	b := w.operator()
	p := b.page("/queue?severity=high")
	if n := len(p.find("li[data-row]")); n != 1 {
		t.Errorf("%d cases of high severity, want one", n)
	}
	back := attr(p.one("form[data-acts]").one("input[name=back]").root, "value")
	res, _ := b.post("/queue/"+string(second.ID)+"/skip", "back", back)
	if got := res.Header.Get("Location"); got != "/queue?did=skip&severity=high" {
		t.Errorf("led to %s", got)
	}
	if res, _ := b.get("/queue?severity=awful"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a severity that is none answered %d", res.StatusCode)
	}
	res, _ = b.post("/queue/"+string(first.ID)+"/skip", "back", "tab=mine&x=1&next=//evil.example")
	if got := res.Header.Get("Location"); got != "/queue?did=skip&tab=mine" {
		t.Errorf("led to %s", got)
	}
}

func TestSeveralAtOnce(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.three()
	b := w.operator()
	query := "?id=" + string(first.ID) + "&id=" + string(second.ID) + "&id=" + string(third.ID)
	p := b.page("/queue/bulk" + query)
	p.wants(".head", "3 messages; 3 of them can be taken back. Nothing is done yet.")
	if n := len(w.store.recalls); n != 0 {
		t.Fatalf("%d recalls after looking", n)
	}
	done := w.store.cases[third.ID]
	done.State, done.DecidedBy, done.DecidedAt, done.Verdict = models.CaseDecided, "moderator:ann", noon, models.VerdictAllow
	w.store.cases[third.ID] = done

	form := []string{"verdict", "recall", "reason", "other"}
	req := values(form...)
	req["id"] = []string{string(first.ID), string(second.ID), string(third.ID)}
	res, body := b.do(b.request(http.MethodPost, "/queue/bulk", req))
	if res.StatusCode != http.StatusUnprocessableEntity || len(w.store.recalls) != 0 {
		t.Errorf("without the note that “other” needs: %d, %d recalls", res.StatusCode, len(w.store.recalls))
	}
	parse(t, body).wants("[role=alert]", "needs a note")

	req.Set("reason", "sensitive_information")
	res, body = b.do(b.request(http.MethodPost, "/queue/bulk", req))
	if res.StatusCode != http.StatusOK || len(w.store.recalls) != 2 {
		t.Fatalf("answered %d, %d recalls", res.StatusCode, len(w.store.recalls))
	}
	p = parse(t, body)
	p.wants(".head", "3 messages; 1 could not be decided.")
	p.wants("#c-"+string(third.ID), "moderator:ann decided this at 12:00:00 UTC: allow.")
	p.wants("#c-"+string(first.ID), "Recall asked for.")
	var many []string
	for range maxBulk + 1 {
		many = append(many, string(first.ID))
	}
	req["id"] = many
	if res, _ := b.do(b.request(http.MethodPost, "/queue/bulk", req)); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("%d at once answered %d", len(many), res.StatusCode)
	}
}
