package jobs

import (
	"context"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// ropeLength bounds what waits to be handed on. What is above it is left to
// the sweeper.
const ropeLength = 10_000

// rope carries rings from callers who cannot wait to the queue, and past it to this
// node's own drains where the queue cannot take them.
type rope struct {
	queue   Queue
	drains  *drains
	metrics *metrics

	mu      sync.Mutex
	waiting map[models.ConversationID]time.Time // since when
	order   []models.ConversationID
	queued  map[models.ConversationID]time.Time // rung here, and given to the queue
	pulled  chan struct{}                       // has room for one: something waits
}

func newRope(q Queue, d *drains, m *metrics) *rope {
	return &rope{
		queue: q, drains: d, metrics: m,
		waiting: make(map[models.ConversationID]time.Time), queued: make(map[models.ConversationID]time.Time),
		pulled: make(chan struct{}, 1),
	}
}

// pull notes a ring and returns at once.
func (r *rope) pull(c models.ConversationID) {
	if !r.note(c) {
		return
	}
	select {
	case r.pulled <- struct{}{}:
	default:
	}
}

// note reports whether the ring is a new one.
func (r *rope) note(c models.ConversationID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.waiting[c]; ok || c == "" {
		return false
	}
	if len(r.order) >= ropeLength {
		r.metrics.rings.WithLabelValues("left_to_sweep").Inc()
		return false
	}
	r.waiting[c] = time.Now()
	r.order = append(r.order, c)
	return true
}

// take empties the rope.
func (r *rope) take() ([]models.ConversationID, map[models.ConversationID]time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	order, since := r.order, r.waiting
	r.order, r.waiting = nil, make(map[models.ConversationID]time.Time)
	return order, since
}

func (r *rope) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.pulled:
		}
		order, since := r.take()
		for _, c := range order {
			r.metrics.rings.WithLabelValues(r.handOn(ctx, c, since[c])).Inc()
		}
	}
}

// handOn takes one ring to where it is worked on, and names the way it went.
func (r *rope) handOn(ctx context.Context, c models.ConversationID, since time.Time) string {
	switch {
	case ctx.Err() != nil:
		return "left_to_sweep"
	case r.drains.again(c, since):
		return "joined" // it is being worked on here, and will be looked at once more
	case r.drains.takes(c, since):
		return "here"
	}
	if r.remember(c, since); r.queue.Put(ctx, c) {
		return "queued"
	}
	r.recollect(c)
	r.drains.ring(c, since, freshLine)
	return "direct"
}

// remember keeps when a ring came until the queue brings it back to this node. Those
// that another node takes are forgotten in bulk: this is for a histogram alone.
func (r *rope) remember(c models.ConversationID, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queued) >= 1000 {
		clear(r.queued)
	}
	r.queued[c] = since
}

func (r *rope) recollect(c models.ConversationID) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer delete(r.queued, c)
	return r.queued[c]
}
