package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/api"
	"github.com/takeback-chat/takeback/server/live"
)

// roles is the word of a platform with one group: olga owns it, bob is in it.
type roles struct{}

func (roles) Role(_ context.Context, c models.Conversation, account string) (models.Role, error) {
	return map[string]models.Role{"olga@g": models.RoleOwner, "bob@g": models.RoleMember}[account+c.Group], nil
}

func (roles) Moderated(_ context.Context, a models.Account) ([]models.Place, error) {
	if a.Name == "olga" {
		return []models.Place{{App: "main", Ref: "@g"}}, nil
	}
	return nil, nil
}

type fixed struct{ *rules.Ruleset }

func (f fixed) Current() *rules.Ruleset { return f.Ruleset }

// service is the whole server on a real SQLite store, behind real HTTP.
type service struct {
	t      *testing.T
	store  *store.Store
	url    string
	tokens map[string]string
}

func newService(t *testing.T) *service {
	t.Helper()
	dir := t.TempDir()
	keys, err := seal.LoadOrCreate(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	hub := live.NewHub()
	db, err := store.Open(t.Context(), store.Options{
		Database: storetest.SQLite(t), Keys: keys, Node: "test", Announce: hub.Announce, Migrate: true,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	engine, err := rules.New(rules.Builtin(), rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	door := access.New(db, roles{})
	week := func(string) time.Duration { return 7 * 24 * time.Hour }
	h, err := server.New(server.Options{
		Store: db, Door: door, Sweeps: &access.Sweeps{}, Copies: access.NewCopies(door, db, week), Hub: hub, Logger: slog.New(slog.DiscardHandler),
		Rules: fixed{&rules.Ruleset{Engine: engine, Policy: rules.DefaultPolicy()}},
		Ready: func(ctx context.Context) map[string]error { return map[string]error{"database": db.Ready(ctx)} },
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = server.NewHTTP(h)
	srv.Start()
	t.Cleanup(srv.Close)
	s := &service{t: t, store: db, url: srv.URL, tokens: map[string]string{}}
	s.token("operator", models.Caller{Grant: models.GrantOperator})
	s.token("olga", models.Caller{Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "olga"}})
	s.token("bob", models.Caller{Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "bob"}})
	s.token("auditor", models.Caller{Grant: models.GrantAuditor})
	return s
}

func (s *service) token(name string, c models.Caller) {
	s.t.Helper()
	plain, hash := access.NewTokenSecret()
	t := models.Token{ID: models.NewID(), Name: name, Hash: hash, Caller: c, CreatedAt: time.Now()}
	if err := s.store.CreateToken(s.t.Context(), t, "test"); err != nil {
		s.t.Fatal(err)
	}
	s.tokens[name] = plain
}

// call asks the API and returns the status and the answer.
func (s *service) call(as, method, path, body string) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.tokens[as])
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	s.conform(r, resp.StatusCode, resp.Header, text)
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
	return resp.StatusCode, answer
}

// contract finds the operations of the document.
var contract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// conform holds an answer of the real store to the document.
func (s *service) conform(r *http.Request, status int, header http.Header, text []byte) {
	s.t.Helper()
	router, err := contract()
	if err != nil {
		s.t.Fatal(err)
	}
	r = httptest.NewRequest(r.Method, r.URL.RequestURI(), nil)
	route, params, err := router.FindRoute(r)
	if err != nil {
		s.t.Fatal(err)
	}
	err = openapi3filter.ValidateResponse(s.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(text)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		s.t.Errorf("%s %s: %v\n%s", r.Method, r.URL.Path, err, text)
	}
}

// keep posts a message in group @g with a finding and the verdict of a rule.
func (s *service) keep(ref, text string, v models.Verdict) models.Kept {
	s.t.Helper()
	sent := time.Now().Add(-time.Minute)
	m := models.Message{
		App: "main", Ref: ref, Sender: "bob", SentAt: sent, ReceivedAt: time.Now(), Revision: 1, State: models.Visible,
		Inspection: models.Found, Elements: []models.Element{{Kind: models.TextElement, Path: "MsgBody[0]", Text: text}},
		Findings: []models.Finding{{
			Detector: "test", Category: models.Keyword, Severity: models.High, Confidence: 0.9, End: len(text), Mask: "•••", Revision: 1,
		}},
		Verdict: v, Rule: "r1", Deadline: sent.Add(time.Hour),
		Conversation: models.Conversation{App: "main", Kind: models.Group, Ref: "@g", Group: "@g", Type: "Public"},
	}
	d := models.Decision{Verdict: v, Actor: "policy", Rule: "r1", Severity: models.High, Reason: models.Reason{Code: models.SensitiveInformation}}
	kept, err := s.store.Keep(s.t.Context(), "main", []models.Judged{{
		Event:    models.Event{Kind: models.EventPosted, At: sent, Conversation: m.Conversation, Message: &m},
		Decision: d,
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	return kept[0]
}

// TestOnTheRealStore walks the API over SQLite: what is kept is seen by those who
// may, taken back by those who may, and on record.
func TestOnTheRealStore(t *testing.T) {
	s := newService(t)
	secret := "the-word-is-swordfish"
	kept := s.keep("4711", secret, models.VerdictReview)
	path := "/messages/" + string(kept.Message)

	status, m := s.call("olga", "GET", path, "")
	if status != 200 || m["text"] != "•••" || m["ref"] != "4711" || len(m["findings"].([]any)) != 1 {
		t.Errorf("the owner sees %d %v", status, m)
	}
	if status, m := s.call("bob", "GET", path, ""); status != 404 {
		t.Errorf("a member sees %d %v, want 404", status, m)
	}
	if status, m := s.call("auditor", "GET", path, ""); status != 200 || m["text"] != nil {
		t.Errorf("an auditor sees %d %v, want no text", status, m)
	}
	if status, m := s.call("olga", "POST", path+"/reveal", `{"purpose":"asked by its sender"}`); status != 200 || !strings.Contains(fmt.Sprint(m), secret) {
		t.Errorf("reveal: %d %v", status, m)
	}

	request := `{"messages":{"app":"main","conversation":"@g","refs":["4711"]},"reason":{"code":"other","note":"asked"}}`
	if status, p := s.call("bob", "POST", "/recalls", request); status != 403 || p["detail"] != "bob is not an owner or admin of this group." {
		t.Errorf("a member recalls: %d %v, want 403", status, p)
	}
	status, made := s.call("olga", "POST", "/recalls", request)
	if status != 202 || len(made["items"].([]any)) != 1 {
		t.Fatalf("the owner recalls: %d %v", status, made)
	}
	recall := made["items"].([]any)[0].(map[string]any)
	if recall["authority"] != "owner" || recall["state"] != "queued" || recall["actor"] != "token:olga" {
		t.Errorf("the recall: %v", recall)
	}
	if _, again := s.call("operator", "POST", "/recalls", request); again["items"].([]any)[0].(map[string]any)["joined"] != true {
		t.Errorf("a second request: %v, want to join", again)
	}
	one := "/recalls/" + recall["id"].(string)
	if status, r := s.call("olga", "GET", one, ""); status != 200 || r["reason"].(map[string]any)["note"] != "asked" {
		t.Errorf("the report: %d %v", status, r)
	}
	if status, r := s.call("olga", "POST", one+"/cancel", ""); status != 200 || r["state"] != "cancelled" {
		t.Errorf("cancel: %d %v", status, r)
	}
	if status, p := s.call("olga", "POST", one+"/cancel", ""); status != 409 || strings.Contains(p["detail"].(string), "cancel recall") {
		t.Errorf("a second cancel: %d %v, want 409 in a sentence", status, p)
	}

	s.keep("4712", secret, models.VerdictReview)
	_, queue := s.call("olga", "GET", "/cases?state=open", "")
	cases := queue["items"].([]any)
	if len(cases) != 1 {
		t.Fatalf("cases: %v", queue)
	}
	decide := "/cases/" + cases[0].(map[string]any)["id"].(string) + "/decide"
	if status, c := s.call("olga", "POST", decide, `{"verdict":"allow"}`); status != 200 || c["case"].(map[string]any)["decided_by"] != "token:olga" {
		t.Errorf("decide: %d %v", status, c)
	}
	status, lost := s.call("operator", "POST", decide, `{"verdict":"recall","reason":{"code":"abuse"}}`)
	if status != 409 || lost["case"].(map[string]any)["decided_by"] != "token:olga" || !strings.HasPrefix(lost["detail"].(string), "token:olga decided") {
		t.Errorf("a lost race: %d %v", status, lost)
	}
	s.onRecord()
	if strings.Contains(fmt.Sprint(lost, queue, made), secret) {
		t.Error("an answer holds the text")
	}
}

// onRecord sees that what was done stands in the audit.
func (s *service) onRecord() {
	s.t.Helper()
	status, log := s.call("auditor", "GET", "/audit?limit=500", "")
	if status != 200 {
		s.t.Fatalf("audit: %d %v", status, log)
	}
	done := map[string]bool{}
	for _, e := range log["items"].([]any) {
		done[e.(map[string]any)["action"].(string)] = true
	}
	for _, want := range []string{"recall.requested", "recall.joined", "recall.cancelled"} {
		if !done[want] {
			s.t.Errorf("%s is not on record: %v", want, done)
		}
	}
}

func TestListsOnTheRealStore(t *testing.T) {
	s := newService(t)
	for i := range 5 {
		s.keep(strconv.Itoa(i), "text", models.VerdictReview)
	}
	seen := map[string]bool{}
	cursor := ""
	for pages := 1; ; pages++ {
		_, list := s.call("olga", "GET", "/messages?limit=2"+cursor, "")
		for _, m := range list["items"].([]any) {
			seen[m.(map[string]any)["ref"].(string)] = true
		}
		next, more := list["next"].(string)
		if !more {
			if pages != 3 {
				t.Errorf("%d pages, want 3", pages)
			}
			break
		}
		cursor = "&cursor=" + next
	}
	if len(seen) != 5 {
		t.Errorf("the pages hold %v, want all 5 messages", seen)
	}
	if status, p := s.call("olga", "GET", "/messages?cursor=made-up", ""); status != 422 || p["detail"] == "" {
		t.Errorf("a cursor of nobody's: %d %v", status, p)
	}
	for _, path := range []string{"/recalls", "/cases", "/conversations"} {
		if status, list := s.call("bob", "GET", path, ""); status != 200 || len(list["items"].([]any)) != 0 {
			t.Errorf("%s as a member: %d %v", path, status, list)
		}
	}
	if status, list := s.call("olga", "GET", "/conversations", ""); status != 200 || len(list["items"].([]any)) != 1 {
		t.Errorf("conversations: %d %v", status, list)
	}
	if err := s.store.Ready(t.Context()); err != nil {
		t.Errorf("the store is not ready: %v", err)
	}
}

func TestRevokedTokenEndsAtOnce(t *testing.T) {
	s := newService(t)
	if status, _ := s.call("olga", "GET", "/messages", ""); status != 200 {
		t.Fatalf("before: %d", status)
	}
	if err := s.store.RevokeToken(t.Context(), "olga", "test"); err != nil {
		t.Fatal(err)
	}
	if status, _ := s.call("olga", "GET", "/messages", ""); status != 401 {
		t.Errorf("after: %d, want 401", status)
	}
	if _, err := access.New(s.store, roles{}).Token(t.Context(), s.tokens["olga"]); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("Token() = %v, want not found", err)
	}
}
