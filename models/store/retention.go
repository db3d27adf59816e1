package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// maxLeap is how much more may be too old in one round than was in the one before. A clock
// that jumps years ahead so removes a day too much until the next round, and not everything.
const maxLeap = 24 * time.Hour

// ClaimRetention gives one node the round of retention that is due, for as long as the
// lease. models.ErrNotFound: none is, or another node has it.
func (s *Store) ClaimRetention(ctx context.Context, lease time.Duration) (models.RetentionRound, error) {
	var round models.RetentionRound
	if due, err := s.retentionDue(ctx); err != nil || !due {
		return round, cmp.Or(err, models.ErrNotFound)
	}
	err := s.write(ctx, func(u *unit) error {
		now, err := u.clock()
		if err != nil {
			return err
		}
		n, err := u.execCount("UPDATE retention_rounds SET fence = fence + 1, leased_until = ? WHERE id = 1 AND due_at <= ? AND leased_until <= ?",
			now+lease.Milliseconds(), now, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return refuse(models.ErrNotFound)
		}
		var r retentionRoundRow
		if err := first(u.tx.Where("id = 1"), &r); err != nil {
			return err
		}
		round = models.RetentionRound{Fence: r.Fence, Now: r.asOf(now)}
		return nil
	})
	if err != nil {
		return models.RetentionRound{}, fmt.Errorf("claim the round of retention: %w", err)
	}
	return round, nil
}

// retentionDue spares a write where there is nothing to claim.
func (s *Store) retentionDue(ctx context.Context) (bool, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return false, err
	}
	var r retentionRoundRow
	err = first(s.reader(ctx).Where("id = 1"), &r)
	return r.DueAt <= now && r.LeasedUntil <= now, err
}

func (r *retentionRoundRow) asOf(now int64) time.Time {
	if r.Reached > 0 {
		now = min(now, r.Reached+maxLeap.Milliseconds())
	}
	return fromMillis(now)
}

// EndRetention ends a round; the next one is due after a while. What it did is in the audit,
// unless that is nothing. models.ErrConflict: another node has the round.
func (s *Store) EndRetention(ctx context.Context, round models.RetentionRound, every time.Duration, did models.RetentionStep) error {
	err := s.write(ctx, func(u *unit) error {
		now, err := u.clock()
		if err != nil {
			return err
		}
		n, err := u.execCount(`UPDATE retention_rounds SET reached = ?, ended_at = ?, due_at = ?, leased_until = 0
			WHERE id = 1 AND fence = ?`, round.Now.UnixMilli(), now, now+every.Milliseconds(), round.Fence)
		if err != nil {
			return err
		}
		if n == 0 {
			return refuse(errRoundLost)
		}
		if did.Nothing() {
			return nil
		}
		return u.record(models.AuditEntry{
			Actor: "takeback", Action: "retention.round", Subject: "retention", Thing: strconv.FormatInt(round.Fence, 10), Details: map[string]string{
				"erased": strconv.FormatInt(did.Erased, 10), "removed": strconv.FormatInt(did.Removed, 10), "legal_hold": strconv.FormatInt(did.Kept, 10),
				"entries": strconv.FormatInt(did.Entries, 10), "rest": strconv.FormatInt(did.Rest, 10),
			},
		})
	})
	if err != nil {
		return fmt.Errorf("end the round of retention: %w", err)
	}
	return nil
}

// errRoundLost says that the lease of a round is over and another node has it.
var errRoundLost = fmt.Errorf("another node removes what is too old: %w", models.ErrConflict)

// roundLease is for how long each step of a round makes its lease last.
const roundLease = time.Minute

// ours makes the lease of a round last, and refuses where it is another node's.
func (u *unit) ours(round models.RetentionRound) error {
	now, err := u.clock()
	if err != nil {
		return err
	}
	n, err := u.execCount("UPDATE retention_rounds SET leased_until = ? WHERE id = 1 AND fence = ?", now+roundLease.Milliseconds(), round.Fence)
	if err == nil && n == 0 {
		return refuse(errRoundLost)
	}
	return err
}

// RetentionReached is when a round of retention ended last, zero where none did yet.
func (s *Store) RetentionReached(ctx context.Context) (time.Time, error) {
	var r retentionRoundRow
	if err := first(s.reader(ctx).Where("id = 1"), &r); err != nil {
		return time.Time{}, fmt.Errorf("rounds of retention: %w", err)
	}
	return fromMillis(r.EndedAt), nil
}
