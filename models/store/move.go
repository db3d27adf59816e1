package store

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// move is one transition of a recall.
type move struct {
	to          models.RecallState
	actor       string
	code        string
	explanation string
	dueAt       int64
	leasedUntil int64 // 0: no lease
	attempts    int64 // change of the number of calls
	looks       int64 // that told nothing since the last call, as it will be
	asks        bool  // a person is asked
	details     map[string]string
}

// move takes a recall from the state in which r was read to another: one UPDATE
// guarded by state and fence, its audit entry, and its announcement. The fence
// goes up, so that whoever held a lease before can change nothing any more.
func (u *unit) move(r *recallRow, m move) error {
	from := models.RecallState(r.State)
	if by := causeOf(m.actor); from != m.to && !from.MayBecome(m.to, by) {
		return fmt.Errorf("recall %s cannot go from %s to %s by a %s: %w", r.ID, from, m.to, by, models.ErrInvalid)
	}
	next := u.moved(*r, m)
	if err := u.saveRecall(r, next); err != nil {
		return err
	}
	*r = next
	if err := u.recordMove(r, from, m); err != nil {
		return err
	}
	if err := u.followUp(r, from); err != nil {
		return err
	}
	if err := u.hookRecall(r); err != nil {
		return err
	}
	if err := u.announceRecall(r); err != nil {
		return err
	}
	u.traced(r)
	return nil
}

// causeOf tells from who acts what kind of cause it is.
func causeOf(actor string) models.Cause {
	switch {
	case actor == string(models.CausePlatform), actor == string(models.CausePolicy), actor == string(models.CauseBreaker):
		return models.Cause(actor)
	case strings.HasPrefix(actor, "worker:"):
		return models.CauseWorker
	}
	return models.CausePerson
}

// moved returns the row as it will be.
func (u *unit) moved(r recallRow, m move) recallRow {
	now := u.now.UnixMilli()
	r.State = string(m.to)
	r.Code, r.Explanation = cmp.Or(m.code, r.Code), cmp.Or(m.explanation, r.Explanation)
	r.DueAt, r.LeasedUntil = m.dueAt, m.leasedUntil
	r.Attempts, r.Looks = max(r.Attempts+m.attempts, 0), m.looks
	if m.asks {
		r.AskedAt = cmp.Or(r.AskedAt, now)
	}
	r.Fence++
	if r.Attempts == 0 {
		r.SentAt = 0
	} else {
		r.SentAt = cmp.Or(r.SentAt, now)
	}
	switch m.to {
	case models.Accepted:
		r.AcceptedAt = cmp.Or(r.AcceptedAt, now)
	case models.Confirmed:
		r.ConfirmedAt = cmp.Or(r.ConfirmedAt, now)
	default:
	}
	if m.to.Terminal() {
		r.EndedAt = now
	}
	return r
}

func (u *unit) saveRecall(old *recallRow, r recallRow) error {
	if u.hand != nil {
		u.hand.save(old, r)
		return nil
	}
	batch := rows{table: savedRecalls}
	batch.add(r.saved(&saving{state: old.State, fence: old.Fence})...)
	return u.saveRecalls(&batch)
}

func (u *unit) recordMove(r *recallRow, from models.RecallState, m move) error {
	details := map[string]string{
		"message": r.MessageID, "from": string(from), "attempts": strconv.FormatInt(r.Attempts, 10),
	}
	if m.code != "" {
		details["code"] = m.code
	}
	maps.Copy(details, m.details)
	return u.record(models.AuditEntry{
		Actor: m.actor, Action: "recall." + r.State, Subject: "recall", Thing: r.ID, Details: details,
	})
}

func (u *unit) announceRecall(r *recallRow) error {
	c, err := u.conversationByID(r.ConversationID)
	if err != nil {
		return err
	}
	u.changed(models.RecallChanged, r.ID, models.MessageID(r.MessageID), c)
	return nil
}

// conversationByID loads a conversation, once in a transaction.
func (u *unit) conversationByID(id string) (models.Conversation, error) {
	if c, ok := u.byID[id]; ok {
		return c, nil
	}
	var r conversationRow
	if err := first(u.tx.Where("id = ?", id), &r); err != nil {
		return models.Conversation{}, fmt.Errorf("conversation %s: %w", id, err)
	}
	u.byID[id] = r.model()
	return u.byID[id], nil
}
