package access

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) noted(what, actor, reason string) (models.Breaker, error) {
	s.asked = append(s.asked, models.RecallRequest{
		Message: models.MessageID(what), Actor: actor, Reason: models.Reason{Note: reason},
	})
	return models.Breaker{}, nil
}

func (s *memory) StopRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	return s.noted("stop", actor, reason)
}

func (s *memory) StartRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	return s.noted("start", actor, reason)
}

func (s *memory) ResetBreaker(_ context.Context, id models.BreakerID, actor, reason string) (models.Breaker, error) {
	return s.noted("reset "+string(id), actor, reason)
}
