package console

import (
	"context"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// atNow is what the memory knows for the start of a shift.
type atNow struct {
	uncovered []models.Uncovered
	policies  []models.PolicyVersion
	breakers  []models.Breaker
}

func (s *memory) QueueNow(ctx context.Context, scope models.Scope, actor string, limit int) (models.QueueNow, error) {
	n := models.QueueNow{Severities: map[models.Severity]int{}}
	for f, count := range map[*models.QueueFilter]*int{
		{Mine: true}: &n.Mine, {Escalated: true}: &n.Escalated, {Parked: true}: &n.Returning, {Closing: true}: &n.Closing,
	} {
		f.Actor, f.Limit = actor, limit
		found, _, err := s.Queue(ctx, scope, *f)
		if err != nil {
			return n, err
		}
		*count = len(found)
	}
	found, _, err := s.Queue(ctx, scope, models.QueueFilter{Actor: actor, Page: models.Page{Limit: limit}})
	for _, c := range found {
		n.Severities[c.Severity]++
	}
	return n, err
}

func (s *memory) Uncovered(_ context.Context, scope models.Scope, limit int) ([]models.Uncovered, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(s.uncovered), func(u models.Uncovered) bool { return !scope.Shows(u.Conversation) })
	return all[:min(limit, len(all))], s.fault
}

func (s *memory) PolicyChanges(_ context.Context, since time.Time, limit int) ([]models.PolicyVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(s.policies), func(p models.PolicyVersion) bool { return p.AppliedAt.Before(since) })
	return all[:min(limit, len(all))], s.fault
}

func (s *memory) LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, string, error) {
	if s.real != nil {
		return s.real.LegalHolds(ctx, f)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []models.LegalHold
	for _, h := range s.holds {
		all = append(all, h)
	}
	return all, "", s.fault
}

func (s *memory) History(_ context.Context, scope models.Scope, app, sender string, since time.Time) (h models.History, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.App != app || m.Sender != sender || !scope.Shows(m.Conversation) || m.ReceivedAt.Before(since) {
			continue
		}
		h.Messages++
		if len(m.Findings) > 0 {
			h.Findings++
		}
	}
	return h, s.fault
}

func (s *memory) Reveals(_ context.Context, actor string, _ time.Time, limit int) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.audit {
		if e.Actor == actor && e.Action == "message.revealed" {
			n++
		}
	}
	return min(n, limit), s.fault
}
