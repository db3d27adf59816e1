package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// DecideResult is what became of one request. Err is nil, or wraps
// models.ErrNotFound (no such message in the scope), models.ErrInvalid with
// the sentence why the message cannot be recalled, models.ErrConflict with
// who decided before that it may stay, and when, or models.ErrLegalHold.
type DecideResult struct {
	Recall models.Recall
	Joined bool // the message had an active recall, which the request now stands on too
	Err    error
}

// Decide is the one door through which people's recalls come. Each request makes
// a decision, a recall and an audit entry, or joins the active recall of its
// message, which is audited too; all in one transaction. There is one result
// per request, in their order.
func (s *Store) Decide(ctx context.Context, scope models.Scope, reqs []models.RecallRequest) ([]DecideResult, error) {
	var results []DecideResult
	err := s.write(ctx, func(u *unit) error {
		results = make([]DecideResult, len(reqs))
		for _, i := range lockOrder(reqs) {
			var err error
			if results[i], err = u.decide(scope, reqs[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("decide: %w", err)
	}
	return results, nil
}

// lockOrder returns the indexes of the requests in the order of their
// messages, so that two nodes never wait for each other in a ring.
func lockOrder(reqs []models.RecallRequest) []int {
	order := make([]int, len(reqs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case reqs[a].Message < reqs[b].Message:
			return -1
		case reqs[a].Message > reqs[b].Message:
			return 1
		}
		return 0
	})
	return order
}

// decide answers one request. An error is a failure; a refusal stands in the result.
func (u *unit) decide(scope models.Scope, q models.RecallRequest) (DecideResult, error) {
	if err := complete(q); err != nil {
		return DecideResult{Err: err}, nil //nolint:nilerr // the refusal is the result
	}
	var m messageRow
	err := first(scoped(u.locked(false), scope, "conversation_id").Where("id = ?", string(q.Message)), &m)
	if errors.Is(err, models.ErrNotFound) {
		return DecideResult{Err: fmt.Errorf("message %s: %w", q.Message, err)}, nil
	}
	if err != nil {
		return DecideResult{}, err
	}
	if q.Authority == models.BySender && q.Actor != m.owner() {
		return DecideResult{Err: fmt.Errorf("message %s: %w", q.Message, models.ErrNotFound)}, nil
	}
	if q.Replacement == "" {
		return u.decideOn(m, q)
	}
	return u.decideAndReplace(m, q)
}

// decideAndReplace answers a request that says what is to stand in the place of
// the message.
func (u *unit) decideAndReplace(m messageRow, q models.RecallRequest) (DecideResult, error) {
	if err := u.replaceable(m.ID); errors.Is(err, models.ErrInvalid) {
		return DecideResult{Err: err}, nil
	} else if err != nil {
		return DecideResult{}, err
	}
	res, err := u.decideOn(m, q)
	if err != nil || res.Err != nil {
		return res, err
	}
	return res, u.orderReplacement(string(res.Recall.ID), q.Replacement, q.Actor)
}

// complete refuses a request without what every recall must have.
func complete(q models.RecallRequest) error {
	switch {
	case !q.Reason.Code.Valid():
		return fmt.Errorf("the reason code %q is not in the list: %w", q.Reason.Code, models.ErrInvalid)
	case q.Reason.Code == models.Other && q.Reason.Note == "":
		return fmt.Errorf("the reason %q needs a note: %w", models.Other, models.ErrInvalid)
	case q.Actor == "", q.Authority == "", q.Trigger == "":
		return fmt.Errorf("a recall needs an actor, an authority and a trigger: %w", models.ErrInvalid)
	}
	return nil
}

func (u *unit) decideOn(m messageRow, q models.RecallRequest) (DecideResult, error) {
	if err := u.notUnderHold(m); heldBack(err) {
		return DecideResult{Err: err}, nil
	} else if err != nil {
		return DecideResult{}, err
	}
	active, err := u.activeRecall(m.ID)
	if err == nil {
		if err := u.vouched(&active, q); err != nil {
			return DecideResult{}, err
		}
		recall, err := u.recallModel(active)
		return DecideResult{Recall: recall, Joined: true}, err
	}
	if !errors.Is(err, models.ErrNotFound) {
		return DecideResult{}, err
	}
	now, err := u.clock()
	if err != nil {
		return DecideResult{}, err
	}
	if ok, why, err := u.recallable(m, time.UnixMilli(now)); err != nil || !ok {
		return DecideResult{Err: fmt.Errorf("%w: %s", models.ErrInvalid, why)}, err
	}
	details := map[string]string{}
	if c, err := u.mayStay(m); err != nil || c != nil && !overrules(q, c) {
		return DecideResult{Err: lost(c)}, err
	} else if c != nil {
		details["anyway"] = c.ID
	}
	id, err := u.request(m, q, details)
	if err != nil {
		return DecideResult{}, err
	}
	recall, err := u.recallByID(id)
	return DecideResult{Recall: recall}, err
}

// vouched records that a person asks for what was asked for already. From then
// on somebody stands behind it by itself: no breaker stops it, it is held no
// longer, and it neither waits behind the rest of a sweep nor ends with it.
func (u *unit) vouched(r *recallRow, q models.RecallRequest) error {
	if err := u.joined(r, q); err != nil {
		return err
	}
	if r.State == string(models.Unknown) {
		r.DueAt = 0 // somebody looks at it, so it is not left for later
	}
	r.Automatic, r.Priority = 0, models.PriorityModerator
	err := u.exec("UPDATE recalls SET automatic = 0, priority = ?, due_at = ? WHERE id = ?", r.Priority, r.DueAt, r.ID)
	if err != nil {
		return fmt.Errorf("recall %s is a person's now: %w", r.ID, err)
	}
	if r.State != string(models.Held) {
		return nil
	}
	return u.move(r, move{to: models.Queued, actor: q.Actor, details: map[string]string{"why": "a person asked"}})
}

// request writes the decision and the recall that a person asked for, and
// closes the case of the message where one is open.
func (u *unit) request(m messageRow, q models.RecallRequest, details map[string]string) (string, error) {
	c, err := u.conversationByID(m.ConversationID)
	if err != nil {
		return "", err
	}
	w := u.newWork()
	decision, err := u.addDecision(w, m.ID, models.Decision{
		Verdict: models.VerdictRecall, Actor: q.Actor, Reason: q.Reason, Text: q.Reason.Code.Words(),
	})
	if err != nil {
		return "", err
	}
	details["decision"] = decision
	id, err := u.addRecall(w, recallRow{
		MessageID: m.ID, ConversationID: m.ConversationID, App: m.App, Ref: m.Ref, Sender: m.Sender,
		DecisionID: decision, Words: q.Reason.Code.Words(), Priority: priorityOf(q),
		SentAtPlatform: m.SentAt, Deadline: m.Deadline,
	}, q, c, details)
	if err != nil {
		return "", err
	}
	if err := w.flush(u); err != nil {
		return "", err
	}
	return id, u.caseAnswered(m.ID, q)
}

func priorityOf(q models.RecallRequest) int64 {
	if q.Sweep != "" {
		return models.PrioritySweep
	}
	return models.PriorityModerator
}

// caseAnswered closes the case of a message that somebody takes back without
// going by the case.
func (u *unit) caseAnswered(message string, q models.RecallRequest) error {
	open, err := u.openCase(message)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return u.closeCase(open, closing{verdict: models.VerdictRecall, reason: q.Reason, by: q.Actor})
}

func (u *unit) recallByID(id string) (models.Recall, error) {
	var r recallRow
	if err := first(u.tx.Where("id = ?", id), &r); err != nil {
		return models.Recall{}, fmt.Errorf("recall %s: %w", id, err)
	}
	return u.recallModel(r)
}

// CancelRecall ends a recall whose call has not left. models.ErrConflict: it has,
// or it is over.
func (s *Store) CancelRecall(ctx context.Context, scope models.Scope, id models.RecallID, actor string, reason models.Reason) (models.Recall, error) {
	var recall models.Recall
	err := s.write(ctx, func(u *unit) error {
		r, err := u.scopedRecall(scope, id)
		if err != nil {
			return err
		}
		if !models.RecallState(r.State).CanBecome(models.Cancelled) {
			return refuse(fmt.Errorf("recall %s is %s already: %w", id, r.State, models.ErrConflict))
		}
		if err := u.move(&r, move{to: models.Cancelled, actor: actor, details: u.why(reason)}); err != nil {
			return err
		}
		recall, err = u.recallModel(r)
		return err
	})
	if err != nil {
		return models.Recall{}, fmt.Errorf("cancel: %w", err)
	}
	return recall, nil
}

// why tells a person's reason in an audit entry, the note by its digest.
func (u *unit) why(reason models.Reason) map[string]string {
	details := map[string]string{"reason": string(reason.Code)}
	if reason.Note != "" {
		details["note_digest"] = u.s.noteDigest(reason.Note)
	}
	return details
}

func (u *unit) scopedRecall(scope models.Scope, id models.RecallID) (recallRow, error) {
	var r recallRow
	err := first(scoped(u.locked(false), scope, "conversation_id").Where("id = ?", string(id)), &r)
	return r, missing(err, "recall", string(id))
}

// retriable are the ends after which a person may ask anew.
var retriable = []models.RecallState{models.Failed, models.Refused, models.Unknown}

// RetryRecall asks again for a message whose recall ended failed or refused, or
// stays unknown: a new recall in by's right, whose audit entry names the old one.
// Without a reason or a trigger by has the old one's. An unknown one is ended as failed
// by it. models.ErrConflict: it stands otherwise, the message has an active recall, or
// somebody else decided since that it may stay; models.ErrInvalid: it cannot be
// recalled any more; models.ErrLegalHold.
func (s *Store) RetryRecall(ctx context.Context, scope models.Scope, id models.RecallID, by models.RecallRequest) (models.Recall, error) {
	var recall models.Recall
	err := s.write(ctx, func(u *unit) (err error) {
		recall, err = u.retry(scope, id, by)
		return err
	})
	if err != nil {
		return models.Recall{}, fmt.Errorf("retry: %w", err)
	}
	return recall, nil
}

func (u *unit) retry(scope models.Scope, id models.RecallID, by models.RecallRequest) (models.Recall, error) {
	r, err := u.scopedRecall(scope, id)
	if err != nil {
		return models.Recall{}, err
	}
	if !slices.Contains(retriable, models.RecallState(r.State)) {
		return models.Recall{}, refuse(fmt.Errorf("recall %s is %s: %w", id, r.State, models.ErrConflict))
	}
	m, err := u.stillRecallable(r)
	if err != nil {
		return models.Recall{}, err
	}
	details := map[string]string{"retry_of": r.ID}
	if c, err := u.mayStay(m); err != nil || c != nil && !overrules(by, c) {
		return models.Recall{}, cmp.Or(err, refuse(lost(c)))
	} else if c != nil {
		details["anyway"] = c.ID
	}
	if r.EndedAt == 0 {
		err := u.move(&r, move{to: models.Failed, actor: by.Actor, details: map[string]string{"why": "asked for anew"}})
		if err != nil {
			return models.Recall{}, err
		}
	}
	by.Message = models.MessageID(m.ID)
	by.Reason.Code = cmp.Or(by.Reason.Code, models.ReasonCode(r.ReasonCode))
	by.Trigger = cmp.Or(by.Trigger, models.Trigger(r.Door))
	next, err := u.request(m, by, details)
	if err != nil {
		return models.Recall{}, err
	}
	if err := u.replaceAgain(r.ID, next, by.Actor); err != nil {
		return models.Recall{}, err
	}
	return u.recallByID(next)
}

// stillRecallable returns the message of an old recall, or refuses.
func (u *unit) stillRecallable(r recallRow) (messageRow, error) {
	var m messageRow
	if err := first(u.locked(false).Where("id = ?", r.MessageID), &m); err != nil {
		return m, fmt.Errorf("message %s: %w", r.MessageID, err)
	}
	if err := u.notUnderHold(m); err != nil {
		return m, err
	}
	active, err := u.activeRecall(m.ID)
	if err == nil && active.ID != r.ID {
		return m, refuse(fmt.Errorf("the message has the active recall %s: %w", active.ID, models.ErrConflict))
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return m, err
	}
	ok, why, err := u.recallable(m, u.now)
	if err == nil && !ok {
		err = refuse(fmt.Errorf("%w: %s", models.ErrInvalid, why))
	}
	return m, err
}
