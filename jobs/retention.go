package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/models"
)

// RetentionStore is what removing what is too old needs of the database. *store.Store is one.
type RetentionStore interface {
	// MakePartitions makes room for what is to come; most of the time there is nothing to do.
	MakePartitions(ctx context.Context) error
	// ClaimRetention gives one node the round that is due; models.ErrNotFound: none is, or
	// another node has it.
	ClaimRetention(ctx context.Context, lease time.Duration) (models.RetentionRound, error)
	// RetainPartitions removes whole partitions; a step that removes nothing is the last.
	RetainPartitions(ctx context.Context, round models.RetentionRound, r models.Retention) (models.RetentionStep, error)
	// RetainMessages erases and removes what is too old of the messages behind one.
	RetainMessages(ctx context.Context, round models.RetentionRound, r models.Retention, after models.MessageID, limit int) (models.RetentionStep, error)
	// RetainRest removes what belongs to no message; a step that removes nothing is the last.
	RetainRest(ctx context.Context, round models.RetentionRound, r models.Retention, limit int) (models.RetentionStep, error)
	// RetainAudit removes old entries of the audit; a step that removes nothing is the last.
	RetainAudit(ctx context.Context, round models.RetentionRound, r models.Retention, limit int) (models.RetentionStep, error)
	// EndRetention ends the round, and says when the next is due.
	EndRetention(ctx context.Context, round models.RetentionRound, every time.Duration, did models.RetentionStep) error
}

const (
	retainEvery = time.Hour             // from the end of a round to the next one
	makeEvery   = time.Hour             // between looks for room for what is to come
	retainLook  = 30 * time.Second      // between looks whether a round is due
	retainLease = time.Minute           // a step makes it last
	retainPause = 20 * time.Millisecond // between steps: others write too
	retainSize  = 200                   // messages, or rows of the rest, of one step
	retainCut   = 1000                  // entries of the audit
)

// retention removes what is too old, in small steps, on one node at a time.
type retention struct {
	store   RetentionStore
	keep    models.Retention
	metrics *metrics
	log     *slog.Logger
	blind   bool      // the last look failed
	made    time.Time // when room was made last
}

func (r *retention) run(ctx context.Context) error {
	r.made = time.Now() // by who opened the store
	return repeat(ctx, func(ctx context.Context) time.Duration {
		if time.Since(r.made) >= makeEvery {
			r.make(ctx)
		}
		if !r.keep.Forever() {
			r.look(ctx)
		}
		return beat.Until(retainLook)
	})
}

// make makes room for what is to come, long before it is needed.
func (r *retention) make(ctx context.Context) {
	r.made = time.Now()
	if err := r.store.MakePartitions(ctx); err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "partitions of the time to come were not made", slog.Any("error", err))
	}
}

// look goes through a round if one is due. What fails is tried again.
func (r *retention) look(ctx context.Context) {
	round, err := r.store.ClaimRetention(ctx, retainLease)
	if err == nil {
		err = r.round(ctx, round)
	}
	switch {
	case err == nil, errors.Is(err, models.ErrNotFound), errors.Is(err, models.ErrConflict): // another node's
		r.blind = false
	case !r.blind && ctx.Err() == nil:
		r.blind = true
		r.log.ErrorContext(ctx, "what is too old was not removed", slog.Any("error", err))
	}
}

func (r *retention) round(ctx context.Context, round models.RetentionRound) error {
	var did models.RetentionStep
	steps := []func() (done bool, err error){r.untilNothing(&did, func() (models.RetentionStep, error) {
		return r.store.RetainPartitions(ctx, round, r.keep)
	}), r.messages(ctx, round, &did), r.untilNothing(&did, func() (models.RetentionStep, error) {
		return r.store.RetainRest(ctx, round, r.keep, retainSize)
	}), r.untilNothing(&did, func() (models.RetentionStep, error) {
		return r.store.RetainAudit(ctx, round, r.keep, retainCut)
	})}
	for _, step := range steps {
		for done := false; !done; {
			var err error
			if done, err = step(); err != nil {
				return err
			}
			if err := pause(ctx, retainPause); err != nil {
				return err
			}
		}
	}
	if err := r.store.EndRetention(ctx, round, retainEvery, did); err != nil {
		return err //nolint:wrapcheck // the store says what it did
	}
	r.metrics.retainedAt.SetToCurrentTime()
	if !did.Nothing() {
		r.log.InfoContext(ctx, "what was too old is removed", slog.Int64("erased", did.Erased), slog.Int64("removed", did.Removed),
			slog.Int64("entries", did.Entries), slog.Int64("rest", did.Rest), slog.Int64("legal_hold", did.Kept))
	}
	return nil
}

// messages takes the next of them at each step.
func (r *retention) messages(ctx context.Context, round models.RetentionRound, did *models.RetentionStep) func() (bool, error) {
	var after models.MessageID
	return func() (bool, error) {
		step, err := r.store.RetainMessages(ctx, round, r.keep, after, retainSize)
		after = step.After
		r.count(did, step)
		return after == "", err //nolint:wrapcheck // the store says what it did
	}
}

// untilNothing takes a step until there is nothing more to do.
func (r *retention) untilNothing(did *models.RetentionStep, take func() (models.RetentionStep, error)) func() (bool, error) {
	return func() (bool, error) {
		step, err := take()
		r.count(did, step)
		return step.Nothing(), err
	}
}

func (r *retention) count(did *models.RetentionStep, step models.RetentionStep) {
	did.Add(step)
	for what, n := range map[string]int64{"erased": step.Erased, "removed": step.Removed, "entries": step.Entries, "rest": step.Rest} {
		r.metrics.retained.WithLabelValues(what).Add(float64(n))
	}
}

// pause waits, or says that it is time to stop.
func pause(ctx context.Context, d time.Duration) error {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}
