package console

import (
	"context"

	"github.com/takeback-chat/takeback/internal/several"
	"github.com/takeback-chat/takeback/models"
)

func (s *memory) CasesIn(ctx context.Context, scope models.Scope, ids []models.CaseID) (map[models.CaseID]models.Case, error) {
	return several.Of(ctx, s.Case, scope, ids)
}

func (s *memory) MessagesIn(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Message, error) {
	return several.Of(ctx, s.Message, scope, ids)
}

func (s *memory) ReadsOf(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID][]models.Read, error) {
	return several.Of(ctx, s.Reads, scope, ids)
}

func (s *memory) LatestCases(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Case, error) {
	return several.LatestCases(ctx, s.Cases, scope, ids)
}

func (s *memory) LatestRecalls(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Recall, error) {
	return several.LatestRecalls(ctx, s.Recalls, scope, ids)
}
