package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// inSheet sends what a script in the sheet would send.
func (b *browser) inSheet(method, path string, pairs ...string) (reply, string) {
	b.t.Helper()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	req := b.request(method, path+join+"in=sheet", values(pairs...))
	req.Header.Set("HX-Request", "true")
	return b.do(req)
}

func TestARecallIsPreviewedBeforeItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	w.store.reads[m.ID] = []models.Read{{Ref: m.Ref, Count: 0, Unread: 38}}
	b := w.operator()
	p := b.page("/messages/" + string(m.ID) + "/recall")
	p.wants("h1", "Take this message back?")
	p.wants(".sentence", "Yes, surely. Unread, group message, 6 days 23 h before the platform forgets it.")
	p.wants(".said", "1111")
	p.wants(".facts", "operator")
	p.wants(".told", "once it is gone, the sender alice")
	if text := p.text(); strings.Contains(text, card) {
		t.Errorf("the card number stands in the page: %s", text)
	}
	if n := len(p.find("input[name=reason]")); n != len(models.ReasonCodes) {
		t.Errorf("%d reasons are offered, want %d", n, len(models.ReasonCodes))
	}
	p.one("textarea[name=text]")

	_, part := b.inSheet(http.MethodGet, "/messages/"+string(m.ID)+"/recall")
	sheet := parse(t, part)
	sheet.wants("h2", "Take this message back?")
	if len(sheet.find("header")) != 0 || attr(sheet.one("form").root, "hx-target") != "#sheet-body" {
		t.Errorf("the sheet holds %s", part)
	}
}

// noticing are rules that tell people.
type noticing struct{ set *rules.Ruleset }

func (n noticing) Current() *rules.Ruleset { return n.set }

