package store

import (
	"bytes"
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

// verifyPage is how many entries are verified at a time: a short read, so that
// the write-ahead log need not wait for it.
const verifyPage = 1000

// VerifyAudit walks every chain of the audit from its first entry to its last,
// and names the first entry of each that does not hold: one that is missing, was
// changed, or stands where another one stood.
func (s *Store) VerifyAudit(ctx context.Context) (models.AuditReport, error) {
	var chains []string
	err := s.reader(ctx).Model(&auditRow{}).Distinct("chain").Order("chain").Pluck("chain", &chains).Error
	if err != nil {
		return models.AuditReport{}, fmt.Errorf("chains of the audit: %w", clean(err))
	}
	report := models.AuditReport{Chains: len(chains)}
	for _, chain := range chains {
		if err := s.verifyChain(ctx, chain, &report); err != nil {
			return models.AuditReport{}, fmt.Errorf("chain %s: %w", chain, err)
		}
	}
	return report, nil
}

func (s *Store) verifyChain(ctx context.Context, chain string, report *models.AuditReport) error {
	head := chainHead{0, genesis}
	for {
		var found []auditRow
		err := s.reader(ctx).Where("chain = ? AND seq > ?", chain, head.seq).Order("seq").Limit(verifyPage).Find(&found).Error
		if err != nil {
			return clean(err)
		}
		for _, r := range found {
			if why := holds(head, r); why != "" {
				report.Broken = append(report.Broken, models.AuditBreak{Chain: chain, Seq: head.seq + 1, Why: why})
				return nil
			}
			head = chainHead{r.Seq, r.Hash}
			report.Entries++
		}
		if len(found) < verifyPage {
			return nil
		}
	}
}

// holds says why an entry does not follow the one before, or "".
func holds(head chainHead, r auditRow) string {
	e, err := r.model()
	switch {
	case r.Seq != head.seq+1:
		return "The entry is missing."
	case !bytes.Equal(r.Prev, head.hash):
		return "It does not follow the entry before it."
	case err != nil:
		return "Its details cannot be read."
	case !bytes.Equal(r.Hash, EntryHash(e)):
		return "It was changed after it was written."
	}
	return ""
}
