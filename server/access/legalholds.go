package access

import (
	"context"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// PlaceLegalHold puts what h names under legal hold, until it is lifted or until
// h.Until. An error wraps models.ErrNotFound where there is no such thing.
func (d *Door) PlaceLegalHold(ctx context.Context, c models.Caller, h models.LegalHold) (models.LegalHold, error) {
	if err := CheckHold(c); err != nil {
		return models.LegalHold{}, err
	}
	reason, err := cleanWhy(h.Reason, true)
	if err != nil {
		return models.LegalHold{}, err
	}
	if !h.Until.IsZero() && !h.Until.After(d.now()) {
		return models.LegalHold{}, invalid("The end of the hold is not in the future.")
	}
	h.Reason, h.PlacedBy = reason, c.Actor
	placed, err := d.store.PlaceLegalHold(ctx, h)
	return placed, hide(err, "place a legal hold")
}

// LiftLegalHold lifts a hold, or, where there is another operator, asks for it: then
// it is models.HoldLiftAsked, and another has to ask for the same. An error wraps
// models.ErrConflict where it keeps nothing any more, and where the same person asks
// twice.
func (d *Door) LiftLegalHold(ctx context.Context, c models.Caller, id models.LegalHoldID, reason string) (models.LegalHold, error) {
	if err := CheckHold(c); err != nil {
		return models.LegalHold{}, err
	}
	reason, err := cleanWhy(reason, true)
	if err != nil {
		return models.LegalHold{}, err
	}
	h, err := d.store.LiftLegalHold(ctx, id, c.Actor, reason)
	return h, hide(err, fmt.Sprintf("lift legal hold %s", id))
}

// kept says whether a legal hold is on a message, and in words by whom and since when.
func (d *Door) kept(ctx context.Context, id models.MessageID) (words string, kept bool, err error) {
	on, err := d.store.StandingHolds(ctx, []models.MessageID{id})
	if err != nil {
		return "", false, fmt.Errorf("legal holds on message %s: %w", id, err)
	}
	h, kept := on[id]
	return h.Words(), kept, nil
}

// keptWords is all that a sender is told: whoever is looked into need not learn by whom.
const keptWords = "It has to be kept, and cannot be taken back."

// keptFromSender hides from a sender who holds.
func keptFromSender(err error) error {
	if errors.Is(err, models.ErrLegalHold) {
		return &Refusal{Kind: models.ErrConflict, Words: keptWords}
	}
	return err
}
