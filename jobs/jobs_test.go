package jobs

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

func group(n int) models.Conversation {
	ref := "group" + strconv.Itoa(n)
	return models.Conversation{ID: models.ConversationID("00000000-0000-7000-8000-" + ref), App: "main", Kind: models.Group, Ref: ref, Group: ref}
}

// node starts Jobs and stops it with the test.
func node(tb testing.TB, o Options) *Jobs {
	tb.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	j, err := New(o)
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
	return j
}

func with(m *memory, c *chat) Options {
	return Options{Store: m, Adapters: map[string]platforms.Adapter{"main": c}, Rates: map[string]int{"main": 1000}}
}

// settled waits until every recall is accepted or over.
func settled(tb testing.TB, m *memory, patience time.Duration) {
	tb.Helper()
	select {
	case <-m.ended:
	case <-time.After(patience):
		tb.Fatalf("after %s not all recalls left: %v", patience, m.states())
	}
}

func TestRingIsWorkedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		j := node(t, with(m, c))
		time.Sleep(500 * time.Millisecond) // the first sweep is over, the next far
		synctest.Wait()
		m.add(group(1), 25)
		start := time.Now()
		j.Ring(group(1).ID)
		settled(t, m, 5*time.Second)
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("a ring took %s to be worked on", took)
		}
		slices.Sort(c.sizes) // they may leave beside each other
		if diff := cmp.Diff([]int{5, 10, 10}, c.sizes); diff != "" {
			t.Errorf("batches (-want +got):\n%s", diff)
		}
		m.sound(t)
	})
}
