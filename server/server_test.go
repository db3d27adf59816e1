package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/live"
)

// pages stands for the console: a page, a form, a page that breaks.
type pages struct{}

func (pages) Routes(r gin.IRouter) {
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "home of %s", c.ClientIP()) })
	r.POST("/form", func(c *gin.Context) {
		c.Set(access.ActorKey, "moderator:ann")
		body, err := io.ReadAll(c.Request.Body)
		c.String(http.StatusOK, "%d bytes, error %v", len(body), err)
	})
	r.GET("/panic/:what", func(c *gin.Context) { panic("a panic with " + c.Param("what") + c.GetHeader("Cookie")) })
}

type inForce struct{}

func (inForce) Current() *rules.Ruleset { return nil }

// stage is a handler with its log and metrics.
type stage struct {
	http.Handler
	log      bytes.Buffer
	registry *prometheus.Registry
	health   map[string]error
}

func newStage(t *testing.T, change func(*server.Options)) *stage {
	t.Helper()
	s := &stage{registry: prometheus.NewRegistry()}
	o := server.Options{
		Store: noStore{}, Door: access.New(noStore{}, nil), Sweeps: &access.Sweeps{}, Copies: &access.Copies{}, Hub: live.NewHub(), Rules: inForce{}, Console: pages{},
		Ready:   func(context.Context) map[string]error { return s.health },
		Version: "v1.2.3", Registry: s.registry,
		Logger: slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	h, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = h
	return s
}

func (s *stage) ask(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	s := newStage(t, nil)
	tests := []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/api/v1/nothing", 404, "application/problem+json"},
		{"GET", "/api/v2/messages", 404, "text/plain; charset=utf-8"},
		{"GET", "/api/v1/messages/", 404, "application/problem+json"},
		{"DELETE", "/api/v1/messages", 405, "application/problem+json"},
		{"GET", "/nothing", 404, "text/plain; charset=utf-8"},
		{"GET", "/form", 405, "text/plain; charset=utf-8"},
		{"GET", "/api/v1/messages", 401, "application/problem+json"},
		{"GET", "/api/v1/openapi.json", 200, "application/json"},
		{"GET", "/", 200, "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		rec := s.ask(tt.method, tt.path, "")
		if rec.Code != tt.status || rec.Header().Get("Content-Type") != tt.kind {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, rec.Code, rec.Header().Get("Content-Type"), tt.status, tt.kind)
		}
		if rec.Header().Get("X-Content-Type-Options") != "nosniff" || rec.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: headers %v", tt.method, tt.path, rec.Header())
		}
	}
}

func TestStrictTransportOnlyOverTLS(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := newStage(t, func(o *server.Options) { o.Secure = secure })
		if got := s.ask("GET", "/", "").Header().Get("Strict-Transport-Security") != ""; got != secure {
			t.Errorf("secure %v: Strict-Transport-Security set: %v", secure, got)
		}
	}
}

func TestNoProxyIsTrusted(t *testing.T) {
	body := newStage(t, nil).ask("GET", "/", "", "X-Forwarded-For", "10.9.8.7").Body.String()
	if strings.Contains(body, "10.9.8.7") {
		t.Errorf("a header decided where the request came from: %q", body)
	}
}

func TestPanicTellsNothing(t *testing.T) {
	s := newStage(t, nil)
	hidden := "the-typed-text"
	rec := s.ask("GET", "/panic/"+hidden, "", "Cookie", "session="+hidden)
	if rec.Code != 500 || strings.Contains(rec.Body.String(), hidden) {
		t.Errorf("%d %q", rec.Code, rec.Body)
	}
	if log := s.log.String(); !strings.Contains(log, "panic") || !strings.Contains(log, "/panic/:what") || strings.Contains(log, hidden) {
		t.Errorf("the log must name the route and hold nothing of the request:\n%s", log)
	}
}

