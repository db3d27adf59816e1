package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Recall returns one recall.
func (s *Store) Recall(ctx context.Context, scope models.Scope, id models.RecallID) (models.Recall, error) {
	var r recallRow
	err := first(scoped(s.reader(ctx), scope, "conversation_id").Where("id = ?", string(id)), &r)
	if err != nil {
		return models.Recall{}, fmt.Errorf("recall %s: %w", id, err)
	}
	found, err := s.recallModels(s.reader(ctx), []recallRow{r})
	if err != nil {
		return models.Recall{}, err
	}
	return found[0], nil
}

// recallModels completes rows with their conversations and notes.
func (s *Store) recallModels(db *gorm.DB, found []recallRow) ([]models.Recall, error) {
	conversations, err := conversationsByID(db, idsOf(found, func(r recallRow) string { return r.ConversationID }))
	if err != nil {
		return nil, err
	}
	out := make([]models.Recall, len(found))
	for i, r := range found {
		out[i] = s.completeRecall(r, conversations[r.ConversationID])
	}
	return out, nil
}

func (s *Store) completeRecall(r recallRow, c models.Conversation) models.Recall {
	recall := r.model()
	recall.Conversation = c
	recall.Reason.Note = s.openNote(r.Note, "recalls", r.ID)
	return recall
}

// recallModel completes one row within a transaction.
func (u *unit) recallModel(r recallRow) (models.Recall, error) {
	c, err := u.conversationByID(r.ConversationID)
	if err != nil {
		return models.Recall{}, err
	}
	return u.s.completeRecall(r, c), nil
}

// Decisions lists what was decided of a message, oldest first.
func (s *Store) Decisions(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Decision, error) {
	if err := s.shown(ctx, scope, id); err != nil {
		return nil, err
	}
	var found []decisionRow
	if err := s.reader(ctx).Where("message_id = ?", string(id)).Order("id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("decisions: %w", clean(err))
	}
	out := make([]models.Decision, len(found))
	for i, r := range found {
		d, err := s.decisionModel(r)
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	return out, nil
}

// shown reports models.ErrNotFound for a message outside the scope.
func (s *Store) shown(ctx context.Context, scope models.Scope, id models.MessageID) error {
	_, err := s.messageIn(s.reader(ctx), scope, id)
	return err
}

// messageIn returns the plain columns of a message in the scope.
func (s *Store) messageIn(db *gorm.DB, scope models.Scope, id models.MessageID) (messageRow, error) {
	var r messageRow
	err := first(scoped(db, scope, "conversation_id").
		Select("id", "conversation_id", "ref", "sent_at", "erased_at").Where("id = ?", string(id)), &r)
	if err != nil {
		return r, fmt.Errorf("message %s: %w", id, err)
	}
	return r, nil
}
