package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// pagesMessages is how many messages the pages are measured over: PAGES=1000000 for
// the figures, a few otherwise. One in fifty waits for a person, one in ten was to be
// taken back.
func pagesMessages(b *testing.B) int {
	b.Helper()
	asked := os.Getenv("PAGES")
	if asked == "" {
		return 2000
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1000 {
		b.Fatalf("PAGES=%s is not a number of messages from 1000 on", asked)
	}
	return n
}

// BenchmarkPages is the server's work for each page of the console, over a large
// database: the 95th of a hundred times, in milliseconds.
func BenchmarkPages(b *testing.B) {
	for name, open := range databases {
		b.Run(name, func(b *testing.B) {
			a, err := newApp(b.Context(), testConfig(b, open(b), "http://127.0.0.1:1"), slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(a.abandon)
			r := &reader{a: a}
			r.fill(b, pagesMessages(b))
			r.signIn(b)
			for _, path := range r.paths(b) {
				b.Run(r.named(path), func(b *testing.B) { r.measure(b, path) })
			}
		})
	}
}

// reader looks at pages.
type reader struct {
	a       *app
	cookies []*http.Cookie
	ids     map[string]string // names of ids, for the names of benchmarks
}

const fillers = 8 // as many callers keep messages at once

// fill keeps messages of the last thirty days in two hundred groups.
func (r *reader) fill(b *testing.B, n int) {
	b.Helper()
	began := time.Now()
	const batch = 250
	batches := make(chan int)
	var work sync.WaitGroup
	for range fillers {
		work.Go(func() {
			for first := range batches {
				var judged []models.Judged
				for i := first; i < min(first+batch, n); i++ {
					judged = append(judged, ofThePast(i, n))
				}
				if _, err := r.a.store.Keep(b.Context(), demoApp, judged); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for first := 0; first < n; first += batch {
		batches <- first
	}
	close(batches)
	work.Wait()
	b.Logf("%d messages were kept in %s", n, time.Since(began).Round(time.Second))
}

// ofThePast is the i-th of n messages of thirty days.
func ofThePast(i, n int) models.Judged {
	at := time.Now().Add(-time.Duration(float64(30*24*time.Hour) * float64(n-i) / float64(n))).Truncate(time.Millisecond)
	group := fmt.Sprintf("@TGS#g%d", i/250%200)
	j := models.Judged{
		Event: models.Event{
			Kind: models.EventPosted, At: at,
			Conversation: models.Conversation{Kind: models.Group, Ref: group, Group: group, Type: "Public"},
			Message: &models.Message{
				Ref: strconv.Itoa(i), Sender: "user" + strconv.Itoa(i%5000), SentAt: at, ReceivedAt: at, Inspection: models.Clean,
				Deadline: time.Now().Add(7 * 24 * time.Hour),
				Elements: []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: "see you at half past nine, table " + strconv.Itoa(i)}},
			},
		},
		Decision: models.Decision{Verdict: models.VerdictAllow, Policy: 1},
	}
	switch {
	case i%50 == 0:
		return matched(j, models.VerdictReview)
	case i%10 == 5:
		return matched(j, models.VerdictRecall)
	}
	return j
}

func matched(j models.Judged, v models.Verdict) models.Judged {
	j.Event.Message.Inspection = models.Found
	j.Event.Message.Findings = []models.Finding{{
		Detector: "credit_card", Category: models.Financial, Severity: models.High, Confidence: 0.9, End: 3, Mask: "•••• 1486", Fingerprint: "00ff",
	}}
	j.Decision = models.Decision{
		Verdict: v, Actor: "policy", Policy: 1, Rule: "cards", Severity: models.High, Reason: models.Reason{Code: models.SensitiveInformation},
	}
	return j
}

// signIn opens a session of an operator.
func (r *reader) signIn(b *testing.B) {
	b.Helper()
	plain, hash := access.NewTokenSecret()
	t := models.Token{ID: models.NewID(), Name: "bench", Hash: hash, CreatedAt: time.Now(), Caller: models.Caller{Grant: models.GrantOperator, Actor: "token:bench"}}
	if err := r.a.store.CreateToken(b.Context(), t, "test"); err != nil {
		b.Fatal(err)
	}
	req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/sign-in", strings.NewReader(url.Values{"token": {plain}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.a.http.Handler.ServeHTTP(w, req)
	if w.Code != http.StatusSeeOther {
		b.Fatalf("the sign-in answered %d", w.Code)
	}
	r.cookies = w.Result().Cookies()
}

// paths are the pages, those of single things for one of the middle.
func (r *reader) paths(b *testing.B) []string {
	b.Helper()
	ctx, all := b.Context(), models.Scope{All: true}
	cases, _, err := r.a.store.Queue(ctx, all, models.QueueFilter{Page: models.Page{Limit: 200}})
	if err != nil || len(cases) == 0 {
		b.Fatalf("%d cases, %v", len(cases), err)
	}
	recalls, _, err := r.a.store.Recalls(ctx, all, models.RecallFilter{Page: models.Page{Limit: 10}})
	if err != nil || len(recalls) == 0 {
		b.Fatalf("%d recalls, %v", len(recalls), err)
	}
	one := cases[len(cases)/2]
	r.ids = map[string]string{string(one.ID): "case", string(one.Message): "message", string(recalls[0].ID): "recall", string(one.Conversation.ID): "conversation"}
	return []string{
		"/", "/queue", "/queue/" + string(one.ID), "/queue?severity=high&rule=cards", "/messages", "/messages/" + string(one.Message),
		"/messages/" + string(one.Message) + "/recall", "/recalls", "/recalls?state=queued", "/recalls/" + string(recalls[0].ID),
		"/conversations", "/conversations/" + string(one.Conversation.ID), "/policy", "/detectors", "/breakers", "/try",
		"/numbers", "/numbers?window=30d", "/audit", "/settings", "/settings/people", "/holds", "/hooks", "/account",
	}
}

// named is a path with words for ids.
func (r *reader) named(path string) string {
	for id, word := range r.ids {
		path = strings.ReplaceAll(path, id, ":"+word)
	}
	return cmp.Or(strings.NewReplacer("/", " ", "?", " ").Replace(strings.TrimPrefix(path, "/")), "now")
}

const looks = 100

func (r *reader) measure(b *testing.B, path string) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		took = append(took, r.look(b, path))
	}
	for len(took) < looks { // when it is run once
		took = append(took, r.look(b, path))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}

func (r *reader) look(b *testing.B, path string) time.Duration {
	b.Helper()
	req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
	for _, c := range r.cookies {
		req.AddCookie(c)
	}
	w := httptest.NewRecorder()
	began := time.Now()
	r.a.http.Handler.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		b.Fatalf("%s answered %d: %.200s", path, w.Code, w.Body)
	}
	return time.Since(began)
}
