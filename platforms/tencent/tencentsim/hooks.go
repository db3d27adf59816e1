package tencentsim

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// webhookTimeout is the platform's patience with a receiver.
const webhookTimeout = 2 * time.Second

// maxWaiting bounds the webhooks that wait for a slow receiver; the rest is lost.
const maxWaiting = 1 << 16

// overtakeFor is how long a webhook under the reordering fault waits to be overtaken.
const overtakeFor = 300 * time.Millisecond

// webhook is one call to be made.
type webhook struct {
	command  string
	line     string // the conversation whose order it keeps
	platform string
	body     []byte
	note     JournalEntry // what the journal will say of it, so far
	hold     bool         // the reordering fault struck
}

// hooks sends webhooks: those of one conversation one after the other, those of
// different conversations side by side.
type hooks struct {
	sim   *Sim
	slots chan struct{} // one per after-webhook under way; who asks before sending never waits for one
	wg    sync.WaitGroup
	ctx   context.Context // of the after-webhooks, which outlive the calls that caused them

	mu      sync.Mutex // guards all below
	url     string
	token   string
	lines   map[string]*line
	waiting int
	closed  bool
	idle    signal
}

// line is a conversation with webhooks waiting; it lives as long as it has some.
type line struct {
	queue []webhook
	more  chan struct{} // rung when one is added
}

func newHooks(s *Sim) *hooks {
	return &hooks{
		sim: s, url: s.opt.WebhookURL, token: s.opt.WebhookToken,
		slots: make(chan struct{}, s.opt.Senders), ctx: context.Background(), lines: map[string]*line{},
	}
}

func (h *hooks) aim(url, token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.url, h.token = url, token
}

func (h *hooks) target() (url, token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.url, h.token
}

// on reports whether there is anybody to call.
func (h *hooks) on() bool {
	url, _ := h.target()
	return url != ""
}

// queue takes an after-webhook; it never blocks. Callers hold the lock of the
// conversation, so that the order of calls is the order of events.
func (h *hooks) queue(w webhook) {
	dice := h.sim.faults
	if dice.strikes(dropWebhook) {
		h.lose(w, faultNames[dropWebhook])
		return
	}
	w.hold = dice.strikes(reorderWebhook)
	copies := 1
	if dice.strikes(duplicateWebhook) {
		copies = 2
	}
	for i := range copies {
		if i > 0 {
			w.note.Fault = faultNames[duplicateWebhook]
		}
		if !h.enqueue(w) {
			h.lose(w, "overflow")
		}
	}
}

func (h *hooks) lose(w webhook, why string) {
	h.sim.calls.count(func(c *Counters) { c.Dropped++ })
	w.note.Fault, w.note.Code = why, -1
	h.sim.journal.write(w.note, h.sim.now(), h.sim.now())
}

func (h *hooks) enqueue(w webhook) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.waiting >= maxWaiting {
		return false
	}
	h.waiting++
	l, living := h.lines[w.line]
	if !living {
		l = &line{more: make(chan struct{}, 1)}
		h.lines[w.line] = l
		h.wg.Go(func() { h.work(w.line, l) })
	}
	l.queue = append(l.queue, w)
	select {
	case l.more <- struct{}{}:
	default:
	}
	return true
}

// work sends a line's webhooks until none is left.
func (h *hooks) work(name string, l *line) {
	for {
		w, ok := h.take(name, l)
		if !ok {
			return
		}
		if w.hold {
			h.letPass(l, w)
			continue
		}
		h.send(w)
	}
}

// take removes the first webhook of a line, or ends the line.
func (h *hooks) take(name string, l *line) (webhook, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(l.queue) == 0 {
		for _, w := range l.queue {
			h.lose(w, "closed")
		}
		h.done(len(l.queue))
		delete(h.lines, name)
		return webhook{}, false
	}
	w := l.queue[0]
	l.queue = l.queue[1:]
	return w, true
}

// done counts webhooks that wait no longer; the caller holds the lock.
func (h *hooks) done(n int) {
	h.waiting -= n
	if h.waiting == 0 {
		h.idle.ring()
	}
}

// letPass puts a held webhook behind the next one of its line, or back in front
// if none comes in time.
func (h *hooks) letPass(l *line, w webhook) {
	w.hold = false
	if !h.followed(l) {
		h.pause(l.more, overtakeFor)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	w.note.Fault = faultNames[reorderWebhook]
	at := min(1, len(l.queue))
	if at == 1 {
		l.queue[0].hold = false // or two held ones would swap places for ever
	}
	l.queue = slices.Insert(l.queue, at, w)
}

func (h *hooks) followed(l *line) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-l.more: // an old ring, for a webhook that was taken since
	default:
	}
	return len(l.queue) > 0
}

// pause waits for a while, a ring or the end, whichever comes first.
func (h *hooks) pause(ring <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ring:
	case <-t.C:
	case <-h.sim.done:
	}
}

// send makes the attempts that a webhook gets.
func (h *hooks) send(w webhook) {
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.done(1)
	}()
	for attempt := 1; ; attempt++ {
		w.note.Attempt = attempt
		h.slots <- struct{}{}
		_, err := h.call(h.ctx, w)
		<-h.slots
		if err == nil || attempt > h.sim.opt.Retries || h.ended() {
			return
		}
		h.pause(nil, h.sim.opt.RetryAfter)
	}
}

func (h *hooks) ended() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// Flush waits until no webhook waits or is under way.
func (s *Sim) Flush(ctx context.Context) error {
	for {
		idle := s.hooks.idle.wait()
		s.hooks.mu.Lock()
		n := s.hooks.waiting
		s.hooks.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return fmt.Errorf("flush %d webhooks: %w", n, ctx.Err())
		}
	}
}

func (h *hooks) close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.wg.Wait()
}
