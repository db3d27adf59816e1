package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
)

// scenes are the two doorbells side by side.
func scenes(b *testing.B) map[string]Redis {
	b.Helper()
	return map[string]Redis{"embedded": {}, "redis": {URL: testservers.Redis(b)}}
}

// BenchmarkRingToCall measures from a ring to the call at the platform, on an idle
// node, with a store in memory.
func BenchmarkRingToCall(b *testing.B) {
	for name, redis := range scenes(b) {
		b.Run(name, func(b *testing.B) {
			m, c := newMemory(), newChat()
			o := with(m, c)
			o.Redis, o.Sweep, o.Rates["main"] = redis, time.Hour, 1_000_000
			j := node(b, o)
			<-m.swept()
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				took = append(took, oneRing(j, m, c, group(n)))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
		})
	}
}

func oneRing(j *Jobs, m *memory, c *chat, g models.Conversation) time.Duration {
	m.reset()
	m.add(g, 1)
	start := time.Now()
	j.Ring(g.ID)
	<-m.ended
	calls := c.times()
	time.Sleep(2 * time.Millisecond) // until all is idle again
	return calls[len(calls)-1].Sub(start)
}

// reset forgets every row.
func (m *memory) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows, m.order, m.ended = make(map[models.RecallID]*row), nil, make(chan struct{})
}

// BenchmarkIdle measures how much of a core an idle node takes, over two seconds
// for each round.
func BenchmarkIdle(b *testing.B) {
	for name, redis := range scenes(b) {
		b.Run(name, func(b *testing.B) {
			o := with(newMemory(), newChat())
			o.Redis = redis
			node(b, o)
			time.Sleep(200 * time.Millisecond)
			before, start := cpu(b), time.Now()
			for b.Loop() {
				time.Sleep(2 * time.Second)
			}
			b.ReportMetric(100*float64(cpu(b)-before)/float64(time.Since(start)), "%core")
		})
	}
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDrain measures recalls a second through claims, calls and settlements
// when nothing outside is slow.
func BenchmarkDrain(b *testing.B) {
	for b.Loop() {
		m, c := newMemory(), newChat()
		crowd(m, 1000)
		o := with(m, c)
		o.Rates["main"], o.Logger = 1_000_000, slog.New(slog.DiscardHandler)
		j, err := New(o)
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- j.Run(ctx) }()
		<-m.ended
		cancel()
		if err := <-done; err != nil {
			b.Fatal(fmt.Errorf("run: %w", err))
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "recalls/s")
}

// BenchmarkRateUsed measures how much of the rate that was set two nodes use
// together while recalls wait, with a store in memory: calls a second, per cent.
func BenchmarkRateUsed(b *testing.B) {
	const rate, groups = 160, 200
	for name, redis := range scenes(b) {
		b.Run(name, func(b *testing.B) {
			used := 0.0
			for b.Loop() {
				m, c := newMemory(), newChat()
				for g := range groups {
					m.add(group(g), 20)
				}
				for range 2 {
					o := with(m, c)
					o.Redis, o.Rates["main"] = redis, rate
					node(b, o)
					if redis.URL == "" {
						break // the Redis within stands for one node
					}
				}
				<-m.ended
				calls := c.times()
				slices.SortFunc(calls, time.Time.Compare)
				used += float64(len(calls)-1) / calls[len(calls)-1].Sub(calls[0]).Seconds()
			}
			b.ReportMetric(used/float64(b.N), "calls/s")
			b.ReportMetric(100*used/float64(b.N)/rate, "%-of-rate")
		})
	}
}
