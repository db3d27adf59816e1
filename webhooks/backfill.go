package webhooks

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Backfill takes in what history says of messages that were never delivered,
// exactly as deliveries are: judged, kept, and what was decided of them rung
// for. With a nil error everything is committed or known already, and there is
// one result per event, without one for what was set aside for a person.
func (h *Handler) Backfill(ctx context.Context, app string, events []models.Event) ([]models.Kept, error) {
	a, ok := h.apps[app]
	if !ok {
		return nil, fmt.Errorf("app %s: %w", app, models.ErrNotFound)
	}
	for i := range events {
		events[i].Past = true
	}
	kept, err := h.backfill(ctx, a, events)
	if err != nil {
		return nil, fmt.Errorf("take in %d events of history: %w", len(events), err)
	}
	for _, id := range rings(kept) {
		h.o.Ring(id)
	}
	return kept, nil
}

// backfill keeps events together. Where that makes us panic, or some are not to be read
// again, each is kept alone, so that one cannot hold up the others.
func (h *Handler) backfill(ctx context.Context, a App, events []models.Event) (kept []models.Kept, err error) {
	why := killed
	if !slices.ContainsFunc(events, func(e models.Event) bool { return h.out(a, e) }) {
		var sound bool
		if kept, sound, err = h.tryEvents(ctx, a, events); sound {
			return kept, err
		}
		why = panicked
	}
	if len(events) == 1 {
		return make([]models.Kept, 1), h.spoilt(ctx, a, events[0], why)
	}
	kept = kept[:0]
	for _, e := range events {
		one, err := h.backfill(ctx, a, []models.Event{e})
		if err != nil {
			return nil, err
		}
		kept = append(kept, one...)
	}
	return kept, nil
}

// tryEvents reports as sound whatever did not make us panic.
func (h *Handler) tryEvents(ctx context.Context, a App, events []models.Event) (kept []models.Kept, sound bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			h.o.Logger.ErrorContext(ctx, "panic on history", slog.String("app", a.ID), slog.String("stack", string(debug.Stack())))
		}
	}()
	kept, err = h.keepEvents(ctx, a, platforms.Delivery{Events: events}, h.o.Now())
	return kept, true, err
}

// panicked is why something is set aside that made us panic.
const panicked = "panic"

// spoilt keeps a message aside, as far as it was read.
func (h *Handler) spoilt(ctx context.Context, a App, e models.Event, why string) error {
	var body []byte
	if e.Message != nil {
		for _, part := range e.Message.Elements {
			body = append(append(body, part.Text...), '\n')
		}
	}
	return h.setAside(ctx, a.ID, []models.SetAside{{Reason: why, Command: "history", Body: body}}, h.o.Now())
}

// SetAside keeps parts of history for a person that could not be read.
func (h *Handler) SetAside(ctx context.Context, app string, asides []models.SetAside) error {
	return h.setAside(ctx, app, asides, h.o.Now())
}
