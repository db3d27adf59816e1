package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

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
	var found []messageRow
	q := s.around(ctx, placeOf(app, c), Moment{sender, at}, within).Select("id", "ref", "sent_at", "edited_at", "revision", "content")
	if err := q.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("messages around: %w", clean(err))
	}
	return s.aroundModels(found), nil
}

// Moment is when an account said something, by the platform's clock.
type Moment struct {
	Sender string
	At     time.Time
}

// AroundAll is Around for many moments of one conversation, in their order, and
// with nothing but ids, refs and times: it asks once, and most of what is around is of
// no use.
func (s *Store) AroundAll(ctx context.Context, app string, c models.Conversation, moments []Moment, within time.Duration) ([][]models.Message, error) {
	asked := map[Moment]int{}
	var texts []string
	var queries []any
	for _, m := range moments {
		if _, ok := asked[m]; ok {
			continue
		}
		asked[m] = len(texts)
		texts = append(texts, fmt.Sprintf("SELECT id, ref, sent_at, %[1]d AS part FROM (?) AS a%[1]d", len(texts)))
		queries = append(queries, s.around(ctx, placeOf(app, c), m, within).Select("id", "ref", "sent_at"))
	}
	if len(texts) == 0 {
		return nil, nil
	}
	parts, err := readParts(s.reader(ctx).Raw(strings.Join(texts, " UNION ALL "), queries...), len(texts))
	if err != nil {
		return nil, fmt.Errorf("messages around: %w", clean(err))
	}
	out := make([][]models.Message, len(moments))
	for i, m := range moments {
		out[i] = parts[asked[m]]
	}
	return out, nil
}

// readParts reads the messages of each of n parts of a query.
func readParts(q *gorm.DB, n int) ([][]models.Message, error) {
	found, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }() // read to the end, or its error is told below
	parts := make([][]models.Message, n)
	for found.Next() {
		var m models.Message
		var sent int64
		var part int
		if err := found.Scan(&m.ID, &m.Ref, &sent, &part); err != nil {
			return nil, err
		}
		m.SentAt = fromMillis(sent)
		parts[part] = append(parts[part], m)
	}
	return parts, found.Err()
}

// around is the query of what Around returns, the newest first.
func (s *Store) around(ctx context.Context, p place, m Moment, within time.Duration) *gorm.DB {
	// The index gives the sender's messages by the time of their receipt. They came
	// when they were posted, or just now: late, or read back from history.
	at, late := m.At, s.now().Add(-within-clockSlack)
	from := at.Add(-within - clockSlack)
	q := s.reader(ctx).Model(&messageRow{}).
		Where("sender = ? AND conversation_id = (SELECT id FROM conversations WHERE app = ? AND direct = ? AND ref = ? AND retired = 0)",
			m.Sender, p.app, flag(p.direct), p.ref).
		Where("state IN ? AND sent_at BETWEEN ? AND ?", []string{string(models.Visible), string(models.Rewritten)},
			millis(at.Add(-within)), millis(at.Add(within)))
	if s.now().Sub(at) > liveFor {
		q = q.Where("(id >= ? AND id < ? OR id >= ?)", models.FirstID(from), models.FirstID(at.Add(within+clockSlack)), models.FirstID(late))
	} else {
		q = q.Where("id >= ?", models.FirstID(from))
	}
	return q.Order("id DESC").Limit(maxAround)
}

func (s *Store) aroundModels(found []messageRow) []models.Message {
	out := make([]models.Message, len(found))
	for i, r := range found {
		m := &out[len(found)-1-i]
		*m = r.model()
		s.unseal(m, r)
	}
	return out
}
