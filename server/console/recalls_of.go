package console

import (
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// recallsOf finds the latest recall of each message.
func (v *visit) recallsOf(found []models.Message) (map[models.MessageID]*recallPill, error) {
	ids := make([]models.MessageID, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	latest, err := v.Store.LatestRecalls(v.ctx(), v.scope, ids)
	if err != nil {
		return nil, fmt.Errorf("recalls of messages: %w", err)
	}
	pills := map[models.MessageID]*recallPill{}
	for id, r := range latest {
		pills[id] = pillOf(r)
	}
	return pills, nil
}

// latestRecall returns the newest recall of a message, nil where there is none.
func (v *visit) latestRecall(id models.MessageID) (*models.Recall, error) {
	f := models.RecallFilter{Message: id, Page: models.Page{Limit: 1}}
	found, _, err := v.Store.Recalls(v.ctx(), v.scope, f)
	if err != nil {
		return nil, fmt.Errorf("recall of message %s: %w", id, err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // no recall is a fact about a message, not a failure
	}
	return &found[0], nil
}
