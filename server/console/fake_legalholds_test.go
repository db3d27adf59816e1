package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) PlaceLegalHold(context.Context, models.LegalHold) (models.LegalHold, error) {
	return models.LegalHold{}, models.ErrNotFound
}

func (s *memory) LiftLegalHold(context.Context, models.LegalHoldID, string, string) (models.LegalHold, error) {
	return models.LegalHold{}, models.ErrNotFound
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
