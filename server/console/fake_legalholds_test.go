package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) PlaceLegalHold(ctx context.Context, h models.LegalHold) (models.LegalHold, error) {
	if s.real == nil {
		return models.LegalHold{}, models.ErrNotFound
	}
	return s.real.PlaceLegalHold(ctx, h)
}

func (s *memory) LiftLegalHold(ctx context.Context, id models.LegalHoldID, actor, reason string) (models.LegalHold, error) {
	if s.real == nil {
		return models.LegalHold{}, models.ErrNotFound
	}
	return s.real.LiftLegalHold(ctx, id, actor, reason)
}

func (k kept) HeldMessages(ctx context.Context, h models.LegalHold, limit int) (models.LegalHold, int, error) {
	return k.real.HeldMessages(ctx, h, limit)
}

func (s *memory) StandingHolds(context.Context, []models.MessageID) (map[models.MessageID]models.LegalHold, error) {
	return s.holds, s.fault
}

func (s *memory) LegalHoldsOn(_ context.Context, id models.MessageID) ([]models.LegalHold, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.holds[id]; ok {
		return []models.LegalHold{h}, s.fault
	}
	return nil, s.fault
}
