package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// HeldMessages says what a hold would be on, with its app and id, and how many messages
// that are kept now are among it, up to limit. models.ErrNotFound: there is no such
// thing; models.ErrInvalid: the order is not complete, or a name is borne by several.
func (s *Store) HeldMessages(ctx context.Context, h models.LegalHold, limit int) (models.LegalHold, int, error) {
	u := &unit{s: s, tx: s.reader(ctx)} // reads, and writes nothing
	h, err := u.heldThing(h)
	if err != nil {
		return h, 0, fmt.Errorf("what a hold would be on: %w", err)
	}
	q := s.reader(ctx).Model(&messageRow{})
	switch h.Kind {
	case models.HoldMessage:
		return h, 1, nil
	case models.HoldConversation:
		q = q.Where("conversation_id = ?", h.Thing)
	case models.HoldSender:
		q = q.Where("sender = ? AND app = ?", h.Thing, h.App)
	}
	n, err := s.countTo(ctx, q, limit)
	return h, n, err
}
