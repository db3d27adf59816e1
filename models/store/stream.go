package store

import (
	"context"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// streamPage is how many messages a stream reads at a time: a short read, so that
// the write-ahead log need not wait for it.
const streamPage = 500

// Stream hands messages of a scope to visit with their contents unsealed, the newest
// received first: those that are in the chat and those that were, without their
// findings. It begins behind the message after, or with the newest, and goes on
// until visit says no or ctx ends; it returns the id of the last one visited, empty
// when there were no more.
func (s *Store) Stream(ctx context.Context, scope models.Scope, f models.CopyFilter, after models.MessageID, visit func(models.Message) bool) (models.MessageID, error) {
	places := map[string]models.Conversation{}
	for {
		found, err := s.streamPage(ctx, scope, f, after)
		if err != nil || len(found) == 0 {
			return "", err
		}
		if err := s.placesOf(ctx, found, places); err != nil {
			return "", err
		}
		for _, r := range found {
			m := r.model()
			m.Conversation = places[r.ConversationID]
			s.unseal(&m, r)
			if after = m.ID; !visit(m) {
				return after, nil
			}
		}
	}
}

func (s *Store) streamPage(ctx context.Context, scope models.Scope, f models.CopyFilter, after models.MessageID) ([]messageRow, error) {
	var found []messageRow
	err := streamed(s.reader(ctx), scope, f, after).
		Select("id", "conversation_id", "app", "ref", "sender", "sent_at", "received_at", "edited_at", "revision", "state",
			"content", "deadline", "ephemeral").
		Limit(streamPage).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("stream messages: %w", clean(err))
	}
	return found, nil
}

// streamed narrows to what a stream hands over behind a message, in its order.
func streamed(q *gorm.DB, scope models.Scope, f models.CopyFilter, after models.MessageID) *gorm.DB {
	q = scoped(q, scope, "conversation_id").Where("app = ?", f.App)
	q = posted(inConversation(q, f.App, f.Conversation), f.Since, f.Until)
	if after != "" {
		q = q.Where("id < ?", string(after))
	}
	return q.Where("state IN ?", []string{string(models.Visible), string(models.Removed)}).Order("id DESC")
}

// placesOf learns the conversations of messages that are not known yet.
func (s *Store) placesOf(ctx context.Context, found []messageRow, places map[string]models.Conversation) error {
	var ask []string
	for _, id := range idsOf(found, func(r messageRow) string { return r.ConversationID }) {
		if _, known := places[id]; !known {
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	some, err := conversationsByID(s.reader(ctx), ask)
	maps.Copy(places, some)
	return err
}
