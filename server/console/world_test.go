package console

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/live"
)

// noon is when most tests happen.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var (
	sales = models.Conversation{ID: "conv-sales", App: "main", Kind: models.Group, Ref: "@TGS#sales", Group: "@TGS#sales"}
	east  = models.Conversation{ID: "conv-east", App: "main", Kind: models.Group, Ref: "@TGS#华东项目群", Group: "@TGS#华东项目群"}
	pair  = models.Conversation{ID: "conv-pair", App: "main", Kind: models.Direct, Ref: "alice:bob"}
)

// card is a well-known test number, which no bank has given out.
const card = "4111 1111 1111 1111"

var ruleset = sync.OnceValue(func() *rules.Ruleset {
	engine, err := rules.New(rules.Builtin(), rules.Options{})
	if err != nil {
		panic(err)
	}
	return &rules.Ruleset{Engine: engine, Policy: rules.DefaultPolicy(), Version: 3}
})

type fixedRules struct{}

func (fixedRules) Current() *rules.Ruleset { return ruleset() }

// password is what every login of these tests has.
const password = "correct horse battery"

var passwordHash = sync.OnceValue(func() string {
	hash, err := access.HashPassword(ctxBackground, "", password)
	if err != nil {
		panic(err)
	}
	return hash
})

// world is a console over a store in memory, served over HTTP.
type world struct {
	t      testing.TB
	clock  atomic.Pointer[time.Time]
	store  *memory
	hub    *live.Hub
	log    *written
	server *httptest.Server
	door   *access.Door
	roles  roles
	codes  *access.Codes
	mail   chan string // what accounts are told, by us
	chats  *chats
	sweeps *fakeSweeps
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{t: tb, hub: live.NewHub(), log: &written{}, roles: roles{}, chats: &chats{}, mail: make(chan string, 16)}
	w.set(noon)
	w.store = newMemory(w.now)
	w.store.announce = w.hub.Announce
	w.server = httptest.NewServer(w.handler(Options{Now: w.now}))
	ctx, stop := context.WithCancel(tb.Context())
	var delivering sync.WaitGroup
	codes := w.codes // serve makes others
	delivering.Go(func() { _ = codes.Run(ctx) })
	tb.Cleanup(func() { w.server.Close(); stop(); delivering.Wait() })
	return w
}

// Tell takes down what an account is told.
func (w *world) Tell(_ context.Context, a models.Account, text string, _ uint32) error {
	w.mail <- a.Name + ": " + text
	return nil
}

// serve puts a console with other options in the place of the one there is.
func (w *world) serve(o Options) {
	w.t.Helper()
	w.server = httptest.NewServer(w.handler(o))
	w.t.Cleanup(w.server.Close)
}

func (w *world) now() time.Time { return *w.clock.Load() }

func (w *world) set(t time.Time) { w.clock.Store(&t) }

// pass lets time go by.
func (w *world) pass(d time.Duration) { w.set(w.now().Add(d)) }

// written is a log that tests read while it is written.
type written struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (l *written) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *written) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (w *world) handler(o Options) http.Handler {
	w.t.Helper()
	o.Store, o.Hub, o.Chats, o.Setup, o.Version = w.store, w.hub, w.chats, setUp{w}, "test"
	w.sweeps = &fakeSweeps{world: w, all: map[models.SweepID]models.Sweep{}}
	o.Sweeps = w.sweeps
	if o.Rules == nil {
		o.Rules = fixedRules{}
	}
	o.Door = access.New(w.store, w.roles, access.Clock(w.now), access.Tickets([]byte("tickets")), access.Judging(judge))
	w.door, o.Devices = o.Door, access.Devices{Secret: []byte("devices")}
	if o.Sessions == nil {
		o.Sessions = memstore.NewWithCleanupInterval(0)
	}
	w.codes = access.NewCodes(o.Door, w.store, w, []string{"main"}, []byte("codes"), slog.New(slog.NewTextHandler(w.log, nil)))
	o.Codes, o.Site = w.codes, cmp.Or(o.Site, "https://takeback.example.com")
	o.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	c, err := New(o)
	if err != nil {
		w.t.Fatalf("New: %v", err)
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	c.Routes(r)
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(r, 1<<20))
}

