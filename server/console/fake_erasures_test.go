package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) Erase(_ context.Context, o models.ErasureOrder) (models.Erasure, error) {
	return models.Erasure{ID: "e", App: o.App}, nil
}

func (s *memory) PreviewErasure(_ context.Context, o models.ErasureOrder) (models.Erasure, error) {
	return models.Erasure{App: o.App}, nil
}
