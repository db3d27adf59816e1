package access

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) PlaceLegalHold(_ context.Context, h models.LegalHold) (models.LegalHold, error) {
	s.asked = append(s.asked, models.RecallRequest{Message: models.MessageID(h.Thing), Actor: h.PlacedBy, Reason: models.Reason{Note: h.Reason}})
	return h, nil
}

func (s *memory) LiftLegalHold(_ context.Context, id models.LegalHoldID, actor, reason string) (models.LegalHold, error) {
	s.asked = append(s.asked, models.RecallRequest{Message: models.MessageID(id), Actor: actor, Reason: models.Reason{Note: reason}})
	return models.LegalHold{ID: id, LiftedBy: actor}, nil
}

// StandingHolds knows the holds of the fake's map.
func (s *memory) StandingHolds(context.Context, []models.MessageID) (map[models.MessageID]models.LegalHold, error) {
	return s.holds, nil
}
