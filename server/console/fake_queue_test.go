package console

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// queued is what the queue of the memory knows beside the cases.
type queued struct {
	skips map[string]map[models.CaseID]bool // by actor
	notes map[models.CaseID][]models.CaseNote
}

func (s *memory) Queue(_ context.Context, scope models.Scope, f models.QueueFilter) ([]models.Case, string, error) {
	if s.fault != nil {
		return nil, "", s.fault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var found []models.Case
	for _, c := range s.cases {
		parked, skipped := now.Before(c.ParkedUntil), s.skips[f.Actor][c.ID]
		mine := c.ClaimedBy == f.Actor && now.Before(c.ClaimedUntil)
		switch {
		case c.State != models.CaseOpen, !scope.Shows(c.Conversation), parked != f.Parked, !f.Parked && skipped != f.Skipped,
			f.Closing && !(c.Deadline.After(now) && c.Deadline.Before(now.Add(time.Hour))), f.Mine && !mine, f.Escalated && c.EscalatedAt.IsZero(),
			f.Severity != "" && c.Severity != f.Severity, f.Rule != "" && c.Rule != f.Rule, f.App != "" && c.App != f.App:
			continue
		}
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b models.Case) int { return cmp.Or(cmp.Compare(b.Rank(), a.Rank()), cmp.Compare(a.ID, b.ID)) })
	return found[:min(len(found), max(f.Limit, 1))], "", nil
}

func (s *memory) Waiting(ctx context.Context, scope models.Scope, actor string, limit int) (int, error) {
	found, _, err := s.Queue(ctx, scope, models.QueueFilter{Actor: actor, Page: models.Page{Limit: limit}})
	return len(found), err
}

func (s *memory) QueueCounts(ctx context.Context, scope models.Scope, f models.QueueFilter, limit int) (c models.QueueCounts, err error) {
	for _, one := range []struct {
		n *int
		f models.QueueFilter
	}{
		{&c.Waiting, models.QueueFilter{}},
		{&c.Escalated, models.QueueFilter{Escalated: true}},
		{&c.Parked, models.QueueFilter{Parked: true}},
		{&c.Skipped, models.QueueFilter{Skipped: true}},
		{&c.Closing, models.QueueFilter{Closing: true}},
	} {
		one.f.Actor, one.f.App, one.f.Limit = f.Actor, f.App, limit
		found, _, err := s.Queue(ctx, scope, one.f)
		if err != nil {
			return c, err
		}
		*one.n = len(found)
	}
	return c, nil
}

func (s *memory) CaseNotes(ctx context.Context, scope models.Scope, id models.CaseID) ([]models.CaseNote, error) {
	if _, err := s.Case(ctx, scope, id); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notes[id]), nil
}

// work changes a waiting case on which nobody else works.
func (s *memory) work(ctx context.Context, scope models.Scope, id models.CaseID, actor string, change func(*models.Case)) (models.Case, error) {
	c, err := s.Case(ctx, scope, id)
	switch {
	case err != nil:
		return c, err
	case c.State == models.CaseDecided:
		return c, fmt.Errorf("%w: %s was first", models.ErrConflict, c.DecidedBy)
	case c.LockedBy(actor, s.now()) != "":
		return c, fmt.Errorf("%w: %s works on it", models.ErrConflict, c.ClaimedBy)
	}
	s.mu.Lock()
	change(&c)
	s.cases[id] = c
	s.mu.Unlock()
	s.announce(models.Change{Kind: models.CaseChanged, ID: string(id), Message: c.Message, App: c.App, Conversation: c.Conversation})
	return c, nil
}

func (s *memory) ClaimCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, during time.Duration) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) { c.ClaimedBy, c.ClaimedUntil = actor, s.now().Add(during) })
}

func (s *memory) ReleaseCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) error {
	_, err := s.work(ctx, scope, id, actor, unclaim)
	return err
}

func unclaim(c *models.Case) { c.ClaimedBy, c.ClaimedUntil = "", time.Time{} }

func (s *memory) SkipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) {
		unclaim(c)
		if s.skips[actor] == nil {
			s.skips[actor] = map[models.CaseID]bool{}
		}
		s.skips[actor][id] = true
	})
}

func (s *memory) UnskipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(*models.Case) {
		maps.DeleteFunc(s.skips[actor], func(c models.CaseID, _ bool) bool { return c == id })
	})
}

func (s *memory) ParkCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, until time.Time, note string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) {
		unclaim(c)
		c.ParkedBy, c.ParkedUntil = actor, until
		s.note(id, actor, note)
	})
}

func (s *memory) EscalateCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) {
		unclaim(c)
		c.EscalatedBy, c.EscalatedAt = actor, s.now()
		s.note(id, actor, note)
	})
}

func (s *memory) NoteCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(*models.Case) { s.note(id, actor, note) })
}

func (s *memory) note(id models.CaseID, actor, text string) {
	if text != "" {
		s.notes[id] = append(s.notes[id], models.CaseNote{Actor: actor, At: s.now(), Text: text})
	}
}

func (s *memory) Neighbours(ctx context.Context, scope models.Scope, id models.MessageID, n int) (before, after []models.Message, err error) {
	m, err := s.Message(ctx, scope, id)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range slices.Sorted(maps.Keys(s.messages)) {
		o := s.messages[other]
		switch {
		case o.Conversation.ID != m.Conversation.ID || other == id:
		case other < id:
			before = append(before, o)
		default:
			after = append(after, o)
		}
	}
	return before[max(0, len(before)-n):], after[:min(n, len(after))], nil
}

func (s *memory) RecallCounts(
	ctx context.Context, scope models.Scope, states []models.RecallState, since time.Time, limit int,
) (map[models.RecallState]int, error) {
	counts := map[models.RecallState]int{}
	for _, state := range states {
		found, _, err := s.Recalls(ctx, scope, models.RecallFilter{State: state, Since: since, Page: models.Page{Limit: limit}})
		if err != nil {
			return nil, err
		}
		counts[state] = len(found)
	}
	return counts, nil
}
