package console

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func (s *memory) StopRecalls(_ context.Context, actor, reason string) (models.Breaker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		s.stop = &models.Breaker{Kind: models.StopBreaker, TrippedBy: actor, TrippedAt: s.now(), Reason: reason}
	}
	return *s.stop, s.fault
}

func (s *memory) StartRecalls(_ context.Context, _, _ string) (models.Breaker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.stop
	if b == nil {
		return models.Breaker{}, fmt.Errorf("nothing is stopped: %w", models.ErrConflict)
	}
	s.stop = nil
	return *b, s.fault
}

func (s *memory) ResetBreaker(context.Context, models.BreakerID, string, string) (models.Breaker, error) {
	return models.Breaker{}, s.fault
}

func (s *memory) Breakers(context.Context, models.BreakerFilter) ([]models.Breaker, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		return s.breakers, "", s.fault
	}
	return append([]models.Breaker{*s.stop}, s.breakers...), "", s.fault
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
