package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// lived is a recall in a state, with the times that lead there.
func lived(s models.RecallState) models.Recall {
	r := models.Recall{
		State: s, RequestedAt: noon, Reason: models.Reason{Code: models.Abuse},
		Authority: models.ByAdmin, Trigger: models.FromConsole,
	}
	after := func(ms int, of ...models.RecallState) time.Time {
		if !slices.Contains(of, s) {
			return time.Time{}
		}
		return noon.Add(time.Duration(ms) * time.Millisecond)
	}
	r.SentAt = after(10, models.Sent, models.Accepted, models.Confirmed, models.AlreadyGone, models.Expired, models.Refused, models.Failed, models.Unknown)
	r.AcceptedAt = after(60, models.Accepted, models.Confirmed)
	r.ConfirmedAt = after(400, models.Confirmed)
	r.EndedAt = after(400, models.Confirmed, models.AlreadyGone, models.Expired, models.Refused, models.Failed, models.Cancelled)
	return r
}

func TestTheStripTellsTheTruth(t *testing.T) {
	want := map[models.RecallState]string{
		models.Requested:   "requested:done now sent: accepted: confirmed:",
		models.Held:        "requested:done now sent: accepted: confirmed:",
		models.Queued:      "requested:done now sent: accepted: confirmed:",
		models.Sent:        "requested:done sent:done now accepted: confirmed:",
		models.Accepted:    "requested:done sent:done accepted:done now confirmed:",
		models.Confirmed:   "requested:done sent:done accepted:done confirmed:done",
		models.AlreadyGone: "requested:done sent:done already_gone:ended",
		models.Expired:     "requested:done sent:done expired:failed",
		models.Refused:     "requested:done sent:done refused:failed",
		models.Failed:      "requested:done sent:done failed:failed",
		models.Unknown:     "requested:done sent:done accepted: unknown:unknown now",
		models.Cancelled:   "requested:done cancelled:ended",
	}
	got := map[models.RecallState]string{}
	for _, s := range models.RecallStates {
		var steps []string
		for _, step := range stripOf(lived(s)) {
			steps = append(steps, step.Name+":"+step.Class)
		}
		got[s] = strings.Join(steps, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyConfirmedIsGreen(t *testing.T) {
	for _, s := range models.RecallStates {
		if green := recallClass(s) == "green"; green != (s == models.Confirmed) {
			t.Errorf("%s is %q", s, recallClass(s))
		}
	}
	if recallClass(models.Accepted) != "amber" || recallClass(models.Unknown) != "violet" {
		t.Error("accepted is amber and unknown is violet")
	}
}

func TestConfirmedBeforeTheAnswerSaysNothingOfAcceptance(t *testing.T) {
	r := lived(models.Confirmed)
	r.AcceptedAt = time.Time{}
	if got := stripOf(r); len(got) != 3 || got[2].Name != "confirmed" {
		t.Errorf("the strip is %+v", got)
	}
}

// TestEveryStateHasItsPage renders every page in every state and language: no
// key without words, nothing that the template engine refused.
func TestEveryStateHasItsPage(t *testing.T) {
	ran := 0
	w := newWorld(t)
	b := w.operator()
	for _, lang := range languages {
		for _, s := range models.RecallStates {
			m := w.posted(sales, "alice", "card "+card)
			r := lived(s)
			r.ID = models.RecallID(models.NewID())
			r.Message, r.App, r.Conversation, r.Sender, r.Actor = m.ID, m.App, m.Conversation, m.Sender, "policy"
			w.store.put(r)
			c := w.opened(m, models.High)
			for _, path := range []string{
				"/messages", "/messages/" + string(m.ID), "/recalls", "/recalls/" + string(r.ID), "/queue", "/queue/" + string(c.ID),
				"/conversations", "/conversations/" + string(sales.ID), "/policy", "/policy/diff", "/policy/edit", "/breakers",
				"/detectors", "/detectors/credit_card", "/try", "/audit", "/sign-in",
			} {
				whole(t, b, lang, path)
				ran++
			}
		}
		for _, s := range messageStates {
			m := w.message(sales, "alice", "hello")
			m.State = s
			w.store.post(m)
			whole(t, b, lang, "/messages/"+string(m.ID))
			ran++
		}
	}
	if want := len(languages) * (17*len(models.RecallStates) + len(messageStates)); ran != want {
		t.Errorf("%d pages were rendered, want %d", ran, want)
	}
}

func whole(t *testing.T, b *browser, lang, path string) {
	t.Helper()
	req := b.request("GET", path, nil)
	req.Header.Set("Accept-Language", lang)
	res, body := b.do(req)
	if path == "/sign-in" && res.StatusCode == http.StatusSeeOther {
		return
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(body, `<html lang="`+lang+`">`) {
		t.Fatalf("%s answered %d in %s", path, res.StatusCode, lang)
	}
	if strings.Contains(body, "ZgotmplZ") || strings.Contains(body, "%!") {
		t.Errorf("%s in %s holds what the template refused", path, lang)
	}
	text := parse(t, body).text()
	for key := range catalogues[0].text {
		if strings.Count(key, ".") > 0 && len(key) > 8 && strings.Contains(" "+text+" ", " "+key+" ") {
			t.Errorf("%s in %s shows the key %q", path, lang, key)
		}
	}
}

func TestEveryPageHasATitleAndItsPlace(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	for path, title := range map[string]string{
		"/messages": "Messages", "/queue": "Queue", "/recalls": "Recalls", "/conversations": "Conversations",
		"/policy": "Policy", "/breakers": "What stops automatic recalls", "/detectors": "Detectors", "/try": "Try it", "/audit": "Audit",
	} {
		p := b.page(path)
		p.wants("title", title+" · takeback")
		p.one("a[aria-current=page]")
		p.one("h1")
		p.one("main")
		for _, n := range p.find("input") {
			if attr(n, "type") != "hidden" && n.Parent.Data != "label" {
				t.Errorf("%s: the field %q has no label", path, attr(n, "name"))
			}
		}
	}
}
