package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Queue lists the cases that wait, the most urgent first, and returns the cursor of
// the next page, empty at the end.
func (s *Store) Queue(ctx context.Context, scope models.Scope, f models.QueueFilter) ([]models.Case, string, error) {
	limit, err := limitOf(f.Page)
	if err != nil {
		return nil, "", err
	}
	q := s.waiting(ctx, scope, f)
	if f.Cursor != "" {
		place, id, err := decodePlace(f.Cursor)
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(place < ? OR (place = ? AND id < ?))", place, place, id)
	}
	var found []caseRow
	order := "place DESC, id DESC"
	if f.Parked || f.Escalated || f.Closing || f.Mine || f.Skipped {
		order = "+place DESC, id DESC" // few, found by an index of their own: SQLite would walk the queue for them
	}
	if err := q.Order(order).Limit(limit + 1).Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("queue: %w", clean(err))
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		next = encodePlace(found[limit-1])
	}
	items, err := s.caseModels(s.reader(ctx), found)
	return items, next, err
}

// waiting narrows to the waiting cases that a filter means.
func (s *Store) waiting(ctx context.Context, scope models.Scope, f models.QueueFilter) *gorm.DB {
	now := s.now().UnixMilli()
	q := scoped(s.reader(ctx), scope, "conversation_id").Model(&caseRow{}).Where("decided_at = 0")
	same := " = ?"
	if !scope.All {
		same = " || '' = ?" // not by the indexes of these: few cases are of a scope, many of one severity
	}
	q = where(where(where(q, "app"+same, f.App), "severity"+same, string(f.Severity)), "rule"+same, f.Rule)
	if f.Parked {
		return q.Where("parked_until > 0 AND parked_until > ?", now)
	}
	q = q.Where("parked_until <= ?", now)
	if f.Escalated {
		q = q.Where("escalated_at > 0")
	}
	if f.Closing {
		q = q.Where("deadline > 0 AND deadline > ? AND deadline <= ?", now, now+soon.Milliseconds())
	}
	if f.Mine {
		q = q.Where("claimed_by <> '' AND claimed_by = ? AND claimed_until > ?", f.Actor, now)
	}
	if f.Actor == "" {
		return q
	}
	in := "NOT IN"
	if f.Skipped {
		in = "IN"
	}
	return q.Where("id "+in+" (SELECT case_id FROM case_skips WHERE actor = ?)", f.Actor)
}

// QueueCounts counts the waiting cases of a filter's app as actor sees them, each
// number up to limit.
func (s *Store) QueueCounts(ctx context.Context, scope models.Scope, f models.QueueFilter, limit int) (c models.QueueCounts, err error) {
	all := f
	all.Mine, all.Escalated, all.Parked, all.Skipped, all.Closing = false, false, false, false, false
	escalated, parked, skipped, closing := all, all, all, all
	escalated.Escalated, parked.Parked, skipped.Skipped, closing.Closing = true, true, true, true
	err = s.countAll(ctx, limit, []counting{
		{&c.Waiting, s.waiting(ctx, scope, all)},
		{&c.Escalated, s.waiting(ctx, scope, escalated)},
		{&c.Parked, s.waiting(ctx, scope, parked)},
		{&c.Skipped, s.waiting(ctx, scope, skipped)},
		{&c.Closing, s.waiting(ctx, scope, closing)},
	})
	return c, err
}

// Waiting counts the cases that wait as actor sees them, up to limit.
func (s *Store) Waiting(ctx context.Context, scope models.Scope, actor string, limit int) (int, error) {
	return s.countTo(ctx, s.waiting(ctx, scope, models.QueueFilter{Actor: actor}), limit)
}

// A page of the queue begins after a place and an id.
func encodePlace(r caseRow) string {
	return base64.RawURLEncoding.EncodeToString([]byte("q:" + strconv.FormatInt(r.Place, 10) + ":" + r.ID))
}

func decodePlace(cursor string) (place int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	text, ok := strings.CutPrefix(string(b), "q:")
	at, id, cut := strings.Cut(text, ":")
	if err == nil {
		place, err = strconv.ParseInt(at, 10, 64)
	}
	if err != nil || !ok || !cut || id == "" || len(id) > 64 {
		return 0, "", fmt.Errorf("the cursor is not one of ours: %w", models.ErrInvalid)
	}
	return place, id, nil
}
