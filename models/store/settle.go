package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Settle writes what a worker learned of claimed recalls and releases their
// leases, and says how many applied. One applies where its fence is the recall's
// own, the recall has not ended, and its state may go where the settlement says;
// accepted and unknown ones may stay as they are, to be looked at again at DueAt.
// Cancelled is for what was claimed as queued and must not leave: it ends as if it
// had never been claimed. With Ask the message becomes a case in the same
// transaction. What does not apply is simply late: somebody else has settled it.
func (s *Store) Settle(ctx context.Context, settlements []models.Settlement) (int, error) {
	applied := 0 // no result by name: a caller who gives up would write it beside the writer
	ids := idsOf(settlements, func(st models.Settlement) string { return string(st.Recall) })
	err := s.writeTogether(ctx, ids, func(u *unit) error {
		applied = 0
		for _, st := range settlements {
			ok, err := u.settle(st)
			if err != nil {
				return err
			}
			if ok {
				applied++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("settle: %w", err)
	}
	return applied, nil
}

func (u *unit) settle(st models.Settlement) (bool, error) {
	r, ok := u.hand.recalls[string(st.Recall)]
	if ok && r.answersLate(st) {
		return true, u.answeredLate(r, st)
	}
	if !ok || r.EndedAt != 0 || r.Fence != int64(st.Fence) {
		return false, nil
	}
	from := models.RecallState(r.State)
	if st.State == models.Cancelled {
		return u.giveUp(r, st)
	}
	stays := from == st.State && (from == models.Accepted || from == models.Unknown)
	if !stays && !from.CanBecome(st.State) {
		return false, nil
	}
	m := move{
		to: st.State, actor: "worker:" + u.s.opts.Node, code: st.Code, explanation: st.Explanation,
		dueAt: millis(st.DueAt), attempts: calls(from, st), looks: looks(*r, st), details: whyOf(st),
		asks: st.Ask != "" && r.AskedAt == 0,
	}
	var err error
	if stays && !st.Called {
		err = u.lookAgain(r, m)
	} else {
		err = u.move(r, m)
	}
	if err != nil {
		return false, err
	}
	return true, u.settled(r, m, st)
}

// settled does what follows from a settlement for the message and its case.
func (u *unit) settled(r *recallRow, m move, st models.Settlement) error {
	if m.asks {
		return u.askPerson(r, st.Ask, m.actor)
	}
	if st.State == models.Confirmed || st.State == models.AlreadyGone {
		u.hand.gone = append(u.hand.gone, r.MessageID)
		u.hand.closing = append(u.hand.closing, r.MessageID)
	}
	return nil
}

// answersLate reports whether a settlement is the platform's yes to a recall that its
// removal event has confirmed while the answer was on its way.
func (r *recallRow) answersLate(st models.Settlement) bool {
	return st.State == models.Accepted && st.Called && r.State == string(models.Confirmed) && r.Fence == int64(st.Fence)+1 && r.AcceptedAt == 0
}

// answeredLate adds the platform's yes to a recall that is confirmed already. The
// state stays; the fact is added.
func (u *unit) answeredLate(r *recallRow, st models.Settlement) error {
	next := *r
	next.AcceptedAt, next.Code, next.Explanation = u.now.UnixMilli(), cmp.Or(r.Code, st.Code), cmp.Or(r.Explanation, st.Explanation)
	u.hand.save(r, next)
	*r = next
	err := u.record(models.AuditEntry{
		Actor: "worker:" + u.s.opts.Node, Action: "recall.answered", Subject: "recall", Thing: r.ID,
		Details: map[string]string{"message": r.MessageID, "code": st.Code},
	})
	if err != nil {
		return err
	}
	return u.announceRecall(r)
}

// calls corrects the number of calls: claiming a queued or sent recall counted
// one that perhaps did not leave, claiming another one counted none.
func calls(from models.RecallState, st models.Settlement) int64 {
	switch {
	case from == models.Sent && !st.Called && (st.State == models.Queued || st.State == models.AlreadyGone):
		return -1
	case from != models.Sent && st.Called:
		return 1
	}
	return 0
}

// looks counts how often the platform was asked and told nothing. A call begins
// the count anew.
func looks(r recallRow, st models.Settlement) int64 {
	switch {
	case st.Called:
		return 0
	case st.Looked:
		return r.Looks + 1
	}
	return r.Looks
}

// lookAgain puts a recall off without changing it; that is no transition and
// has no audit entry.
func (u *unit) lookAgain(r *recallRow, m move) error {
	next := u.moved(*r, m)
	if err := u.saveRecall(r, next); err != nil {
		return err
	}
	*r = next
	return nil
}

// DueConversations lists conversations with recalls that wait for a worker, the
// gravest first, for the sweeper. Paused apps are left out.
func (s *Store) DueConversations(ctx context.Context, limit int) ([]models.Conversation, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	err = s.reader(ctx).Model(&recallRow{}).Where(due, now, now).Where(unpaused, now).Where(mayLeave).
		Group("conversation_id").Limit(limit).
		Order("max(CASE WHEN state = 'accepted' THEN -1 ELSE priority END) DESC, "+
			"min(CASE WHEN deadline = 0 THEN 9223372036854775807 ELSE deadline END), conversation_id").
		Pluck("conversation_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("due conversations: %w", clean(err))
	}
	byID, err := conversationsByID(s.reader(ctx), ids)
	if err != nil {
		return nil, err
	}
	out := make([]models.Conversation, 0, len(ids))
	for _, id := range ids {
		out = append(out, byID[id])
	}
	return out, nil
}

// clock is the time of unit.clock, outside a transaction.
func (s *Store) clock(ctx context.Context) (int64, error) {
	u := &unit{s: s, ctx: ctx, tx: s.glance(ctx), now: s.now()}
	return u.clock()
}

// PauseApp keeps the recalls of an app from being claimed until a time, because
// its platform asked for less or its set-up is at fault. The start of a pause is
// audited, its prolongation is not. A pause is never shortened.
func (s *Store) PauseApp(ctx context.Context, app string, until time.Time, code string) error {
	err := s.write(ctx, func(u *unit) error {
		now, err := u.clock()
		if err != nil {
			return err
		}
		var p pauseRow
		err = first(u.locked(false).Where("app = ?", app), &p)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		if p.Until >= millis(until) {
			return nil
		}
		err = u.exec(`INSERT INTO pauses (app, until, code) VALUES (?, ?, ?)
			ON CONFLICT (app) DO UPDATE SET until = excluded.until, code = excluded.code`, app, millis(until), code)
		if err != nil || p.Until > now {
			return err
		}
		return u.record(models.AuditEntry{
			Actor: "worker:" + u.s.opts.Node, Action: "app.paused", Subject: "app", Thing: app,
			Details: map[string]string{"code": code, "until": until.UTC().Format(time.RFC3339)},
		})
	})
	if err != nil {
		return fmt.Errorf("pause app %s: %w", app, err)
	}
	return nil
}

// Backlog counts the recalls that have not ended, by state.
func (s *Store) Backlog(ctx context.Context) (map[models.RecallState]int64, error) {
	var counts []struct {
		State string
		N     int64
	}
	err := s.reader(ctx).Model(&recallRow{}).Select("state, count(*) AS n").Where("ended_at = 0").
		Group("state").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("backlog: %w", clean(err))
	}
	out := map[models.RecallState]int64{}
	for _, c := range counts {
		out[models.RecallState(c.State)] = c.N
	}
	return out, nil
}

// conversationsByID loads conversations in one query.
func conversationsByID(db *gorm.DB, ids []string) (map[string]models.Conversation, error) {
	found, err := conversationsView.read(db, "WHERE "+dialectOf(db).in("id"), list(ids))
	if err != nil {
		return nil, fmt.Errorf("conversations: %w", err)
	}
	out := make(map[string]models.Conversation, len(found))
	for _, r := range found {
		out[r.ID] = r.model()
	}
	return out, nil
}
