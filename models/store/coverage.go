package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// ledger is the coverage of some conversations while a transaction changes it.
// Their rows are locked, so that nobody else changes them or their holes; the
// law that it keeps: every number from first to newest is counted or in an open hole.
type ledger struct {
	u       *unit
	now     int64
	cadence models.Cadence
	rows    map[string]*coverageRow
	days    map[dayKey]*models.Tally
}

type dayKey struct {
	app string
	day int64
}

const dayMillis = int64(24 * time.Hour / time.Millisecond)

// coverChunk is how many conversations are covered in one transaction.
const coverChunk = 200

// Cover counts messages that are kept, and finds the holes between them.
func (s *Store) Cover(ctx context.Context, seen []models.Seen, cadence models.Cadence) error {
	seen = slices.Clone(seen)
	slices.SortFunc(seen, func(a, b models.Seen) int { return cmp.Compare(a.Conversation.ID, b.Conversation.ID) })
	for chunk := range slices.Chunk(seen, coverChunk) {
		err := s.write(ctx, func(u *unit) error { return u.cover(chunk, cadence) })
		if err != nil {
			return fmt.Errorf("cover %d conversations: %w", len(chunk), err)
		}
	}
	return nil
}

func (u *unit) cover(seen []models.Seen, cadence models.Cadence) error {
	l, err := u.ledger(cadence, idsOf(seen, func(s models.Seen) string { return string(s.Conversation.ID) }))
	if err != nil {
		return err
	}
	if err := l.begin(seen); err != nil {
		return err
	}
	for _, s := range seen {
		if err := l.see(l.rows[string(s.Conversation.ID)], s); err != nil {
			return err
		}
	}
	return l.flush()
}

// ledger opens the coverage of conversations, in one order on all nodes.
func (u *unit) ledger(cadence models.Cadence, ids []string) (*ledger, error) {
	now, err := u.clock()
	if err != nil {
		return nil, err
	}
	l := &ledger{u: u, now: now, cadence: cadence, rows: map[string]*coverageRow{}, days: map[dayKey]*models.Tally{}}
	return l, l.load(ids)
}

func (l *ledger) load(ids []string) error {
	var found []*coverageRow
	err := l.u.locked(false).Where("conversation_id IN ?", ids).Order("conversation_id").Find(&found).Error
	if err != nil {
		return fmt.Errorf("coverage: %w", clean(err))
	}
	for _, r := range found {
		l.rows[r.ConversationID] = r
	}
	return nil
}

// begin adds the conversations that are new. Another node may do so in the same
// moment, so they are read again.
func (l *ledger) begin(seen []models.Seen) error {
	added, ids := rows{table: newCoverageTable}, []string(nil)
	for _, s := range seen {
		c := s.Conversation
		if _, known := l.rows[string(c.ID)]; known {
			continue
		}
		begin := int64(0)
		if s.Numbered {
			begin = s.Begin
		}
		added.add(string(c.ID), c.App, string(c.Kind), begin, max(0, begin-1), int64(0), int64(0), int64(0), int64(0), int64(0),
			int64(0), int64(0), int64(0))
		ids = append(ids, string(c.ID))
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := l.u.insert(&added); err != nil {
		return err
	}
	return l.load(ids)
}

// see counts what was seen of one conversation.
func (l *ledger) see(r *coverageRow, s models.Seen) error {
	r.HeardAt = max(r.HeardAt, s.At.UnixMilli())
	if !s.Numbered {
		r.Seen += s.Count
		l.day(r.App, l.now).Seen += s.Count
		if s.Conversation.Kind == models.Direct && r.DueAt == 0 && l.cadence.Poll > 0 {
			r.DueAt = l.now + l.cadence.Poll.Milliseconds()
		}
		return nil
	}
	if r.First == 0 {
		return nil // its beginning is asked for; what is seen is found again then
	}
	r.DueAt = l.now + l.cadence.Ask.Milliseconds()
	for _, seen := range s.Ranges {
		if err := l.deliver(r, seen); err != nil {
			return err
		}
	}
	return nil
}

// deliver counts numbers that were delivered: above the newest, in holes, or
// before the first. What is counted already stays as it is.
func (l *ledger) deliver(r *coverageRow, seen models.Range) error {
	if seen.First < r.First {
		if err := l.extend(r, seen.First, min(seen.Last, r.First-1)); err != nil {
			return err
		}
	}
	if seen.First <= r.Newest {
		old := models.Range{First: seen.First, Last: min(seen.Last, r.Newest)}
		if err := l.account(r, models.Accounted{Range: old, How: models.ClosedLate}); err != nil {
			return err
		}
	}
	if seen.Last <= r.Newest {
		return nil
	}
	from := max(seen.First, r.Newest+1)
	if err := l.rise(r, from-1); err != nil {
		return err
	}
	r.Newest = seen.Last
	r.Seen += seen.Last - from + 1
	l.day(r.App, l.now).Seen += seen.Last - from + 1
	return nil
}

// extend moves the beginning down to numbers that were seen below it.
func (l *ledger) extend(r *coverageRow, first, last int64) error {
	if err := l.open(r, models.Range{First: last + 1, Last: r.First - 1}); err != nil {
		return err
	}
	r.First = first
	r.Seen += last - first + 1
	l.day(r.App, l.now).Seen += last - first + 1
	return nil
}

// rise moves the newest number up; what lies between is missing.
func (l *ledger) rise(r *coverageRow, newest int64) error {
	if newest <= r.Newest {
		return nil
	}
	missing := models.Range{First: r.Newest + 1, Last: newest}
	r.Newest = newest
	return l.open(r, missing)
}

// day returns the counts of the day of a moment.
func (l *ledger) day(app string, at int64) *models.Tally {
	key := dayKey{app, at / dayMillis}
	if l.days[key] == nil {
		l.days[key] = &models.Tally{}
	}
	return l.days[key]
}

// flush writes the rows and the days, each in one order on all nodes.
func (l *ledger) flush() error {
	batch := rows{table: coverageTable}
	for _, id := range slices.Sorted(maps.Keys(l.rows)) {
		r := l.rows[id]
		batch.add(r.ConversationID, r.App, r.Kind, r.First, r.Newest, r.Seen, r.Late, r.Backfilled, r.Tips, r.Gone,
			r.HeardAt, r.AskedAt, r.DueAt)
	}
	if _, err := l.u.insert(&batch); err != nil {
		return err
	}
	keys := slices.SortedFunc(maps.Keys(l.days), func(a, b dayKey) int {
		return cmp.Or(cmp.Compare(a.app, b.app), cmp.Compare(a.day, b.day))
	})
	days := rows{table: coverageDaysTable}
	for _, k := range keys {
		t := l.days[k]
		days.add(k.app, k.day, t.Seen, t.Late, t.Backfilled, t.Tips, t.Gone)
	}
	_, err := l.u.insert(&days)
	return err
}
