package console

import (
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// recallsOf finds the latest recall of each message in one query, and asks singly only
// where that one was not enough.
func (v *visit) recallsOf(found []models.Message) (map[models.MessageID]*recallPill, error) {
	pills := map[models.MessageID]*recallPill{}
	if len(found) == 0 {
		return pills, nil
	}
	oldest := found[0].ReceivedAt
	for _, m := range found {
		if m.ReceivedAt.Before(oldest) {
			oldest = m.ReceivedAt
		}
	}
	f := models.RecallFilter{Since: oldest, Page: models.Page{Limit: models.MaxLimit}}
	all, more, err := v.Store.Recalls(v.ctx(), v.scope, f)
	if err != nil {
		return nil, fmt.Errorf("recalls of messages: %w", err)
	}
	for _, r := range all {
		if pills[r.Message] == nil { // newest first
			pills[r.Message] = pillOf(r)
		}
	}
	if more == "" {
		return pills, nil
	}
	return pills, v.addMissing(pills, found)
}

func (v *visit) addMissing(pills map[models.MessageID]*recallPill, found []models.Message) error {
	for _, m := range found {
		if pills[m.ID] != nil {
			continue
		}
		r, err := v.latestRecall(m.ID)
		if err != nil {
			return err
		}
		if r != nil {
			pills[m.ID] = pillOf(*r)
		}
	}
	return nil
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
