package webhooks

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// taken is what became of an authentic delivery.
type taken struct {
	reply    platforms.Reply
	rings    []models.ConversationID
	err      error  // not kept: the platform must not be told otherwise
	result   string // for the counter
	proposal bool
}

// take decodes, judges and keeps a delivery. A panic on the way sets the
// delivery aside for a person: it is neither lost nor tried for ever.
func (h *Handler) take(ctx context.Context, app App, req platforms.Request) (t taken) {
	defer func() {
		if p := recover(); p != nil {
			t = h.poisoned(ctx, app, req)
		}
	}()
	body := [][]byte{[]byte("delivery"), []byte(app.ID), req.Body}
	if h.o.Strikes.Out(body...) {
		return h.condemned(ctx, app, req)
	}
	done := h.o.Strikes.Read(body...)
	d := app.Receiver.Decode(req)
	done()
	if d.Proposal != nil || d.Asked {
		return h.propose(ctx, app, d, req)
	}
	return h.keep(ctx, app, d, req.Now)
}

func (h *Handler) keep(ctx context.Context, app App, d platforms.Delivery, now time.Time) taken {
	came := len(d.Events)
	if came > 0 && h.o.Keeper.Full() {
		return taken{err: models.ErrBusy} // before it costs what judging costs
	}
	var err error
	if d.Events, err = h.sound(ctx, app, d.Events); err != nil {
		return taken{err: err}
	}
	kept, err := h.keepEvents(ctx, app, d, now)
	if err != nil {
		return taken{err: err}
	}
	if err := h.setAside(ctx, app.ID, d.Unreadable, now); err != nil {
		return taken{err: err}
	}
	t := taken{reply: app.Receiver.Acknowledge(d), rings: rings(kept), result: h.result(app.ID, d, kept)}
	if len(d.Events) < came {
		t.result = resultSetAside
	}
	return t
}

func (h *Handler) keepEvents(ctx context.Context, app App, d platforms.Delivery, now time.Time) ([]models.Kept, error) {
	if len(d.Events) == 0 {
		return nil, nil
	}
	v := h.visit(app, now, len(d.Events))
	defer v.leave()
	judged := make([]models.Judged, len(d.Events))
	for i, e := range d.Events {
		var err error
		began := v.trail.now()
		if judged[i], err = v.consider(ctx, i, e); err != nil {
			return nil, err
		}
		v.trail.scanned(i, began)
	}
	began := v.trail.now()
	kept, err := v.keep(ctx, judged)
	if err != nil {
		return nil, err
	}
	v.trail.kept(began)
	if err := v.reconsider(ctx, judged, kept); err != nil {
		return nil, err
	}
	v.trail.tell(judged, kept)
	for _, e := range d.Events {
		if e.Kind == models.EventStanding || e.Kind == models.EventDissolved {
			h.o.Standings.Drop(app.ID, e.Conversation.Group)
		}
	}
	return kept, nil
}

// complete fills in what a message has from us: id, times, and when recalling it
// becomes impossible.
func (h *Handler) complete(app App, m *models.Message, c models.Conversation, now time.Time) {
	m.ID = models.MessageID(models.NewID())
	m.App, m.Conversation, m.ReceivedAt = app.ID, c, now
	m.State = models.Visible
	if m.SentAt.IsZero() {
		m.SentAt = now
	}
	if w := app.Adapter.Limits(c.Kind).Window; w > 0 {
		m.Deadline = m.SentAt.Add(w)
	}
}

// own reports whether an account is takeback's: its notices are scanned for the
// record, but nothing is ever done about them.
func own(app App, account string) bool {
	m, ok := app.Receiver.(platforms.Mute)
	return ok && m.Own(account)
}

func (h *Handler) setAside(ctx context.Context, app string, asides []models.SetAside, now time.Time) error {
	if len(asides) == 0 {
		return nil
	}
	for i := range asides {
		a := &asides[i]
		a.ID, a.App, a.ReceivedAt = models.DeliveryID(models.NewID()), app, now
		h.metrics.setAside.WithLabelValues(app, a.Reason).Inc()
		h.o.Logger.WarnContext(ctx, "delivery set aside", slog.String("app", app), slog.String("delivery", string(a.ID)),
			slog.String("command", a.Command), slog.String("reason", a.Reason), slog.Int("bytes", len(a.Body)))
	}
	if err := h.o.Keeper.SetAside(ctx, asides); err != nil {
		return fmt.Errorf("set aside: %w", err)
	}
	return nil
}

// poisoned keeps a delivery aside that made us panic. The panic's value may hold
// content, so only the place is logged.
func (h *Handler) poisoned(ctx context.Context, app App, req platforms.Request) taken {
	h.o.Logger.ErrorContext(ctx, "panic on a delivery", slog.String("app", app.ID), slog.String("stack", string(debug.Stack())))
	aside := []models.SetAside{{Reason: panicked, Body: req.Body}}
	if err := h.setAside(ctx, app.ID, aside, req.Now); err != nil {
		return taken{err: err}
	}
	return taken{reply: app.Receiver.Acknowledge(platforms.Delivery{}), result: resultSetAside}
}

// rings are the conversations that have something due, each once.
func rings(kept []models.Kept) []models.ConversationID {
	var ids []models.ConversationID
	for _, k := range kept {
		if k.Ring && !slices.Contains(ids, k.Conversation) {
			ids = append(ids, k.Conversation)
		}
	}
	return ids
}

// result names what became of a delivery, for the counter, and counts conflicts.
func (h *Handler) result(app string, d platforms.Delivery, kept []models.Kept) string {
	result := resultNothing
	if len(d.Unreadable) > 0 {
		result = resultSetAside
	}
	for _, k := range kept {
		switch k.Result {
		case models.KeptConflict:
			h.metrics.conflicts.WithLabelValues(app).Inc()
			h.o.Logger.Warn("another body for a known message", slog.String("app", app), slog.String("message", string(k.Message)))
			result = resultConflict
		case models.KeptDuplicate:
			result = resultDuplicate
		case models.KeptNew, models.KeptUpdate:
			result = resultKept
		}
	}
	return result
}
