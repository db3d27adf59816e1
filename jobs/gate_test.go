package jobs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// tick lets one call through every tenth of a second.
type tick struct{}

func (tick) wait(ctx context.Context) error {
	hold(ctx, nil, 100*time.Millisecond)
	return ctx.Err()
}

// comes is a call that begins to wait at a moment.
type comes struct {
	name string
	at   time.Duration
	rank
}

// passed is the order in which calls leave.
func passed(t *testing.T, calls []comes) []string {
	t.Helper()
	var order []string
	synctest.Test(t, func(t *testing.T) {
		g := newGate(tick{})
		began := time.Now()
		left := make(chan string, len(calls))
		for _, c := range calls {
			go func() {
				time.Sleep(c.at)
				if err := g.wait(context.Background(), c.rank); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				left <- c.name
			}()
		}
		for range calls {
			order = append(order, <-left)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%d calls took %s", len(calls), took)
		}
	})
	return order
}

func TestGateOrdersCalls(t *testing.T) {
	near, far := time.Now().Add(time.Minute), time.Now().Add(time.Hour)
	person := rank{priority: models.PriorityModerator}
	low, high := rank{priority: 1}, rank{priority: 3}
	tests := []struct {
		name  string
		calls []comes
		want  []string
	}{
		{"as they came", []comes{{"a", 0, low}, {"b", time.Millisecond, low}, {"c", 2 * time.Millisecond, low}}, []string{"a", "b", "c"}},
		{"a person first", []comes{{"a", 0, high}, {"b", 1, high}, {"p", 2, person}}, []string{"p", "a", "b"}},
		{"then the gravest", []comes{{"a", 0, low}, {"b", 1, high}}, []string{"b", "a"}},
		{"then the least time left", []comes{
			{"never", 0, low}, {"far", 1, rank{1, far}}, {"near", 2, rank{1, near}},
		}, []string{"near", "far", "never"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, passed(t, tt.calls)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// A flood of grave ones comes all the time, ten a second, as many as may leave:
// one that is not grave waits as long as the difference is worth, and no longer.
func TestGateLetsNobodyStarve(t *testing.T) {
	calls := []comes{{"calm", 0, rank{priority: 1}}}
	for i := range 60 {
		calls = append(calls, comes{"flood", time.Duration(i) * 99 * time.Millisecond, rank{priority: 4}})
	}
	order := passed(t, calls)
	at := -1
	for i, name := range order {
		if name == "calm" {
			at = i
		}
	}
	if at < 10 || at > 45 {
		t.Errorf("it left as number %d of %d", at, len(order))
	}
}

func TestGateAsksForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(tick{})
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if err := g.wait(ctx, rank{}); err == nil {
				t.Error("a call left before its time")
			}
			cancel()
		}
		synctest.Wait() // nobody asks any more, or this test would not end
		if err := g.wait(t.Context(), rank{}); err != nil {
			t.Errorf("wait afterwards: %v", err)
		}
	})
}
