package api_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/api"
	"github.com/takeback-chat/takeback/server/live"
)

// wire is a connection whose reader a test can be: every write is handed over.
type wire struct {
	header http.Header
	status int
	sent   chan string
	broken atomic.Bool // every write fails
}

func (w *wire) Header() http.Header    { return w.header }
func (w *wire) WriteHeader(status int) { w.status = status }
func (w *wire) Flush()                 {}
func (w *wire) Write(b []byte) (int, error) {
	if w.broken.Load() {
		return 0, io.ErrClosedPipe
	}
	w.sent <- string(b)
	return len(b), nil
}

// listen opens a stream as a caller; hang up ends it and waits for the handler.
func (w *world) listen(as string) (wired *wire, hangUp func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	r := httptest.NewRequest(http.MethodGet, "/api/v1/stream", nil).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer "+w.tokens[as])
	wired = &wire{header: http.Header{}, sent: make(chan string, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(wired.sent)
		w.engine.ServeHTTP(wired, r)
	}()
	return wired, func() { cancel(); <-done }
}

func (w *world) announce(kind models.ChangeKind, id, group string) {
	c := models.Conversation{ID: models.ConversationID("c" + group), App: "main", Ref: group, Group: group}
	w.hub.Announce(models.Change{Kind: kind, ID: id, Message: "m", App: "main", Conversation: c, At: noon})
}

func TestStreamTellsWhatChangesInScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		wired, hangUp := w.listen("owner")
		defer hangUp()
		if got := <-wired.sent; !strings.HasPrefix(got, "retry: ") {
			t.Errorf("first: %q", got)
		}
		w.announce(models.RecallChanged, "r1", "@foreign")
		w.hub.Announce(models.Change{Kind: models.BreakerChanged, ID: "b1", At: noon})
		w.announce(models.MessageChanged, "m1", "@own")
		w.hub.Announce(models.Change{Kind: models.SetAsideKept, ID: "d1", App: "main", At: noon})
		w.hub.Announce(models.Change{Kind: models.PolicyChanged, ID: "4", At: noon})
		want := `event: changes
data: [{"kind":"message","id":"m1","message":"m","app":"main","conversation":"c@own","at":"2026-05-01T12:00:00.123Z"},` +
			`{"kind":"policy","id":"4","at":"2026-05-01T12:00:00.123Z"}]

`
		if diff := cmp.Diff(want, <-wired.sent); diff != "" {
			t.Errorf("event (-want +got):\n%s", diff)
		}
		if wired.status != 200 || wired.header.Get("Content-Type") != "text/event-stream" || wired.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", wired.status, wired.header)
		}
	})
}

// What stops automatic recalls is told to those who see everything.
func TestStreamTellsOperatorsOfBreakers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		wired, hangUp := w.listen("operator")
		defer hangUp()
		<-wired.sent
		w.hub.Announce(models.Change{Kind: models.BreakerChanged, ID: "b1", At: noon})
		want := "event: changes\ndata: [{\"kind\":\"breaker\",\"id\":\"b1\",\"at\":\"2026-05-01T12:00:00.123Z\"}]\n\n"
		if diff := cmp.Diff(want, <-wired.sent); diff != "" {
			t.Errorf("event (-want +got):\n%s", diff)
		}
	})
}

func TestStreamBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		wired, hangUp := w.listen("operator")
		defer hangUp()
		<-wired.sent
		for n := 1; n <= 3; n++ {
			if got := <-wired.sent; got != ": beat\n\n" || time.Since(start) != time.Duration(n)*api.Heartbeat {
				t.Errorf("after %v: %q, want a beat every %v", time.Since(start), got, api.Heartbeat)
			}
		}
	})
}

func TestStreamTellsASlowReaderToReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		wired, hangUp := w.listen("operator")
		defer hangUp()
		<-wired.sent
		w.announce(models.MessageChanged, "first", "@own")
		<-wired.sent
		for i := range live.Waiting + 1 { // within the time between two batches
			w.announce(models.MessageChanged, strconv.Itoa(i), "@own")
		}
		if got := <-wired.sent; got != "event: reload\ndata: {}\n\n" {
			t.Errorf("after more changes than wait: %.80q, want to be told to reload", got)
		}
	})
}

// TestStreamFollowsRights: what was allowed when the stream was opened is looked
// at again with every beat.
func TestStreamFollowsRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		wired, hangUp := w.listen("limited")
		defer hangUp()
		<-wired.sent
		w.store.mu.Lock()
		clear(w.store.tokens) // revoked
		w.store.mu.Unlock()
		if got, open := <-wired.sent; open {
			t.Errorf("the stream of a revoked token goes on with %q", got)
		}
		if w.hub.Viewers() != 0 {
			t.Error("its viewer is still open")
		}
	})
}

func TestStreamEnds(t *testing.T) {
	for name, end := range map[string]func(*world, *wire){
		"when the reader is gone":   func(w *world, wired *wire) { wired.broken.Store(true) },
		"when the service stops":    func(w *world, _ *wire) { w.hub.Close() },
		"when the reader hangs up?": func(*world, *wire) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				wired, hangUp := w.listen("operator")
				<-wired.sent
				synctest.Wait()
				end(w, wired)
				if strings.HasSuffix(name, "?") {
					hangUp()
				}
				for range wired.sent { // a beat may still come; the channel closes when the handler returns
				}
				hangUp()
				if w.hub.Viewers() != 0 {
					t.Error("the viewer is still open")
				}
			})
		})
	}
}

// TestStreamOverHTTP sees that the events leave at once over a real connection.
func TestStreamOverHTTP(t *testing.T) {
	w := newWorld(t)
	srv := httptest.NewServer(w.engine)
	defer srv.Close()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/api/v1/stream", nil)
	r.Header.Set("Authorization", "Bearer "+w.tokens["operator"])
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() && lines.Text() != "" { // the greeting
	}
	w.announce(models.CaseChanged, "k1", "@own")
	lines.Scan()
	if lines.Text() != "event: changes" {
		t.Errorf("line %q, want the event", lines.Text())
	}
	lines.Scan()
	if !strings.Contains(lines.Text(), `"id":"k1"`) {
		t.Errorf("line %q, want the change", lines.Text())
	}
}
