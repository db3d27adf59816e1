package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
)

// sweepSize is how many conversations one sweep takes up. More wait for the next.
const sweepSize = 1000

// forgetEvery is how often tries to sign in are removed that count no more.
const forgetEvery = time.Minute

// sweeper drives whatever is due, without Redis: what a lost ring, a crashed node
// or a retry left behind. Its first round takes up what an earlier life of the
// process left.
type sweeper struct {
	every   time.Duration
	store   Store
	drains  *drains
	metrics *metrics
	log     *slog.Logger
	watch   *watch
	blind   bool // the last sweep could not read
	forgot  time.Time
}

func (s *sweeper) run(ctx context.Context) error {
	for {
		s.sweep(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(s.every):
		}
	}
}

func (s *sweeper) sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, max(s.every, time.Second))
	defer cancel()
	s.metrics.sweeps.Inc()
	s.tend(ctx)
	due, err := s.store.DueConversations(ctx, sweepSize)
	if s.saw(ctx, err); err != nil {
		return
	}
	for _, c := range due {
		s.drains.sweep(c)
	}
}

// tend does what waits for a time or a breaker and not for a worker. What fails
// is tried again by the next sweep.
func (s *sweeper) tend(ctx context.Context) {
	if s.watch.look(ctx) {
		s.withdraw(ctx)
	}
	if _, err := s.store.ReleaseHeld(ctx); err != nil && !s.blind && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "held recalls were not released", slog.Any("error", err))
	}
	s.forget(ctx)
}

// withdraw ends what a breaker stopped before it left.
func (s *sweeper) withdraw(ctx context.Context) {
	ended, err := s.store.WithdrawStopped(ctx)
	if err == nil && ended > 0 {
		s.log.WarnContext(ctx, "automatic recalls were stopped before they left", slog.Int("recalls", ended))
	}
	if err != nil && !s.blind && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "stopped recalls were not withdrawn", slog.Any("error", err))
	}
}

// forget removes tries to sign in, which count for a day: once a minute is soon enough.
func (s *sweeper) forget(ctx context.Context) {
	if time.Since(s.forgot) < forgetEvery {
		return
	}
	_, err := s.store.ForgetSignIns(ctx)
	switch {
	case err == nil:
		s.forgot = time.Now()
	case !s.blind && ctx.Err() == nil:
		s.log.ErrorContext(ctx, "old sign-in tries were not removed", slog.Any("error", err))
	}
}

// saw tells when the sweeper becomes blind, and when it sees again.
func (s *sweeper) saw(ctx context.Context, err error) {
	switch {
	case err != nil && !s.blind && !errors.Is(ctx.Err(), context.Canceled):
		s.log.ErrorContext(ctx, "due recalls cannot be read", slog.Any("error", err))
	case err == nil && s.blind:
		s.log.InfoContext(ctx, "due recalls can be read again")
	}
	s.blind = err != nil
}
