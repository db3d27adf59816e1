package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Record adds an entry to the audit by itself: a sign-in, for one. Only actor,
// action, subject, thing and details count.
func (s *Store) Record(ctx context.Context, e models.AuditEntry) error {
	if err := s.write(ctx, func(u *unit) error { return u.record(e) }); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}

// Audit lists entries of the audit, newest first, and returns the cursor of the
// next page, empty at the end. Callers check that the asker may see it.
func (s *Store) Audit(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error) {
	q := where(s.reader(ctx), "chain = ?", f.Chain)
	q = where(q, "actor = ?", f.Actor)
	q = where(q, "action = ?", f.Action)
	q = where(q, "thing = ?", f.Thing)
	q, limit, err := page(between(q, f.Since, f.Until), f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []auditRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("audit: %w", clean(err))
	}
	found, next := cut(found, limit, func(r auditRow) string { return r.ID })
	out := make([]models.AuditEntry, len(found))
	for i, r := range found {
		if out[i], err = r.model(); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}
