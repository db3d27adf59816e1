package store

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// holdOver is the condition that a recall was held for as long as its rule said,
// at a time.
const holdOver = "ended_at = 0 AND state = 'held' AND due_at <= ?"

// releaseAtOnce is how many recalls one look of the sweeper lets go.
const releaseAtOnce = 500

// heldUntil is when a hold that begins now is over; where the platform's window
// closes before that, half-way to its end, or it would be held until it is too late.
func heldUntil(now int64, hold time.Duration, deadline int64) int64 {
	over := now + hold.Milliseconds()
	if deadline != 0 && over >= deadline {
		return now + max(deadline-now, 0)/2
	}
	return over
}

// ReleaseHeld queues the recalls whose hold is over and says how many; those for
// which it is too late by then, or whose message is gone, are ended. The hold is
// in the row, so it outlives the process, and any node may let go.
func (s *Store) ReleaseHeld(ctx context.Context) (int, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return 0, err
	}
	if due, err := some(s.glance(ctx).Model(&recallRow{}).Where(holdOver, now)); err != nil || !due {
		return 0, named(err, "held recalls")
	}
	released := 0
	err = s.write(ctx, func(u *unit) (err error) {
		released, err = u.release()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("release held recalls: %w", err)
	}
	return released, nil
}

func (u *unit) release() (released int, err error) {
	now, err := u.clock()
	if err != nil {
		return 0, err
	}
	var found []recallRow
	err = u.locked(true).Where(holdOver, now).Order("due_at, id").Limit(releaseAtOnce).Find(&found).Error
	if err != nil {
		return 0, fmt.Errorf("held recalls: %w", clean(err))
	}
	states, err := u.statesOf(found)
	if err != nil {
		return 0, err
	}
	for i := range found {
		r := &found[i]
		if ended, err := u.endBeforeCall(r, states[r.MessageID], now); err != nil {
			return 0, err
		} else if ended {
			continue
		}
		m := move{to: models.Queued, actor: "worker:" + u.s.opts.Node, details: map[string]string{"why": "the hold is over"}}
		if err := u.move(r, m); err != nil {
			return 0, err
		}
		released++
	}
	return released, nil
}
