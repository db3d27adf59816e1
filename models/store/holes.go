package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// joinFor is how long after a hole was closed what is closed beside it joins its row.
const joinFor = time.Minute

// piecesAtOnce is how many pieces of one hole are claimed together, so that a
// long one leaves room for others.
const piecesAtOnce = 4

// refsAtOnce is how many refs are looked for with one statement.
const refsAtOnce = 500

// open adds a hole, if there is anything in it.
func (l *ledger) open(r *coverageRow, missing models.Range) error {
	if missing.Len() <= 0 {
		return nil
	}
	l.day(r.App, l.now) // the day is told of, also if nothing was seen on it
	return l.u.addHole(holeRow{
		ID: l.u.id(), ConversationID: r.ConversationID, App: r.App, First: missing.First, Last: missing.Last,
		FoundAt: l.now, DueAt: l.now + l.cadence.Grace.Milliseconds(),
	})
}

func (u *unit) addHole(h holeRow) error {
	added := rows{table: holesTable}
	added.add(h.ID, h.ConversationID, h.App, h.First, h.Last, h.FoundAt, h.ClosedAt, h.How, h.Tries, h.Code, h.Words, h.DueAt)
	_, err := u.insert(&added)
	return err
}

// account takes numbers out of the open holes of a conversation. Numbers that
// are in none are accounted for already.
func (l *ledger) account(r *coverageRow, a models.Accounted) error {
	var found []holeRow
	err := l.u.tx.Where("conversation_id = ? AND closed_at = 0 AND first <= ? AND last >= ?", r.ConversationID, a.Last, a.First).
		Order("first").Find(&found).Error
	if err != nil {
		return fmt.Errorf("open holes: %w", clean(err))
	}
	for _, h := range found {
		part := models.Range{First: max(h.First, a.First), Last: min(h.Last, a.Last)}
		if err := l.cut(h, part); err != nil {
			return err
		}
		if err := l.count(r, h, part, a.How); err != nil {
			return err
		}
	}
	return nil
}

// cut leaves of a hole what is below and above a part of it.
func (l *ledger) cut(h holeRow, part models.Range) error {
	below, above := part.First > h.First, part.Last < h.Last
	switch {
	case below && above:
		rest := h
		rest.ID, rest.First = l.u.id(), part.Last+1
		if err := l.u.addHole(rest); err != nil {
			return err
		}
		fallthrough
	case below:
		return l.u.exec("UPDATE holes SET last = ? WHERE id = ?", part.First-1, h.ID)
	case above:
		return l.u.exec("UPDATE holes SET first = ? WHERE id = ?", part.Last+1, h.ID)
	}
	return l.u.exec("DELETE FROM holes WHERE id = ?", h.ID)
}

// count counts a part of a hole as accounted for, on the day it was found, and
// leaves a row that says how. What was only out of order leaves none.
func (l *ledger) count(r *coverageRow, h holeRow, part models.Range, how models.Closing) error {
	n, day := part.Len(), l.day(h.App, h.FoundAt)
	if how == models.ClosedLate && l.now-h.FoundAt < l.cadence.Grace.Milliseconds() {
		how = models.ClosedInTime
	}
	switch how {
	case models.ClosedLate:
		r.Late, day.Late = r.Late+n, day.Late+n
		r.Seen, day.Seen = r.Seen+n, day.Seen+n
	case models.ClosedInTime:
		r.Seen, day.Seen = r.Seen+n, day.Seen+n
		return nil
	case models.ClosedHistory:
		r.Backfilled, day.Backfilled = r.Backfilled+n, day.Backfilled+n
	case models.ClosedTip:
		r.Tips, day.Tips = r.Tips+n, day.Tips+n
	case models.ClosedGone:
		r.Gone, day.Gone = r.Gone+n, day.Gone+n
	}
	return l.closed(h, part, how)
}

