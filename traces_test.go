package main

import (
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// family fails the test unless the first span is the parent of all others, and begins
// before them.
func family(t *testing.T, own []span) {
	t.Helper()
	for i, s := range own {
		switch {
		case i == 0 && len(s.GetParentSpanId()) > 0:
			t.Errorf("%s comes first, and has a parent", s.GetName())
		case i > 0 && string(s.GetParentSpanId()) != string(own[0].GetSpanId()):
			t.Errorf("the parent of %s is %x, not the first span %x", s.GetName(), s.GetParentSpanId(), own[0].GetSpanId())
		}
		if s.GetEndTimeUnixNano() < s.GetStartTimeUnixNano() {
			t.Errorf("%s ends before it begins", s.GetName())
		}
	}
}

func names(own []span) (all []string) {
	for _, s := range own {
		all = append(all, s.GetName())
	}
	return all
}

// traced sends traces of a share of messages to a collector.
func traced(c *collector, sample float64) func(*config.Config, *tencentsim.Options) {
	return func(conf *config.Config, _ *tencentsim.Options) {
		conf.Tracing = config.Tracing{Endpoint: c.URL, Sample: sample}
	}
}

// One trace tells the life of a message: every station once, in order, with what became of
// it, and nothing that was said.
func TestATraceTellsTheLifeOfAMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		c := newCollector(t)
		w := newWorld(t, database, traced(c, 1))
		w.group(t, "sales")
		clean := w.post(t, "sales", "mia", "lunch at noon?")
		sent := w.post(t, "sales", "bob", card())
		token := w.operator(t)
		r := w.recallOf(t, token, sent.Seq)
		eventually(t, func() string { // the removal event may come before the answer to our call
			if r = w.recallOf(t, token, sent.Seq); r["accepted_at"] == nil {
				return "the answer to our call is not on record"
			}
			return ""
		})
		id, other := w.messageID(t, token, "sales", itoa(sent.Seq)), w.messageID(t, token, "sales", itoa(clean.Seq))
		w.stop()
		own := c.trace(id)
		if diff := cmp.Diff([]string{"received", "scanned", "kept", "claimed", "called", "confirmed"}, withoutLooks(own)); diff != "" {
			t.Fatalf("stations (-want +got):\n%s", diff)
		}
		family(t, own)
		w.says(t, own, id, r)
		spans := c.trace(other)
		if diff := cmp.Diff([]string{"received", "scanned", "kept"}, names(spans)); diff != "" {
			t.Errorf("stations of a clean message (-want +got):\n%s", diff)
		}
		for _, said := range []string{"4111 1111", "lunch", "bob", "mia", "sales", "olga", "cards", "http://", w.conf.Apps[0].PathSecret.Reveal()} {
			if strings.Contains(c.text(), said) {
				t.Errorf("the collector was told %q", said)
			}
		}
	})
}

// withoutLooks are the names of spans without looks at what may be there or gone: how
// many there are depends on which of the platform's answers comes first.
func withoutLooks(own []span) []string {
	return slices.DeleteFunc(names(own), func(name string) bool { return name == "looked" })
}

// says checks what the spans say of a message and its recall.
func (w *world) says(t *testing.T, own []span, id string, recall map[string]any) {
	t.Helper()
	want := map[string]map[string]string{
		"received":  {"verdict": "recall", "findings": "1", "result": "new", "conversation.kind": "group", "app": demoApp},
		"kept":      {"result": "new"},
		"claimed":   {"recall": fmt.Sprint(recall["id"]), "result": "queued", "attempt": "1"},
		"called":    {"recall": fmt.Sprint(recall["id"]), "result": "recalled", "platform.code": fmt.Sprint(recall["code"]), "batch": "1"},
		"confirmed": {"recall": fmt.Sprint(recall["id"]), "result": "confirmed"},
	}
	for _, s := range own {
		for key, value := range want[s.GetName()] {
			if got := s.attribute("takeback." + key); got != value {
				t.Errorf("%s says %s=%q, want %q", s.GetName(), key, got, value)
			}
		}
		if s.attribute("takeback.message") != id || s.GetStatus().GetCode() != tracepb.Status_STATUS_CODE_UNSET {
			t.Errorf("%s is of %s, status %s", s.GetName(), s.attribute("takeback.message"), s.GetStatus())
		}
		if began := time.Unix(0, int64(s.GetStartTimeUnixNano())); time.Since(began) > patience {
			t.Errorf("%s began at %s", s.GetName(), began)
		}
	}
}

