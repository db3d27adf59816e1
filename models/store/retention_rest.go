package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// RetainRest removes what belongs to no message and is too old, limit rows of each kind at
// most: deliveries that were set aside, as long as no legal hold stands; sweeps of which
// nothing is left; what other systems were told. A step that removes nothing is the last.
// models.ErrConflict: another node has the round.
func (s *Store) RetainRest(ctx context.Context, round models.RetentionRound, r models.Retention, limit int) (models.RetentionStep, error) {
	l := limitsOf(r, round.Now)
	var step models.RetentionStep
	err := s.write(ctx, func(u *unit) error {
		step.Rest = 0
		if err := u.ours(round); err != nil {
			return err
		}
		held, err := u.anyHold()
		if err != nil {
			return err
		}
		for _, kind := range []struct {
			before int64
			query  string
			arg    any
		}{
			{unlessHeld(held, l.evidence), "DELETE FROM set_asides WHERE id IN (SELECT id FROM set_asides WHERE received_at < ? ORDER BY received_at LIMIT ?)", l.evidence},
			{l.finding, "DELETE FROM hook_deliveries WHERE id IN (SELECT id FROM hook_deliveries WHERE id < ? AND state <> 'waiting' ORDER BY id LIMIT ?)", models.FirstID(fromMillis(l.finding))},
			{l.finding, `DELETE FROM sweeps WHERE id IN (SELECT id FROM sweeps w WHERE id < ? AND state <> 'running'
				AND NOT EXISTS (SELECT 1 FROM sweep_items i WHERE i.sweep_id = w.id) ORDER BY id LIMIT ?)`, models.FirstID(fromMillis(l.finding))},
		} {
			if kind.before == 0 {
				continue
			}
			n, err := u.execCount(kind.query, kind.arg, limit)
			if err != nil {
				return err
			}
			step.Rest += n
		}
		return nil
	})
	if err != nil {
		return models.RetentionStep{}, fmt.Errorf("remove the rest of what is too old: %w", err)
	}
	return step, nil
}

func unlessHeld(held bool, before int64) int64 {
	if held {
		return 0
	}
	return before
}

// anyHold reports whether a legal hold stands anywhere.
func (u *unit) anyHold() (bool, error) {
	now, err := u.clock()
	if err != nil {
		return false, err
	}
	var n int64
	err = u.tx.Raw("SELECT count(*) FROM legal_holds h WHERE "+holdStands, now).Scan(&n).Error
	return n > 0, clean(err)
}