// closed keeps how a part of a hole was closed. What is read downwards in pages
// joins the row of the page above.
func (l *ledger) closed(h holeRow, part models.Range, how models.Closing) error {
	n, err := l.u.execCount(`UPDATE holes SET first = ?, closed_at = ? WHERE conversation_id = ? AND closed_at > ?
		AND first = ? AND how = ? AND found_at = ?`,
		part.First, l.now, h.ConversationID, l.now-joinFor.Milliseconds(), part.Last+1, string(how), h.FoundAt)
	if err != nil || n > 0 {
		return err
	}
	h.ID, h.First, h.Last, h.ClosedAt, h.How = l.u.id(), part.First, part.Last, l.now, string(how)
	return l.u.addHole(h)
}

// Account says how numbers of a conversation are accounted for. What is already
// stays as it is, so that it may be said twice.
func (s *Store) Account(ctx context.Context, c models.ConversationID, all []models.Accounted, cadence models.Cadence) error {
	err := s.write(ctx, func(u *unit) error {
		l, err := u.ledger(cadence, []string{string(c)})
		if err != nil {
			return err
		}
		r, ok := l.rows[string(c)]
		if !ok {
			return refuse(models.ErrNotFound)
		}
		for _, a := range all {
			if err := l.account(r, a); err != nil {
				return err
			}
		}
		return l.flush()
	})
	if err != nil {
		return fmt.Errorf("account for numbers of conversation %s: %w", c, err)
	}
	return nil
}

// holeDue is which holes of some apps history is to be asked for now.
const holeDue = "closed_at = 0 AND due_at <= ? AND app IN ?"

// ClaimHoles leases up to limit holes of some apps that history is to be asked
// for, the ones that have waited longest. A long hole is claimed in pieces of
// size numbers, from its end.
func (s *Store) ClaimHoles(ctx context.Context, apps []string, limit int, size int64, lease time.Duration) ([]models.HoleClaim, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	if due, err := some(s.glance(ctx).Model(&holeRow{}).Where(holeDue, now, apps)); err != nil || !due {
		return nil, named(err, "due holes")
	}
	var claims []models.HoleClaim
	err = s.write(ctx, func(u *unit) (err error) {
		claims, err = u.claimHoles(apps, limit, size, lease)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim holes: %w", err)
	}
	return claims, nil
}

func (u *unit) claimHoles(apps []string, limit int, size int64, lease time.Duration) ([]models.HoleClaim, error) {
	now, err := u.clock()
	if err != nil {
		return nil, err
	}
	due := func() *gorm.DB {
		return u.tx.Where(holeDue, now, apps).Order("due_at").Limit(limit)
	}
	var found []holeRow
	if err := due().Find(&found).Error; err != nil || len(found) == 0 {
		return nil, clean(err)
	}
	ids := idsOf(found, func(h holeRow) string { return h.ConversationID })
	slices.Sort(ids)
	if _, err := u.ledger(models.Cadence{}, slices.Compact(ids)); err != nil { // nobody else cuts them now
		return nil, err
	}
	found = nil
	if err := due().Where("conversation_id IN ?", ids).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("due holes: %w", clean(err))
	}
	var claimed []holeRow
	for _, h := range found {
		if len(claimed) >= limit {
			break
		}
		pieces, err := u.take(h, min(limit-len(claimed), piecesAtOnce), size, now, now+lease.Milliseconds())
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, pieces...)
	}
	return u.placed(claimed)
}