func TestTheSheetSaysWhoWillBeToldWhat(t *testing.T) {
	w := newWorld(t)
	policy, err := rules.ParsePolicy("notices", []byte("policy: tells\nnotices:\n  sender: true\n  group: true\n  moderators: [mona]\nrules: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.serve(Options{Now: w.now, Rules: noticing{&rules.Ruleset{Engine: ruleset().Engine, Policy: policy, Version: 4}}})
	m := w.posted(sales, "alice", "card "+card)
	p := w.operator().page("/messages/" + string(m.ID) + "/recall").one(".told")
	for _, want := range []string{
		"the sender alice", "Your message of 11:59 UTC was taken back. It held a payment card number.", "everybody in @TGS#sales",
		"if it stays, the accounts that the policy names",
	} {
		p.wants("ul", want)
	}
	if n := len(p.find("q[data-reason=abuse]")); n != 2 {
		t.Errorf("%d texts for abuse, want one for the sender and one for the group", n)
	}
	if text := p.text(); strings.Contains(text, "1111") {
		t.Errorf("what people are told holds what was found: %s", text)
	}
}

func TestReasonOtherNeedsANote(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	c := w.opened(m, models.High)
	b := w.operator()
	for _, path := range []string{"/messages/" + string(m.ID) + "/recall", "/queue/" + string(c.ID) + "/decide"} {
		res, body := b.inSheet(http.MethodPost, path, "verdict", "recall", "reason", "other", "text", "hello again", "case", string(c.ID), "back", "tab=mine")
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("%s answered %d, want 422", path, res.StatusCode)
		}
		p := parse(t, body)
		p.wants("[role=alert]", "needs a note")
		if attr(p.one("input[value=other]").root, "checked") != "" || len(p.find("input[checked]")) != 1 {
			t.Error("what was picked is lost")
		}
		if attr(p.one("input[name=back]").root, "value") != "tab=mine" {
			t.Error("where one came from is lost")
		}
	}
}

// TestTheStripInTheSheetIsLive: what stands in the sheet after asking moves by a stream
// of its own, which ends with the recall.
func TestTheStripInTheSheetIsLive(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	b := w.operator()
	res, body := b.inSheet(http.MethodPost, "/messages/"+string(m.ID)+"/recall", "reason", "abuse")
	if res.StatusCode != http.StatusOK {
		t.Fatalf("answered %d: %s", res.StatusCode, body)
	}
	p := parse(t, body)
	p.wants(".sentence", "Waiting for its turn.")
	rec := w.latest(m.ID)
	stream := "/recalls/" + string(rec.ID) + "/strip/stream"
	if attr(p.one("[hx-sse:connect]").root, "hx-sse:connect") != stream {
		t.Errorf("nothing keeps it live: %s", body)
	}
	l := b.listen(stream)
	l.next("#watched-" + string(rec.ID))
	rec.State, rec.EndedAt, rec.Explanation = models.Failed, w.now(), "The platform does not know it."
	w.store.put(rec)
	if event := l.next("It did not work."); !strings.Contains(event, "Try again") || !strings.Contains(event, "The platform does not know it.") {
		t.Errorf("a failure is told as %s", event)
	}
	if rest := l.rest(); !strings.Contains(rest, "event: over") || strings.Contains(rest, "#numbers") {
		t.Errorf("the stream ends with %q", rest)
	}
}

func TestARecallIsUndoneWhileItHasNotLeft(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	b := w.operator()
	_, body := b.inSheet(http.MethodPost, "/messages/"+string(m.ID)+"/recall", "reason", "abuse")
	parse(t, body).one("button[data-undo]")
	rec := w.latest(m.ID)
	res, body := b.inSheet(http.MethodPost, "/recalls/"+string(rec.ID)+"/cancel")
	if res.StatusCode != http.StatusOK || w.latest(m.ID).State != models.Cancelled {
		t.Fatalf("answered %d, the recall is %s", res.StatusCode, w.latest(m.ID).State)
	}
	p := parse(t, body)
	p.wants(".sentence", "Cancelled: the message stays.")
	if len(p.find("[hx-sse:connect]")) != 0 {
		t.Error("what is over is still listened to")
	}
	res, body = b.inSheet(http.MethodPost, "/recalls/"+string(rec.ID)+"/cancel")
	if res.StatusCode != http.StatusConflict || res.Header.Get("HX-Retarget") != "#sheet-notice" {
		t.Errorf("too late: answered %d at %q: %s", res.StatusCode, res.Header.Get("HX-Retarget"), body)
	}
}

func TestAnotherTextInItsPlace(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	b := w.operator()
	res, body := b.inSheet(http.MethodPost, "/messages/"+string(m.ID)+"/recall", "reason", "mistyped", "text", "no, use card "+card)
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("a text that the policy takes back answered %d: %s", res.StatusCode, body)
	}
	parse(t, body).wants("textarea", "no, use card")
	if res, body = b.inSheet(http.MethodPost, "/messages/"+string(m.ID)+"/recall", "reason", "mistyped", "text", "ask me for it"); res.StatusCode != http.StatusOK {
		t.Fatalf("answered %d: %s", res.StatusCode, body)
	}
	rec := w.latest(m.ID)
	if ps := w.store.postings[rec.ID]; len(ps) != 1 || ps[0].Kind != models.ReplacementPosting {
		t.Errorf("postings = %v", ps)
	}
}

func TestADecisionFromTheSheetLeadsToTheNextCase(t *testing.T) {
	w := newWorld(t)
	first, _, _ := w.three()
	b := w.operator()
	p := b.page("/queue/" + string(first.ID) + "?severity=critical")
	href := attr(p.one("#decide").one("a[data-sheet]").root, "href")
	_, body := b.inSheet(http.MethodGet, href)
	form := parse(t, body).one("form")
	if action := attr(form.root, "action"); action != "/queue/"+string(first.ID)+"/decide" {
		t.Fatalf("the form goes to %s", action)
	}
	if len(form.find("textarea[name=text]")) != 0 {
		t.Error("deciding a case offers a text in its place")
	}
	res, _ := b.inSheet(http.MethodPost, "/queue/"+string(first.ID)+"/decide", "verdict", "recall", "reason", "abuse", "back", "severity=critical")
	next := res.Header.Get("HX-Redirect")
	if !strings.HasPrefix(next, "/queue?decided="+string(first.ID)) || !strings.Contains(next, "severity=critical") {
		t.Errorf("leads to %q", next)
	}
	b.page(next).one("#notice").wants(".strip", "requested")
}
