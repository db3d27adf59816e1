package store

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	// clockSlack is how far the clocks of a platform and of the nodes may differ.
	clockSlack = time.Minute
	// liveFor is how old a message may be that came as it was posted.
	liveFor = 5 * time.Minute
	// maxAround bounds what Around returns.
	maxAround = 32
)

// Shared reports whether other processes may write to the same database.
func (s *Store) Shared() bool { return s.db.dialect == postgresDialect }

// Around returns the messages of a sender in a conversation that were posted
// within a time before and after a moment, by the platform's clock, and are
// still in the chat; at most 32, in the order in which they came. They have
// their ids, refs, times and elements, and nothing else.
func (s *Store) Around(ctx context.Context, app string, c models.Conversation, sender string, at time.Time, within time.Duration) ([]models.Message, error) {
	p := placeOf(app, c)
	var found []messageRow
	// The index gives the sender's messages by the time of their receipt. They came
	// when they were posted, or just now: late, or read back from history.
	from, late := at.Add(-within-clockSlack), s.now().Add(-within-clockSlack)
	q := s.reader(ctx).Model(&messageRow{}).Select("id", "ref", "sent_at", "edited_at", "revision", "content").
		Where("sender = ? AND conversation_id = (SELECT id FROM conversations WHERE app = ? AND direct = ? AND ref = ? AND retired = 0)",
			sender, p.app, flag(p.direct), p.ref).
		Where("state IN ? AND sent_at BETWEEN ? AND ?", []string{string(models.Visible), string(models.Rewritten)},
			millis(at.Add(-within)), millis(at.Add(within)))
	if s.now().Sub(at) > liveFor {
		q = q.Where("(id >= ? AND id < ? OR id >= ?)", models.FirstID(from), models.FirstID(at.Add(within+clockSlack)), models.FirstID(late))
	} else {
		q = q.Where("id >= ?", models.FirstID(from))
	}
	if err := q.Order("id DESC").Limit(maxAround).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("messages around: %w", clean(err))
	}
	return s.aroundModels(found)
}

func (s *Store) aroundModels(found []messageRow) ([]models.Message, error) {
	out := make([]models.Message, len(found))
	for i, r := range found {
		m := &out[len(found)-1-i]
		*m = r.model()
		var err error
		if m.Elements, err = s.openContent(r.Content, "messages", r.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}
