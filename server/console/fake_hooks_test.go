package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (k kept) DeliverAgain(ctx context.Context, id models.HookDeliveryID, actor string) (models.HookDelivery, error) {
	if k.real == nil {
		return models.HookDelivery{}, models.ErrNotFound
	}
	return k.real.DeliverAgain(ctx, id, actor)
}

func (k kept) Hooks(ctx context.Context) ([]models.HookStatus, error) {
	if k.real == nil {
		return nil, nil
	}
	return k.real.Hooks(ctx)
}

func (k kept) HookDeliveries(ctx context.Context, f models.HookFilter) ([]models.HookDelivery, string, error) {
	if k.real == nil {
		return nil, "", nil
	}
	return k.real.HookDeliveries(ctx, f)
}
