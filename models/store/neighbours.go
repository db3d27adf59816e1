package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// maxNeighbours bounds what Neighbours returns on each side.
const maxNeighbours = 20

// Neighbours returns the messages of the same conversation that were received
// just before a message and just after it, at most n of each, the oldest first.
func (s *Store) Neighbours(ctx context.Context, scope models.Scope, id models.MessageID, n int) (before, after []models.Message, err error) {
	m, err := s.messageIn(s.reader(ctx), scope, id)
	if err != nil {
		return nil, nil, err
	}
	side := func(condition, order string) ([]models.Message, error) {
		var found []messageRow
		err := s.reader(ctx).Where("conversation_id = ? AND id "+condition+" ?", m.ConversationID, string(id)).
			Order("id " + order).Limit(min(n, maxNeighbours)).Find(&found).Error
		if err != nil {
			return nil, fmt.Errorf("neighbours of message %s: %w", id, clean(err))
		}
		return s.messageModels(s.reader(ctx), found)
	}
	if before, err = side("<", "DESC"); err != nil {
		return nil, nil, err
	}
	slices.Reverse(before)
	after, err = side(">", "ASC")
	return before, after, err
}

// MessagesIn returns those of some messages that a scope shows.
func (s *Store) MessagesIn(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Message, error) {
	all := map[models.MessageID]models.Message{}
	if len(ids) == 0 {
		return all, nil
	}
	var found []messageRow
	err := scoped(s.reader(ctx), scope, "conversation_id").Where("id IN ?", ids).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages: %w", clean(err))
	}
	items, err := s.messageModels(s.reader(ctx), found)
	for _, m := range items {
		all[m.ID] = m
	}
	return all, err
}
