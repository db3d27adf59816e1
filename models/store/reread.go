package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// MessagesByID returns messages as they are kept now, with their contents and
// findings; the ones there are, in no order.
func (s *Store) MessagesByID(ctx context.Context, ids []models.MessageID) ([]models.Message, error) {
	var found []messageRow
	if err := s.reader(ctx).Where("id IN ?", ids).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("messages: %w", clean(err))
	}
	return s.messageModels(s.reader(ctx), found)
}

// Recognises reports whether a message as the platform shows it now is the one
// that is kept under an id: its sender, and the texts of one of its revisions.
// Deliveries of edits bring neither the sender nor the data beside the body.
func (s *Store) Recognises(ctx context.Context, id models.MessageID, shown models.Message) (bool, error) {
	bare := slices.DeleteFunc(slices.Clone(shown.Elements), func(e models.Element) bool { return e.Kind == models.CloudElement })
	var digests [][]byte
	for _, elements := range [][]models.Element{shown.Elements, bare} {
		digests = append(digests, s.contentDigest(shown.Sender, elements), s.contentDigest("", elements))
	}
	var n int64
	err := s.reader(ctx).Raw(`SELECT count(*) FROM messages WHERE id = ? AND sender IN (?, '') AND (digest IN ?
		OR EXISTS (SELECT 1 FROM revisions WHERE revisions.message_id = messages.id AND revisions.digest IN ?))`,
		string(id), shown.Sender, digests, digests).Scan(&n).Error
	if err != nil {
		return false, fmt.Errorf("revisions of message %s: %w", id, clean(err))
	}
	return n > 0, nil
}

// TakenBack returns which of some messages a call of ours has taken back, by the
// platform's own yes; one may be named twice.
func (s *Store) TakenBack(ctx context.Context, ids []models.MessageID) ([]models.MessageID, error) {
	var gone []models.MessageID
	err := s.reader(ctx).Model(&recallRow{}).Where("message_id IN ? AND attempts > 0 AND state IN ?",
		ids, []string{string(models.Accepted), string(models.Confirmed)}).Pluck("message_id", &gone).Error
	if err != nil {
		return nil, fmt.Errorf("recalls of messages: %w", clean(err))
	}
	return gone, nil
}
