package access

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// DeliverAgain has an event delivered to its endpoint once more. An error wraps
// models.ErrConflict where that is under way.
func (d *Door) DeliverAgain(ctx context.Context, c models.Caller, id models.HookDeliveryID) (models.HookDelivery, error) {
	if err := CheckDeliver(c); err != nil {
		return models.HookDelivery{}, err
	}
	again, err := d.store.DeliverAgain(ctx, id, c.Actor)
	return again, hide(err, fmt.Sprintf("deliver %s again", id))
}
