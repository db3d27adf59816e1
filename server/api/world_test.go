package api_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/api"
	"github.com/takeback-chat/takeback/server/live"
)

// The things of the world, by id.
const (
	own       = "018f2f6a-7c00-7000-8000-00000000000"  // and one digit: things of group @own
	foreign   = "018f2f6a-7c00-7000-8000-00000000100"  // and one digit: things of group @foreign
	unknown   = "018f2f6a-7c00-7000-8000-0000000ffff0" // nothing
	ownRecall = own + "3"
)

// world is an API over a small group chat: olga owns @own and bob is a member;
// both are strangers in @foreign.
type world struct {
	t      *testing.T
	store  *memory
	hub    *live.Hub
	engine *gin.Engine
	log    *bytes.Buffer
	roles  *roleBook
	tokens map[string]string // by name, plain
	clock  time.Time
}

type roleBook struct {
	mu  sync.Mutex
	err error // guarded by mu
}

func (b *roleBook) Role(_ context.Context, c models.Conversation, account string) (models.Role, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.err != nil:
		return models.RoleUnknown, b.err
	case c.Group == "@own" && account == "olga":
		return models.RoleOwner, nil
	case c.Group == "@own" && account == "bob":
		return models.RoleMember, nil
	}
	return models.RoleNone, nil
}

func (b *roleBook) Moderated(_ context.Context, a models.Account) ([]models.Place, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil || a.Name != "olga" {
		return nil, b.err
	}
	return []models.Place{{App: "main", Ref: "@own"}}, nil
}

type ruleset struct{ *rules.Ruleset }

func (r ruleset) Current() *rules.Ruleset { return r.Ruleset }

var testPack = `pack: test
title: Words of the tests
detectors:
  - id: test_word
    title: A word of the tests
    description: A word that nobody else uses.
    source: Our own.
    category: keyword
    severity: high
    words: [swordfish]
    confidence:
      - level: high
        when: []
    mask: hidden
    match: ["the word is swordfish"]
    clean: ["the word is trout"]
`

var testRules = sync.OnceValue(func() *rules.Ruleset {
	pack, err := rules.ParsePack("test.yaml", []byte(testPack))
	if err != nil {
		panic(err)
	}
	engine, err := rules.New([]rules.Pack{pack}, rules.Options{})
	if err != nil {
		panic(err)
	}
	return &rules.Ruleset{Engine: engine, Policy: rules.DefaultPolicy(), Version: 3}
})

func newWorld(t *testing.T) *world {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	w := &world{
		t: t, store: newMemory(), hub: live.NewHub(), log: &bytes.Buffer{}, roles: &roleBook{}, tokens: map[string]string{},
	}
	w.token("operator", models.Caller{Grant: models.GrantOperator})
	w.token("limited", models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@own"}}})
	w.token("owner", models.Caller{Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "olga"}})
	w.token("member", models.Caller{Grant: models.GrantModerator, Account: models.Account{App: "main", Name: "bob"}})
	w.token("viewer", models.Caller{Grant: models.GrantViewer, Account: models.Account{App: "main", Name: "olga"}})
	w.token("auditor", models.Caller{Grant: models.GrantAuditor})
	w.token("nobody", models.Caller{})
	w.token("app", models.Caller{Grant: models.GrantApp, Account: models.Account{App: "main"}})
	logger := slog.New(slog.NewTextHandler(w.log, nil))
	w.engine = gin.New()
	now := func() time.Time { return noon }
	w.clock = noon
	door := access.New(w.store, w.roles, access.Clock(func() time.Time { return w.clock }), access.Judging(weigh),
		access.Tickets([]byte("tickets")))
	api.New(api.Options{
		Store: w.store, Door: door, Sweeps: w.sweeps(door), Copies: w.copies(door), Rules: ruleset{testRules()}, Hub: w.hub, PublicURL: "https://takeback.test",
		Logger: logger, Now: now,
	}).Routes(w.engine)
	backend := models.Caller{Actor: "token:app", Grant: models.GrantApp, Account: models.Account{App: "main"}}
	for _, name := range []string{"bob", "eve"} {
		given, err := door.UserToken(t.Context(), backend, models.Account{App: "main", Name: name})
		if err != nil {
			t.Fatal(err)
		}
		w.tokens["user "+name] = given.Text
	}
	w.store.audit = w.store.audit[:2]
	return w
}

func (w *world) token(name string, c models.Caller) {
	plain, hash := access.NewTokenSecret()
	w.tokens[name] = plain
	w.store.tokens[string(hash)] = models.Token{Name: name, Hash: hash, Caller: c}
}

// call asks the API as the named caller ("" for nobody) and returns the answer,
// which the document has approved.
func (w *world) call(as, method, path, body string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "http://takeback.test/api/v1"+path, reader)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[as])
	}
	rec := w.serve(r)
	conform(w.t, method, "/api/v1"+path, body, r.Header, rec)
	return rec
}

func (w *world) serve(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.engine.ServeHTTP(rec, r)
	return rec
}

