package webhooks

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// visit is one delivery on its way through the intake, and what it holds of the
// memory meanwhile.
type visit struct {
	h     *Handler
	app   App
	judge Judge
	now   time.Time
	seats []*seat
	words []seat // of messages that are no fragments, and new to the memory
	trail *trail // nil: nothing is traced
}

// seat is the place of a message in the memory. It is taken before the message
// is judged, so that of two that are judged at the same time one sees the other.
type seat struct {
	spot
	event    int // of the delivery
	entry    *entry
	replaced bool // another entry, of the same message
	waits    []<-chan struct{}
	left     bool
}

func (h *Handler) visit(app App, now time.Time, events int) *visit {
	return &visit{h: h, app: app, judge: h.o.Judge(), now: now, trail: h.trail(now, events)}
}

// consider fills in what only the intake knows of an event and decides on its message.
func (v *visit) consider(ctx context.Context, n int, e models.Event) (models.Judged, error) {
	e.Conversation.App = v.app.ID
	if e.Message == nil {
		return models.Judged{Event: e}, nil
	}
	m := e.Message
	v.h.complete(v.app, m, e.Conversation, v.now)
	if own(v.app, m.Sender) {
		d, _ := v.h.judgeAfter(v.app, v.judge, m, nil)
		m.Verdict, m.Rule = models.VerdictAllow, ""
		return models.Judged{Event: e, Decision: models.Decision{Verdict: models.VerdictAllow, Actor: d.Actor, Policy: d.Policy}}, nil
	}
	past, next, err := v.sit(ctx, n, m)
	if err != nil {
		return models.Judged{}, err
	}
	d, split := v.h.judgeAfter(v.app, v.judge, m, past, next...)
	return models.Judged{Event: e, Decision: d, Split: split}, nil
}

// sit gives a message its seat and returns what was posted around it.
func (v *visit) sit(ctx context.Context, n int, m *models.Message) (past, next []rules.Past, err error) {
	at, entry := spotOf(v.app.ID, m), newEntry(m, rules.Fragment(m.Elements))
	if entry.fragment {
		entry.done = make(chan struct{})
	}
	past, replaced := v.h.memory.enter(at, entry)
	if !entry.fragment && replaced == nil {
		v.words = append(v.words, seat{spot: at, event: n, entry: entry}) // which may stay if it cannot be kept
		return past, nil, nil
	}
	at.at = entry.sentAt // an edit stands where the message did
	s := &seat{spot: at, event: n, entry: entry, replaced: replaced != nil}
	v.seats = append(v.seats, s)
	if !entry.fragment {
		return past, nil, nil
	}
	a, err := v.h.look(ctx, v.app.ID, s.spot, m.Conversation, v.seats, false)
	if err != nil {
		return nil, nil, fmt.Errorf("look around a message: %w", err)
	}
	s.waits = a.waits
	past, next = a.sides(s.spot)
	return past, next, nil
}

// keep keeps what was considered and settles the seats. Messages are forgotten
// that were not kept, and those that an event says are gone.
func (v *visit) keep(ctx context.Context, judged []models.Judged) ([]models.Kept, error) {
	kept, err := v.h.o.Keeper.Keep(ctx, v.app.ID, judged)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	for _, s := range v.seats {
		s.left = true
		switch k := kept[s.event]; {
		case !known(k.Result):
			v.h.memory.settle(s.place, s.sender, s.entry, k.Message)
		case s.replaced:
			v.h.memory.undo(s.place, s.sender, s.entry) // what was there before stands
		default:
			v.h.memory.leave(s.place, s.sender, s.entry) // only the store knows what stands
		}
	}
	for _, w := range v.words {
		if known(kept[w.event].Result) {
			v.h.memory.leave(w.place, w.sender, w.entry)
		}
	}
	for i := range judged {
		if e := &judged[i].Event; e.Kind == models.EventRemoved {
			v.h.memory.forget(placeOf(v.app.ID, e.Conversation), e.Refs)
		}
	}
	return kept, nil
}

// known reports whether the store had something else, or the same, of a message, and keeps it.
func known(r models.KeepResult) bool { return r == models.KeptConflict || r == models.KeptDuplicate }

// leave gives up the seats of what nobody knows to be kept. It may be called again.
func (v *visit) leave() {
	for _, s := range v.seats {
		if !s.left {
			s.left = true
			v.h.memory.leave(s.place, s.sender, s.entry)
		}
	}
}

// reconsider looks at fragments once more that are kept now: for parts that were
// on their way into the store, here or on another node, when they were judged.
// Of two that were committed at the same time, at least one sees the other.
func (v *visit) reconsider(ctx context.Context, judged []models.Judged, kept []models.Kept) error {
	for _, s := range v.seats {
		if !s.entry.fragment || !v.doubtful(s, kept[s.event].Result) {
			continue
		}
		if err := wait(ctx, s.waits); err != nil {
			return err
		}
		if err := v.amend(ctx, s, judged[s.event].Event, &kept[s.event]); err != nil {
			return fmt.Errorf("look at a message again: %w", err)
		}
	}
	return nil
}

// doubtful reports whether more may be known of a fragment than when it was
// judged. A duplicate brings nothing into the store, so what it completes may
// be missing there: the delivery before it was perhaps never answered.
func (v *visit) doubtful(s *seat, result models.KeepResult) bool {
	switch result {
	case models.KeptConflict:
		return false
	case models.KeptDuplicate:
		return true
	case models.KeptNew, models.KeptUpdate:
	}
	return len(s.waits) > 0 || v.h.o.Keeper.Shared()
}

func wait(ctx context.Context, all []<-chan struct{}) error {
	for _, done := range all {
		select {
		case <-done:
		case <-ctx.Done():
			return fmt.Errorf("wait for the message before: %w", ctx.Err())
		}
	}
	return nil
}

// amend adds to the record what a kept message completes.
func (v *visit) amend(ctx context.Context, s *seat, e models.Event, kept *models.Kept) error {
	a, err := v.h.look(ctx, v.app.ID, s.spot, e.Conversation, nil, false)
	if err != nil {
		return err
	}
	m := *e.Message
	m.ID = kept.Message
	if kept.Result == models.KeptDuplicate {
		if m.Elements, err = v.standing(ctx, s.spot, e); err != nil {
			return err
		}
	}
	past, next := a.sides(s.spot)
	_, split := v.h.judgeAfter(v.app, v.judge, &m, past, next...)
	var shared []models.Finding
	for _, f := range m.Findings {
		if len(f.Parts) > 0 {
			shared = append(shared, f)
		}
	}
	if len(shared) == 0 {
		return nil
	}
	m.Findings, e.Message = shared, &m
	amended, err := v.h.o.Keeper.Amend(ctx, v.app.ID, models.Judged{Event: e, Split: split})
	if err != nil {
		return err
	}
	kept.Conversation, kept.Ring = amended.Conversation, kept.Ring || amended.Ring
	return nil
}

// standing is what a message says that came once more: it may have been edited since then.
func (v *visit) standing(ctx context.Context, at spot, e models.Event) ([]models.Element, error) {
	found, err := v.h.o.Keeper.Around(ctx, v.app.ID, e.Conversation, at.sender, at.at, rules.PartsWindow)
	if err != nil {
		return nil, fmt.Errorf("what stands: %w", err)
	}
	for i := range found {
		if found[i].Ref == at.ref {
			return found[i].Elements, nil
		}
	}
	return e.Message.Elements, nil
}
