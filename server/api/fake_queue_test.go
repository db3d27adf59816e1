package api_test

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// work changes a case that waits and is nobody else's.
func (s *memory) work(ctx context.Context, scope models.Scope, id models.CaseID, actor string, change func(*models.Case)) (models.Case, error) {
	c, err := s.Case(ctx, scope, id)
	switch {
	case err != nil:
		return c, err
	case c.State == models.CaseDecided:
		return c, fmt.Errorf("decided: %w", models.ErrConflict)
	case c.ClaimedBy != "" && c.ClaimedBy != actor:
		return c, fmt.Errorf("taken: %w", models.ErrConflict)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&c)
	s.cases[id] = c
	return c, nil
}

func (s *memory) ClaimCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, during time.Duration) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) { c.ClaimedBy, c.ClaimedUntil = actor, noon.Add(during) })
}

func (s *memory) ReleaseCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) error {
	_, err := s.work(ctx, scope, id, actor, func(c *models.Case) { c.ClaimedBy, c.ClaimedUntil = "", time.Time{} })
	return err
}

func (s *memory) SkipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(*models.Case) {})
}

func (s *memory) UnskipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(*models.Case) {})
}

func (s *memory) ParkCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, until time.Time, _ string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) { c.ParkedBy, c.ParkedUntil = actor, until })
}

func (s *memory) EscalateCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, _ string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(c *models.Case) { c.EscalatedBy, c.EscalatedAt = actor, noon })
}

func (s *memory) NoteCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, _ string) (models.Case, error) {
	return s.work(ctx, scope, id, actor, func(*models.Case) {})
}
