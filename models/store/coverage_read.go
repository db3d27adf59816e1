package store

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// lastHoles is how many holes are listed of one conversation.
const lastHoles = 20

// Coverages says how much of some conversations was seen. The caller has made
// sure that they may be shown.
func (s *Store) Coverages(ctx context.Context, ids []models.ConversationID) (map[models.ConversationID]models.Coverage, error) {
	var found []struct {
		Row    coverageRow `gorm:"embedded"`
		Lowest int64
	}
	err := s.reader(ctx).Raw(`SELECT `+columnsOf(coverageRow{}, "c")+`, coalesce((SELECT min(h.first) FROM holes h
			WHERE h.conversation_id = c.conversation_id AND h.closed_at = 0), 0) AS lowest
		FROM coverage c WHERE c.conversation_id IN ?`, ids).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", clean(err))
	}
	by := make(map[models.ConversationID]models.Coverage, len(found))
	for _, r := range found {
		c := r.Row.model()
		if r.Lowest > 0 {
			c.Through = r.Lowest - 1
		}
		by[models.ConversationID(r.Row.ConversationID)] = c
	}
	return by, nil
}

// model returns the coverage as if no hole were open.
func (r coverageRow) model() models.Coverage {
	c := models.Coverage{
		Tally: models.Tally{Seen: r.Seen, Late: r.Late, Backfilled: r.Backfilled, Tips: r.Tips, Gone: r.Gone},
		First: r.First, Newest: r.Newest, Through: r.Newest, AskedAt: fromMillis(r.AskedAt), Numbered: r.First > 0,
	}
	if c.Numbered {
		c.Missing = r.Newest - r.First + 1 - r.Seen - r.Backfilled - r.Tips - r.Gone
	}
	return c
}

// Holes lists the latest holes of a conversation, open or closed.
func (s *Store) Holes(ctx context.Context, c models.ConversationID, open bool) ([]models.Hole, error) {
	q := s.reader(ctx).Where("conversation_id = ?", string(c)).Limit(lastHoles)
	if open {
		q = q.Where("closed_at = 0").Order("first DESC")
	} else {
		q = q.Where("closed_at > 0").Order("closed_at DESC")
	}
	var found []holeRow
	if err := q.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("holes of conversation %s: %w", c, clean(err))
	}
	holes := make([]models.Hole, len(found))
	for i, h := range found {
		holes[i] = h.model()
	}
	return holes, nil
}

// OpenHoles counts what is missing, by app.
func (s *Store) OpenHoles(ctx context.Context) ([]models.HoleCount, error) {
	var found []struct {
		App            string
		Holes, Missing int64
		Oldest         int64
	}
	err := s.reader(ctx).Raw(`SELECT app, count(*) AS holes, CAST(sum(last - first + 1) AS bigint) AS missing, min(found_at) AS oldest
		FROM holes WHERE closed_at = 0 GROUP BY app ORDER BY app`).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("open holes: %w", clean(err))
	}
	counts := make([]models.HoleCount, len(found))
	for i, f := range found {
		counts[i] = models.HoleCount{App: f.App, Holes: f.Holes, Missing: f.Missing, Oldest: fromMillis(f.Oldest)}
	}
	return counts, nil
}

// CoverageDays says what passed each day since a moment, by app; an empty app
// means all. The newest day comes first.
func (s *Store) CoverageDays(ctx context.Context, app string, since time.Time) ([]models.DayCoverage, error) {
	var found []struct {
		Row     coverageDayRow `gorm:"embedded"`
		Missing int64
	}
	err := s.reader(ctx).Raw(`SELECT `+columnsOf(coverageDayRow{}, "d")+`, coalesce((SELECT CAST(sum(h.last - h.first + 1) AS bigint) FROM holes h
			WHERE h.closed_at = 0 AND h.app = d.app AND h.found_at / ? = d.day), 0) AS missing
		FROM coverage_days d WHERE (? = '' OR d.app = ?) AND d.day >= ? ORDER BY d.day DESC, d.app`,
		dayMillis, app, app, since.UnixMilli()/dayMillis).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("coverage by day: %w", clean(err))
	}
	days := make([]models.DayCoverage, len(found))
	for i, f := range found {
		r := f.Row
		days[i] = models.DayCoverage{
			App: r.App, Day: time.UnixMilli(r.Day * dayMillis).UTC(),
			Tally: models.Tally{
				Seen: r.Seen, Late: r.Late, Backfilled: r.Backfilled, Tips: r.Tips, Gone: r.Gone, Missing: f.Missing,
			},
		}
	}
	return days, nil
}
