package storetest

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// Callers is how many deliveries wait at once in BenchmarkKeep, as many as the
// connections of the whole program's figures.
const Callers = 64

// BenchmarkKeep measures how many messages a second are kept durably, and what
// each costs this process in CPU time. One in five has a finding, one in ten is
// recalled.
func BenchmarkKeep(b *testing.B, database string) {
	s, err := store.Open(b.Context(), store.Options{Database: database, Keys: Keys(b), Node: "bench", Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime()
	began := time.Now()
	keepFrom(b, s, &next)
	took := time.Since(began)
	b.ReportMetric(float64(b.N)/took.Seconds(), "messages/s")
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N), "CPU-us/message")
	b.StopTimer()
}

// keepFrom keeps b.N messages from Callers goroutines.
func keepFrom(b *testing.B, s *store.Store, next *atomic.Int64) {
	b.Helper()
	var wg sync.WaitGroup
	for range Callers {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if _, err := s.Keep(context.Background(), app, []models.Judged{benchMessage(int(n))}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func benchMessage(n int) models.Judged {
	j := posted(strconv.Itoa(n), strings.Repeat("What a fine day it is. ", 6))
	room := room
	room.Ref = "@TGS#" + strconv.Itoa(n%50)
	room.Group = room.Ref
	j.Event.Conversation = room
	j.Event.Message.Sender = "user" + strconv.Itoa(n%500)
	switch {
	case n%10 == 0:
		return found(j, models.VerdictRecall)
	case n%5 == 0:
		return found(j, models.VerdictAllow)
	}
	return j
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
