package console

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// BenchmarkMessagesPage is the server's work for a full page, with a store in memory.
func BenchmarkMessagesPage(b *testing.B) { benchmark(b, "/messages") }

// BenchmarkQueuePage is the same for a full queue.
func BenchmarkQueuePage(b *testing.B) { benchmark(b, "/queue") }

func benchmark(b *testing.B, path string) {
	b.Helper()
	w := newWorld(b)
	w.person("olga", models.Caller{Grant: models.GrantOperator})
	for range 200 {
		m := w.posted(sales, "alice", "card "+card+" exp 12/28, call me on +49 151 23456789")
		w.opened(m, models.Critical)
		w.store.ask(m, models.RecallRequest{Message: m.ID, Reason: models.Reason{Code: models.Abuse}})
	}
	in := w.operator()
	req := in.request(http.MethodGet, path, nil)
	for _, c := range in.client.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	req.RequestURI = path
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		rec := httptest.NewRecorder()
		w.server.Config.Handler.ServeHTTP(rec, req)
		size = rec.Body.Len()
	}
	b.ReportMetric(float64(size)/1024, "KiB/page")
}
