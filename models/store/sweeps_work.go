package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

const (
	// sweepAhead is how many recalls of one sweep may wait to leave before it goes
	// on: a cancel finds that many at most.
	sweepAhead = 500
	// sweepPause is how long a sweep waits that is so far ahead, or has only to see
	// its last recalls leave.
	sweepPause = 250 * time.Millisecond
	// sweepTries is how often in a row a sweep may be put off before it has failed.
	sweepTries = 30
)

// ClaimSweep leases a running sweep that is due, with up to limit of the
// messages that come next. One that has come to its end is ended here.
// models.ErrNotFound: there is nothing to do now.
func (s *Store) ClaimSweep(ctx context.Context, limit int, lease time.Duration) (models.SweepClaim, error) {
	ids, err := s.dueSweeps(ctx)
	if err != nil {
		return models.SweepClaim{}, err
	}
	for _, id := range ids {
		ahead, err := ahead(s.reader(ctx), id)
		if err != nil {
			return models.SweepClaim{}, err
		}
		claim, err := s.claimSweep(ctx, id, ahead, limit, lease)
		if err != nil || claim.ID != "" {
			return claim, err
		}
	}
	return models.SweepClaim{}, models.ErrNotFound
}

// dueSweeps lists the running sweeps that nobody works on, those that wait the
// longest first.
func (s *Store) dueSweeps(ctx context.Context) ([]string, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	err = s.glance(ctx).Model(&sweepRow{}).Where("state = ? AND due_at <= ? AND leased_until <= ?", string(models.SweepRunning), now, now).
		Order("due_at, id").Limit(100).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("running sweeps: %w", clean(err))
	}
	return ids, nil
}

// ahead counts the recalls of a sweep that wait to leave or are on their way.
func ahead(db *gorm.DB, id string) (int64, error) {
	var n int64
	err := db.Raw(`SELECT count(*) FROM sweep_items i JOIN recalls r ON r.id = i.recall_id
		WHERE i.sweep_id = ? AND i.state = ? AND r.ended_at = 0 AND r.state IN ?`,
		id, string(models.ItemAsked), append([]string{string(models.Sent)}, notLeft...)).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("recalls of sweep %s: %w", id, clean(err))
	}
	return n, nil
}

// claimSweep leases one sweep. A claim without an id: there is nothing to do for it now.
func (s *Store) claimSweep(ctx context.Context, id string, ahead int64, limit int, lease time.Duration) (models.SweepClaim, error) {
	var claim models.SweepClaim
	err := s.write(ctx, func(u *unit) (err error) {
		claim, err = u.claimSweep(id, ahead, limit, lease)
		return err
	})
	if err != nil {
		return models.SweepClaim{}, fmt.Errorf("claim sweep %s: %w", id, err)
	}
	return claim, nil
}

func (u *unit) claimSweep(id string, ahead int64, limit int, lease time.Duration) (models.SweepClaim, error) {
	now, err := u.clock()
	if err != nil {
		return models.SweepClaim{}, err
	}
	var r sweepRow
	err = first(u.locked(true).Where("id = ? AND state = ? AND due_at <= ? AND leased_until <= ?", id, string(models.SweepRunning), now, now), &r)
	if errors.Is(err, models.ErrNotFound) {
		return models.SweepClaim{}, nil // another node has it
	}
	if err != nil {
		return models.SweepClaim{}, err
	}
	if ahead >= sweepAhead {
		return models.SweepClaim{}, u.putOff(&r, now+sweepPause.Milliseconds())
	}
	items, err := u.nextItems(id, limit)
	if err != nil {
		return models.SweepClaim{}, err
	}
	if len(items) == 0 {
		return models.SweepClaim{}, u.finishSweep(&r, now)
	}
	if err := u.leaseSweep(&r, now+lease.Milliseconds()); err != nil {
		return models.SweepClaim{}, err
	}
	return models.SweepClaim{Sweep: u.s.sweepModel(&r), Fence: int(r.Fence), Items: items}, nil
}

