package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// ownSweep is a sweep that olga ordered in @own.
const ownSweep = own + "b"

// sweeps are those of the world: carol is an admin wherever she posts.
func (w *world) sweeps(door *access.Door) *access.Sweeps {
	return access.NewSweeps(access.SweepOptions{
		Door: door, Store: w.store, Copies: w.copies(door), Staff: staff{}, Second: 2,
		Pace: func(string, models.ConversationKind) access.Pace { return access.Pace{Batch: 10, Rate: 100} },
	})
}

// copies are those of the world, of a week.
func (w *world) copies(door *access.Door) *access.Copies {
	return access.NewCopies(door, w.store, func(string) time.Duration { return 7 * 24 * time.Hour })
}

type staff struct{}

func (staff) Spare(_ context.Context, items []models.SweepItem, o models.SweepOrder) error {
	for i := range items {
		if items[i].Sender == "carol" && !o.Names(models.SparedAdmin) && items[i].Why == "" {
			items[i].Why = models.SparedAdmin
		}
	}
	return nil
}

// sweptBy keeps a sweep of all that bob posted in a conversation.
func (s *memory) sweptBy(id models.SweepID, actor string, c models.Conversation) {
	sw := models.Sweep{
		ID: id, Actor: actor, State: models.SweepPreviewed, Trigger: models.FromAPI, CreatedAt: noon, Chosen: 1,
		SweepOrder: models.SweepOrder{
			Kind: models.SweepSender, App: "main", Sender: "bob", Reason: models.Reason{Code: models.SpamOrScam, Note: "again"},
		},
		Progress: models.SweepProgress{Waiting: 1, Excluded: map[models.SweepWhy]int{models.MetGone: 1, models.SparedAdmin: 2}},
	}
	s.sweeps[id] = sw
	first := models.MessageID(strings.TrimSuffix(string(id), "b") + "1")
	s.swept[id] = []models.SweepItem{
		{Message: first, Conversation: c, Sender: "bob", Authority: models.ByOwner, State: models.ItemWaiting, Revision: 1},
		{Message: unknown, Conversation: c, Sender: "bob", State: models.ItemExcluded, Why: models.MetGone, Revision: 1},
	}
}

func (s *memory) SweepCandidates(_ context.Context, scope models.Scope, o models.SweepOrder, _ int) ([]models.SweepItem, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []models.SweepItem
	for _, m := range within(scope, s.messages, ofMessage) {
		if o.Sender == "" || m.Sender == o.Sender {
			found = append(found, models.SweepItem{Message: m.ID, Conversation: m.Conversation, Sender: m.Sender, Revision: m.Revision})
		}
	}
	return found, s.fault
}

func (s *memory) SweepMessages(_ context.Context, scope models.Scope, ids []models.MessageID) ([]models.SweepItem, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []models.SweepItem
	for _, m := range within(scope, s.messages, ofMessage) {
		if slices.Contains(ids, m.ID) {
			found = append(found, models.SweepItem{Message: m.ID, Conversation: m.Conversation, Sender: m.Sender, Revision: m.Revision})
		}
	}
	return found, s.fault
}

func (s *memory) SameFindings(context.Context, models.Scope, models.CopyFilter, models.MessageID, models.MessageID, int) ([]models.MessageID, error) {
	return nil, s.fault
}

func (s *memory) Stream(
	_ context.Context, scope models.Scope, f models.CopyFilter, after models.MessageID, visit func(models.Message) bool,
) (models.MessageID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range within(scope, s.messages, ofMessage) {
		if m.App != f.App || after != "" && m.ID >= after {
			continue
		}
		if !visit(m) {
			return m.ID, s.fault
		}
	}
	return "", s.fault
}

func (s *memory) PreviewSweep(_ context.Context, sw models.Sweep, items []models.SweepItem, second int) (models.Sweep, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sw.ID, sw.State, sw.CreatedAt = models.SweepID(models.NewID()), models.SweepPreviewed, noon
	sw.Progress.Excluded = map[models.SweepWhy]int{}
	for i := range items {
		if items[i].State = models.ItemWaiting; items[i].Why != "" {
			items[i].State = models.ItemExcluded
			sw.Progress.Excluded[items[i].Why]++
			continue
		}
		sw.Chosen++
	}
	sw.Second, sw.Progress.Waiting = sw.Chosen > second, sw.Chosen
	s.sweeps[sw.ID], s.swept[sw.ID] = sw, items
	return sw, s.fault
}

func (s *memory) Sweep(_ context.Context, id models.SweepID) (models.Sweep, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sw, ok := s.sweeps[id]
	if !ok {
		return sw, fmt.Errorf("sweep %s: %w", id, models.ErrNotFound)
	}
	return sw, s.fault
}

func (s *memory) Sweeps(_ context.Context, f models.SweepFilter) ([]models.Sweep, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	var found []models.Sweep
	for _, id := range []models.SweepID{foreign + "b", ownSweep} {
		if sw := s.sweeps[id]; f.Actor == "" || f.Actor == sw.Actor {
			found = append(found, sw)
		}
	}
	return page(found, f.Page)
}

func (s *memory) SweepItems(_ context.Context, id models.SweepID, f models.SweepItemFilter) ([]models.SweepItem, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return page(slices.DeleteFunc(slices.Clone(s.swept[id]), func(i models.SweepItem) bool {
		return f.State != "" && i.State != f.State
	}), f.Page)
}

func (s *memory) SweepPlaces(_ context.Context, id models.SweepID) ([]models.SweepPlace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []models.SweepPlace{{Conversation: models.Conversation{App: "main", Kind: models.Group}, Chosen: s.sweeps[id].Chosen}}, nil
}

// RunSweep lets a sweep run that takes one person, and asks for the second of others.
func (s *memory) RunSweep(_ context.Context, id models.SweepID, actor string) (models.Sweep, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sw := s.sweeps[id]
	own := sw.Actor == actor
	switch {
	case !sw.State.CanBecome(models.SweepRunning), own && sw.State == models.SweepAsked, !own && sw.State != models.SweepAsked:
		return sw, fmt.Errorf("run: %w", fmt.Errorf("it is %s: %w", sw.State, models.ErrConflict))
	case own && sw.Second:
		sw.State, sw.AskedAt = models.SweepAsked, noon
	default:
		sw.State, sw.RunBy, sw.RunAt = models.SweepRunning, actor, noon
	}
	s.sweeps[id] = sw
	return sw, nil
}

func (s *memory) CancelSweep(_ context.Context, id models.SweepID, actor, reason string) (models.Sweep, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sw := s.sweeps[id]
	if sw.State.Terminal() {
		return sw, fmt.Errorf("cancel: %w", fmt.Errorf("it is %s: %w", sw.State, models.ErrConflict))
	}
	sw.State, sw.EndedBy, sw.EndedAt, sw.EndReason = models.SweepCancelled, actor, noon, reason
	s.sweeps[id] = sw
	return sw, nil
}
