package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// caller is somebody of the tests below, with what the platform says of them.
var callers = map[string]models.Caller{
	"operator":  {Grant: models.GrantOperator},
	"auditor":   {Grant: models.GrantAuditor},
	"owner":     {Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "ann"}},
	"stranger":  {Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "sam"}},
	"viewer":    {Grant: models.GrantViewer, Groups: []models.Place{{App: "main", Ref: sales.Group}}},
	"nobody":    {},
	"made up":   {Grant: "root"},
	"other app": {Grant: models.GrantModerator, Account: models.Account{App: "other", Name: "ann"}, Groups: []models.Place{{App: "other", Ref: sales.Group}}},
}

func TestWhoMaySeeAndDoWhat(t *testing.T) {
	w := newWorld(t)
	w.roles[sales.Group] = map[string]models.Role{"ann": models.RoleOwner, "sam": models.RoleMember}
	m := w.posted(sales, "alice", "card "+card)
	foreign := w.posted(east, "wang", "身份证")
	c := w.opened(m, models.High)
	r := w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse}})
	browsers := map[string]*browser{}
	for name, caller := range callers {
		browsers[name] = w.as(strings.ReplaceAll(name, " ", "-"), caller)
	}
	id, cid, rid := string(m.ID), string(c.ID), string(r.ID)
	ran := 0
	for _, tc := range []struct {
		method, path string
		form         []string
		want         map[string]int
	}{
		{"GET", "/messages", nil, all(200, "nobody", 403, "made up", 403)},
		{"GET", "/messages/" + id, nil, all(200, "stranger", 404, "other app", 404, "nobody", 403, "made up", 403)},
		{"GET", "/messages/" + string(foreign.ID), nil, all(404, "operator", 200, "auditor", 200, "nobody", 403, "made up", 403)},
		{"GET", "/recalls/" + rid, nil, all(200, "stranger", 404, "other app", 404, "nobody", 403, "made up", 403)},
		{"GET", "/queue/" + cid, nil, all(200, "stranger", 404, "other app", 404, "nobody", 403, "made up", 403)},
		{"GET", "/audit", nil, all(403, "operator", 200, "auditor", 200)},
		{"POST", "/audit/verify", nil, all(403, "operator", 200, "auditor", 200)},
		{"POST", "/messages/" + id + "/reveal", []string{"purpose", "customer asks"}, all(403, "operator", 200, "owner", 200, "stranger", 404, "other app", 404)},
		{"POST", "/messages/" + string(foreign.ID) + "/reveal", []string{"purpose", "curious"}, all(403, "operator", 200, "owner", 404, "stranger", 404, "other app", 404)},
		{"POST", "/messages/" + string(foreign.ID) + "/recall", []string{"reason", "abuse"}, all(403, "operator", 303, "owner", 404, "stranger", 404, "other app", 404)},
		{"POST", "/messages/" + id + "/recall", []string{"reason", "abuse"}, all(403, "operator", 303, "owner", 303, "other app", 404)},
		{"POST", "/queue/" + cid + "/decide", []string{"verdict", "block"}, all(403, "operator", 422, "owner", 422, "stranger", 422, "other app", 422)},
		{"POST", "/recalls/" + rid + "/retry", nil, all(403, "operator", 409, "owner", 409, "stranger", 404, "other app", 404)},
	} {
		for name, b := range browsers {
			res, body := b.do(b.request(tc.method, tc.path, values(tc.form...)))
			if want := tc.want[name]; res.StatusCode != want {
				t.Errorf("%s %s as %s answered %d, want %d", tc.method, tc.path, name, res.StatusCode, want)
			}
			if res.StatusCode >= 400 && (strings.Contains(body, "alice") || strings.Contains(body, card)) {
				t.Errorf("%s %s as %s tells of the message", tc.method, tc.path, name)
			}
			ran++
		}
	}
	if want := 13 * len(callers); ran != want {
		t.Errorf("%d cells were tried, want %d", ran, want)
	}
}

// all is a row of the table: one status for everybody, but for those named.
func all(status int, but ...any) map[string]int {
	row := map[string]int{}
	for name := range callers {
		row[name] = status
	}
	for i := 0; i < len(but); i += 2 {
		row[but[i].(string)] = but[i+1].(int)
	}
	return row
}

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
	b := w.as("ann", callers["owner"])
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
	b := w.as("audrey", callers["auditor"])
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
	if ran != 7 {
		t.Errorf("%d routes were tried, want 7", ran)
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
