package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// watch raises the alarm when automatic recalls are stopped, whichever node or
// command did it, and tells when they go on. A node that starts tells what is
// stopped already.
type watch struct {
	store    Store
	metrics  *metrics
	log      *slog.Logger
	announce func(models.Change)
	open     map[models.BreakerID]models.Breaker
}

func newWatch(o Options, m *metrics) *watch {
	return &watch{
		store: o.Store, metrics: m, log: o.Logger, announce: o.Announce, open: map[models.BreakerID]models.Breaker{},
	}
}

// look compares what is open with what was, and reports whether anything may be open.
func (w *watch) look(ctx context.Context) bool {
	found, err := w.store.OpenBreakers(ctx)
	if err != nil {
		return true // the sweep that follows tells that the database cannot be read
	}
	w.metrics.open(found)
	now := make(map[models.BreakerID]models.Breaker, len(found))
	for _, b := range found {
		now[b.ID] = b
		if _, known := w.open[b.ID]; !known {
			w.log.ErrorContext(ctx, "automatic recalls are stopped", w.words(b)...)
			w.changed(b)
		}
	}
	for id, b := range w.open {
		if _, still := now[id]; !still {
			w.log.WarnContext(ctx, "automatic recalls go on", w.words(b)...)
			w.changed(b)
		}
	}
	w.open = now
	return len(now) > 0
}

func (w *watch) words(b models.Breaker) []any {
	words := []any{slog.String("breaker", string(b.ID)), slog.String("kind", string(b.Kind)), slog.String("by", b.TrippedBy)}
	if b.Rule != "" {
		words = append(words, slog.String("rule", b.Rule))
	}
	if b.Cap != "" {
		words = append(words, slog.String("cap", string(b.Cap)), slog.Int("allowed", b.Allowed))
	}
	return words
}

func (w *watch) changed(b models.Breaker) {
	w.announce(models.Change{Kind: models.BreakerChanged, ID: string(b.ID), At: time.Now()})
}