// putOff leaves a sweep for later.
func (u *unit) putOff(r *sweepRow, until int64) error {
	if err := u.exec("UPDATE sweeps SET due_at = ? WHERE id = ?", until, r.ID); err != nil {
		return fmt.Errorf("put off sweep %s: %w", r.ID, err)
	}
	return nil
}

// finishSweep ends a sweep that has come to its end, once its last recalls have left.
func (u *unit) finishSweep(r *sweepRow, now int64) error {
	n, err := ahead(u.tx, r.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return u.putOff(r, now+sweepPause.Milliseconds())
	}
	return u.moveSweep(r, models.SweepDone, "worker:"+u.s.opts.Node, "sweep.done", map[string]string{})
}

func (u *unit) leaseSweep(r *sweepRow, until int64) error {
	r.LeasedUntil = until
	r.Fence++
	err := u.exec("UPDATE sweeps SET leased_until = ?, fence = ? WHERE id = ?", r.LeasedUntil, r.Fence, r.ID)
	if err != nil {
		return fmt.Errorf("lease sweep %s: %w", r.ID, err)
	}
	return nil
}

// nextItems returns the messages of a sweep that come next: those that were
// posted first, whose time is over first.
func (u *unit) nextItems(id string, limit int) ([]models.SweepItem, error) {
	var found []sweepItemRow
	err := u.tx.Where("sweep_id = ? AND state = ?", id, string(models.ItemWaiting)).Order("message_id").Limit(limit).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages of sweep %s: %w", id, clean(err))
	}
	out := make([]models.SweepItem, len(found))
	for i, r := range found {
		c, err := u.conversationByID(r.ConversationID)
		if err != nil {
			return nil, err
		}
		out[i] = r.model()
		out[i].Conversation = c
	}
	return out, nil
}

// AskSweep asks for the messages of a claim, all in one transaction, and gives
// the lease back; those that the caller marked with a Why are passed over, and
// so are those that cannot be recalled, are being recalled, or were edited since
// the preview. It returns the conversations that have something due. A claim
// that is void, since the sweep was cancelled or another node has it, is
// models.ErrConflict, and nothing is asked for.
func (s *Store) AskSweep(ctx context.Context, claim models.SweepClaim) ([]models.ConversationID, error) {
	var due []models.ConversationID
	err := s.write(ctx, func(u *unit) error {
		due = nil
		r, err := u.claimed(claim)
		if err != nil {
			return err
		}
		for _, item := range claim.Items {
			asked, err := u.askItem(&claim, item)
			if err != nil {
				return err
			}
			if asked {
				due = append(due, item.Conversation.ID)
			}
		}
		return u.releaseSweep(r)
	})
	if err != nil {
		return nil, fmt.Errorf("ask for sweep %s: %w", claim.ID, err)
	}
	return due, nil
}

// claimed returns the sweep of a claim that still holds, locked.
func (u *unit) claimed(claim models.SweepClaim) (*sweepRow, error) {
	r, err := u.sweep(claim.ID)
	if err != nil {
		return nil, err
	}
	if r.State != string(models.SweepRunning) || r.Fence != int64(claim.Fence) {
		return nil, refuse(fmt.Errorf("sweep %s is %s and somebody else's: %w", r.ID, r.State, models.ErrConflict))
	}
	return &r, nil
}

func (u *unit) askItem(claim *models.SweepClaim, item models.SweepItem) (asked bool, err error) {
	why, recall := item.Why, ""
	if why == "" {
		if why, recall, err = u.sweepOne(claim, item); err != nil {
			return false, err
		}
	}
	state := models.ItemAsked
	if why != "" {
		state = models.ItemPassed
	}
	err = u.exec("UPDATE sweep_items SET state = ?, why = ?, recall_id = ? WHERE sweep_id = ? AND message_id = ? AND state = ?",
		string(state), string(why), recall, string(claim.ID), string(item.Message), string(models.ItemWaiting))
	if err != nil {
		return false, fmt.Errorf("message %s of sweep %s: %w", item.Message, claim.ID, err)
	}
	return why == "", nil
}

