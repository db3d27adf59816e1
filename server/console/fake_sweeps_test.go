package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// fakeSweeps keeps sweeps in a map. What each takes back is settled by the sender alone;
// the real rules have tests of their own.
type fakeSweeps struct {
	*world

	mu  sync.Mutex // guards all
	all map[models.SweepID]models.Sweep
}

// ordered keeps a sweep that a program has ordered, of what somebody posted.
func (f *fakeSweeps) ordered(c models.Conversation, sender string) models.Sweep {
	return f.put(models.Sweep{
		ID: models.SweepID(models.NewID()), Actor: "token:ci", State: models.SweepPreviewed, CreatedAt: f.now(), Chosen: 60, Second: true,
		SweepOrder: models.SweepOrder{Kind: models.SweepSender, App: c.App, Conversation: c.Ref, Sender: sender, Reason: models.Reason{Code: models.Other, Note: sender}},
		Progress:   models.SweepProgress{Waiting: 60, Excluded: map[models.SweepWhy]int{models.SparedAdmin: 2, models.MetGone: 1}},
	})
}

func (f *fakeSweeps) put(sw models.Sweep) models.Sweep {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[sw.ID] = sw
	return sw
}

func (f *fakeSweeps) Preview(_ context.Context, c models.Caller, t models.Trigger, o models.SweepOrder) (models.Sweep, error) {
	if o.Sender == "" {
		return models.Sweep{}, &access.Refusal{Kind: models.ErrInvalid, Words: "A sweep of a sender's messages needs the sender."}
	}
	return f.put(models.Sweep{
		ID: models.SweepID(models.NewID()), SweepOrder: o, Actor: c.Actor, Trigger: t, State: models.SweepPreviewed, CreatedAt: f.now(),
		Chosen: 60, Second: true, Progress: models.SweepProgress{Waiting: 60, Excluded: map[models.SweepWhy]int{models.SparedOwner: 1}},
	}), nil
}

// Run is as of the real ones: whoever ordered it asks, and another agrees.
func (f *fakeSweeps) Run(ctx context.Context, c models.Caller, id models.SweepID) (models.Sweep, error) {
	sw, err := f.Get(ctx, c, id)
	if err != nil {
		return sw, err
	}
	if sw.State = models.SweepRunning; sw.Second && sw.Actor == c.Actor {
		sw.State, sw.AskedAt = models.SweepAsked, f.now()
	}
	return f.put(sw), nil
}

func (f *fakeSweeps) Cancel(ctx context.Context, c models.Caller, id models.SweepID, reason string) (models.Sweep, error) {
	sw, err := f.Get(ctx, c, id)
	if err != nil {
		return sw, err
	}
	sw.State, sw.EndedBy, sw.EndedAt, sw.EndReason = models.SweepCancelled, c.Actor, f.now(), reason
	return f.put(sw), nil
}

func (f *fakeSweeps) Get(_ context.Context, c models.Caller, id models.SweepID) (models.Sweep, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	sw, ok := f.all[id]
	if !ok || sw.Actor != c.Actor && access.CheckAudit(c) != nil {
		return sw, fmt.Errorf("sweep: %w", models.ErrNotFound)
	}
	return sw, nil
}

func (f *fakeSweeps) List(_ context.Context, c models.Caller, _ models.SweepFilter) (found []models.Sweep, next string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, sw := range f.all {
		if sw.Actor == c.Actor || access.CheckAudit(c) == nil {
			found = append(found, sw)
		}
	}
	slices.SortFunc(found, func(a, b models.Sweep) int { return cmp.Compare(b.ID, a.ID) })
	return found, "", nil
}

func (f *fakeSweeps) Items(ctx context.Context, c models.Caller, id models.SweepID, _ models.SweepItemFilter) ([]models.SweepItem, string, error) {
	sw, err := f.Get(ctx, c, id)
	item := models.SweepItem{Message: "m", Conversation: models.Conversation{Ref: sw.Conversation}, Sender: sw.Sender, State: models.ItemExcluded, Why: models.MetGone}
	return []models.SweepItem{item}, "", err
}

func (f *fakeSweeps) Sample(ctx context.Context, _ models.Caller, sw models.Sweep) ([]models.Message, error) {
	found, _, err := f.store.Messages(ctx, models.Scope{All: true}, models.MessageFilter{Sender: sw.Sender, Page: models.Page{Limit: 5}})
	return found, err
}

func (f *fakeSweeps) Reach(context.Context, models.Sweep) (conversations int, takes time.Duration, err error) {
	return 3, 2 * time.Second, nil
}
