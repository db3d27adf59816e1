package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// What becomes of recalls, cases and breakers is told to other systems. It is
// ordered here, in the transaction of the change, and delivered by a worker.

// hookEvent is what an endpoint gets. It holds ids, states and times.
type hookEvent struct {
	Type string         `json:"type"`
	At   string         `json:"timestamp"`
	Data map[string]any `json:"data"`
}

// hookTime is how times are written.
const hookTime = "2006-01-02T15:04:05.000Z07:00"

// tellHooks orders that the endpoints which want an event are told of it.
func (u *unit) tellHooks(event, thing string, data func() (map[string]any, error)) error {
	var wanting []models.Hook
	for _, h := range u.s.opts.Hooks {
		if h.Wants(event) {
			wanting = append(wanting, h)
		}
	}
	if len(wanting) == 0 {
		return nil
	}
	facts, err := data()
	if err != nil {
		return err
	}
	body, err := json.Marshal(hookEvent{event, u.now.Format(hookTime), facts})
	if err != nil {
		return fmt.Errorf("encode event %s: %w", event, err)
	}
	batch := rows{table: hookDeliveriesTable}
	for _, h := range wanting {
		state, words := models.HookWaiting, ""
		if disabled, err := u.hookDisabled(h.ID); err != nil {
			return err
		} else if disabled {
			state, words = models.HookFailed, "The endpoint is disabled."
		}
		batch.add(u.id(), h.ID, event, thing, string(body), string(state), int64(0), int64(0), words, u.now.UnixMilli(),
			int64(0), int64(0), int64(0), int64(0))
	}
	_, err = u.insert(&batch)
	return err
}

func (u *unit) hookDisabled(hook string) (bool, error) {
	var r hookEndpointRow
	err := first(u.tx.Where("hook = ?", hook), &r)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return r.DisabledAt != 0, err
}

// hookRecall tells of a recall that came to an outcome, or to the next best thing.
func (u *unit) hookRecall(r *recallRow) error {
	if s := models.RecallState(r.State); s != models.Accepted && s != models.Unknown && !s.Terminal() {
		return nil
	}
	return u.tellHooks("recall."+r.State, r.ID, func() (map[string]any, error) {
		facts, err := u.hookPlace(r.ConversationID)
		if err != nil {
			return nil, err
		}
		facts["recall"], facts["message"], facts["ref"], facts["sender"] = r.ID, r.MessageID, r.Ref, r.Sender
		facts["state"], facts["reason"], facts["authority"], facts["trigger"] = r.State, r.ReasonCode, r.Authority, r.Door
		facts["actor"], facts["attempts"], facts["code"], facts["rule"] = r.Actor, r.Attempts, r.Code, r.Rule
		for name, ms := range map[string]int64{
			"posted_at": r.SentAtPlatform, "requested_at": r.RequestedAt, "sent_at": r.SentAt, "accepted_at": r.AcceptedAt,
			"confirmed_at": r.ConfirmedAt, "ended_at": r.EndedAt, "deadline": r.Deadline,
		} {
			addTime(facts, name, ms)
		}
		return facts, nil
	})
}

// hookCase tells of a case that was opened or decided.
func (u *unit) hookCase(event string, r caseRow, more map[string]any) error {
	return u.tellHooks(event, r.ID, func() (map[string]any, error) {
		facts, err := u.hookPlace(r.ConversationID)
		if err != nil {
			return nil, err
		}
		facts["case"], facts["message"], facts["severity"], facts["rule"] = r.ID, r.MessageID, r.Severity, r.Rule
		maps.Copy(facts, more)
		return facts, nil
	})
}

// hookBreaker tells of what stops automatic recalls, or lets them go on.
func (u *unit) hookBreaker(event string, b *breakerRow, actor string) error {
	return u.tellHooks(event, b.ID, func() (map[string]any, error) {
		facts := map[string]any{
			"breaker": b.ID, "kind": b.Kind, "rule": b.Rule, "cap": b.Cap, "allowed": b.Allowed, "actor": actor,
		}
		addTime(facts, "tripped_at", b.TrippedAt)
		return facts, nil
	})
}

func (u *unit) hookPlace(conversation string) (map[string]any, error) {
	c, err := u.conversationByID(conversation)
	if err != nil {
		return nil, err
	}
	return map[string]any{"app": c.App, "conversation": string(c.ID), "conversation_ref": c.Ref, "kind": string(c.Kind)}, nil
}

func addTime(facts map[string]any, name string, ms int64) {
	if ms != 0 {
		facts[name] = time.UnixMilli(ms).UTC().Format(hookTime)
	}
}

// hookOfBreaker is the event of an act on a breaker: those that stop and start
// everything are of breakers too.
func hookOfBreaker(action string) string {
	_, what, _ := strings.Cut(action, ".")
	return "breaker." + what
}
