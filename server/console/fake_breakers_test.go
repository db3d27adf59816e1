package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Breakers lists them newest first.
func (s *memory) Breakers(_ context.Context, f models.BreakerFilter) ([]models.Breaker, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, next := newest(s.tripped, f.Page, func(b models.Breaker) bool { return !f.Open || b.ResetAt.IsZero() })
	return append(items, s.breakers...), next, s.fault
}

// broke keeps a breaker and tells the hub.
func (s *memory) broke(b models.Breaker) models.Breaker {
	s.mu.Lock()
	if s.tripped == nil {
		s.tripped = map[models.BreakerID]models.Breaker{}
	}
	s.tripped[b.ID] = b
	s.mu.Unlock()
	s.announce(models.Change{Kind: models.BreakerChanged, ID: string(b.ID)})
	return b
}

func (s *memory) StopRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	return s.broke(models.Breaker{
		ID: models.BreakerID(models.NewID()), Kind: models.StopBreaker, State: models.BreakerOpen, TrippedBy: actor, TrippedAt: s.now(), Reason: reason,
	}), nil
}

func (s *memory) StartRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	s.mu.Lock()
	var stop models.Breaker
	for _, b := range s.tripped {
		if b.Kind == models.StopBreaker && b.ResetAt.IsZero() {
			stop = b
		}
	}
	s.mu.Unlock()
	if stop.ID == "" {
		return stop, fmt.Errorf("nothing is stopped: %w", models.ErrConflict)
	}
	stop.State, stop.ResetBy, stop.ResetAt, stop.ResetReason = models.BreakerReset, actor, s.now(), reason
	return s.broke(stop), nil
}

// ResetBreaker always asks for a second person.
func (s *memory) ResetBreaker(_ context.Context, id models.BreakerID, actor, reason string) (models.Breaker, error) {
	b, err := one(s, s.tripped, id, func(models.Breaker) bool { return true })
	switch {
	case err != nil:
		return b, err
	case b.AskedBy == actor:
		return b, fmt.Errorf("%w: you asked for it; another operator has to agree", models.ErrConflict)
	case b.AskedBy == "":
		b.State, b.AskedBy, b.AskedAt, b.AskedReason = models.BreakerAsked, actor, s.now(), reason
	default:
		b.State, b.ResetBy, b.ResetAt, b.ResetReason = models.BreakerReset, actor, s.now(), reason
	}
	return s.broke(b), nil
}

// enforced is what the memory knows of policies and of what stops them.
type enforced struct {
	tripped  map[models.BreakerID]models.Breaker
	versions []models.PolicyVersion // the newest last
	did      map[string]models.RuleFigures
}

func (s *memory) Policies(context.Context) ([]models.PolicyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.versions)
	slices.Reverse(all)
	return all, s.fault
}

func (s *memory) Policy(_ context.Context, version int) (models.PolicyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version < 1 || version > len(s.versions) {
		return models.PolicyVersion{}, fmt.Errorf("policy version %d: %w", version, models.ErrNotFound)
	}
	return s.versions[version-1], s.fault
}

func (s *memory) PolicyInForce(ctx context.Context) (models.PolicyVersion, error) {
	return s.Policy(ctx, len(s.versions))
}

func (s *memory) ApplyPolicy(_ context.Context, p models.PolicyVersion) (models.PolicyVersion, error) {
	s.mu.Lock()
	last := len(s.versions)
	if p.Replaces != 0 && p.Replaces != last {
		by := s.versions[last-1].AppliedBy
		s.mu.Unlock()
		return p, fmt.Errorf("%w: version %d is in force by now, applied by %s", models.ErrConflict, last, by)
	}
	for i := range s.versions {
		s.versions[i].InForce = false
	}
	p.Version, p.AppliedAt, p.InForce = last+1, s.now(), true
	s.versions = append(s.versions, p)
	s.mu.Unlock()
	s.announce(models.Change{Kind: models.PolicyChanged, ID: strconv.Itoa(p.Version)})
	return p, nil
}

// RollbackPolicy takes any version for one that was there.
func (s *memory) RollbackPolicy(ctx context.Context, version int, by, note string) (models.PolicyVersion, error) {
	old, err := s.Policy(ctx, version)
	if err != nil && len(s.versions) > 0 {
		return old, err
	}
	return s.ApplyPolicy(ctx, models.PolicyVersion{Source: old.Source, AppliedBy: by, Note: note, Rollback: version})
}

func (s *memory) RuleFigures(context.Context, []string, time.Time, int) (map[string]models.RuleFigures, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.did, s.fault
}

// setUp is how the service of a world is set up: one app, whose platform is half a
// minute ahead of us.
type setUp struct{ *world }

func (s setUp) Apps() []AppHealth {
	return []AppHealth{{
		ID: "main", Platform: "tencent", API: "https://chat.example", Since: noon.Add(-time.Hour), Heard: s.now().Add(-3 * time.Second),
		Clocked: true, Offset: 30 * time.Second, Deliveries: 4711, Unreadable: 2, Forged: 3, Stale: 1, Rate: 160, Used: 12.34, Throttled: 1,
		Endpoints: []Endpoint{{"recall", "closed"}, {"verify", "open"}}, Retention: 7 * 24 * time.Hour,
	}}
}

func (setUp) Settings() []Setting {
	return []Setting{{"caps.rule", "20"}, {"apps[0].tencent.secret_key", "[redacted]"}, {"stop_file", ""}}
}
