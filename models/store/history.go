package store

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// historyMessages is how many of a sender's messages History looks at.
const historyMessages = 1000

// History says what was found lately in what an account posted, and how much of it
// was to be taken back: of its last messages of an app since a moment, 1000 at most.
func (s *Store) History(ctx context.Context, scope models.Scope, app, sender string, since time.Time) (models.History, error) {
	last := between(scoped(s.reader(ctx), scope, "conversation_id").Model(&messageRow{}), since, time.Time{}).
		Select("id", "inspection").Where("sender = ? AND app = ?", sender, app).Order("id DESC").Limit(historyMessages)
	var h models.History
	err := s.reader(ctx).Table("(?) AS m", last).Select(`count(*) AS messages,
		coalesce(sum(CASE WHEN m.inspection = ? THEN 1 ELSE 0 END), 0) AS findings,
		coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM recalls r WHERE r.message_id = m.id) THEN 1 ELSE 0 END), 0) AS recalls`,
		string(models.Found)).Scan(&h).Error
	if err != nil {
		return h, fmt.Errorf("history of a sender: %w", clean(err))
	}
	h.Cut = h.Messages == historyMessages
	return h, nil
}

// Reveals counts the texts that somebody has seen in clear since a moment, up to limit.
func (s *Store) Reveals(ctx context.Context, actor string, since time.Time, limit int) (int, error) {
	q := s.reader(ctx).Model(&auditRow{}).Where("actor = ? AND action = 'message.revealed'", actor)
	return s.countTo(ctx, between(q, since, time.Time{}), limit)
}
