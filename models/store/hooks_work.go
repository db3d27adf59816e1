package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// hookPatience is how long an endpoint may fail before it is disabled.
const hookPatience = 3 * 24 * time.Hour

// hookDue is the condition that a delivery waits for a worker at a time.
const hookDue = "state = 'waiting' AND due_at <= ? AND leased_until <= ? AND " + unheld

// ClaimHookDeliveries leases up to limit due deliveries to some endpoints, oldest first.
func (s *Store) ClaimHookDeliveries(ctx context.Context, hooks []string, limit int, lease time.Duration) ([]models.HookClaim, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	due, err := some(s.glance(ctx).Model(&hookDeliveryRow{}).Where(hookDue, now, now).Where("hook IN ?", hooks))
	if err != nil || !due {
		return nil, named(err, "due deliveries")
	}
	var claims []models.HookClaim
	err = s.write(ctx, func(u *unit) error {
		claims = nil
		var found []hookDeliveryRow
		err := u.locked(true).Where(hookDue, now, now).Where("hook IN ?", hooks).Order("due_at, id").Limit(limit).Find(&found).Error
		if err != nil {
			return clean(err)
		}
		for _, r := range found {
			if err := u.exec("UPDATE hook_deliveries SET fence = fence + 1, leased_until = ? WHERE id = ?", now+lease.Milliseconds(), r.ID); err != nil {
				return err
			}
			claims = append(claims, models.HookClaim{HookDelivery: r.model(), Fence: int(r.Fence) + 1})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	return claims, nil
}

// SettleHookDelivery writes what became of a claimed delivery, and says whether
// its endpoint was disabled by it, since it has failed for days.
func (s *Store) SettleHookDelivery(ctx context.Context, st models.HookSettlement) (disabled bool, err error) {
	err = s.write(ctx, func(u *unit) (err error) {
		disabled, err = u.settleHook(st)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("settle delivery %s: %w", st.Delivery, err)
	}
	return disabled, nil
}

func (u *unit) settleHook(st models.HookSettlement) (bool, error) {
	var r hookDeliveryRow
	err := first(u.locked(false).Where("id = ? AND fence = ? AND state = 'waiting'", string(st.Delivery), st.Fence), &r)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	state, delivered := models.HookWaiting, int64(0)
	switch {
	case st.Delivered:
		state, delivered = models.HookDelivered, u.now.UnixMilli()
	case st.DueAt.IsZero():
		state = models.HookFailed
	}
	err = u.exec(`UPDATE hook_deliveries SET state = ?, attempts = attempts + 1, status = ?, explanation = ?, due_at = ?,
		delivered_at = ?, leased_until = 0 WHERE id = ?`,
		string(state), int64(st.Status), st.Explanation, millis(st.DueAt), delivered, r.ID)
	if err != nil {
		return false, err
	}
	return u.hookFared(r.Hook, st)
}

// hookFared notes how an endpoint fares.
func (u *unit) hookFared(hook string, st models.HookSettlement) (bool, error) {
	var e hookEndpointRow
	err := first(u.locked(false).Where("hook = ?", hook), &e)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return false, err
	}
	next := hookEndpointRow{Hook: hook, FailingSince: e.FailingSince, DisabledAt: e.DisabledAt}
	if st.Delivered {
		next.FailingSince, next.DisabledAt = 0, 0
	} else if next.FailingSince == 0 {
		next.FailingSince = u.now.UnixMilli()
	}
	long := next.FailingSince != 0 && u.now.UnixMilli()-next.FailingSince >= hookPatience.Milliseconds()
	disables := next.DisabledAt == 0 && (st.Gone || long)
	if disables {
		next.DisabledAt = u.now.UnixMilli()
	}
	if next == e {
		return false, nil
	}
	err = u.exec(`INSERT INTO hook_endpoints (hook, failing_since, disabled_at) VALUES (?, ?, ?)
		ON CONFLICT (hook) DO UPDATE SET failing_since = excluded.failing_since, disabled_at = excluded.disabled_at`,
		next.Hook, next.FailingSince, next.DisabledAt)
	if err != nil || !disables {
		return false, err
	}
	if err := u.exec("UPDATE hook_deliveries SET state = 'failed', explanation = 'The endpoint is disabled.' WHERE hook = ? AND state = 'waiting'", hook); err != nil {
		return false, err
	}
	return true, u.record(models.AuditEntry{
		Actor: "worker:" + u.s.opts.Node, Action: "hook.disabled", Subject: "hook", Thing: hook,
		Details: map[string]string{"failing_since": fromMillis(next.FailingSince).Format(time.RFC3339)},
	})
}

// Hooks lists the endpoints that are configured here, with how they fare.
func (s *Store) Hooks(ctx context.Context) ([]models.HookStatus, error) {
	out := make([]models.HookStatus, len(s.opts.Hooks))
	for i, h := range s.opts.Hooks {
		out[i].Hook = h
		var e hookEndpointRow
		if err := first(s.reader(ctx).Where("hook = ?", h.ID), &e); err != nil && !errors.Is(err, models.ErrNotFound) {
			return nil, fmt.Errorf("hook %s: %w", h.ID, err)
		}
		out[i].FailingSince, out[i].DisabledAt = fromMillis(e.FailingSince), fromMillis(e.DisabledAt)
		err := s.reader(ctx).Model(&hookDeliveryRow{}).Where("hook = ? AND state = 'waiting'", h.ID).Count(&out[i].Waiting).Error
		if err != nil {
			return nil, fmt.Errorf("deliveries to hook %s: %w", h.ID, clean(err))
		}
	}
	return out, nil
}

// HookDeliveries lists deliveries to endpoints, newest first, and returns the cursor
// of the next page, empty at the end.
func (s *Store) HookDeliveries(ctx context.Context, f models.HookFilter) ([]models.HookDelivery, string, error) {
	q := where(where(s.reader(ctx), "hook = ?", f.Hook), "state = ?", string(f.State))
	q, limit, err := page(q, f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []hookDeliveryRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("deliveries: %w", clean(err))
	}
	found, next := cut(found, limit, func(r hookDeliveryRow) string { return r.ID })
	out := make([]models.HookDelivery, len(found))
	for i, r := range found {
		out[i] = r.model()
	}
	return out, next, nil
}

// DeliverAgain has a delivery that is over made once more, under the same id, also
// to an endpoint that is disabled: when it takes it, it is enabled by that.
// models.ErrConflict: it is under way.
func (s *Store) DeliverAgain(ctx context.Context, id models.HookDeliveryID, actor string) (models.HookDelivery, error) {
	var d models.HookDelivery
	err := s.write(ctx, func(u *unit) error {
		var r hookDeliveryRow
		if err := first(u.locked(false).Where("id = ?", string(id)), &r); err != nil {
			return missing(err, "delivery", string(id))
		}
		if r.State == string(models.HookWaiting) {
			return refuse(fmt.Errorf("delivery %s is under way: %w", id, models.ErrConflict))
		}
		r.State, r.Attempts, r.DueAt, r.DeliveredAt, r.Explanation = string(models.HookWaiting), 0, 0, 0, "A person asked for it again."
		err := u.exec("UPDATE hook_deliveries SET state = ?, attempts = 0, due_at = 0, delivered_at = 0, explanation = ? WHERE id = ?", r.State, r.Explanation, r.ID)
		if err != nil {
			return err
		}
		d = r.model()
		return u.record(models.AuditEntry{
			Actor: actor, Action: "hook.again", Subject: "hook", Thing: r.Hook, Details: map[string]string{"delivery": r.ID},
		})
	})
	if err != nil {
		return models.HookDelivery{}, fmt.Errorf("deliver again: %w", err)
	}
	return d, nil
}

// PruneHookDeliveries forgets deliveries that were over long ago.
func (s *Store) PruneHookDeliveries(ctx context.Context) error {
	before := models.FirstID(s.now().Add(-models.HookLog))
	err := s.write(ctx, func(u *unit) error {
		return u.exec("DELETE FROM hook_deliveries WHERE id < ? AND state <> 'waiting'", before)
	})
	if err != nil {
		return fmt.Errorf("forget deliveries: %w", err)
	}
	return nil
}
