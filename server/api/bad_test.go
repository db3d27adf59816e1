package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// complaint is what an answer says is wrong: its fields, or its detail.
func complaint(t *testing.T, rec *httptest.ResponseRecorder) []string {
	t.Helper()
	p := body(t, rec)
	var out []string
	fields, _ := p["errors"].([]any)
	for _, f := range fields {
		out = append(out, f.(map[string]any)["field"].(string)+" "+f.(map[string]any)["words"].(string))
	}
	if out == nil {
		out = []string{p["detail"].(string)}
	}
	return out
}

func TestBadQueries(t *testing.T) {
	tests := []struct {
		path string
		want []string
	}{
		{"/messages?limit=0x", []string{"limit must be a whole number"}},
		{"/messages?limit=501", []string{"limit may be at most 500"}},
		{"/messages?limit=-1", []string{"limit must be at least 1"}},
		{"/messages?sendr=bob", []string{"sendr is not known here"}},
		{"/messages?sender=a&sender=b", []string{"sender is given twice"}},
		{"/messages?sender=%ff", []string{"sender is not text"}},
		{"/messages?sender=a%00", []string{"sender must be text without control characters"}},
		{"/messages?sender=" + strings.Repeat("x", 201), []string{"sender may be at most 200 characters"}},
		{"/messages?state=gone", []string{"state must be one of visible, removed, tombstone, blocked, rewritten"}},
		{"/messages?verdict=maybe", []string{"verdict must be one of allow, review, recall, mask, block"}},
		{"/messages?since=yesterday&until=2026-05-01", []string{
			"since must be a time such as 2026-05-01T12:00:00Z", "until must be a time such as 2026-05-01T12:00:00Z",
		}},
		{"/messages?since=2026-05-02T00:00:00Z&until=2026-05-01T00:00:00Z", []string{"until must be later than since"}},
		{"/messages?cursor=" + strings.Repeat("x", 513), []string{"cursor may be at most 512 characters"}},
		{"/messages?%zz", []string{"The query cannot be read."}},
		{"/messages?a;b", []string{"The query cannot be read."}},
		{"/messages?" + strings.Repeat("x", 100) + "=1", []string{"(a long name) is not known here"}},
		{"/recalls?state=done", []string{"state must be one of requested, held, queued, sent, accepted, confirmed, already_gone, expired, refused, failed, unknown, cancelled"}},
		{"/recalls?message=7", []string{"message is not an id"}},
		{"/cases?state=closed", []string{"state must be one of open, decided"}},
		{"/conversations?kind=room", []string{"kind must be one of direct, group, topic, live"}},
		{"/audit?action=a%0Ab", []string{"action must be text without control characters"}},
	}
	w := newWorld(t)
	for _, tt := range tests {
		rec := w.call("operator", "GET", tt.path, "")
		want := 422
		if tt.want[0] == "The query cannot be read." {
			want = 400
		}
		if diff := cmp.Diff(tt.want, complaint(t, rec)); diff != "" || rec.Code != want {
			t.Errorf("%s: %d, want %d (-want +got):\n%s", tt.path, rec.Code, want, diff)
		}
	}
	if len(w.store.filters) != 0 {
		t.Error("the store was asked")
	}
}

