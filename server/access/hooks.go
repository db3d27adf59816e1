package access

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

const hooksEverywhere = "What other systems are told concerns every conversation, and this login was limited to some groups."

// CheckHooks is nil if the caller may see what other systems are told.
func CheckHooks(c models.Caller) error {
	reads := c.Grant == models.GrantOperator || c.Grant == models.GrantAuditor
	if reads && len(c.Groups) > 0 {
		return forbidden(hooksEverywhere)
	}
	return check(reads, c.Grant, "see what other systems are told")
}

// CheckDeliver is nil if the caller may have other systems told again.
func CheckDeliver(c models.Caller) error {
	acts := c.Grant == models.GrantOperator
	if acts && len(c.Groups) > 0 {
		return forbidden(hooksEverywhere)
	}
	return check(acts, c.Grant, "have other systems told again")
}

// DeliverAgain has an event delivered to its endpoint once more. An error wraps
// models.ErrConflict where that is under way.
func (d *Door) DeliverAgain(ctx context.Context, c models.Caller, id models.HookDeliveryID) (models.HookDelivery, error) {
	if err := CheckDeliver(c); err != nil {
		return models.HookDelivery{}, err
	}
	again, err := d.store.DeliverAgain(ctx, id, c.Actor)
	return again, hide(err, fmt.Sprintf("deliver %s again", id))
}
