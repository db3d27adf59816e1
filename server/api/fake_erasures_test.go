package api_test

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

// theErasure is the one certificate of the world.
func theErasure() models.Erasure {
	return models.Erasure{
		ID: own + "f", App: "main", Alias: "alias-0011", Reason: "request of 1 May", By: "token:operator", At: noon,
		Messages: 4, Findings: 3, Reads: 2, Names: 1, Held: 5, Busy: 6,
	}
}

func (s *memory) Erasures(_ context.Context, _, account string, _ models.Page) ([]models.Erasure, string, error) {
	if account == unknown {
		return nil, "", s.fault
	}
	return []models.Erasure{theErasure()}, "", s.fault
}

func (s *memory) Erase(_ context.Context, o models.ErasureOrder) (models.Erasure, error) {
	e := theErasure()
	e.Reason, e.By = o.Reason, o.Actor
	return e, s.fault
}

func (s *memory) PreviewErasure(context.Context, models.ErasureOrder) (models.Erasure, error) {
	e := theErasure()
	return models.Erasure{App: e.App, Alias: e.Alias, Messages: e.Messages, Held: e.Held}, s.fault
}
