package api_test

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// theHold is the one legal hold of the world, on nothing in it.
func theHold() models.LegalHold {
	return models.LegalHold{
		ID: own + "d", Kind: models.HoldSender, App: "main", Thing: "mallory", Reason: "order of 1 May",
		PlacedBy: "moderator:ann", PlacedAt: noon, Stopped: 2, TooLate: 1,
	}
}

func (s *memory) LegalHolds(_ context.Context, f models.LegalHoldFilter) ([]models.LegalHold, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	return []models.LegalHold{theHold()}, "", s.fault
}

func (s *memory) LegalHold(_ context.Context, id models.LegalHoldID) (models.LegalHold, error) {
	if id != theHold().ID && id != foreign+"d" {
		return models.LegalHold{}, fmt.Errorf("legal hold %s: %w", id, models.ErrNotFound)
	}
	return theHold(), s.fault
}

func (s *memory) LegalHoldsOn(context.Context, models.MessageID) ([]models.LegalHold, error) {
	return nil, s.fault
}

func (s *memory) StandingHolds(context.Context, []models.MessageID) (map[models.MessageID]models.LegalHold, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[models.MessageID]models.LegalHold{models.MessageID(s.placed.Thing): s.placed}, s.fault
}

func (s *memory) PlaceLegalHold(_ context.Context, h models.LegalHold) (models.LegalHold, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.Thing == unknown {
		return h, fmt.Errorf("place: %w", models.ErrNotFound)
	}
	h.ID, h.PlacedAt, h.App = own+"e", noon, "main"
	s.placed = h
	return h, s.fault
}

// LiftLegalHold takes one person for the hold of @own, two for the other.
func (s *memory) LiftLegalHold(ctx context.Context, id models.LegalHoldID, actor, reason string) (models.LegalHold, error) {
	h, err := s.LegalHold(ctx, id)
	if err != nil {
		return h, err
	}
	if id == foreign+"d" {
		h.AskedBy, h.AskedAt, h.AskedReason = actor, noon, reason
		return h, nil
	}
	h.LiftedBy, h.LiftedAt, h.LiftReason = actor, noon, reason
	return h, nil
}
