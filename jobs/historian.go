package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/platforms"
)

const (
	opHistory = "history"
	opNewest  = "newest"
)

// awayAfter is how many calls in a row get no answer before the platform counts
// as away: what passed meanwhile may never be delivered.
const awayAfter = 2

// historian asks one app's platform for what was posted, at a rate of its own.
type historian struct {
	clock     clock
	id        string
	adapter   platforms.Adapter
	sequenced platforms.Sequenced // nil: nothing has numbers there
	recent    platforms.Recent    // nil: nothing else can be read back
	limit     limiter
	metrics   *metrics
	log       *slog.Logger

	mu      sync.Mutex // guards all below
	until   time.Time  // no call before this
	lost    int        // calls in a row without an answer
	back    bool       // it answers again after it was away
	alarmed bool       // about its set-up, until a call succeeds
	started bool       // everything was asked for since the start
}

func newHistorian(c clock, id string, a platforms.Adapter, l limiter, m *metrics, log *slog.Logger) *historian {
	h := &historian{clock: c, id: id, adapter: a, limit: l, metrics: m, log: log}
	h.sequenced, _ = a.(platforms.Sequenced)
	h.recent, _ = a.(platforms.Recent)
	return h
}

// call makes one call when the rate limit lets it.
func (h *historian) call(ctx context.Context, op string, calls int, do func(context.Context) error) error {
	for range calls {
		if err := h.limit.wait(ctx); err != nil {
			return err
		}
	}
	err := h.callNow(ctx, op, do)
	if ctx.Err() == nil {
		h.saw(err)
	}
	return err
}

func (h *historian) callNow(ctx context.Context, op string, do func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	defer h.metrics.called(h.id, op, time.Now())
	defer caughtPanic(op, &err)
	return do(ctx)
}

// saw heeds a platform that wants less, and notices when it was away.
func (h *historian) saw(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.back = h.back || h.lost >= awayAfter
		h.lost, h.alarmed = 0, false
		return
	}
	switch classOf(err) {
	case platforms.RateLimit:
		h.metrics.throttled.WithLabelValues(h.id).Inc()
		h.until = time.Now().Add(max(retryAfter(err), throttlePause))
	case platforms.Setup:
		h.until = time.Now().Add(setupPause)
		if !h.alarmed {
			h.log.Error("platform refuses to show its history to the app as it is set up", slog.String("app", h.id), slog.Any("error", err))
		}
		h.alarmed = true
	case platforms.Transient, platforms.Lost:
		h.lost++
	case platforms.Permanent:
	}
}

// open reports whether calls may be made now.
func (h *historian) open() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !time.Now().Before(h.until)
}

// anew reports, once, that every conversation is to be asked for: after the
// start, and when the platform is back.
func (h *historian) anew() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	is := h.back || !h.started
	h.back, h.started = false, true
	return is
}

// again lets anew report once more.
func (h *historian) again() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.started = false
}
