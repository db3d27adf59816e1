package jobs

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
)

// densest is the most calls in any second of a series.
func densest(calls []time.Time) int {
	slices.SortFunc(calls, time.Time.Compare)
	most, from := 0, 0
	for i, at := range calls {
		for at.Sub(calls[from]) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

func TestRateHoldsInEverySecond(t *testing.T) {
	for _, limit := range []int{1, 2, 10, 160} {
		synctest.Test(t, func(t *testing.T) {
			m, c := newMemory(), newChat()
			c.limits.Batch = 1
			for n := range 60 {
				m.add(group(n), (limit+2)/3)
			}
			o := with(m, c)
			o.Rates["main"] = limit
			node(t, o)
			time.Sleep(10 * time.Second)
			calls, _ := c.count()
			if most := densest(c.times()); most > limit || calls < 4*limit {
				t.Errorf("limit %d a second: %d calls within one second, %d in 10 seconds", limit, most, calls)
			}
		})
	}
}

func TestSplitNeverPassesTheLimit(t *testing.T) {
	for limit := 2; limit <= 1000; limit++ {
		if steady, burst := split(limit); steady+burst > limit || steady < 1 || burst < 1 {
			t.Errorf("split(%d) = %d steady and %d burst", limit, steady, burst)
		}
	}
}

func TestNodesShareTheRate(t *testing.T) {
	const limit = 50
	url := testservers.Redis(t)
	var mu sync.Mutex
	var calls []time.Time
	var all sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	for range 3 {
		conn, err := connect(Redis{URL: url}, newBell(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.close()
		l := newLimiter(conn, "main", limit)
		all.Go(func() {
			for l.wait(ctx) == nil {
				mu.Lock()
				calls = append(calls, time.Now())
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if most := densest(calls); most > limit || len(calls) < limit {
		t.Errorf("three nodes: %d calls within one second, %d in all; want at most %d", most, len(calls), limit)
	}
}

func TestWithoutRedisEachNodeKeepsToItsPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, err := connect(Redis{URL: "redis://127.0.0.1:1"}, newBell(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.close()
		conn.nodes.Store(4)
		conn.saw(errDatabase)
		l := newLimiter(conn, "main", 100)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		n := 0
		for l.wait(ctx) == nil {
			n++
		}
		if n < 235 || n > 240 {
			t.Errorf("%d calls in 10 seconds, want a quarter of 950 and a burst", n)
		}
	})
}
