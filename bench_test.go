package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// BenchmarkIntake is one durable webhook, from the parsed request to the answer
// after commit, with many under way at once. The network is left out; make bench
// measures with it.
func BenchmarkIntake(b *testing.B) {
	for name, open := range databases {
		b.Run(name, func(b *testing.B) {
			conf := testConfig(b, open(b), "http://127.0.0.1:1")
			a, err := newApp(b.Context(), conf, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(a.abandon)
			path := "/webhooks/" + demoApp + "/" + conf.Apps[0].PathSecret.Reveal() + "?" + signedQuery(conf.Apps[0])(time.Now())
			var n atomic.Int64
			b.SetParallelism(32)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					body := fmt.Sprintf(benchBody, i%200, i, i/200+1, time.Now().Unix(), i)
					w := httptest.NewRecorder()
					a.intake.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
					if w.Code != http.StatusOK {
						b.Errorf("answered %d", w.Code)
					}
				}
			})
		})
	}
}

const benchBody = `{"CallbackCommand":"Group.CallbackAfterSendMsg","GroupId":"bench-%d","Type":"Public","From_Account":"jared","Operator_Account":"jared","Random":%d,"MsgSeq":%d,"MsgTime":%d,"OnlineOnlyFlag":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"see you at half past nine at the venue, bring the plan for table %d"}}]}`

// BenchmarkBackfill is the reading back of messages that were never delivered:
// from the first of them that is scanned and kept to the last. The calls for
// history, twenty messages each, are let through as fast as they come.
func BenchmarkBackfill(b *testing.B) {
	for name, open := range databases {
		b.Run(name, func(b *testing.B) {
			front := &swap{}
			chat := httptest.NewServer(front)
			b.Cleanup(chat.Close)
			conf := testConfig(b, open(b), chat.URL)
			conf.Apps[0].Tencent.HistoryRate, conf.Backfill.Grace = 100_000, 0
			a, err := newApp(b.Context(), conf, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			m := &misser{app: a, url: a.URL() + "/webhooks/" + demoApp + "/" + conf.Apps[0].PathSecret.Reveal(), token: conf.Apps[0].Tencent.WebhookToken.Reveal()}
			tc := conf.Apps[0].Tencent
			m.sim, err = tencentsim.New(tencentsim.Options{SDKAppID: tc.SDKAppID, Key: tc.SecretKey.Reveal(), Admin: tc.Admin, Rate: 1 << 20})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(m.sim.Close)
			front.set(m.sim.Handler())
			if err := m.sim.CreateGroup(tencentsim.GroupSpec{ID: "sales", Type: tencentsim.Public, Owner: "olga"}); err != nil {
				b.Fatal(err)
			}
			m.runs(b)
		})
	}
}

// misser lets a service miss messages.
type misser struct {
	*app
	sim        *tencentsim.Sim
	url, token string
}

func (m *misser) runs(b *testing.B) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	const messages = 4000
	var took time.Duration
	n := 0
	m.post(b, 1, true)
	for b.Loop() {
		before := m.backfilled(b, 0)
		m.post(b, messages, false)
		m.post(b, 1, true) // which shows that something is missing
		first := m.backfilled(b, before+1)
		began := time.Now()
		n += int(m.backfilled(b, before+messages) - first)
		took += time.Since(began)
	}
	b.ReportMetric(float64(n)/took.Seconds(), "messages/s")
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

func (m *misser) post(b *testing.B, n int, delivered bool) {
	b.Helper()
	m.sim.SetWebhook("", "")
	if delivered {
		m.sim.SetWebhook(m.url, m.token)
	}
	for i := range n {
		_, err := m.sim.Post(b.Context(), tencentsim.Post{Group: "sales", From: "olga", Text: "see you at half past nine, table " + strconv.Itoa(i)})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := m.sim.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// backfilled waits until so many messages have been read back, and says how many have.
func (m *misser) backfilled(b *testing.B, n int64) int64 {
	b.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		all, _, err := m.store.Conversations(b.Context(), models.Scope{All: true}, models.ConversationFilter{})
		if err != nil || len(all) == 0 {
			b.Fatalf("%d conversations, %v", len(all), err)
		}
		covered, err := m.store.Coverages(b.Context(), []models.ConversationID{all[0].ID})
		if err != nil {
			b.Fatal(err)
		}
		if got := covered[all[0].ID].Backfilled; got >= n {
			return got
		}
	}
	b.Fatalf("fewer than %d messages were read back", n)
	return 0
}
