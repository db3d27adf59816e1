package store

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// nearly is how far ahead DueRecalls looks: its clock may be behind that of a claim by as
// long as a question to the database takes. Further ahead stands what waits to be tried again.
const nearly = 50 * time.Millisecond

// DueRecalls returns what ClaimRecalls would most likely give now, of one conversation,
// and leases nothing: for who asks the platform about them first. It is a guess that costs
// no transaction: what stands in it may not be given, and something else may be.
func (s *Store) DueRecalls(ctx context.Context, c models.ConversationID, limit int) ([]models.RecallClaim, error) {
	now, soon := s.now().UnixMilli(), s.now().Add(nearly).UnixMilli()
	db := s.glance(ctx)
	found, err := recallsView.read(db, "WHERE conversation_id = ? AND "+due+" AND "+unpaused+" AND "+mayLeave+
		" ORDER BY "+gravest+" LIMIT ?", string(c), soon, soon, now, limit)
	if err != nil {
		return nil, fmt.Errorf("due recalls of conversation %s: %w", c, err)
	}
	for i, r := range found {
		if workOf(models.RecallState(r.State), int(r.Priority)) != workOf(models.RecallState(found[0].State), int(found[0].Priority)) {
			found = found[:i]
			break
		}
	}
	recalls, err := s.recallModels(db, found)
	if err != nil {
		return nil, fmt.Errorf("due recalls of conversation %s: %w", c, err)
	}
	claims := make([]models.RecallClaim, len(recalls))
	for i, r := range recalls {
		claims[i] = models.RecallClaim{Recall: r, Was: r.State}
	}
	return claims, nil
}
