package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// RunSweep lets a sweep begin at the word of whoever ordered it. Where it takes
// back so many messages that a second person is needed, that word only asks, and
// the sweep is returned as models.SweepAsked; an operator who is somebody else
// has to run it too. Callers check that the actor may run sweeps of others at
// all. models.ErrConflict: it is not the actor's turn, or the sweep stands
// otherwise; models.ErrInvalid: there is nothing to take back.
func (s *Store) RunSweep(ctx context.Context, id models.SweepID, actor string) (models.Sweep, error) {
	err := s.write(ctx, func(u *unit) error {
		r, err := u.sweep(id)
		if err != nil {
			return err
		}
		return u.runOrAsk(&r, actor)
	})
	if err != nil {
		return models.Sweep{}, fmt.Errorf("run a sweep: %w", err)
	}
	return s.Sweep(ctx, id)
}

// sweep returns the row of a sweep, locked.
func (u *unit) sweep(id models.SweepID) (sweepRow, error) {
	var r sweepRow
	err := first(u.locked(false).Where("id = ?", string(id)), &r)
	return r, missing(err, "sweep", string(id))
}

func (u *unit) runOrAsk(r *sweepRow, actor string) error {
	if err := u.runnable(r); err != nil {
		return err
	}
	people, err := u.operators()
	if err != nil {
		return err
	}
	own := actor == r.Actor || people.person(actor) == people.orderer(r)
	asked := r.State == string(models.SweepAsked)
	switch {
	case own && r.Second == 0:
		return u.start(r, actor)
	case own && !asked:
		return u.askRun(r, actor)
	case own:
		return refuse(fmt.Errorf("%s asked for it at %s, and another operator has to run it too: %w",
			r.Actor, fromMillis(r.AskedAt).Format(time.RFC3339), models.ErrConflict))
	case r.Second == 0, !asked:
		return refuse(fmt.Errorf("%s ordered it and has not run it yet: %w", r.Actor, models.ErrConflict))
	case !people.stand(r):
		return refuse(fmt.Errorf("%s, who ordered it, is no operator any more: %w", r.Actor, models.ErrConflict))
	}
	return u.start(r, actor)
}

// runnable refuses a sweep that cannot begin any more.
func (u *unit) runnable(r *sweepRow) error {
	state := models.SweepState(r.State)
	switch {
	case state.Terminal():
		return refuse(fmt.Errorf("it is %s since %s, by %s: %w",
			state, fromMillis(r.EndedAt).Format(time.RFC3339), r.EndedBy, models.ErrConflict))
	case !state.CanBecome(models.SweepRunning):
		return refuse(fmt.Errorf("it is %s since %s, by %s: %w",
			state, fromMillis(r.RunAt).Format(time.RFC3339), r.RunBy, models.ErrConflict))
	case u.now.Sub(fromMillis(r.CreatedAt)) > models.SweepPreviewFor:
		return refuse(fmt.Errorf("its preview is of %s and does not hold any more; order it anew: %w",
			fromMillis(r.CreatedAt).Format(time.RFC3339), models.ErrConflict))
	case r.Chosen == 0:
		return refuse(fmt.Errorf("there is nothing to take back: %w", models.ErrInvalid))
	}
	return nil
}

// orderer returns the person who ordered a sweep.
func (o operators) orderer(r *sweepRow) string {
	if r.Account != "" {
		return "account:" + r.AccountApp + ":" + r.Account
	}
	return o.person(r.Actor)
}

// stand reports whether whoever ordered a sweep may still do so: an operator has
// to be one still; the right of others is that of their account, which is asked
// for while the sweep runs.
func (o operators) stand(r *sweepRow) bool {
	_, may := o[r.Actor]
	return may || r.Account != "" || o.person(r.Actor) == commandLine
}

func (u *unit) start(r *sweepRow, actor string) error {
	r.RunBy, r.RunAt = actor, u.now.UnixMilli()
	details := map[string]string{"chosen": strconv.FormatInt(r.Chosen, 10)}
	if r.RunBy != r.Actor {
		details["ordered_by"] = r.Actor
	}
	return u.moveSweep(r, models.SweepRunning, actor, "sweep.started", details)
}

// askRun notes that whoever ordered a sweep wants it to run.
func (u *unit) askRun(r *sweepRow, actor string) error {
	r.AskedAt = u.now.UnixMilli()
	details := map[string]string{"chosen": strconv.FormatInt(r.Chosen, 10)}
	return u.moveSweep(r, models.SweepAsked, actor, "sweep.run_asked", details)
}

