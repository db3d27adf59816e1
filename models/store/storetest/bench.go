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

// BenchmarkCaps measures what caps cost one delivery that commits by itself: a
// clean message, and one that a rule takes back while as many as the cap of all
// allows by default count within the minute.
func BenchmarkCaps(b *testing.B, fresh func(testing.TB) string) {
	caps := models.Caps{Rule: 1000, Sender: 1000, Conversation: 1000, All: 1000}
	for _, bb := range []struct {
		name string
		caps models.Caps
		v    models.Verdict
	}{
		{"clean/uncapped", models.Caps{}, models.VerdictAllow},
		{"clean/capped", caps, models.VerdictAllow},
		{"recall/uncapped", models.Caps{}, models.VerdictRecall},
		{"recall/capped", caps, models.VerdictRecall},
	} {
		b.Run(bb.name, func(b *testing.B) { benchCaps(b, fresh(b), bb.caps, bb.v) })
	}
}

func benchCaps(b *testing.B, database string, caps models.Caps, v models.Verdict) {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{Database: database, Keys: Keys(b), Node: "bench", Migrate: true, Caps: caps})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	db := rawOf(b, database)
	n := 0
	for b.Loop() {
		if n++; n%100 == 0 { // 50 count in the mean
			b.StopTimer()
			_, err := db.ExecContext(b.Context(), "UPDATE recalls SET counted_at = 0 WHERE counted_at > 0")
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		j := benchMessage(1)
		j.Event.Message.Ref = strconv.Itoa(n)
		if v == models.VerdictRecall {
			j = found(j, v)
		}
		if _, err := s.Keep(b.Context(), app, []models.Judged{j}); err != nil {
			b.Fatal(err)
		}
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStream measures how many messages a second are handed over with their
// contents unsealed, as a look for copies reads them.
func BenchmarkStream(b *testing.B, database string) {
	s, err := store.Open(b.Context(), store.Options{Database: database, Keys: Keys(b), Node: "bench", Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const kept = 20_000
	for n := 0; n < kept; n += 200 {
		var events []models.Judged
		for i := range 200 {
			events = append(events, benchMessage(n+i))
		}
		if _, err := s.Keep(b.Context(), app, events); err != nil {
			b.Fatal(err)
		}
	}
	seen := 0
	for b.Loop() {
		_, err := s.Stream(b.Context(), everything, models.CopyFilter{App: app}, "", func(models.Message) bool { seen++; return true })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(seen)/b.Elapsed().Seconds(), "messages/s")
}
