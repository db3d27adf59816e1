package jobs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/takeback-chat/takeback/internal/beat"
)

// bellChannel is where nodes tell each other of new tasks. A message on it has
// no content.
const bellChannel = "takeback:bell"

// bell wakes whoever waits for the next ring.
type bell struct {
	mu    sync.Mutex
	next  chan struct{} // closed by the next ring
	muted bool          // next stays closed: nobody waits any more
}

func newBell() *bell { return &bell{next: make(chan struct{})} }

// heard returns a channel that the next ring closes. Take it before looking for
// work, so that a ring between the look and the wait is not missed.
func (b *bell) heard() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.muted {
		return
	}
	close(b.next)
	b.next = make(chan struct{})
}

// mute ends all waiting, now and later.
func (b *bell) mute() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.muted {
		b.muted = true
		close(b.next)
	}
}

// listen rings when another node does. The embedded Redis has no other nodes.
func (b *bell) listen(ctx context.Context, c *connection) error {
	if c.embedded != nil {
		return nil
	}
	sub := c.client.Subscribe(ctx, bellChannel)
	defer sub.Close()
	rings := sub.Channel(redis.WithChannelSize(1)) // reconnects by itself, and drops what overflows
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-rings:
			b.ring()
		}
	}
}

// hook turns asynq's polling into a long poll: the answer "nothing to do" is held
// back until the bell rings, so an idle node asks Redis once a second instead of
// hundreds of times, and a task starts a millisecond after it was put there. The
// embedded one, of which no other node knows, is asked every ten seconds.
//
// It knows asynq's dequeue script by its four keys, so asynq is pinned and
// TestIdleAsksSeldom fails when that changes. We have one queue; with several,
// the channel would have to be taken at the first queue of a round and the answer
// held at the last.
type hook struct {
	bell    *bell
	longest time.Duration
}

const (
	longestHold = time.Second            // tasks that were rung for on a node we cannot hear wait no longer
	ownHold     = 10 * time.Second       // and where there is none, those that were put there when the answer was lost
	errorHold   = 250 * time.Millisecond // asynq asks again at once after an error, which would spin
)

func (h hook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !dequeues(cmd) {
			return next(ctx, cmd)
		}
		rung := h.bell.heard()
		err := next(ctx, cmd)
		switch {
		case errors.Is(err, redis.Nil):
			hold(ctx, rung, beat.Until(h.longest))
		case err != nil && !redis.HasErrorPrefix(err, "NOSCRIPT"):
			hold(ctx, nil, errorHold)
		}
		return err
	}
}

// dequeues reports whether cmd is asynq's dequeue script.
func dequeues(cmd redis.Cmder) bool {
	args := cmd.Args()
	if len(args) < 7 || !strings.HasPrefix(cmd.Name(), "eval") || args[2] != 4 {
		return false
	}
	for i, suffix := range []string{":pending", ":paused", ":active", ":lease"} {
		key, ok := args[3+i].(string)
		if !ok || !strings.HasSuffix(key, suffix) {
			return false
		}
	}
	return true
}

func hold(ctx context.Context, rung <-chan struct{}, longest time.Duration) {
	t := time.NewTimer(longest)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-rung:
	case <-t.C:
	}
}
