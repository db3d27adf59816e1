package store

import (
	"cmp"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// gone ends a recall whose message is gone: as proved where a call of ours may
// have done it, as needless where none had left.
func (u *unit) gone(r *recallRow, evidence string) error {
	to := models.AlreadyGone
	switch models.RecallState(r.State) {
	case models.Sent, models.Accepted, models.Unknown:
		to = models.Confirmed
	default:
	}
	if !models.RecallState(r.State).CanBecome(to) {
		to = models.Cancelled // a request that was never queued
	}
	return u.move(r, move{to: to, actor: "platform", details: map[string]string{"evidence": evidence}})
}

// read stores who has read what.
func (u *unit) read(e *event) error {
	e.kept.Result = models.KeptUpdate
	at := e.in.Event.At
	if at.IsZero() {
		at = u.now
	}
	for _, r := range e.in.Event.Reads {
		for _, reader := range r.Readers {
			if err := u.readBy(e.conv.id, r, reader, at); err != nil {
				return err
			}
		}
		if len(r.Readers) == 0 || r.Count >= 0 || r.Unread >= 0 {
			if err := u.readBy(e.conv.id, r, "", at); err != nil {
				return err
			}
		}
	}
	return nil
}

// readBy keeps the first time a reader read a message, the furthest mark, and
// the largest count.
func (u *unit) readBy(conversation string, r models.Read, reader string, at time.Time) error {
	ref := r.Ref
	if !r.Through.IsZero() {
		ref = ""
	}
	err := u.exec(`INSERT INTO reads (conversation_id, ref, reader, through, seen, unseen, at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (conversation_id, ref, reader) DO UPDATE SET
		unseen = CASE WHEN excluded.seen >= reads.seen THEN excluded.unseen ELSE reads.unseen END,
		seen = CASE WHEN excluded.seen > reads.seen THEN excluded.seen ELSE reads.seen END,
		through = CASE WHEN excluded.through > reads.through THEN excluded.through ELSE reads.through END`,
		conversation, ref, reader, millis(r.Through), int64(r.Count), int64(r.Unread), at.UnixMilli())
	if err != nil {
		return fmt.Errorf("store read: %w", err)
	}
	return u.readCases(conversation, r, reader)
}

// gap stores that messages passed unseen.
func (u *unit) gap(e *event) error {
	e.kept.Result = models.KeptNew
	err := u.exec("INSERT INTO gaps (id, conversation_id, at, noted_at) VALUES (?, ?, ?, ?)",
		u.id(), e.conv.id, cmp.Or(millis(e.in.Event.At), u.now.UnixMilli()), u.now.UnixMilli())
	if err != nil {
		return fmt.Errorf("store gap: %w", err)
	}
	return nil
}

// dissolved stores that a conversation was ended for all. Its messages are gone
// with it, and nothing is asked of the platform for them any more: another group
// may bear the name soon.
func (u *unit) dissolved(e *event) error {
	at := cmp.Or(millis(e.in.Event.At), u.now.UnixMilli())
	n, err := u.execCount("UPDATE conversations SET dissolved_at = ? WHERE id = ? AND dissolved_at = 0", at, e.conv.id)
	if err != nil {
		return fmt.Errorf("dissolve conversation %s: %w", e.conv.id, err)
	}
	e.kept.Result = models.KeptDuplicate
	if n > 0 {
		e.kept.Result = models.KeptUpdate
		next := *e.conv
		next.dissolved = at
		u.places[placeOf(e.app, e.in.Event.Conversation)] = &next
	}
	var active []recallRow
	err = u.locked(false).Where("conversation_id = ? AND ended_at = 0", e.conv.id).Order("message_id").Find(&active).Error
	if err != nil {
		return fmt.Errorf("recalls of conversation %s: %w", e.conv.id, clean(err))
	}
	for i := range active {
		if err := u.goneWith(&active[i]); err != nil {
			return err
		}
	}
	return nil
}

// goneWith ends a recall whose conversation was dissolved. Only what the platform
// had said yes to was our doing.
func (u *unit) goneWith(r *recallRow) error {
	switch models.RecallState(r.State) {
	case models.Sent, models.Unknown:
		return u.move(r, move{to: models.AlreadyGone, actor: "platform", details: map[string]string{"evidence": "dissolved"}})
	default:
		return u.gone(r, "dissolved")
	}
}