func newMemory() *memory {
	s := &memory{
		tokens:        map[string]models.Token{},
		conversations: map[models.ConversationID]models.Conversation{},
		messages:      map[models.MessageID]models.Message{},
		reads:         map[models.MessageID][]models.Read{},
		decisions:     map[models.MessageID][]models.Decision{},
		recalls:       map[models.RecallID]models.Recall{},
		cases:         map[models.CaseID]models.Case{},
		breakers:      map[models.BreakerID]models.Breaker{},
		sweeps:        map[models.SweepID]models.Sweep{},
		swept:         map[models.SweepID][]models.SweepItem{},
	}
	s.populate(own, "@own")
	s.populate(foreign, "@foreign")
	s.sweptBy(ownSweep, "token:owner", s.conversations[own+"0"])
	s.sweptBy(foreign+"b", "token:other", s.conversations[foreign+"0"])
	s.note("policy", "recall.requested", ownRecall, map[string]string{"rule": "live-secret"})
	s.note("token:operator", "policy.applied", "3", nil)
	return s
}

// populate makes a conversation with three messages, a recall of the second, a
// recall that failed of the third, an open case and a decided one. Ids are the
// prefix and one digit.
func (s *memory) populate(prefix, group string) {
	c := models.Conversation{
		ID: models.ConversationID(prefix + "0"), App: "main", Kind: models.Group, Ref: group, Group: group, Type: "Public",
		CreatedAt: noon.Add(-time.Hour), LastMessageAt: noon, Messages: 3,
	}
	s.conversations[c.ID] = c
	for i, digit := range []string{"1", "2", "9"} {
		s.messages[models.MessageID(prefix+digit)] = post(prefix+digit, c, i)
	}
	first := models.MessageID(prefix + "1")
	s.reads[first] = []models.Read{{Ref: "4711", Readers: []string{"eve"}, Count: 2, Unread: 3}}
	s.decisions[first] = []models.Decision{{
		ID: models.DecisionID(prefix + "8"), Message: first, Verdict: models.VerdictReview, Actor: "policy", Policy: 3,
		Rule: "anything-found", Reason: models.Reason{Code: models.SensitiveInformation}, Severity: models.High,
		Shadow: []models.ShadowVerdict{{Rule: "strict", Verdict: models.VerdictRecall}}, At: noon,
	}}
	s.recalls[models.RecallID(prefix+"3")] = taken(prefix+"3", s.messages[models.MessageID(prefix+"2")], models.Queued)
	s.recalls[models.RecallID(prefix+"4")] = taken(prefix+"4", s.messages[models.MessageID(prefix+"9")], models.Failed)
	s.cases[models.CaseID(prefix+"5")] = models.Case{
		ID: models.CaseID(prefix + "5"), Message: first, App: "main", Conversation: c, State: models.CaseOpen,
		Severity: models.High, Rule: "anything-found", OpenedAt: noon,
	}
	s.breakers[models.BreakerID(prefix+"7")] = models.Breaker{
		ID: models.BreakerID(prefix + "7"), Kind: models.RuleBreaker, Rule: "cards", State: models.BreakerOpen, TrippedBy: "policy",
		TrippedAt: noon, Cap: models.CapRule, Allowed: 20, Stopped: 3, Cases: 180,
	}
	s.cases[models.CaseID(prefix+"6")] = models.Case{
		ID: models.CaseID(prefix + "6"), Message: first, App: "main", Conversation: c, State: models.CaseDecided,
		OpenedAt: noon, Verdict: models.VerdictAllow, DecidedBy: "moderator:ann", DecidedAt: noon,
	}
}

// post is a message with a finding in its text.
func post(id string, c models.Conversation, i int) models.Message {
	return models.Message{
		ID: models.MessageID(id), App: c.App, Conversation: c, Ref: []string{"4711", "4712", "4713"}[i], Sender: "bob",
		SentAt: noon.Add(-time.Minute), ReceivedAt: noon.Add(-time.Minute), Revision: 1, State: models.Visible,
		Inspection: models.Found, Verdict: models.VerdictReview, Rule: "anything-found", Policy: 3,
		Deadline: noon.Add(time.Hour),
		Elements: []models.Element{
			{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: "the word is swordfish"},
			{Kind: models.ImageElement, Path: "MsgBody[1]", Opaque: true},
		},
		Findings: []models.Finding{{
			Detector: "test_word", Category: models.Keyword, Severity: models.High, Confidence: 0.9,
			Start: 12, End: 21, Mask: "•••", Fingerprint: "beef", Revision: 1,
		}},
	}
}

func taken(id string, m models.Message, state models.RecallState) models.Recall {
	r := models.Recall{
		ID: models.RecallID(id), Message: m.ID, App: m.App, Conversation: m.Conversation, Ref: m.Ref, Sender: m.Sender,
		State: state, Reason: models.Reason{Code: models.SensitiveInformation}, Text: "Taken back.", Actor: "policy",
		Authority: models.ByPolicy, Trigger: models.FromPolicy, SentAtPlatform: m.SentAt, RequestedAt: noon, DueAt: noon,
		Deadline: m.Deadline,
	}
	if state == models.Failed {
		r.Attempts, r.Code, r.Explanation, r.SentAt, r.EndedAt = 2, "10003", "The platform did not take the request.", noon, noon
	}
	return r
}
