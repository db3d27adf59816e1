package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/models"
)

// SweepStore is what running sweeps needs of the database. *store.Store is one.
type SweepStore interface {
	// ClaimSweep leases a running sweep that is due, with the messages that come
	// next; models.ErrNotFound: there is nothing to do now.
	ClaimSweep(ctx context.Context, limit int, lease time.Duration) (models.SweepClaim, error)
	// AskSweep asks for the messages of a claim that have no Why, and returns the
	// conversations that have something due; models.ErrConflict: the claim is void.
	AskSweep(ctx context.Context, claim models.SweepClaim) ([]models.ConversationID, error)
	// DelaySweep gives a claim back for a while, and fails the sweep after many times.
	DelaySweep(ctx context.Context, claim models.SweepClaim, wait time.Duration, trouble string) error
}

// Staff is the platforms' word on who is what; *platforms.Standings gives it.
type Staff interface {
	// Spare marks the messages of those whom a sweep leaves alone.
	Spare(ctx context.Context, items []models.SweepItem, o models.SweepOrder) error
	// Role returns what an account is in a conversation of a group.
	Role(ctx context.Context, c models.Conversation, account string) (models.Role, error)
}

const (
	sweepPortion = 100              // messages that a sweep asks for in one transaction
	sweepLease   = 10 * time.Second // in which roles are asked for and a portion is written
	sweepLook    = time.Second      // between looks for running sweeps
	sweepNext    = 50 * time.Millisecond
	sweepRetry   = 20 * time.Second // where the platform could not be asked for roles
)

// rolesTrouble tells people why a sweep failed.
const rolesTrouble = "The chat platform could not say whose messages they are, time and again. What had not left was cancelled."

// sweeps takes running sweeps on, a portion at a time, whichever node they were
// ordered at. Before each portion it is asked again whose messages they are, and
// whether whoever ordered it still has the right.
type sweeps struct {
	store SweepStore
	staff Staff
	ring  func(models.ConversationID)
	log   *slog.Logger
	blind bool // the last look failed
}

func (s *sweeps) run(ctx context.Context) error { return repeat(ctx, s.step) }

// repeat takes a step at once, and the next after as long as it says, until ctx ends.
func repeat(ctx context.Context, step func(context.Context) time.Duration) error {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		wait.Reset(step(ctx))
	}
}

// step takes one sweep on by one portion, and says when to look again.
func (s *sweeps) step(ctx context.Context) time.Duration {
	claim, err := s.store.ClaimSweep(ctx, sweepPortion, sweepLease)
	if errors.Is(err, models.ErrNotFound) {
		s.blind = false
		return beat.Until(sweepLook)
	}
	if err == nil {
		err = s.portion(ctx, claim)
	}
	switch {
	case err == nil, errors.Is(err, models.ErrConflict): // cancelled, or another node's
		s.blind = false
		return sweepNext
	case !s.blind && ctx.Err() == nil:
		s.log.ErrorContext(ctx, "a sweep does not get on", slog.String("sweep", string(claim.ID)), slog.Any("error", err))
	}
	s.blind = true
	return beat.Until(sweepLook)
}

// portion asks for the messages of a claim, once it is known whose they are.
func (s *sweeps) portion(ctx context.Context, claim models.SweepClaim) error {
	stopping := ctx
	ctx, cancel := context.WithTimeout(ctx, sweepLease*2/3)
	defer cancel()
	err := s.check(ctx, &claim)
	if err != nil && stopping.Err() != nil {
		return err // that is no word of the platform's; the lease ends by itself
	}
	if err != nil {
		delayed := s.store.DelaySweep(context.WithoutCancel(ctx), claim, sweepRetry, rolesTrouble)
		return errors.Join(err, delayed)
	}
	due, err := s.store.AskSweep(ctx, claim)
	if err != nil {
		return err //nolint:wrapcheck // the store says what it did
	}
	rung := map[models.ConversationID]bool{}
	for _, c := range due {
		if !rung[c] {
			rung[c] = true
			s.ring(c)
		}
	}
	return nil
}

// check marks the messages of a claim that are not to be asked for after all.
func (s *sweeps) check(ctx context.Context, claim *models.SweepClaim) error {
	lost := map[models.ConversationID]bool{}
	for i := range claim.Items {
		item := &claim.Items[i]
		gone, known := lost[item.Conversation.ID]
		if !known {
			var err error
			if gone, err = s.lost(ctx, claim, item); err != nil {
				return err
			}
			lost[item.Conversation.ID] = gone
		}
		if gone {
			item.Why = models.NoRight
		}
	}
	return s.staff.Spare(ctx, claim.Items, claim.SweepOrder) //nolint:wrapcheck // it says what it asked
}

// lost reports whether whoever ordered a sweep has lost the right that the
// platform gave them in a conversation.
func (s *sweeps) lost(ctx context.Context, claim *models.SweepClaim, item *models.SweepItem) (bool, error) {
	if item.Authority != models.ByOwner && item.Authority != models.ByAdmin {
		return false, nil
	}
	role, err := s.staff.Role(ctx, item.Conversation, claim.Account.Name)
	if err == nil && role == models.RoleUnknown {
		err = errNoRole
	}
	return !role.Moderates(), err //nolint:wrapcheck // it says what it asked
}
