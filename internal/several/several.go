// Package several answers questions about many things from a store that answers about
// one: for the fakes of tests.
package several

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

// latest is the first of a list whose newest comes first.
func latest[T any](found []T, _ string, err error) (first T, _ error) {
	switch {
	case err != nil:
		return first, err
	case len(found) == 0:
		return first, models.ErrNotFound
	}
	return found[0], nil
}

// Of asks get for each of some things in a scope. Like the store's own, it leaves out
// what is not there or not shown.
func Of[K comparable, V any](
	ctx context.Context, get func(context.Context, models.Scope, K) (V, error), scope models.Scope, ids []K,
) (map[K]V, error) {
	return each(ids, func(id K) (V, error) { return get(ctx, scope, id) })
}

// LatestCases asks for the latest case of each of some messages.
func LatestCases(
	ctx context.Context, list func(context.Context, models.Scope, models.CaseFilter) ([]models.Case, string, error),
	scope models.Scope, ids []models.MessageID,
) (map[models.MessageID]models.Case, error) {
	return each(ids, func(id models.MessageID) (models.Case, error) {
		return latest(list(ctx, scope, models.CaseFilter{Message: id, Page: models.Page{Limit: 1}}))
	})
}

// LatestRecalls asks for the latest recall of each of some messages.
func LatestRecalls(
	ctx context.Context, list func(context.Context, models.Scope, models.RecallFilter) ([]models.Recall, string, error),
	scope models.Scope, ids []models.MessageID,
) (map[models.MessageID]models.Recall, error) {
	return each(ids, func(id models.MessageID) (models.Recall, error) {
		return latest(list(ctx, scope, models.RecallFilter{Message: id, Page: models.Page{Limit: 1}}))
	})
}
