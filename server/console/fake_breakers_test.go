package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) StopRecalls(context.Context, string, string) (models.Breaker, error) {
	return models.Breaker{}, s.fault
}

func (s *memory) StartRecalls(context.Context, string, string) (models.Breaker, error) {
	return models.Breaker{}, s.fault
}

func (s *memory) ResetBreaker(context.Context, models.BreakerID, string, string) (models.Breaker, error) {
	return models.Breaker{}, s.fault
}
