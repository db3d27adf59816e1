package access

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

// Erase erases a person, with a reason: store.Erase. With preview it says what that would do,
// and does nothing. An error wraps models.ErrInvalid where the order is not complete.
func (d *Door) Erase(ctx context.Context, c models.Caller, o models.ErasureOrder, preview bool) (models.Erasure, error) {
	if err := CheckErase(c); err != nil {
		return models.Erasure{}, err
	}
	reason, err := cleanWhy(o.Reason, !preview)
	if err != nil {
		return models.Erasure{}, err
	}
	o.Reason, o.Actor = reason, c.Actor
	do := d.store.Erase
	if preview {
		do = d.store.PreviewErasure
	}
	e, err := do(ctx, o)
	return e, hide(err, "erase a person")
}
