package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// A conversation is asked for less often the longer it is quiet: after a tenth
// of the time that it has been, between Cadence.Ask and askAtMost times that.
const (
	askShare  = 10
	askAtMost = 20
)

// coverageDue is which conversations of an app the platform is to be asked for now.
const coverageDue = "app = ? AND due_at > 0 AND due_at <= ? AND kind IN ?"

// ClaimDue returns up to limit conversations of an app of which the platform is
// to be asked what passed, and keeps other nodes from asking the same for the
// time of a lease. Where nothing is accounted for yet they come with the first
// message kept since a moment.
func (s *Store) ClaimDue(ctx context.Context, app string, kinds []models.ConversationKind, limit int, since time.Time, lease time.Duration) ([]models.Due, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	if due, err := some(s.glance(ctx).Model(&coverageRow{}).Where(coverageDue, app, now, kinds)); err != nil || !due {
		return nil, named(err, "conversations to ask for")
	}
	var due []models.Due
	err = s.write(ctx, func(u *unit) (err error) {
		due, err = u.claimDue(app, kinds, limit, since, lease)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim conversations to ask for: %w", err)
	}
	return due, nil
}

func (u *unit) claimDue(app string, kinds []models.ConversationKind, limit int, since time.Time, lease time.Duration) ([]models.Due, error) {
	now, err := u.clock()
	if err != nil {
		return nil, err
	}
	var found []coverageRow
	err = u.locked(true).Where(coverageDue, app, now, kinds).
		Order("due_at").Limit(limit).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, clean(err)
	}
	ids := idsOf(found, func(r coverageRow) string { return r.ConversationID })
	if err := u.exec("UPDATE coverage SET due_at = ? WHERE conversation_id IN ?", now+lease.Milliseconds(), ids); err != nil {
		return nil, err
	}
	places, err := u.conversationsOf(ids)
	if err != nil {
		return nil, err
	}
	var due []models.Due
	var over []string
	for _, r := range found {
		d := models.Due{Conversation: places[r.ConversationID], HeardAt: fromMillis(r.HeardAt), AskedAt: fromMillis(r.AskedAt)}
		if !d.Conversation.DissolvedAt.IsZero() {
			over = append(over, r.ConversationID)
			continue
		}
		if r.First == 0 {
			if d.FirstRef, err = u.firstRef(r.ConversationID, since); err != nil {
				return nil, err
			}
		}
		due = append(due, d)
	}
	if len(over) > 0 { // another group may have the same name by now
		err = u.exec("UPDATE coverage SET due_at = 0 WHERE conversation_id IN ?", over)
	}
	return due, err
}

// firstRef returns the first message of a conversation that was kept since then.
func (u *unit) firstRef(conversation string, since time.Time) (string, error) {
	var m messageRow
	err := first(u.tx.Select("ref").Where("conversation_id = ? AND id >= ? AND ephemeral = 0 AND inspection <> ''",
		conversation, models.FirstID(since)).Order("id"), &m)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return "", fmt.Errorf("first message of conversation %s: %w", conversation, err)
	}
	return m.Ref, nil
}

// Heard stores what the platform says of the newest numbers of conversations. A
// conversation that was heard of last before a moment is asked for no more.
func (s *Store) Heard(ctx context.Context, all []models.Newest, since time.Time, cadence models.Cadence) error {
	err := s.write(ctx, func(u *unit) error {
		l, err := u.ledger(cadence, idsOf(all, func(n models.Newest) string { return string(n.Conversation) }))
		if err != nil {
			return err
		}
		for _, n := range all {
			r, ok := l.rows[string(n.Conversation)]
			if !ok {
				continue
			}
			if err := l.hear(r, n, since); err != nil {
				return err
			}
		}
		return l.flush()
	})
	if err != nil {
		return fmt.Errorf("store the newest numbers of %d conversations: %w", len(all), err)
	}
	return nil
}

// hear raises the newest number. Where nothing was accounted for, what the
// platform gave out before the first message that is known does not count.
func (l *ledger) hear(r *coverageRow, n models.Newest, since time.Time) error {
	r.AskedAt, r.DueAt = l.now, 0
	if r.HeardAt >= since.UnixMilli() {
		ask := l.cadence.Ask.Milliseconds()
		r.DueAt = l.now + min(max(ask, (l.now-r.HeardAt)/askShare), ask*askAtMost)
	}
	if n.Number == 0 {
		return nil
	}
	if r.First == 0 {
		r.First = n.Number + 1
		if n.First > 0 {
			r.First = n.First
		}
		r.Newest = r.First - 1
	}
	return l.rise(r, n.Number)
}

// AskAgain makes every conversation of an app that has numbers due, if it was
// heard of since a moment: after a start, and after the platform was away.
func (s *Store) AskAgain(ctx context.Context, app string, since time.Time) error {
	err := s.write(ctx, func(u *unit) error {
		now, err := u.clock()
		if err != nil {
			return err
		}
		return u.exec("UPDATE coverage SET due_at = ? WHERE app = ? AND due_at > ? AND heard_at >= ? AND kind IN ('group', 'topic')",
			now, app, now, since.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("ask for every conversation of app %s: %w", app, err)
	}
	return nil
}

// Polled stores that a conversation without numbers was read back up to a
// moment, and how many messages were found that nobody had delivered.
func (s *Store) Polled(ctx context.Context, c models.ConversationID, through time.Time, missed int64, cadence models.Cadence) error {
	err := s.write(ctx, func(u *unit) error {
		l, err := u.ledger(cadence, []string{string(c)})
		if err != nil {
			return err
		}
		r, ok := l.rows[string(c)]
		if !ok {
			return refuse(models.ErrNotFound)
		}
		r.AskedAt, r.DueAt = through.UnixMilli(), 0
		if missed > 0 {
			r.HeardAt = l.now
		}
		if l.now-r.HeardAt < cadence.PollFor.Milliseconds() {
			r.DueAt = l.now + cadence.Poll.Milliseconds()
		}
		r.Backfilled += missed
		l.day(r.App, l.now).Backfilled += missed
		return l.flush()
	})
	if err != nil {
		return fmt.Errorf("store that conversation %s was read back: %w", c, err)
	}
	return nil
}
