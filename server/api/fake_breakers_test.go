package api_test

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// theStop is the stop of the world's automatic recalls, where they are stopped.
const theStop = own + "f"

func (s *memory) Breakers(_ context.Context, f models.BreakerFilter) ([]models.Breaker, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	var found []models.Breaker
	for _, id := range []models.BreakerID{theStop, foreign + "7", own + "7"} {
		if b, ok := s.breakers[id]; ok {
			found = append(found, b)
		}
	}
	return page(found, f.Page)
}

func (s *memory) StopRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := models.Breaker{
		ID: theStop, Kind: models.StopBreaker, State: models.BreakerOpen, TrippedBy: actor, TrippedAt: noon, Reason: reason, Stopped: 2,
	}
	s.breakers[b.ID] = b
	return b, nil
}

func (s *memory) StartRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	s.mu.Lock()
	b, ok := s.breakers[theStop]
	s.mu.Unlock()
	if !ok {
		return b, fmt.Errorf("start: %w", fmt.Errorf("automatic recalls are not stopped: %w", models.ErrConflict))
	}
	return s.reset(b, actor, reason), nil
}

func (s *memory) reset(b models.Breaker, actor, reason string) models.Breaker {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.State, b.ResetBy, b.ResetAt, b.ResetReason = models.BreakerReset, actor, noon, reason
	s.breakers[b.ID] = b
	return b
}

// ResetBreaker takes one person for the breaker of @own, two for the other.
func (s *memory) ResetBreaker(_ context.Context, id models.BreakerID, actor, reason string) (models.Breaker, error) {
	s.mu.Lock()
	b, ok := s.breakers[id]
	s.mu.Unlock()
	switch {
	case !ok:
		return b, fmt.Errorf("breaker %s: %w", id, models.ErrNotFound)
	case b.State == models.BreakerReset:
		return b, fmt.Errorf("reset by %s: %w", b.ResetBy, models.ErrConflict)
	case id == foreign+"7" && b.AskedBy == "":
		b.State, b.AskedBy, b.AskedAt, b.AskedReason = models.BreakerAsked, actor, noon, reason
		s.mu.Lock()
		defer s.mu.Unlock()
		s.breakers[id] = b
		return b, nil
	}
	return s.reset(b, actor, reason), nil
}

func (s *memory) ApplyPolicy(_ context.Context, p models.PolicyVersion) (models.PolicyVersion, error) {
	return p, nil
}

func (s *memory) RollbackPolicy(context.Context, int, string, string) (models.PolicyVersion, error) {
	return models.PolicyVersion{}, nil
}