// Of many messages the share is traced that was asked for, and each as a whole.
func TestAShareIsTraced(t *testing.T) {
	c := newCollector(t)
	w := newWorld(t, databases["SQLite"](t), traced(c, 0.25))
	w.group(t, "sales")
	const messages = 400
	for i := range messages {
		w.post(t, "sales", "mia", fmt.Sprintf("message %d", i))
	}
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.stop()
	by := map[string]int{}
	for _, s := range c.spans {
		by[string(s.GetTraceId())]++
	}
	if n := len(by); n < messages/8 || n > messages*3/8 {
		t.Errorf("%d of %d messages are traced, want about a quarter", n, messages)
	}
	for id, spans := range by {
		if spans != 3 {
			t.Errorf("the trace %x has %d spans, want 3", id, spans)
		}
	}
}

// Whatever the collector does, messages are taken in and back, and the process stops.
func TestABadCollectorHarmsNothing(t *testing.T) {
	t.Parallel()
	gone := newCollector(t)
	gone.Close()
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = deaf.Close() })
	for name, address := range map[string]string{"gone": gone.URL, "deaf": "http://" + deaf.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, databases["SQLite"](t), func(conf *config.Config, _ *tencentsim.Options) {
				conf.Tracing = config.Tracing{Endpoint: address, Sample: 1}
			})
			w.group(t, "sales")
			sent := w.post(t, "sales", "bob", card())
			w.recallOf(t, w.operator(t), sent.Seq)
			w.stop()
			if n := strings.Count(w.log.String(), "traces are lost"); n == 0 || n > 2 {
				t.Errorf("the log says %d times that traces are lost", n)
			}
			if !exports(w.registry, "takeback_trace_spans_lost_total") {
				t.Error("no metric says how many are lost")
			}
		})
	}
}

// A message that comes to one node and is taken back by another has one trace.
func TestATraceOverTwoNodes(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	w := newWorld(t, databases["PostgreSQL"](t), func(conf *config.Config, o *tencentsim.Options) {
		traced(c, 1)(conf, o)
		conf.Node = "worker"
	})
	w.group(t, "sales")
	conf := w.conf
	conf.Node, conf.Listen, conf.Intake.Strikes = "intake", "127.0.0.1:0", ""
	intake, err := newApp(t.Context(), conf, w.app.log) // which is not run: it takes in, and rings for nobody
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(intake.intake)
	w.sim.SetWebhook(front.URL+"/webhooks/"+conf.Apps[0].ID+"/"+conf.Apps[0].PathSecret.Reveal(), conf.Apps[0].Tencent.WebhookToken.Reveal())
	sent := w.post(t, "sales", "bob", card())
	token := w.operator(t)
	w.recallOf(t, token, sent.Seq)
	id := w.messageID(t, token, "sales", itoa(sent.Seq))
	front.Close()
	intake.abandon()
	w.stop()
	own := c.trace(id)
	family(t, own)
	var got []string
	for _, s := range own {
		if s.GetName() != "looked" {
			got = append(got, s.node+" "+s.GetName())
		}
	}
	want := []string{"intake received", "intake scanned", "intake kept", "worker claimed", "worker called", "intake confirmed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stations (-want +got):\n%s", diff)
	}
}
