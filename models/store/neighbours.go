package store

import (
	"context"
	"fmt"
	"slices"
	"time"

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

// RecallCounts counts the recalls of each of some states that were asked for since a
// moment, each up to limit; the zero moment means ever.
func (s *Store) RecallCounts(
	ctx context.Context, scope models.Scope, states []models.RecallState, since time.Time, limit int,
) (map[models.RecallState]int, error) {
	counts := map[models.RecallState]int{}
	for _, state := range states {
		q := scoped(s.reader(ctx), scope, "conversation_id").Model(&recallRow{}).Where("state = ?", string(state))
		n, err := s.countTo(ctx, between(q, since, time.Time{}), limit)
		if err != nil {
			return nil, err
		}
		counts[state] = n
	}
	return counts, nil
}