// moveSweep takes a sweep from the state in which r was read to another, with
// its audit entry. The fence goes up, so that a node which works on it learns.
func (u *unit) moveSweep(r *sweepRow, to models.SweepState, actor, action string, details map[string]string) error {
	from := models.SweepState(r.State)
	if !from.CanBecome(to) {
		return fmt.Errorf("sweep %s cannot go from %s to %s: %w", r.ID, from, to, models.ErrInvalid)
	}
	if to.Terminal() {
		r.EndedBy, r.EndedAt = actor, u.now.UnixMilli()
	}
	if r.EndNote == nil {
		r.EndNote = []byte{}
	}
	n, err := u.execCount(`UPDATE sweeps SET state = ?, asked_at = ?, run_by = ?, run_at = ?, ended_by = ?, ended_at = ?,
		end_note = ?, trouble = ?, tries = 0, due_at = 0, leased_until = 0, fence = fence + 1
		WHERE id = ? AND state = ? AND fence = ?`,
		string(to), r.AskedAt, r.RunBy, r.RunAt, r.EndedBy, r.EndedAt, r.EndNote, r.Trouble, r.ID, r.State, r.Fence)
	if err != nil {
		return fmt.Errorf("move sweep %s: %w", r.ID, err)
	}
	if n == 0 { // the row was read under a lock, so this is a race with another node
		return &databaseError{text: "sweep " + r.ID + " moved meanwhile", again: true}
	}
	r.State = string(to)
	r.Fence++
	return u.recordSweep(r, actor, action, details)
}

// CancelSweep ends a sweep that is not over: no further message is asked for,
// and its recalls that have not left are cancelled, but for those that somebody
// asked for besides. The reason may be empty. models.ErrConflict: it is over.
func (s *Store) CancelSweep(ctx context.Context, id models.SweepID, actor, reason string) (models.Sweep, error) {
	err := s.write(ctx, func(u *unit) error {
		r, err := u.sweep(id)
		if err != nil {
			return err
		}
		if !models.SweepState(r.State).CanBecome(models.SweepCancelled) {
			return refuse(fmt.Errorf("it is %s since %s, by %s: %w",
				r.State, fromMillis(r.EndedAt).Format(time.RFC3339), r.EndedBy, models.ErrConflict))
		}
		r.EndNote = u.s.sealText(reason, "sweeps", "end_note", r.ID)
		return u.endSweep(&r, models.SweepCancelled, actor, "sweep.cancelled", u.noted(reason))
	})
	if err != nil {
		return models.Sweep{}, fmt.Errorf("cancel a sweep: %w", err)
	}
	return s.Sweep(ctx, id)
}

// endSweep ends a sweep before it has come to all of its messages.
func (u *unit) endSweep(r *sweepRow, to models.SweepState, actor, action string, details map[string]string) error {
	stopped, err := u.stopRecalls(r, actor)
	if err != nil {
		return err
	}
	left, err := u.execCount("UPDATE sweep_items SET state = ?, why = ? WHERE sweep_id = ? AND state = ?",
		string(models.ItemPassed), string(models.SweepWasStopped), r.ID, string(models.ItemWaiting))
	if err != nil {
		return fmt.Errorf("messages of sweep %s: %w", r.ID, err)
	}
	details["recalls_cancelled"], details["not_asked_for"] = strconv.Itoa(stopped), strconv.FormatInt(left, 10)
	return u.moveSweep(r, to, actor, action, details)
}

// notLeft are the states in which a recall can still be cancelled.
var notLeft = []string{string(models.Requested), string(models.Held), string(models.Queued)}

// stopRecalls cancels the recalls of a sweep that have not left and that nobody
// asked for besides: those would have the priority of a single one.
func (u *unit) stopRecalls(r *sweepRow, actor string) (int, error) {
	var found []recallRow
	err := u.locked(false).Where("ended_at = 0 AND state IN ? AND priority = ?", notLeft, models.PrioritySweep).
		Where("EXISTS (SELECT 1 FROM sweep_items i WHERE i.sweep_id = ? AND i.message_id = recalls.message_id AND i.recall_id = recalls.id)", r.ID).
		Order("id").Find(&found).Error
	if err != nil {
		return 0, fmt.Errorf("recalls of sweep %s: %w", r.ID, clean(err))
	}
	for i := range found {
		err := u.move(&found[i], move{to: models.Cancelled, actor: actor, details: map[string]string{"sweep": r.ID}})
		if err != nil {
			return 0, err
		}
	}
	return len(found), nil
}
