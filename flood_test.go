package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// mostMemory is what the service may take, whatever is offered.
const mostMemory = 512 << 20

// Whoever cannot sign is refused without anything being asked of the database.
func TestStrangersCostNoQuery(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		var log locked
		conf := testConfig(t, database, "http://127.0.0.1:1")
		a, err := newApp(t.Context(), conf, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: store.LevelStatements})))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.abandon)
		signed := signedQuery(conf.Apps[0])(time.Now())
		forged := strings.Replace(signed, "Sign=", "Sign=0", 1)
		right := "/webhooks/" + demoApp + "/" + conf.Apps[0].PathSecret.Reveal()
		asked := func(url string, want int) int {
			before := strings.Count(log.String(), "msg=query")
			w := httptest.NewRecorder()
			a.http.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, url, strings.NewReader(fmt.Sprintf(benchBody, 1, 1, 1, time.Now().Unix(), 1))))
			if w.Code != want {
				t.Errorf("answered %d, want %d", w.Code, want)
			}
			return strings.Count(log.String(), "msg=query") - before
		}
		for _, stranger := range []string{right, right + "?" + forged, "/webhooks/" + demoApp + "/guessed?" + signed, "/webhooks/other/x?" + signed} {
			for range 20 {
				if n := asked(stranger, http.StatusUnauthorized); n != 0 {
					t.Fatalf("a stranger cost %d queries", n)
				}
			}
		}
		if asked(right+"?"+signed, http.StatusOK) == 0 {
			t.Error("a delivery of the platform cost no query either: it proves nothing")
		}
	})
}

// floodRun is the service while more is offered than it can take.
type floodRun struct {
	*killRun

	signed, strangers *stream
	length            time.Duration
	queue             string
}

const floodGroups = 200

func newFloodRun(t *testing.T, database string) *floodRun {
	t.Helper()
	r := &floodRun{killRun: newKillRun(t, build(t), database), length: time.Second, queue: "2"}
	r.sim.SetFaults(tencentsim.Faults{})
	app := r.conf.Apps[0]
	r.signed = &stream{address: r.conf.Listen, rate: 2000, connections: 200, request: deliveries(app, true)}
	r.strangers = &stream{address: r.conf.Listen, rate: 800, connections: 40, request: deliveries(app, false)}
	if proof() {
		r.length, r.queue = 10*time.Second, "64"
		r.signed.rate, r.signed.connections = 5000, 400
		r.strangers.rate, r.strangers.connections = 20_000, 64
	}
	return r
}

// More is offered than the service takes, signed and unsigned: what is too much is told so at
// once and is not lost when it comes again, memory stays, and soon all is as it was.
func TestAFloodIsRefusedWithoutLoss(t *testing.T) {
	for name, open := range databases {
		if name != "SQLite" && !proof() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			r := newFloodRun(t, open(t))
			r.env = append(r.env, "TAKEBACK_INTAKE__QUEUE="+r.queue) // small, so that a flood is more than it takes
			r.start(t)
			defer r.kill(t)
			r.flood(t)
			r.normal(t, time.Now())
			t.Logf("proof: signed: %s", r.signed.figures())
			t.Logf("proof: unsigned: %s", r.strangers.figures())
			again := r.signed.again(t.Context(), t)
			r.bounds(t, again)
			r.all(t)
		})
	}
}

func (r *floodRun) flood(t *testing.T) {
	t.Helper()
	var both sync.WaitGroup
	for _, s := range []*stream{r.signed, r.strangers} {
		both.Go(func() { s.run(t.Context(), r.length) })
	}
	both.Wait()
}

// normal checks that a message is taken, kept and taken back as on any other day.
func (r *floodRun) normal(t *testing.T, since time.Time) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	sent, err := r.sim.Post(ctx, tencentsim.Post{Group: "g0", From: "bob", Text: card()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.sim.AwaitRecall(ctx, "g0", "", sent.Seq); err != nil {
		t.Fatalf("a message after the flood was not taken back: %v\n%s", err, r.errOut.String())
	}
	took := time.Since(since)
	t.Logf("proof: a message was posted, kept and taken back %s after the flood", took)
	if proof() && took > 10*time.Second {
		t.Error("normal again only after more than ten seconds")
	}
}

// bounds checks how everything was answered, and what it cost.
func (r *floodRun) bounds(t *testing.T, again int) {
	t.Helper()
	for s, codes := range map[*stream][]int{r.signed: {http.StatusOK, http.StatusServiceUnavailable}, r.strangers: {http.StatusUnauthorized}} {
		for status, n := range s.answers {
			if !slices.Contains(codes, status) {
				t.Errorf("%d requests were answered %d", len(n), status)
			}
		}
		if len(s.broken) > 0 {
			t.Errorf("connections broke: %v", s.broken)
		}
	}
	peak := memory(t, r.cmd.Process.Pid, "VmHWM")
	t.Logf("proof: %d were sent again, memory at most %d MB", again, peak>>20)
	if peak > mostMemory {
		t.Errorf("the service took %d MB", peak>>20)
	}
	if again == 0 || len(r.strangers.answers[http.StatusUnauthorized]) == 0 {
		t.Error("nothing was refused: it was no flood")
	}
	refused := r.signed.answers[http.StatusServiceUnavailable]
	slices.Sort(refused)
	if !proof() || len(refused) == 0 {
		return
	}
	offered := float64(r.strangers.sent) / (r.length.Seconds() * float64(r.strangers.rate))
	t.Logf("proof: %.0f %% of the load could be offered beside the service", 100*offered)
	if offered > 0.95 && refused[len(refused)*99/100] > 50*time.Millisecond { // else the time is the load's own
		t.Error("overload was told later than after 50 ms")
	}
}

// all checks that every message that was offered is kept, once.
func (r *floodRun) all(t *testing.T) {
	t.Helper()
	s := r.open(t)
	defer s.Close()
	kept := map[string]int{}
	for _, m := range allPages(t, func(p models.Page) ([]models.Message, string, error) {
		return s.Messages(t.Context(), everything, models.MessageFilter{Page: p})
	}) {
		kept[m.Conversation.Ref+"/"+m.Ref]++
	}
	for n := range r.signed.statuses {
		key := "bench-" + strconv.Itoa(n%floodGroups) + "/" + strconv.Itoa(n/floodGroups+1)
		if kept[key] != 1 {
			t.Errorf("message %s is kept %d times", key, kept[key])
		}
	}
}
