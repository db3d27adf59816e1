package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
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
					body := fmt.Sprintf(benchBody, i%200, i, i, time.Now().Unix(), i)
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
