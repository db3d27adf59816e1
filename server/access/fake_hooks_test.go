package access

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) DeliverAgain(context.Context, models.HookDeliveryID, string) (models.HookDelivery, error) {
	return models.HookDelivery{}, models.ErrNotFound
}
