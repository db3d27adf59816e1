package store

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// A platform may give the name of a dissolved group to a new one, in which the
// numbers of messages begin again. What is of the old one must never meet what is
// of the new: by the platform's clock an event belongs to the one or the other.

// ofTime returns the conversation that bore a name at the time of an event. A
// message that was posted after the end of it makes a new one.
func (u *unit) ofTime(p place, known *conversation, e *models.Event) (*conversation, error) {
	at := millis(e.At)
	switch {
	case at == 0 || p.direct:
	case at <= known.since:
		return u.former(p, known, at)
	case known.dissolved != 0 && at > known.dissolved && e.Kind == models.EventPosted:
		next, err := u.anew(p, known, e.Conversation)
		if err != nil {
			return nil, fmt.Errorf("a conversation made anew: %w", err)
		}
		known = next
	}
	return u.described(p, known, e.Conversation)
}

// former returns the one that bore the name at a time before the last one did.
func (u *unit) former(p place, last *conversation, at int64) (*conversation, error) {
	var r conversationRow
	err := first(u.tx.Where("app = ? AND direct = ? AND ref = ? AND retired >= ?", p.app, flag(p.direct), p.ref, at).
		Order("retired"), &r)
	if errors.Is(err, models.ErrNotFound) {
		return last, nil
	}
	if err != nil {
		return nil, fmt.Errorf("a former conversation: %w", err)
	}
	return r.remembered(), nil
}

// anew takes the name from a dissolved conversation and gives it to a new one.
func (u *unit) anew(p place, old *conversation, c models.Conversation) (*conversation, error) {
	n, err := u.execCount("UPDATE conversations SET retired = dissolved_at WHERE id = ? AND retired = 0", old.id)
	if err != nil {
		return nil, err
	}
	next, err := u.findOrMake(p, c)
	if err != nil {
		return nil, err
	}
	u.places[p] = next
	if n == 0 { // another node was first
		return next, nil
	}
	return next, u.record(models.AuditEntry{
		Actor: "platform", Action: "conversation.anew", Subject: "conversation", Thing: next.id,
		Details: map[string]string{"before": old.id},
	})
}

// renewed makes a node that has not heard of the end of a conversation look again,
// when it meets another message under a known name there.
func (u *unit) renewed(e *event) error {
	if e.conv.dissolved != 0 {
		return nil
	}
	var r conversationRow
	if err := first(u.tx.Select("id", "dissolved_at").Where("id = ?", e.conv.id), &r); err != nil {
		return fmt.Errorf("conversation %s: %w", e.conv.id, err)
	}
	if r.DissolvedAt == 0 || millis(e.in.Event.At) <= r.DissolvedAt {
		return nil
	}
	delete(u.s.writer.places, placeOf(e.app, e.in.Event.Conversation))
	return &databaseError{text: "conversation " + e.conv.id + " was dissolved meanwhile", again: true}
}

// heardEvery is how often a process asks which conversations were dissolved: other nodes do
// so, and a command that erases a person does beside the only one.
const heardEvery = time.Second

// hear forgets the conversations that other processes have dissolved, also those that have
// lost their names meanwhile.
func (u *unit) hear() error {
	w := u.s.writer
	if u.now.Sub(w.heard) < heardEvery {
		return nil
	}
	var ended []conversationRow
	err := u.tx.Where("dissolved_at > 0 AND dissolved_at > ?", w.heard.Add(-clockSlack).UnixMilli()).Find(&ended).Error
	if err != nil {
		return fmt.Errorf("dissolved conversations: %w", clean(err))
	}
	for _, r := range ended {
		if r.Direct != 0 {
			maps.DeleteFunc(w.places, func(_ place, c *conversation) bool { return c.id == r.ID })
		}
		delete(w.places, place{r.App, r.Direct != 0, r.Ref})
	}
	w.heard = u.now
	return nil
}
