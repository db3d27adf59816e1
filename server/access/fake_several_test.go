package access

import (
	"context"
	"errors"

	"github.com/takeback-chat/takeback/models"
)

// each asks for one thing after another; what is not there is left out.
func each[K comparable, V any](ids []K, one func(K) (V, error)) (map[K]V, error) {
	found := map[K]V{}
	for _, id := range ids {
		switch v, err := one(id); {
		case err == nil:
			found[id] = v
		case !errors.Is(err, models.ErrNotFound):
			return nil, err
		}
	}
	return found, nil
}

func latest[T any](found []T, _ string, err error) (T, error) {
	if err == nil && len(found) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

func (s *memory) MessagesIn(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Message, error) {
	return each(ids, func(id models.MessageID) (models.Message, error) { return s.Message(ctx, scope, id) })
}

func (s *memory) ReadsOf(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID][]models.Read, error) {
	return each(ids, func(id models.MessageID) ([]models.Read, error) { return s.Reads(ctx, scope, id) })
}

func (s *memory) LatestCases(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Case, error) {
	return each(ids, func(id models.MessageID) (models.Case, error) {
		return latest(s.Cases(ctx, scope, models.CaseFilter{Message: id, Page: models.Page{Limit: 1}}))
	})
}

func (s *memory) LatestRecalls(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Recall, error) {
	return each(ids, func(id models.MessageID) (models.Recall, error) {
		return latest(s.Recalls(ctx, scope, models.RecallFilter{Message: id, Page: models.Page{Limit: 1}}))
	})
}