func TestAccessLogHoldsNothingPeopleWrote(t *testing.T) {
	s := newStage(t, nil)
	hidden := "somebodys-name"
	s.ask("GET", "/api/v1/messages?sender="+hidden, "", "Authorization", "Bearer "+hidden, "User-Agent", hidden)
	s.ask("GET", "/"+hidden, "")
	s.ask(strings.ToUpper(strings.ReplaceAll(hidden, "-", "")), "/", "")
	s.ask("POST", "/form", "text="+hidden)
	log := s.log.String()
	if strings.Contains(strings.ToLower(log), "somebodys") {
		t.Errorf("the log holds what the request held:\n%s", log)
	}
	for _, want := range []string{"method=GET", "route=/api/v1/messages", "status=401", "took=", "method=other", "caller=moderator:ann"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

func TestConsoleRefusesOtherSites(t *testing.T) {
	s := newStage(t, nil)
	tests := []struct {
		name   string
		header []string
		status int
	}{
		{"no browser", nil, 200},
		{"our own page", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another origin, an older browser", []string{"Origin", "https://evil.example"}, 403},
	}
	for _, tt := range tests {
		if rec := s.ask("POST", "/form", "x", tt.header...); rec.Code != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, rec.Code, tt.status)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	rec := newStage(t, nil).ask("POST", "/form", strings.Repeat("x", 1<<20+1))
	if !strings.Contains(rec.Body.String(), "too large") {
		t.Errorf("a body of more than 1 MiB: %q", rec.Body)
	}
}

func TestProbes(t *testing.T) {
	s := newStage(t, nil)
	if rec := s.ask("GET", "/healthz", ""); rec.Code != 200 || !strings.Contains(rec.Body.String(), "v1.2.3") {
		t.Errorf("/healthz: %d %s", rec.Code, rec.Body)
	}
	down := errors.New("dial tcp 10.1.2.3: secret detail")
	tests := []struct {
		name   string
		health map[string]error
		status int
		body   string
	}{
		{"all works", map[string]error{"database": nil, "redis": nil}, 200, `{"status":"ready","checks":[` +
			`{"name":"database","ok":true,"words":"works"},{"name":"redis","ok":true,"words":"works"}]}`},
		{"no Redis", map[string]error{"database": nil, "redis": down}, 200, `{"status":"degraded","checks":[` +
			`{"name":"database","ok":true,"words":"works"},` +
			`{"name":"redis","ok":false,"words":"does not work; everything goes on, more slowly"}]}`},
		{"no database", map[string]error{"database": down, "redis": down}, 503, `{"status":"unready","checks":[` +
			`{"name":"database","ok":false,"words":"does not work; the service cannot do without it"},` +
			`{"name":"redis","ok":false,"words":"does not work; everything goes on, more slowly"}]}`},
		{"it was told to stop", map[string]error{"database": nil, server.Running: down}, 503, `{"status":"unready","checks":[` +
			`{"name":"database","ok":true,"words":"works"},{"name":"running","ok":false,"words":"stops"}]}`},
	}
	for _, tt := range tests {
		s.health = tt.health
		rec := s.ask("GET", "/readyz", "")
		if diff := cmp.Diff(tt.body, rec.Body.String()); rec.Code != tt.status || diff != "" {
			t.Errorf("%s: %d, want %d (-want +got):\n%s", tt.name, rec.Code, tt.status, diff)
		}
	}
}

func TestMetricsKnowRoutesNotPaths(t *testing.T) {
	s := newStage(t, nil)
	s.ask("GET", "/panic/one", "")
	s.ask("GET", "/panic/two", "")
	s.ask("GET", "/somebodys-name", "")
	rec := httptest.NewRecorder()
	promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`takeback_http_requests_total{method="GET",route="",status="404"} 1`,
		`takeback_http_requests_total{method="GET",route="/panic/:what",status="500"} 2`,
		`takeback_http_request_seconds_count{route="/panic/:what"} 2`,
	} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("the metrics lack %s:\n%s", want, rec.Body)
		}
	}
	if strings.Contains(rec.Body.String(), "somebodys") {
		t.Error("a metric holds a path that somebody typed")
	}
	if _, err := server.New(server.Options{
		Store: noStore{}, Door: access.New(noStore{}, nil), Sweeps: &access.Sweeps{}, Copies: &access.Copies{}, Hub: live.NewHub(), Rules: inForce{}, Registry: s.registry,
	}); err == nil {
		t.Error("metrics registered twice make no error")
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := server.New(server.Options{}); err == nil {
		t.Error("New without a store makes no error")
	}
}

// noStore is a store that nothing here may ask: any call panics.
type noStore struct{ *store.Store }