// person adds a login with a grant.
func (w *world) person(name string, c models.Caller) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.moderators["id-"+name] = models.Moderator{ID: "id-" + name, Name: name, PasswordHash: passwordHash(), Caller: c}
}

// browser is one person's browser: it keeps cookies and follows nothing by itself.
type browser struct {
	*world

	client *http.Client
}

func (w *world) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// as signs somebody in with a grant.
func (w *world) as(name string, c models.Caller) *browser {
	w.t.Helper()
	w.person(name, c)
	b := w.browser()
	res, _ := b.post("/sign-in", "name", name, "password", password)
	if res.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("signing in as %s answered %d", name, res.StatusCode)
	}
	return b
}

func (w *world) operator() *browser { return w.as("olga", models.Caller{Grant: models.GrantOperator}) }

// byChat signs an account in with a code.
func (w *world) byChat(account string) *browser {
	w.t.Helper()
	b := w.browser()
	if res, _ := b.post("/sign-in/chat", "account", account); res.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("asking for a code answered %d", res.StatusCode)
	}
	if res, body := b.post("/sign-in/chat/code", "code", codeIn(<-w.mail)); res.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("signing in by a code answered %d: %s", res.StatusCode, body)
	}
	return b
}

// codeIn finds the code in what an account was told.
func codeIn(text string) string { return eightDigits.FindString(text) }

var eightDigits = regexp.MustCompile(`\d{4} \d{4}`)

// reply is an answer whose body was read.
type reply struct {
	StatusCode int
	Header     http.Header
	Set        []*http.Cookie
}

func (b *browser) do(req *http.Request) (reply, string) {
	b.t.Helper()
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return reply{res.StatusCode, res.Header, res.Cookies()}, string(body)
}

func (b *browser) request(method, path string, form url.Values) *http.Request {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return req
}

func (b *browser) get(path string) (reply, string) {
	b.t.Helper()
	return b.do(b.request(http.MethodGet, path, nil))
}

func (b *browser) post(path string, pairs ...string) (reply, string) {
	b.t.Helper()
	return b.do(b.request(http.MethodPost, path, values(pairs...)))
}

// page gets a page that must be there, and parses it.
func (b *browser) page(path string) page {
	b.t.Helper()
	res, body := b.get(path)
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s answered %d:\n%s", path, res.StatusCode, body)
	}
	return parse(b.t, body)
}

// message makes a message as the intake would have kept it.
func (w *world) message(c models.Conversation, sender, body string) models.Message {
	m := models.Message{
		ID: models.MessageID(models.NewID()), App: c.App, Conversation: c, Ref: "1", Sender: sender,
		SentAt: w.now().Add(-12 * time.Second), ReceivedAt: w.now().Add(-11 * time.Second), Revision: 1,
		State: models.Visible, Deadline: w.now().Add(7*24*time.Hour - time.Hour),
		Elements: []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: body}},
	}
	ruleset().Judge(&m, false)
	return m
}

// posted keeps such a message.
func (w *world) posted(c models.Conversation, sender, body string) models.Message {
	m := w.message(c, sender, body)
	w.store.post(m)
	return m
}

// opened keeps a message and a case about it.
func (w *world) opened(m models.Message, s models.Severity) models.Case {
	c := models.Case{
		ID: models.CaseID(models.NewID()), Message: m.ID, App: m.App, Conversation: m.Conversation,
		State: models.CaseOpen, Severity: s, Rule: "unsure", OpenedAt: w.now().Add(-3 * time.Minute),
	}
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.cases[c.ID] = c
	return c
}
