package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func TestAForeignIDAnswersLikeAMissingOne(t *testing.T) {
	w := newWorld(t)
	m := w.posted(east, "wang", "hello")
	c := w.opened(m, models.High)
	r := w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse}})
	b := w.as("vera", models.Caller{Grant: models.GrantModerator, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	for _, pair := range [][2]string{
		{"/messages/" + string(m.ID), "/messages/none"},
		{"/messages/" + string(m.ID) + "/stream", "/messages/none/stream"},
		{"/recalls/" + string(r.ID), "/recalls/none"},
		{"/recalls/" + string(r.ID) + "/stream", "/recalls/none/stream"},
		{"/queue/" + string(c.ID), "/queue/none"},
	} {
		foreign, foreignBody := b.get(pair[0])
		missing, missingBody := b.get(pair[1])
		if foreign.StatusCode != http.StatusNotFound || missing.StatusCode != http.StatusNotFound || foreignBody != missingBody {
			t.Errorf("%s answered %d, %s %d; bodies equal: %v", pair[0], foreign.StatusCode, pair[1], missing.StatusCode, foreignBody == missingBody)
		}
	}
}

func TestListsShowTheScopeOnly(t *testing.T) {
	w := newWorld(t)
	w.roles[sales.Group] = map[string]models.Role{"ann": models.RoleAdmin}
	for _, c := range []models.Conversation{sales, east, pair} {
		m := w.posted(c, "sender-of-"+string(c.ID), "card "+card)
		w.opened(m, models.High)
		w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse}})
	}
	b := w.as("ann", people["owner"])
	for _, path := range []string{"/messages", "/recalls", "/queue"} {
		text := b.page(path).text()
		if !strings.Contains(text, "sender-of-conv-sales") || strings.Contains(text, "conv-east") || strings.Contains(text, "conv-pair") {
			t.Errorf("%s shows %s", path, text)
		}
	}
	p := b.page("/conversations")
	p.wants("#rows", "@TGS#sales")
	if n := len(p.find("tr[data-row]")); n != 1 {
		t.Errorf("%d conversations, want 1", n)
	}
	b.page("/messages").wants(".numbers", "1wait for you")
}

func TestAuditorsSeeWhatWasDoneAndNotWhatWasSaid(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "the launch code is blue, card "+card)
	w.opened(m, models.High)
	b := w.as("audrey", people["auditor"])
	for _, path := range []string{"/messages", "/messages/" + string(m.ID), "/queue"} {
		text := b.page(path).text()
		if strings.Contains(text, "launch code") || strings.Contains(text, "1111") || !strings.Contains(text, "not shown to auditors") {
			t.Errorf("%s shows %s", path, text)
		}
	}
}

func TestOtherSitesCannotAct(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	b := w.operator()
	ran := 0
	for _, r := range routes {
		if r.method != http.MethodPost {
			continue
		}
		req := b.request(http.MethodPost, strings.ReplaceAll(r.path, ":id", string(m.ID)), values("reason", "abuse", "purpose", "because", "verdict", "allow"))
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		req.Header.Set("Origin", "https://evil.example")
		if res, _ := b.do(req); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s from elsewhere answered %d", r.path, res.StatusCode)
		}
		ran++
	}
	if ran != 44 {
		t.Errorf("%d routes were tried, want 44", ran)
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	for _, path := range []string{"/messages", "/sign-in", "/messages/none", "/audit"} {
		res, _ := b.get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestAFailureStaysInside(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	w.store.fault = errSecret
	res, body := b.get("/messages")
	if res.StatusCode != http.StatusInternalServerError || strings.Contains(body, "disk") {
		t.Errorf("answered %d: %s", res.StatusCode, body)
	}
	parse(t, body).wants("h1", "Something went wrong here")
	if !strings.Contains(w.log.String(), "disk I/O error") {
		t.Errorf("the log does not say what failed: %s", w.log)
	}
}
