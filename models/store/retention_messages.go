package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// RetainMessages looks at the messages behind one, in the order in which they came, erases
// the content of those that are too old to have any, and removes those that are too old.
// Under a legal hold, in a recall or case that is not over, and beside an open hole all
// stays. It looks at limit messages, in one short read and one short write. What is to go
// with a whole partition it leaves to RetainPartitions.
// models.ErrConflict: another node has the round.
func (s *Store) RetainMessages(ctx context.Context, round models.RetentionRound, r models.Retention, after models.MessageID, limit int) (models.RetentionStep, error) {
	l := limitsOf(r, round.Now)
	w, err := s.walk(ctx, string(after), l)
	if err != nil {
		return models.RetentionStep{}, err
	}
	found, err := ages(s.reader(ctx), round.Now.UnixMilli(), r.Shown, "WHERE m.id > ? AND m.id < ?"+w.only+" ORDER BY m.id LIMIT ?",
		string(after), w.to, limit)
	if err != nil {
		return models.RetentionStep{}, err
	}
	step := models.RetentionStep{After: models.MessageID(w.next)}
	if len(found) == limit {
		step.After = models.MessageID(found[limit-1].ID)
	}
	old := slices.DeleteFunc(found, func(m agedRow) bool { return l.of(m) == stays || m.Busy+m.Beside != 0 && m.Held == 0 })
	if len(old) == 0 {
		return step, nil
	}
	ids := idsOf(old, func(m agedRow) string { return m.ID })
	err = s.write(ctx, func(u *unit) error {
		step.Erased, step.Removed, step.Kept = 0, 0, 0
		if err := u.ours(round); err != nil {
			return err
		}
		return u.retain(ids, l, r.Shown, &step)
	})
	if err != nil {
		return models.RetentionStep{}, fmt.Errorf("remove messages that are too old: %w", err)
	}
	return step, nil
}

// walk says how far one may walk at once behind a message.
type walk struct {
	to   string
	only string // a further condition: of the others whole partitions go
	next string // where to go on behind that; empty: nowhere
}

func (s *Store) walk(ctx context.Context, after string, l limits) (walk, error) {
	end := models.FirstID(fromMillis(l.newest()))
	w := walk{to: end}
	if s.db.dialect == sqliteDialect {
		return w, nil
	}
	found, err := partitionsOf(s.reader(ctx), "messages")
	if err != nil {
		return w, err
	}
	for _, p := range found {
		if p.rest() || p.to <= after {
			continue
		}
		if p.to < end {
			w.to, w.next = p.to, p.to
		}
		if s.whole(p) && (l.clean == 0 || !p.over(l.cleanBefore())) {
			w.only = " AND " + apart
		}
		break
	}
	return w, nil
}

// retain does to messages what their age asks for, after another look: under the lock of
// their rows nobody opens a case or asks for a recall of them.
func (u *unit) retain(ids []string, l limits, shown time.Duration, step *models.RetentionStep) error {
	var locked []messageRow
	if err := u.locked(false).Select("id").Where("id IN ?", ids).Order("id").Find(&locked).Error; err != nil {
		return fmt.Errorf("lock messages: %w", clean(err))
	}
	now, err := u.clock()
	if err != nil {
		return err
	}
	found, err := ages(u.tx, now, shown, "WHERE m.id IN ?", ids)
	if err != nil {
		return err
	}
	var blank []string
	var gone []agedRow
	for _, m := range found {
		switch what := l.of(m); {
		case what == stays:
		case m.Held != 0:
			step.Kept++
		case m.Busy+m.Beside != 0:
		case what == goes:
			gone = append(gone, m)
		default:
			blank = append(blank, m.ID)
		}
	}
	step.Erased, step.Removed = int64(len(blank)), int64(len(gone))
	if err := u.eraseContent(blank); err != nil {
		return err
	}
	return u.removeMessages(gone)
}

// eraseContent empties messages, and what they were before. Their rows stay.
func (u *unit) eraseContent(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	for _, s := range []string{
		"UPDATE revisions SET content = ? WHERE message_id IN ?",
		"UPDATE postings SET content = ? WHERE recall_id IN (SELECT id FROM recalls WHERE message_id IN ?)",
		"UPDATE messages SET content = ? WHERE id IN ?",
	} {
		if err := u.exec(s, []byte{}, ids); err != nil {
			return fmt.Errorf("erase content: %w", err)
		}
	}
	if err := u.exec("DELETE FROM conflicts WHERE message_id IN ?", ids); err != nil {
		return fmt.Errorf("erase conflicts: %w", err)
	}
	if err := u.exec("UPDATE messages SET erased_at = ? WHERE id IN ?", u.now.UnixMilli(), ids); err != nil {
		return fmt.Errorf("note what was erased: %w", err)
	}
	return nil
}

// belongings are the rows that go with messages, each before what it belongs to.
var belongings = []string{
	"DELETE FROM case_notes WHERE case_id IN (SELECT id FROM cases WHERE message_id IN ?)",
	"DELETE FROM case_skips WHERE case_id IN (SELECT id FROM cases WHERE message_id IN ?)",
	"DELETE FROM cases WHERE message_id IN ?",
	"DELETE FROM reveals WHERE message_id IN ?",
	"DELETE FROM findings WHERE message_id IN ?",
	"DELETE FROM revisions WHERE message_id IN ?",
	"DELETE FROM conflicts WHERE message_id IN ?",
	"DELETE FROM sweep_items WHERE message_id IN ?",
	"DELETE FROM postings WHERE recall_id IN (SELECT id FROM recalls WHERE message_id IN ?)",
	"DELETE FROM recalls WHERE message_id IN ?",
	"DELETE FROM decisions WHERE message_id IN ?",
	"DELETE FROM messages WHERE id IN ?",
}

// removeMessages removes messages and all that belongs to them.
func (u *unit) removeMessages(gone []agedRow) error {
	if len(gone) == 0 {
		return nil
	}
	places := idsOf(gone, func(m agedRow) string { return m.ConversationID })
	slices.Sort(places)
	// How many messages a conversation has had must not shrink, so they are counted first.
	if err := u.moveBorder(places, models.FirstID(u.now.Add(-rollLag))); err != nil {
		return err
	}
	if _, err := u.forgetReads(gone); err != nil {
		return err
	}
	ids := idsOf(gone, func(m agedRow) string { return m.ID })
	for _, s := range belongings {
		if err := u.exec(s, ids); err != nil {
			return fmt.Errorf("remove messages: %w", err)
		}
	}
	return nil
}

// forgetReads removes who has read messages, and says how many rows that were.
func (u *unit) forgetReads(of []agedRow) (gone int64, err error) {
	refs := map[string][]string{}
	for _, m := range of {
		refs[m.ConversationID] = append(refs[m.ConversationID], m.Ref)
	}
	for place, these := range refs {
		n, err := u.execCount("DELETE FROM reads WHERE conversation_id = ? AND ref IN ?", place, these)
		if err != nil {
			return 0, fmt.Errorf("remove reads: %w", err)
		}
		gone += n
	}
	return gone, nil
}
