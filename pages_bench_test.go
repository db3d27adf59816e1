package main

import (
	"cmp"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// pagesMessages is how many messages the pages are measured over: PAGES=1000000 for
// the figures, a few otherwise. One in fifty waits for a person, one in ten was to be
// taken back.
func pagesMessages(tb testing.TB) int {
	tb.Helper()
	asked := os.Getenv("PAGES")
	if asked == "" {
		return 2000
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1000 {
		tb.Fatalf("PAGES=%s is not a number of messages from 1000 on", asked)
	}
	return n
}

// keptPages name the variables with the addresses of databases that stay: an empty one is
// filled, one that was filled before is measured as it is. PAGES_KEYS is their keyset.
var keptPages = map[string]string{"SQLite": "PAGES_SQLITE", "PostgreSQL": "PAGES_POSTGRES"}

// BenchmarkPages is the server's work for each page of the console, over a large
// database: for an operator, and for a moderator of five groups. It tells the 50th and the
// 95th of a hundred times in milliseconds, how many times that of the page of the sign-in
// the 50th is, which is looked at between them and asks the database nothing, and the time
// of the processor, without the database's own where that is another process.
func BenchmarkPages(b *testing.B) {
	for name, open := range databases {
		b.Run(name, func(b *testing.B) {
			r := openPages(b, cmp.Or(os.Getenv(keptPages[name]), open(b)), slog.New(slog.DiscardHandler))
			if n := pagesMessages(b); !r.filled(b) && n > madeUpFrom && name == "PostgreSQL" {
				r.makeUp(b, n)
			} else if !r.filled(b) {
				r.fill(b, n)
			}
			for _, who := range []string{"operator", "moderator"} {
				b.Run(who, func(b *testing.B) {
					r.signIn(b, who)
					for _, path := range r.paths(b) {
						b.Run(r.named(path), func(b *testing.B) { r.measure(b, path) })
					}
				})
			}
		})
	}
}

// reader looks at pages.
type reader struct {
	a       *app
	address string // of the database
	past    *sql.Conn
	scope   models.Scope
	cookies []*http.Cookie
	ids     map[string]string // names of ids, for the names of benchmarks
}

func openPages(tb testing.TB, address string, log *slog.Logger) *reader {
	tb.Helper()
	conf := testConfig(tb, address, "http://127.0.0.1:1")
	conf.Keys = cmp.Or(os.Getenv("PAGES_KEYS"), conf.Keys)
	a, err := newApp(tb.Context(), conf, log)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(a.abandon)
	return &reader{a: a, address: address}
}

func (r *reader) filled(tb testing.TB) bool {
	tb.Helper()
	some, _, err := r.a.store.Messages(tb.Context(), models.Scope{All: true}, models.MessageFilter{Page: models.Page{Limit: 1}})
	if err != nil {
		tb.Fatal(err)
	}
	return len(some) > 0
}

// signIn opens a session of an operator, or of a moderator of five groups.
func (r *reader) signIn(tb testing.TB, who string) {
	tb.Helper()
	plain, hash := access.NewTokenSecret()
	c := models.Caller{Grant: models.GrantOperator}
	r.scope = models.Scope{All: true}
	if who == "moderator" {
		for i := range 5 {
			c.Groups = append(c.Groups, models.Place{App: demoApp, Ref: fmt.Sprintf("@TGS#g%d", i)})
		}
		c.Grant, r.scope = models.GrantModerator, models.Scope{Groups: c.Groups}
	}
	t := models.Token{ID: models.NewID(), Name: who + rand.Text(), Hash: hash, CreatedAt: time.Now(), Caller: c}
	if err := r.a.store.CreateToken(tb.Context(), t, "test"); err != nil {
		tb.Fatal(err)
	}
	req := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, "/sign-in", strings.NewReader(url.Values{"token": {plain}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.a.http.Handler.ServeHTTP(w, req)
	if w.Code != http.StatusSeeOther {
		tb.Fatalf("the sign-in answered %d", w.Code)
	}
	r.cookies = w.Result().Cookies()
}

// paths are the pages, those of single things for one of the middle, and lists narrowed to
// what there is much of and to what there is nearly nothing of.
func (r *reader) paths(tb testing.TB) []string {
	tb.Helper()
	ctx := tb.Context()
	cases, _, err := r.a.store.Queue(ctx, r.scope, models.QueueFilter{Page: models.Page{Limit: 200}})
	if err != nil || len(cases) == 0 {
		tb.Fatalf("%d cases, %v", len(cases), err)
	}
	recalls, _, err := r.a.store.Recalls(ctx, r.scope, models.RecallFilter{Page: models.Page{Limit: 10}})
	if err != nil || len(recalls) == 0 {
		tb.Fatalf("%d recalls, %v", len(recalls), err)
	}
	one := cases[len(cases)/2]
	r.ids = map[string]string{string(one.ID): "case", string(one.Message): "message", string(recalls[0].ID): "recall", string(one.Conversation.ID): "conversation"}
	paths := []string{
		"/", "/queue", "/queue/" + string(one.ID), "/queue?severity=high&rule=cards", "/queue?rule=keys", "/queue?severity=low", "/queue?tab=closing", "/queue?tab=parked",
		"/queue?tab=mine", "/queue?tab=escalated", "/queue?tab=skipped", "/queue/bulk?" + chosen(cases), "/groups",
		"/messages", "/messages?detector=credit_card", "/messages?detector=aws_access_key", "/messages?detector=iban", "/messages?state=removed", "/messages?verdict=review",
		"/messages?sender=user5", "/messages?since=24h&detector=credit_card", "/messages?conversation=" + url.QueryEscape(one.Conversation.Ref),
		"/messages?verdict=mask", "/messages?app=nobody", "/messages/" + string(one.Message), "/messages/" + string(one.Message) + "/recall",
		"/recalls", "/recalls?state=queued", "/recalls?state=failed", "/recalls?rule=cards", "/recalls?rule=keys", "/recalls?rule=none", "/recalls?actor=policy",
		"/recalls?actor=moderator:mia", "/recalls?actor=token:night", "/recalls?actor=nobody", "/recalls?reason=abuse", "/recalls?reason=legal_request", "/recalls?reason=mistyped",
		"/recalls?trigger=cli", "/recalls?trigger=api", "/recalls?app=nobody", "/recalls?state=failed&rule=keys", "/recalls?state=confirmed&actor=nobody",
		"/recalls?conversation=" + url.QueryEscape(one.Conversation.Ref), "/recalls?from=2020-01-01&to=2020-01-02", "/recalls/" + string(recalls[0].ID),
		"/conversations", "/conversations?missing=1", "/conversations?kind=direct", "/conversations?app=nobody", "/conversations/" + string(one.Conversation.ID),
		"/numbers", "/numbers?window=30d", "/account",
	}
	if r.scope.All {
		paths = append(paths, "/policy", "/detectors", "/detectors/credit_card", "/breakers", "/try", "/audit", "/audit?actor=policy", "/audit?actor=nobody",
			"/audit?action=case.opened", "/audit?action=nothing", "/audit?thing=nothing", "/settings", "/settings/people", "/holds", "/hooks", "/sweeps")
	}
	return paths
}

// chosen are the parameters that choose the first fifty cases.
func chosen(cases []models.Case) string {
	var b strings.Builder
	for _, c := range cases[:min(50, len(cases))] {
		b.WriteString("&id=" + string(c.ID))
	}
	return b.String()
}

// named is a path with words for ids.
func (r *reader) named(path string) string {
	for id, word := range r.ids {
		path = strings.ReplaceAll(path, id, ":"+word)
	}
	path, _, _ = strings.Cut(path, "&id=")
	return cmp.Or(strings.NewReplacer("/", " ", "?", " ").Replace(strings.TrimPrefix(path, "/")), "now")
}

// Each page of a large database is looked at a hundred times, or as often as half a minute
// allows; of a small one, whose times say nothing, five times.
const (
	looks     = 100
	lookTime  = 30 * time.Second
	fewLooks  = 5
	largeFrom = 10_000 // messages
)

func (r *reader) measure(b *testing.B, path string) {
	b.Helper()
	var took, beside []time.Duration
	var cpu int64 // nanoseconds
	look := func() {
		before := processorTime(b)
		took = append(took, r.look(b, path))
		cpu += processorTime(b) - before
		beside = append(beside, r.look(b, "/sign-in"))
	}
	for b.Loop() {
		look()
	}
	enough := looks
	if pagesMessages(b) < largeFrom {
		enough = fewLooks
	}
	for began := time.Now(); len(took) < enough && time.Since(began) < lookTime; { // when it is run once
		look()
	}
	slices.Sort(took)
	slices.Sort(beside)
	p50 := took[len(took)/2]
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(p50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(p50)/float64(beside[len(beside)/2]), "x-sign-in")
	b.ReportMetric(float64(cpu)/1e6/float64(len(took)), "cpu-ms")
}

func (r *reader) look(tb testing.TB, path string) time.Duration {
	tb.Helper()
	req := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, path, nil)
	if path != "/sign-in" {
		for _, c := range r.cookies {
			req.AddCookie(c)
		}
	}
	w := httptest.NewRecorder()
	began := time.Now()
	r.a.http.Handler.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		tb.Fatalf("%s answered %d: %.200s", path, w.Code, w.Body)
	}
	return time.Since(began)
}
