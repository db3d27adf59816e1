package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Breakers lists the times that automatic recalls were stopped, newest first, and
// returns the cursor of the next page, empty at the end. Callers check that the
// asker may see them: a breaker speaks of every conversation.
func (s *Store) Breakers(ctx context.Context, f models.BreakerFilter) ([]models.Breaker, string, error) {
	q, limit, err := page(s.reader(ctx), f.Page)
	if err != nil {
		return nil, "", err
	}
	if f.Open {
		q = q.Where("reset_at = 0")
	}
	var found []breakerRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("breakers: %w", clean(err))
	}
	found, next := cut(found, limit, func(r breakerRow) string { return r.ID })
	out := make([]models.Breaker, len(found))
	for i := range found {
		out[i] = s.breakerModel(&found[i])
	}
	return out, next, nil
}

// breakerModel completes a row with the reasons that people gave.
func (s *Store) breakerModel(r *breakerRow) models.Breaker {
	b := r.model()
	b.Reason = s.openText(r.Note, "breakers", "note", r.ID)
	b.AskedReason = s.openText(r.AskedNote, "breakers", "asked_note", r.ID)
	b.ResetReason = s.openText(r.ResetNote, "breakers", "reset_note", r.ID)
	return b
}
