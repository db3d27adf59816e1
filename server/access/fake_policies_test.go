package access

import (
	"context"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) ApplyPolicy(_ context.Context, p models.PolicyVersion) (models.PolicyVersion, error) {
	if p.Replaces == 9 {
		return p, models.ErrConflict
	}
	_, err := s.noted("apply "+p.Source+" after "+strconv.Itoa(p.Replaces), p.AppliedBy, p.Note)
	return p, err
}

func (s *memory) RollbackPolicy(_ context.Context, version int, by, note string) (models.PolicyVersion, error) {
	if version == 9 {
		return models.PolicyVersion{}, models.ErrNotFound
	}
	_, err := s.noted("roll back to "+strconv.Itoa(version), by, note)
	return models.PolicyVersion{}, err
}
