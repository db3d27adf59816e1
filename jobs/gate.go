package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// rank orders the calls that wait to leave: what a person asked for goes first,
// then the gravest, then what has the least time left.
type rank struct {
	priority int
	deadline time.Time // zero: none
}

// rankOf is that of the gravest of some recalls.
func rankOf(part []models.RecallClaim) rank {
	var r rank
	for _, c := range part {
		r.priority = max(r.priority, c.Priority)
		if !c.Deadline.IsZero() && (r.deadline.IsZero() || c.Deadline.Before(r.deadline)) {
			r.deadline = c.Deadline
		}
	}
	return r
}

// risesEvery is how long a call waits until it counts as one step graver, so that
// a flood of grave ones does not keep it for ever. It never passes a person's.
const risesEvery = time.Second

func (r rank) after(waited time.Duration) int {
	if r.priority >= models.PriorityModerator {
		return r.priority
	}
	return min(r.priority+int(waited/risesEvery), models.PriorityModerator-1)
}

// gate lets calls through at the rate of a limiter, in the order of their rank.
// Who goes is chosen when a call may leave and not when it began to wait, so a
// person's recall passes all that waits. One goroutine asks the limiter for all.
type gate struct {
	limiter limiter

	mu      sync.Mutex
	waiting []*waiter // in the order in which they came
	asking  context.CancelFunc
}

type waiter struct {
	rank
	since time.Time
	pass  chan struct{} // closed when the call may leave
}

func newGate(l limiter) *gate { return &gate{limiter: l} }

// wait returns nil when a call may leave, and an error when none may before ctx ends.
func (g *gate) wait(ctx context.Context, r rank) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait for the rate limit: %w", err)
	}
	w := &waiter{rank: r, since: time.Now(), pass: make(chan struct{})}
	g.join(w) //nolint:contextcheck // who asks does so for all that wait
	select {
	case <-w.pass:
		return nil
	case <-ctx.Done():
	}
	if g.leave(w) {
		return fmt.Errorf("wait for the rate limit: %w", context.Cause(ctx))
	}
	return nil // it was let through in the last moment
}

func (g *gate) join(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, w)
	if g.asking == nil {
		ctx, cancel := context.WithCancel(context.Background())
		g.asking = cancel
		go g.ask(ctx)
	}
}

// leave reports whether w was still waiting. The last one to go ends the asking.
func (g *gate) leave(w *waiter) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, w)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	if len(g.waiting) == 0 {
		g.rest()
	}
	return true
}

// rest ends the asking; whoever joins next begins anew.
func (g *gate) rest() {
	if g.asking != nil {
		g.asking()
		g.asking = nil
	}
}

// ask takes calls from the limiter until nobody waits for one.
func (g *gate) ask(ctx context.Context) {
	for g.limiter.wait(ctx) == nil && g.letOne(ctx) {
	}
}

// letOne lets the first in rank through, and reports whether others wait.
func (g *gate) letOne(ctx context.Context) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ctx.Err() != nil { // whoever waits now has somebody else who asks
		return false
	}
	i := g.first(time.Now())
	close(g.waiting[i].pass)
	g.waiting = slices.Delete(g.waiting, i, i+1)
	if len(g.waiting) == 0 {
		g.rest()
		return false
	}
	return true
}

// first is the index of the one that goes next. It is called with somebody waiting.
func (g *gate) first(now time.Time) int {
	best := 0
	for i, w := range g.waiting[1:] {
		if w.goesBefore(g.waiting[best], now) {
			best = i + 1
		}
	}
	return best
}

func (w *waiter) goesBefore(other *waiter, now time.Time) bool {
	mine, theirs := w.after(now.Sub(w.since)), other.after(now.Sub(other.since))
	if mine != theirs {
		return mine > theirs
	}
	return !w.deadline.IsZero() && (other.deadline.IsZero() || w.deadline.Before(other.deadline))
}
