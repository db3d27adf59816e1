package webhooks

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
)

// propose answers a platform that asks before it shows a message. The verdict
// is on record before it is told; a clean proposal leaves no record, since the
// message itself will. What cannot be read, and what the budget does not suffice
// for, is answered as configured for lateness.
func (h *Handler) propose(ctx context.Context, app App, d platforms.Delivery, req platforms.Request) taken {
	now := req.Now
	gate, ok := app.Receiver.(platforms.Gate)
	if !ok {
		return taken{reply: app.Receiver.Acknowledge(d), result: resultNothing}
	}
	if err := h.setAside(ctx, app.ID, d.Unreadable, now); err != nil {
		return taken{err: err}
	}
	body := [][]byte{[]byte("proposal"), []byte(app.ID), req.Body} // one may have no name yet that tells it from others
	if d.Proposal != nil && h.o.Strikes.Out(body...) {
		if t := h.condemned(ctx, app, req); t.err != nil {
			return t
		}
		d.Proposal = nil
	}
	if d.Proposal == nil {
		return taken{reply: gate.Answer(d, h.late()), result: resultSetAside, proposal: true}
	}
	verdict := make(chan platforms.Answer, 1)
	h.weighing.Go(func() {
		defer h.o.Strikes.Read(body...)()
		verdict <- h.weigh(context.WithoutCancel(ctx), app, *d.Proposal, now)
	})
	budget := time.NewTimer(h.o.GateBudget - h.o.Now().Sub(now))
	defer budget.Stop()
	select {
	case a := <-verdict:
		return taken{reply: gate.Answer(d, a), result: string(a.Verdict), proposal: true}
	case <-budget.C:
		h.o.Logger.WarnContext(ctx, "proposal answered late", slog.String("app", app.ID), slog.String("answer", string(h.o.GateLate)))
		return taken{reply: gate.Answer(d, h.late()), result: resultLate, proposal: true}
	}
}

// weigh judges a proposal and records what was decided. Where the record
// cannot be made the answer is the one for lateness.
func (h *Handler) weigh(ctx context.Context, app App, m models.Message, now time.Time) (a platforms.Answer) {
	defer func() {
		if p := recover(); p != nil {
			h.o.Logger.ErrorContext(ctx, "panic on a proposal", slog.String("app", app.ID), slog.String("stack", string(debug.Stack())))
			a = h.late()
		}
	}()
	c := m.Conversation
	c.App = app.ID
	h.complete(app, &m, c, now)
	if own(app, m.Sender) {
		return platforms.Answer{Verdict: models.VerdictAllow}
	}
	past, next := h.surroundings(ctx, app, &m)
	decision, _ := h.o.Judge().JudgeAfter(&m, models.RoleUnknown, true, past, next...)
	switch decision.Verdict {
	case models.VerdictBlock:
		m.State = models.Blocked
	case models.VerdictMask:
		m.State = models.Rewritten
	case models.VerdictAllow, models.VerdictReview, models.VerdictRecall:
		return platforms.Answer{Verdict: models.VerdictAllow} // after it is shown the same rules meet it again
	}
	if err := h.o.Keeper.KeepProposal(ctx, app.ID, m, decision); err != nil {
		h.o.Logger.ErrorContext(ctx, "proposal not kept", slog.String("app", app.ID), slog.Any("error", err))
		return h.late()
	}
	return platforms.Answer{Verdict: decision.Verdict, Findings: m.Findings, Text: decision.Text}
}

// surroundings returns what was posted around a proposal. Where the store does
// not say, the memory must do: the message will be met again once it is shown.
func (h *Handler) surroundings(ctx context.Context, app App, m *models.Message) (past, next []rules.Past) {
	at := spotOf(app.ID, m)
	if !rules.Fragment(m.Elements) {
		return h.memory.words(at), nil
	}
	a, err := h.look(ctx, app.ID, at, m.Conversation, nil, true)
	if err != nil {
		h.o.Logger.WarnContext(ctx, "messages around a proposal not read", slog.String("app", app.ID), slog.Any("error", err))
		a = h.memory.around(at, nil, true, false)
	}
	return a.sides(at)
}

func (h *Handler) late() platforms.Answer {
	if h.o.GateLate == Block {
		return platforms.Answer{Verdict: models.VerdictBlock, Text: "This message could not be checked in time. Please send it again."}
	}
	return platforms.Answer{Verdict: models.VerdictAllow}
}
