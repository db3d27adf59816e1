package access

import (
	"context"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// DecideCase closes a case with the verdict allow or recall, in the right that
// the caller has in its conversation; a recall is asked for in the same
// transaction. A reason is needed for a recall and may be left out to allow.
//
// Where somebody else was first the error wraps models.ErrConflict, and the
// case is returned as it stands. Otherwise errors are as for Recall.
func (d *Door) DecideCase(
	ctx context.Context, c models.Caller, t models.Trigger, id models.CaseID, v models.Verdict, r models.Reason,
) (models.Case, *models.Recall, error) {
	reason, err := caseReason(v, r)
	if err != nil {
		return models.Case{}, nil, err
	}
	if err := CheckDecide(c); err != nil {
		return models.Case{}, nil, err
	}
	scope, err := d.Scope(ctx, c)
	if err != nil {
		return models.Case{}, nil, err
	}
	known, err := d.store.Case(ctx, scope, id)
	if err != nil {
		return models.Case{}, nil, hide(err, fmt.Sprintf("case %s", id))
	}
	authority, err := d.rights(c).ask(ctx, models.Message{Conversation: known.Conversation})
	if err != nil {
		return models.Case{}, nil, err
	}
	by := models.RecallRequest{
		Message: known.Message, Reason: reason, Actor: c.Actor, Authority: authority,
		Account: accountOf(c, authority), Trigger: t,
	}
	decided, rec, err := d.store.DecideCase(ctx, scope, id, v, reason, by)
	if err == nil && rec != nil {
		d.ring(rec.Conversation.ID)
	}
	return decided, rec, hide(err, fmt.Sprintf("decide case %s", id))
}

func caseReason(v models.Verdict, r models.Reason) (models.Reason, error) {
	switch {
	case v != models.VerdictAllow && v != models.VerdictRecall:
		return r, invalid("A case is decided with the verdict allow or recall.")
	case v == models.VerdictAllow && r == models.Reason{}:
		return r, nil
	}
	return CleanReason(r)
}

// Cancel stops a recall that has not left yet. A reason may be left out: then it
// is a change of mind. An error wraps models.ErrConflict where it is too late.
func (d *Door) Cancel(ctx context.Context, c models.Caller, id models.RecallID, r models.Reason) (models.Recall, error) {
	if r == (models.Reason{}) {
		r.Code = models.ChangeOfMind
	}
	scope, by, err := d.reach(ctx, c, id, r)
	if err != nil {
		return models.Recall{}, err
	}
	done, err := d.store.CancelRecall(ctx, scope, id, c.Actor, by.Reason)
	return done, hide(err, fmt.Sprintf("cancel recall %s", id))
}

// Retry asks anew for the message of a recall that ended without taking it back.
// A reason may be left out: then the old one holds. An error wraps
// models.ErrConflict where the recall did not end so, or where somebody else decided
// since that the message may stay.
func (d *Door) Retry(ctx context.Context, c models.Caller, id models.RecallID, r models.Reason) (models.Recall, error) {
	scope, by, err := d.reach(ctx, c, id, r)
	if err != nil {
		return models.Recall{}, err
	}
	anew, err := d.store.RetryRecall(ctx, scope, id, by)
	if err == nil {
		d.ring(anew.Conversation.ID)
	}
	return anew, hide(err, fmt.Sprintf("retry recall %s", id))
}

// reach finds a recall in the caller's scope and checks that the caller may take
// messages of its conversation back, in what right, and for what reason: without
// one, the recall's own.
func (d *Door) reach(
	ctx context.Context, c models.Caller, id models.RecallID, r models.Reason,
) (scope models.Scope, by models.RecallRequest, err error) {
	if err = CheckRecall(c); err != nil {
		return scope, by, err
	}
	if scope, err = d.Scope(ctx, c); err != nil {
		return scope, by, err
	}
	known, err := d.store.Recall(ctx, scope, id)
	if err != nil {
		return scope, by, hide(err, fmt.Sprintf("recall %s", id))
	}
	if r == (models.Reason{}) {
		r = known.Reason
	}
	if by.Reason, err = CleanReason(r); err != nil {
		return scope, by, err
	}
	by.Message, by.Actor, by.Trigger = known.Message, c.Actor, known.Trigger
	by.Authority, err = d.rights(c).ask(ctx, models.Message{Conversation: known.Conversation, Sender: known.Sender})
	by.Account = accountOf(c, by.Authority)
	return scope, by, err
}

// hide gives every "not found" the same words, and says of internal errors what
// was being done. The others speak for themselves.
func hide(err error, doing string) error {
	switch {
	case err == nil, errors.Is(err, models.ErrConflict), errors.Is(err, models.ErrInvalid):
		return err
	case errors.Is(err, models.ErrNotFound):
		return notFound()
	}
	return fmt.Errorf("%s: %w", doing, err)
}
