package api_test

import (
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Coverages knows of every conversation that asks.
func (s *memory) Coverages(_ context.Context, ids []models.ConversationID) (map[models.ConversationID]models.Coverage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[models.ConversationID]models.Coverage{}
	for _, id := range ids {
		all[id] = models.Coverage{
			Tally: models.Tally{Seen: 5, Late: 1, Backfilled: 3, Tips: 1, Gone: 1, Missing: 1},
			First: 1, Newest: 11, Through: 9, Numbered: s.conversations[id].Kind.Uncounted() == "", AskedAt: noon,
		}
	}
	return all, nil
}

func (s *memory) Holes(_ context.Context, _ models.ConversationID, open bool) ([]models.Hole, error) {
	h := models.Hole{Range: models.Range{First: 10, Last: 10}, FoundAt: noon, Tries: 2, Code: "10002", Words: "An internal error."}
	if !open {
		h = models.Hole{Range: models.Range{First: 4, Last: 6}, FoundAt: noon, ClosedAt: noon, How: models.ClosedHistory}
	}
	return []models.Hole{h}, nil
}

func (s *memory) CoverageDays(_ context.Context, app string, since time.Time) ([]models.DayCoverage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, app+" "+since.Format(time.DateOnly))
	return []models.DayCoverage{{
		App: "main", Day: noon.Truncate(24 * time.Hour), Tally: models.Tally{Seen: 9, Backfilled: 1, Missing: 10, Tips: 2},
	}}, nil
}