// sweepOne asks for one message through the door that all of people's recalls
// take, or says why it is passed over.
func (u *unit) sweepOne(claim *models.SweepClaim, item models.SweepItem) (why models.SweepWhy, recall string, err error) {
	var m messageRow
	if err := first(u.locked(false).Where("id = ?", string(item.Message)), &m); err != nil {
		return "", "", fmt.Errorf("message %s: %w", item.Message, err)
	}
	if why, err := u.passOver(claim, item, m); why != "" || err != nil {
		return why, "", err
	}
	id, err := u.request(m, models.RecallRequest{
		Message: item.Message, Reason: claim.Reason, Actor: claim.Actor, Authority: item.Authority,
		Account: rightOf(claim, item), Trigger: claim.Trigger, Sweep: claim.ID,
	}, map[string]string{"sweep": string(claim.ID)})
	return "", id, err
}

// passOver says why a message is not asked for after all, "" where it is.
func (u *unit) passOver(claim *models.SweepClaim, item models.SweepItem, m messageRow) (models.SweepWhy, error) {
	now, err := u.clock()
	if err != nil {
		return "", err
	}
	if o := obstacle(m, item.Conversation, now); o != "" {
		return o, nil
	}
	if m.Revision != int64(item.Revision) {
		return models.ChangedSince, nil
	}
	if err := u.notUnderHold(m); heldBack(err) {
		return models.MetLegalHold, nil
	} else if err != nil {
		return "", err
	}
	_, err = u.activeRecall(m.ID)
	if !errors.Is(err, models.ErrNotFound) {
		return models.MetBeingRecalled, err
	}
	c, err := u.mayStay(m)
	if err == nil && c != nil && !overrules(models.RecallRequest{Actor: claim.Actor}, c) {
		return models.MayStay, nil
	}
	return "", err
}

// rightOf is whose right a message of a sweep is asked for in, where that is a
// platform account's.
func rightOf(claim *models.SweepClaim, item models.SweepItem) string {
	if (models.Right{Authority: item.Authority}).Role() {
		return claim.Account.Name
	}
	return ""
}

func (u *unit) releaseSweep(r *sweepRow) error {
	err := u.exec("UPDATE sweeps SET leased_until = 0, due_at = 0, tries = 0 WHERE id = ?", r.ID)
	if err != nil {
		return fmt.Errorf("release sweep %s: %w", r.ID, err)
	}
	u.changed(models.SweepChanged, r.ID, "", models.Conversation{App: r.App})
	return nil
}

// DelaySweep gives a claim back without asking for anything, since it cannot be
// said now whose messages they are: it is due again after a while. After too many
// delays in a row the sweep has failed, which trouble tells people.
func (s *Store) DelaySweep(ctx context.Context, claim models.SweepClaim, wait time.Duration, trouble string) error {
	err := s.write(ctx, func(u *unit) error {
		r, err := u.claimed(claim)
		if err != nil {
			return err
		}
		if r.Tries++; r.Tries >= sweepTries {
			r.Trouble = trouble
			return u.endSweep(r, models.SweepFailed, "worker:"+u.s.opts.Node, "sweep.failed", map[string]string{})
		}
		now, err := u.clock()
		if err != nil {
			return err
		}
		return u.exec("UPDATE sweeps SET leased_until = 0, due_at = ?, tries = ? WHERE id = ?", now+wait.Milliseconds(), r.Tries, r.ID)
	})
	if err != nil {
		return fmt.Errorf("delay sweep %s: %w", claim.ID, err)
	}
	return nil
}
