package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

const (
	maxAsideBody = 64 << 10 // bytes kept of one
	maxAsides    = 10_000   // of one app; the oldest make place
)

// SetAside keeps authentic deliveries that could not be read, for a person:
// sealed, cut to 64 KiB, at most 10,000 of an app. When the oldest make place,
// the audit says how many.
func (s *Store) SetAside(ctx context.Context, asides []models.SetAside) error {
	err := s.write(ctx, func(u *unit) error {
		apps := map[string]bool{}
		for _, a := range asides {
			if err := u.setAside(a); err != nil {
				return err
			}
			apps[a.App] = true
		}
		for app := range apps {
			if err := u.trimAsides(app); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set aside: %w", err)
	}
	return nil
}

func (u *unit) setAside(a models.SetAside) error {
	at := a.ReceivedAt
	if at.IsZero() {
		at = u.now
	}
	id := string(a.ID)
	if id == "" {
		id = u.s.ids.At(at)
	}
	body, truncated := a.Body, a.Truncated
	if len(body) > maxAsideBody {
		body, truncated = body[:maxAsideBody], true
	}
	n, err := u.execCount(`INSERT INTO set_asides (id, app, received_at, reason, command, body, truncated)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, a.App, at.UnixMilli(), a.Reason, a.Command,
		u.s.keys.Seal(body, "set_asides", "body", id), flag(truncated))
	if err == nil && n > 0 {
		u.changed(models.SetAsideKept, id, "", models.Conversation{App: a.App})
	}
	return err
}

func (u *unit) trimAsides(app string) error {
	var oldest string
	err := u.tx.Model(&setAsideRow{}).Where("app = ?", app).Order("id DESC").
		Offset(maxAsides).Limit(1).Pluck("id", &oldest).Error
	if err != nil || oldest == "" {
		return clean(err)
	}
	n, err := u.execCount("DELETE FROM set_asides WHERE app = ? AND id <= ?", app, oldest)
	if err != nil || n == 0 {
		return err
	}
	return u.record(models.AuditEntry{
		Actor: "takeback", Action: "set_aside.dropped", Subject: "app", Thing: app,
		Details: map[string]string{"count": strconv.FormatInt(n, 10)},
	})
}

// SetAsides lists what was set aside, newest first, without the bodies, and
// returns the cursor of the next page, empty at the end.
func (s *Store) SetAsides(ctx context.Context, p models.Page) ([]models.SetAside, string, error) {
	q, limit, err := page(s.reader(ctx).Omit("body"), p)
	if err != nil {
		return nil, "", err
	}
	var found []setAsideRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("set aside: %w", clean(err))
	}
	found, next := cut(found, limit, func(r setAsideRow) string { return r.ID })
	out := make([]models.SetAside, len(found))
	for i, r := range found {
		out[i] = models.SetAside{
			ID: models.DeliveryID(r.ID), App: r.App, ReceivedAt: fromMillis(r.ReceivedAt),
			Reason: r.Reason, Command: r.Command, Truncated: r.Truncated != 0,
		}
	}
	return out, next, nil
}
