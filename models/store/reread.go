package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// MessagesByID returns messages as they are kept now, with their contents and
// findings; the ones there are, in no order.
func (s *Store) MessagesByID(ctx context.Context, ids []models.MessageID) ([]models.Message, error) {
	wanted := idsOf(ids, func(id models.MessageID) string { return string(id) })
	found, err := messagesView.read(s.reader(ctx), "WHERE "+s.db.dialect.in("id"), list(wanted))
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return s.messageModels(s.reader(ctx), found)
}

// Recognised returns which of some messages, as the platform shows them now, are
// those that are kept under their ids: by the sender, and the texts of one of the
// revisions. Deliveries of edits bring neither the sender nor the data beside the body.
func (s *Store) Recognised(ctx context.Context, shown []models.Message) (map[models.MessageID]bool, error) {
	if len(shown) == 0 {
		return nil, nil
	}
	var kept []messageRow
	ids := idsOf(shown, func(m models.Message) string { return string(m.ID) })
	if err := s.reader(ctx).Select("id", "sender", "digest").Where(s.db.dialect.in("id"), list(ids)).Find(&kept).Error; err != nil {
		return nil, fmt.Errorf("messages: %w", clean(err))
	}
	by := make(map[string]messageRow, len(kept))
	for _, r := range kept {
		by[r.ID] = r
	}
	known := make(map[models.MessageID]bool, len(shown))
	var other []models.Message
	for _, m := range shown {
		r, ok := by[string(m.ID)]
		ours := ok && (r.Sender == "" || r.Sender == m.Sender)
		known[m.ID] = ours && s.says(m, [][]byte{r.Digest})
		if ours && !known[m.ID] {
			other = append(other, m)
		}
	}
	return known, s.recogniseRevisions(ctx, other, known)
}

// recogniseRevisions adds which of some messages have the texts of a revision that is
// not the last one any more.
func (s *Store) recogniseRevisions(ctx context.Context, shown []models.Message, known map[models.MessageID]bool) error {
	if len(shown) == 0 {
		return nil
	}
	var revisions []revisionRow
	ids := idsOf(shown, func(m models.Message) string { return string(m.ID) })
	if err := s.reader(ctx).Select("message_id", "digest").Where(s.db.dialect.in("message_id"), list(ids)).Find(&revisions).Error; err != nil {
		return fmt.Errorf("revisions of messages: %w", clean(err))
	}
	digests := map[string][][]byte{}
	for _, r := range revisions {
		digests[r.MessageID] = append(digests[r.MessageID], r.Digest)
	}
	for _, m := range shown {
		known[m.ID] = s.says(m, digests[string(m.ID)])
	}
	return nil
}

// says reports whether a message has the content of one of some digests.
func (s *Store) says(m models.Message, digests [][]byte) bool {
	bare := slices.DeleteFunc(slices.Clone(m.Elements), func(e models.Element) bool { return e.Kind == models.CloudElement })
	for _, elements := range [][]models.Element{m.Elements, bare} {
		for _, sender := range []string{m.Sender, ""} {
			own := s.contentDigest(sender, elements)
			if slices.ContainsFunc(digests, func(d []byte) bool { return bytes.Equal(d, own) }) {
				return true
			}
		}
	}
	return false
}

// TakenBack returns which of some messages a call of ours has taken back, by the
// platform's own yes; one may be named twice.
func (s *Store) TakenBack(ctx context.Context, ids []models.MessageID) ([]models.MessageID, error) {
	var gone []models.MessageID
	err := s.reader(ctx).Model(&recallRow{}).Where(s.db.dialect.in("message_id")+" AND attempts > 0 AND state IN ?",
		list(idsOf(ids, func(id models.MessageID) string { return string(id) })), []string{string(models.Accepted), string(models.Confirmed)}).Pluck("message_id", &gone).Error
	if err != nil {
		return nil, fmt.Errorf("recalls of messages: %w", clean(err))
	}
	return gone, nil
}
