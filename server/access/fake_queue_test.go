package access

import (
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// did remembers what was done with a case, in a word.
func (s *memory) did(ctx context.Context, scope models.Scope, id models.CaseID, what string) (models.Case, error) {
	c, err := s.Case(ctx, scope, id)
	if err == nil {
		s.recorded = append(s.recorded, models.AuditEntry{Action: what, Thing: string(id)})
	}
	return c, err
}

func (s *memory) ClaimCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, _ time.Duration) (models.Case, error) {
	return s.did(ctx, scope, id, "claim by "+actor)
}

func (s *memory) ReleaseCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) error {
	_, err := s.did(ctx, scope, id, "release by "+actor)
	return err
}

func (s *memory) SkipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.did(ctx, scope, id, "skip by "+actor)
}

func (s *memory) UnskipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.did(ctx, scope, id, "unskip by "+actor)
}

func (s *memory) ParkCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, until time.Time, note string) (models.Case, error) {
	return s.did(ctx, scope, id, "park by "+actor+" until "+until.UTC().Format(time.TimeOnly)+": "+note)
}

func (s *memory) EscalateCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error) {
	return s.did(ctx, scope, id, "escalate by "+actor+": "+note)
}

func (s *memory) NoteCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error) {
	return s.did(ctx, scope, id, "note by "+actor+": "+note)
}
