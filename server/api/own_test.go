package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAUserTakesBackAnOwnMessage(t *testing.T) {
	w := newWorld(t)
	same(t, w.call("user bob", "GET", "/own?conversation=@own&ref=4711", ""), 200, `{
		"message":{"id":"018f2f6a-7c00-7000-8000-000000000001","app":"main","conversation_ref":"@own","kind":"group","ref":"4711",
			"sent_at":"2026-05-01T11:59:00.123Z","text":"the word is •••\n[image]"},
		"standing":"can","words":"You can take it back now, at once and for everybody.","until":"2026-05-01T12:01:00.123Z",
		"reasons":["wrong_recipient","sensitive_information","mistyped","change_of_mind"]}`)
	rec := w.call("user bob", "POST", "/own/recall", `{"conversation":"@own","ref":"4711","reason":{"code":"wrong_recipient"}}`)
	if got := body(t, rec); rec.Code != 202 || got["standing"] != "under_way" {
		t.Errorf("taken back: %d %v", rec.Code, got)
	}
	for _, r := range w.store.recalls {
		if r.Ref == "4711" && (r.Authority != "sender" || r.Actor != "account:main:bob" || r.Trigger != "api") {
			t.Errorf("the recall is %+v", r)
		}
	}
}

func TestALateUserAsks(t *testing.T) {
	w := newWorld(t)
	w.clock = noon.Add(10 * time.Minute)
	rec := w.call("user bob", "POST", "/own/recall", `{"message":"`+foreign+`1","reason":{"code":"mistyped","note":"a zero too many"}}`)
	if got := body(t, rec); rec.Code != 202 || got["standing"] != "asked" || got["asked_at"] != "2026-05-01T12:00:00.123Z" {
		t.Errorf("asked: %d %v", rec.Code, got)
	}
	found := false
	for _, c := range items(t, w.call("operator", "GET", "/cases?state=open", "")) {
		one := c.(map[string]any)
		request, ok := one["request"].(map[string]any)
		if ok && one["message"] == foreign+"1" {
			reason := request["reason"].(map[string]any)
			found = request["by"] == "account:main:bob" && reason["code"] == "mistyped" && reason["note"] == "a zero too many"
		}
	}
	if !found {
		t.Error("no case names who asks, and why")
	}
}

func TestTicketsAreShownOnce(t *testing.T) {
	w := newWorld(t)
	rec := w.call("app", "POST", "/users/tokens", `{"app":"main","account":"bob"}`)
	got := body(t, rec)
	if token, _ := got["token"].(string); rec.Code != 201 || !strings.HasPrefix(token, "tbu_") || got["expires_at"] != "2026-05-01T13:00:00.123Z" {
		t.Errorf("a user token: %d %v", rec.Code, got)
	}
	for path, in := range map[string]string{
		"/messages/" + own + "1/sender-link": "", "/sender-links": `{"app":"main","conversation":"@own","ref":"4711"}`,
	} {
		rec := w.call("app", "POST", path, in)
		if url, _ := body(t, rec)["url"].(string); rec.Code != 201 || !strings.HasPrefix(url, "https://takeback.test/own/") || strings.Contains(url, "swordfish") {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	for path, in := range map[string]string{
		"/users/tokens": `{"app":"other","account":"bob"}`, "/sender-links": `{"app":"main","conversation":"@own","ref":"none"}`,
	} {
		if rec := w.call("app", "POST", path, in); rec.Code != 404 {
			t.Errorf("%s of another app, or of nothing: %d, want 404", path, rec.Code)
		}
	}
	w.clock = noon.Add(time.Hour)
	if rec := w.call("user bob", "GET", "/own?message="+own+"1", ""); rec.Code != http.StatusUnauthorized {
		t.Errorf("with a token of an hour ago: %d, want 401", rec.Code)
	}
}

// Tokens that do one thing are refused wherever there is another.
func TestNarrowTokensDoOneThing(t *testing.T) {
	w := newWorld(t)
	for _, as := range []string{"app", "user bob"} {
		for _, path := range []string{"/messages", "/recalls", "/cases", "/conversations", "/rules", "/breakers", "/audit", "/stream"} {
			if rec := w.call(as, "GET", path, ""); rec.Code != 403 {
				t.Errorf("GET %s as %s: %d, want 403", path, as, rec.Code)
			}
		}
		if rec := w.call(as, "POST", "/scan", `{"text":"swordfish"}`); rec.Code != 403 {
			t.Errorf("POST /scan as %s: %d, want 403", as, rec.Code)
		}
	}
}

func TestUsersAreThrottled(t *testing.T) {
	w := newWorld(t)
	var rec *httptest.ResponseRecorder
	for range 21 {
		rec = w.call("user eve", "POST", "/own/recall", `{"message":"`+own+`1",`+reasonBody+`}`)
	}
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") == "" {
		t.Errorf("the 21st: %d %s", rec.Code, rec.Body)
	}
}