// take leases up to limit pieces from the end of a hole. The rest stays due, behind
// what waits already.
func (u *unit) take(h holeRow, limit int, size, now, until int64) ([]holeRow, error) {
	var taken []holeRow
	for len(taken) < limit-1 && h.Last-h.First+1 > size {
		piece := h
		piece.ID, piece.First, piece.DueAt = u.id(), h.Last-size+1, until
		if err := u.addHole(piece); err != nil {
			return nil, err
		}
		taken = append(taken, piece)
		h.Last = piece.First - 1
	}
	if rest := (models.Range{First: h.First, Last: h.Last - size}); rest.Len() > 0 {
		below := h
		below.ID, below.Last, below.DueAt = u.id(), rest.Last, now
		if err := u.addHole(below); err != nil {
			return nil, err
		}
		h.First = rest.Last + 1
	}
	h.DueAt = until
	err := u.exec("UPDATE holes SET first = ?, last = ?, due_at = ? WHERE id = ?", h.First, h.Last, h.DueAt, h.ID)
	return append(taken, h), err
}

// placed completes claimed holes with their conversations.
func (u *unit) placed(claimed []holeRow) ([]models.HoleClaim, error) {
	places, err := u.conversationsOf(idsOf(claimed, func(h holeRow) string { return h.ConversationID }))
	if err != nil {
		return nil, err
	}
	claims := make([]models.HoleClaim, len(claimed))
	for i, h := range claimed {
		claims[i] = models.HoleClaim{Hole: h.model(), Place: places[h.ConversationID]}
	}
	return claims, nil
}

// conversationsOf returns conversations by their ids.
func (u *unit) conversationsOf(ids []string) (map[string]models.Conversation, error) {
	var found []conversationRow
	if err := u.tx.Where("id IN ?", ids).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("conversations: %w", clean(err))
	}
	by := make(map[string]models.Conversation, len(found))
	for _, r := range found {
		by[r.ID] = r.model()
	}
	return by, nil
}

// DelayHole gives a claimed hole back until then, with what the platform said.
// Without words nothing was tried.
func (s *Store) DelayHole(ctx context.Context, id models.HoleID, until time.Time, code, words string) error {
	err := s.write(ctx, func(u *unit) error {
		return u.exec(`UPDATE holes SET due_at = ?, tries = tries + CASE WHEN ? = '' THEN 0 ELSE 1 END,
			code = CASE WHEN ? = '' THEN code ELSE ? END, words = CASE WHEN ? = '' THEN words ELSE ? END
			WHERE id = ? AND closed_at = 0`,
			until.UnixMilli(), words, words, code, words, words, string(id))
	})
	if err != nil {
		return fmt.Errorf("delay hole %s: %w", id, err)
	}
	return nil
}

// ReadBack says which of some refs of a conversation are kept because history was
// read, and were never delivered. It is on record with each of them.
func (s *Store) ReadBack(ctx context.Context, c models.ConversationID, refs []string) ([]string, error) {
	var read []string
	for chunk := range slices.Chunk(refs, refsAtOnce) {
		var found []string
		err := s.reader(ctx).Model(&messageRow{}).Where("conversation_id = ? AND ref IN ?", string(c), chunk).
			Where("EXISTS (SELECT 1 FROM audit a WHERE a.thing = messages.id AND a.action = 'message.backfilled')").
			Order("id").Pluck("ref", &found).Error
		if err != nil {
			return nil, fmt.Errorf("messages of conversation %s that were read back: %w", c, clean(err))
		}
		read = append(read, found...)
	}
	return read, nil
}

// KeptAmong says which of some refs of a conversation are kept with their
// content, and when each was received.
func (s *Store) KeptAmong(ctx context.Context, c models.ConversationID, refs []string) (map[string]time.Time, error) {
	kept := map[string]time.Time{}
	for chunk := range slices.Chunk(refs, refsAtOnce) {
		var found []messageRow
		err := s.reader(ctx).Select("ref", "received_at").
			Where("conversation_id = ? AND ref IN ? AND inspection <> ''", string(c), chunk).Find(&found).Error
		if err != nil {
			return nil, fmt.Errorf("kept messages of conversation %s: %w", c, clean(err))
		}
		for _, m := range found {
			kept[m.Ref] = fromMillis(m.ReceivedAt)
		}
	}
	return kept, nil
}