func TestBadBodies(t *testing.T) {
	const ids = `"messages":["` + own + `1"]`
	tests := []struct {
		path, body string
		status     int
		want       []string
	}{
		{"/scan", `{}`, 422, []string{"text is needed"}},
		{"/scan", `{"text":7}`, 400, []string{"text has the wrong type"}},
		{"/scan", `{"text":null}`, 422, []string{"text is needed"}},
		{"/scan", `{"Text":"x"}`, 400, []string{"Text is not known here"}},
		{"/scan", `{"text":"x","text":"y"}`, 400, []string{"text is given twice"}},
		{"/scan", `{"text":"x","more":1}`, 400, []string{"more is not known here"}},
		{"/scan", `{"text":"x"} {}`, 400, []string{"The body is not one JSON value in UTF-8."}},
		{"/scan", `{"text":"x"`, 400, []string{"The body is not one JSON value in UTF-8."}},
		{"/scan", "{\"text\":\"\xff\"}", 400, []string{"The body is not one JSON value in UTF-8."}},
		{"/scan", `["x"]`, 400, []string{"body has the wrong type"}},
		{"/scan", `{"` + strings.Repeat("x", 100) + `":1}`, 400, []string{"(a long name) is not known here"}},
		{"/scan", `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, 413, []string{"The body is larger than is read here."}},
		{"/scan", `{"text":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, 400, []string{"The body is not one JSON value in UTF-8."}},
		{"/recalls", `{` + reasonBody + `}`, 422, []string{"messages is needed"}},
		{"/recalls", `{"messages":[],` + reasonBody + `}`, 422, []string{"messages must have at least 1 entries"}},
		{"/recalls", `{` + ids + `}`, 422, []string{"reason.code is needed"}},
		{"/recalls", `{` + ids + `,"reason":{"code":"because"}}`, 422, []string{"reason.code must be one of sensitive_information, wrong_recipient, mistyped, change_of_mind, policy_violation, spam_or_scam, abuse, legal_request, other"}},
		{"/recalls", `{` + ids + `,"reason":{"code":"other","note":"  "}}`, 422, []string{"reason.note is needed"}},
		{"/recalls", `{` + ids + `,"reason":{"code":"abuse","note":"` + strings.Repeat("字", 501) + `"}}`, 422, []string{"reason.note may be at most 500 characters"}},
		{"/recalls", `{"messages":["a","a"],` + reasonBody + `}`, 422, []string{"messages names something twice"}},
		{"/recalls", `{"messages":[7],` + reasonBody + `}`, 400, []string{"messages[0] has the wrong type"}},
		{"/recalls", `{"messages":"all",` + reasonBody + `}`, 400, []string{"messages has the wrong type"}},
		{"/recalls", `{"messages":{"refs":["1"]},` + reasonBody + `}`, 422, []string{"messages.app is needed", "messages.conversation is needed"}},
		{"/recalls", `{"messages":{"app":"main","conversation":"@own"},` + reasonBody + `}`, 422, []string{"messages.refs is needed"}},
		{"/recalls", `{"messages":{"app":"main","conversation":"@own","refs":[""]},` + reasonBody + `}`, 422, []string{"messages.refs[0] is needed"}},
		{"/recalls", `{"messages":{"app":"main","conversation":"@own","refs":["1"],"all":true},` + reasonBody + `}`, 400, []string{"messages.all is not known here"}},
		{"/recalls", `{` + ids + `,"app":"main","conversation":"@own","refs":["1"],` + reasonBody + `}`, 422, []string{"messages cannot be given together with the other way of naming messages"}},
		{"/recalls?dry_run=perhaps", `{` + ids + `}`, 422, []string{"dry_run must be true or false"}},
		{"/recalls?dryrun=true", `{` + ids + `}`, 422, []string{"dryrun is not known here"}},
		{"/cases/" + own + "5/decide", `{"verdict":"block"}`, 422, []string{"verdict must be one of allow, recall"}},
		{"/cases/" + own + "5/act", `{"act":"burn"}`, 422, []string{"act must be one of claim, release, skip, unskip, park, escalate, note"}},
		{"/cases/" + own + "5/act", `{"act":"note"}`, 422, []string{"A note needs some words."}},
		{"/cases/" + own + "5/act", `{"act":"park","until":"2020-01-01T00:00:00Z"}`, 422, []string{"A case is parked until a time to come."}},
		{"/cases/" + own + "5/decide", `{"verdict":"recall"}`, 422, []string{"reason is needed"}},
		{"/recalls/" + ownRecall + "/cancel", `{"why":1}`, 400, []string{"why is not known here"}},
		{"/rules/test", `{"text":"x","before":"yes"}`, 400, []string{"before has the wrong type"}},
	}
	w := newWorld(t)
	for _, tt := range tests {
		name := tt.path + " " + tt.body[:min(len(tt.body), 70)]
		rec := w.call("operator", "POST", tt.path, tt.body)
		if diff := cmp.Diff(tt.want, complaint(t, rec)); diff != "" || rec.Code != tt.status {
			t.Errorf("%s: %d, want %d (-want +got):\n%s", name, rec.Code, tt.status, diff)
		}
	}
	if len(w.store.recalls) != 4 {
		t.Errorf("%d recalls are kept, want the 4 there were", len(w.store.recalls))
	}
}

func TestBodiesMustSayThatTheyAreJSON(t *testing.T) {
	w := newWorld(t)
	for kind, want := range map[string]int{
		"": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415, "application/json; charset=utf-8": 200,
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/scan", strings.NewReader(`{"text":"x"}`))
		r.Header.Set("Authorization", "Bearer "+w.tokens["operator"])
		r.Header.Set("Content-Type", kind)
		if rec := w.serve(r); rec.Code != want {
			t.Errorf("Content-Type %q: %d, want %d", kind, rec.Code, want)
		}
	}
}

func TestAuthentication(t *testing.T) {
	w := newWorld(t)
	good := "Bearer " + w.tokens["operator"]
	last := good[len(good)-1]
	tests := []struct {
		name      string
		given     []string
		status    int
		challenge string
	}{
		{"a token", []string{good}, 200, ""},
		{"in another case", []string{"bearer" + good[6:]}, 200, ""},
		{"nothing", nil, 401, `Bearer realm="takeback"`},
		{"one wrong digit", []string{good[:len(good)-1] + string('0'+(last-'0'+1)%10)}, 401, `Bearer realm="takeback", error="invalid_token"`},
		{"another scheme", []string{"Basic b2xnYTpzZWNyZXQ="}, 401, `Bearer realm="takeback", error="invalid_token"`},
		{"two tokens", []string{good, good}, 401, `Bearer realm="takeback", error="invalid_token"`},
		{"empty", []string{""}, 401, `Bearer realm="takeback", error="invalid_token"`},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/messages", nil)
		r.Header["Authorization"] = tt.given
		rec := w.serve(r)
		if rec.Code != tt.status || rec.Header().Get("WWW-Authenticate") != tt.challenge {
			t.Errorf("%s: %d %q, want %d %q", tt.name, rec.Code, rec.Header().Get("WWW-Authenticate"), tt.status, tt.challenge)
		}
	}
}

func TestIDsThatCannotBeCostNoQuery(t *testing.T) {
	w := newWorld(t)
	w.store.fault = errors.New("the store was asked")
	for _, id := range []string{"7", "018F2F6A-7C00-7000-8000-000000000001", strings.Repeat("a", 36), "%00", "'%20OR%201=1"} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/messages/"+id, nil)
		r.Header.Set("Authorization", "Bearer "+w.tokens["operator"])
		if rec := w.serve(r); rec.Code != 404 {
			t.Errorf("%s: %d %s, want 404", id, rec.Code, rec.Body)
		}
	}
}

func TestFailureOfTheStoreStaysInside(t *testing.T) {
	w := newWorld(t)
	w.store.fault = errors.New("disk I/O error in table findings")
	rec := w.call("operator", "GET", "/messages", "")
	id, _ := body(t, rec)["id"].(string)
	if rec.Code != 500 || id == "" || strings.Contains(rec.Body.String(), "findings") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if log := w.log.String(); !strings.Contains(log, "problem="+id) || !strings.Contains(log, "disk I/O error") {
		t.Errorf("the log does not lead from %s to the error:\n%s", id, log)
	}
	w.store.fault = models.ErrBusy
	if rec := w.call("operator", "GET", "/messages", ""); rec.Code != 503 || rec.Header().Get("Retry-After") == "" {
		t.Errorf("a busy store: %d %v", rec.Code, rec.Header())
	}
}

func TestEveryAnswerIsForNobodyElse(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/messages", "/recalls", "/cases", "/conversations", "/rules", "/audit", "/openapi.json", "/messages/" + unknown} {
		h := w.call("operator", "GET", path, "").Header()
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
}
