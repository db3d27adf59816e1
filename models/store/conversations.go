package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Conversation returns one conversation.
func (s *Store) Conversation(ctx context.Context, scope models.Scope, id models.ConversationID) (models.Conversation, error) {
	var r conversationRow
	err := first(scoped(s.reader(ctx), scope, "id").Where("id = ?", string(id)), &r)
	if err != nil {
		return models.Conversation{}, fmt.Errorf("conversation %s: %w", id, err)
	}
	counted, err := s.counted(ctx, []conversationRow{r})
	if err != nil {
		return models.Conversation{}, err
	}
	return counted[0], nil
}

// Conversations lists conversations, the ones heard of last first, and returns
// the cursor of the next page, empty at the end.
func (s *Store) Conversations(ctx context.Context, scope models.Scope, f models.ConversationFilter) ([]models.Conversation, string, error) {
	q := where(scoped(s.reader(ctx), scope, "id"), "app = ?", f.App)
	if f.Ref != "" {
		q = q.Where("(ref = ? OR group_ref = ?)", f.Ref, f.Ref)
	}
	if f.Missing {
		q = q.Where("id IN (SELECT conversation_id FROM holes WHERE closed_at = 0)")
	}
	q, limit, err := page(where(q, "kind = ?", string(f.Kind)), f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []conversationRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("conversations: %w", clean(err))
	}
	found, next := cut(found, limit, func(r conversationRow) string { return r.ID })
	out, err := s.counted(ctx, found)
	return out, next, err
}
