package console

import (
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) Numbers(_ context.Context, scope models.Scope, since time.Time) (all []models.Figures, part bool, err error) {
	for _, f := range s.figures {
		if scope.All && !f.At.Before(since) {
			all = append(all, f)
		}
	}
	return all, false, s.fault
}
