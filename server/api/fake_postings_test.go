package api_test

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) Postings(_ context.Context, _ models.Scope, id models.RecallID) ([]models.Posting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []models.Posting
	for _, p := range s.postings {
		if p.Recall == id {
			out = append(out, p)
		}
	}
	return out, s.fault
}

func (s *memory) PostingOf(_ context.Context, _ models.Scope, id models.MessageID) (models.Posting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.postings {
		if p.Message == id {
			return p, nil
		}
	}
	return models.Posting{}, models.ErrNotFound
}
