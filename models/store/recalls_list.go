package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// policyActor is who asks for the recalls that rules ask for.
const policyActor = "policy"

// Recalls lists recalls, newest first, and returns the cursor of the next page,
// empty at the end.
func (s *Store) Recalls(ctx context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error) {
	further := f.Conversation != "" || f.Message != "" || f.State != "" || f.Reason != "" || f.Trigger != "" || f.Rule != "" || f.Actor != ""
	q, err := s.listed(ctx, scope, listing{"recalls", f.App, f.Since, f.Until, f.Page}, further)
	if err != nil {
		return nil, "", err
	}
	q, limit, err := page(narrowRecalls(q, f), f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []recallRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("recalls: %w", clean(err))
	}
	found, next := cut(found, limit, func(r recallRow) string { return r.ID })
	items, err := s.recallModels(s.reader(ctx), found)
	return items, next, err
}

// narrowRecalls repeats the conditions of partial indexes: a database uses one only where
// the statement itself says that its condition holds.
func narrowRecalls(q *gorm.DB, f models.RecallFilter) *gorm.DB {
	q = inConversation(q, f.App, f.Conversation)
	q = where(q, "message_id = ?", string(f.Message))
	q = unless(inState(q, f.State), "reason_code", string(f.Reason), string(models.SensitiveInformation))
	q = where(q, "rule <> '' AND rule = ?", f.Rule)
	q = unless(q, "door", string(f.Trigger), string(models.FromPolicy))
	q = unless(q, "actor", f.Actor, policyActor)
	return between(q, f.Since, f.Until)
}

// inState narrows to recalls in a state, if one is given. Those that have ended are found
// by how; the others are few, and are looked for among themselves: SQLite would go
// through all recalls from the newest.
func inState(q *gorm.DB, state models.RecallState) *gorm.DB {
	switch {
	case state == "":
		return q
	case state.Terminal():
		return q.Where("ended_as <> '' AND ended_as = ?", string(state))
	}
	return q.Where("id IN (SELECT id FROM recalls WHERE ended_at = 0 AND state = ?)", string(state))
}

// unless narrows to the rows with a value, by an index that leaves out the most frequent one.
func unless(q *gorm.DB, column, value, most string) *gorm.DB {
	if value == "" || value == most {
		return where(q, column+" = ?", value)
	}
	return q.Where(column+" <> '"+most+"' AND "+column+" = ?", value)
}

// LatestRecalls returns the latest recall of each of some messages that a scope shows;
// messages without one are left out.
func (s *Store) LatestRecalls(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Recall, error) {
	latest := map[models.MessageID]models.Recall{}
	if len(ids) == 0 {
		return latest, nil
	}
	var found []recallRow
	err := scoped(s.reader(ctx), scope, "conversation_id").Where("message_id IN ?", ids).
		Where("NOT EXISTS (SELECT 1 FROM recalls later WHERE later.message_id = recalls.message_id AND later.id > recalls.id)").
		Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("recalls of messages: %w", clean(err))
	}
	items, err := s.recallModels(s.reader(ctx), found)
	for _, r := range items {
		latest[r.Message] = r
	}
	return latest, err
}

// RecallCounts counts the recalls of each of some states that were asked for since a
// moment, each up to limit; the zero moment means ever.
func (s *Store) RecallCounts(
	ctx context.Context, scope models.Scope, states []models.RecallState, since time.Time, limit int,
) (map[models.RecallState]int, error) {
	by := make([]int, len(states))
	var all []counting
	for i, state := range states {
		q := inState(scoped(s.reader(ctx), scope, "conversation_id").Model(&recallRow{}), state)
		all = append(all, counting{&by[i], between(q, since, time.Time{})})
	}
	if err := s.countAll(ctx, limit, all); err != nil {
		return nil, err
	}
	counts := map[models.RecallState]int{}
	for i, state := range states {
		counts[state] = by[i]
	}
	return counts, nil
}
