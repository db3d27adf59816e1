package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// soon is how far ahead what is about to happen is counted.
const soon = time.Hour

// QueueNow counts what waits as actor sees it, each number up to limit.
func (s *Store) QueueNow(ctx context.Context, scope models.Scope, actor string, limit int) (n models.QueueNow, err error) {
	all := models.QueueFilter{Actor: actor}
	mine, escalated, parked, closing := all, all, all, all
	mine.Mine, escalated.Escalated, parked.Parked, closing.Closing = true, true, true, true
	counted := []counting{
		{&n.Mine, s.waiting(ctx, scope, mine)},
		{&n.Escalated, s.waiting(ctx, scope, escalated)},
		{&n.Returning, s.waiting(ctx, scope, parked).Where("parked_until <= ?", s.now().Add(soon).UnixMilli())},
		{&n.Closing, s.waiting(ctx, scope, closing)},
	}
	by := make([]int, len(models.Severities))
	for i, severity := range models.Severities {
		one := all
		one.Severity = severity
		counted = append(counted, counting{&by[i], s.waiting(ctx, scope, one)})
	}
	if err := s.countAll(ctx, limit, counted); err != nil {
		return n, err
	}
	n.Severities = map[models.Severity]int{}
	for i, severity := range models.Severities {
		if by[i] > 0 {
			n.Severities[severity] = by[i]
		}
	}
	return n, nil
}

// Uncovered lists the conversations of which the most was never seen, as many as limit.
func (s *Store) Uncovered(ctx context.Context, scope models.Scope, limit int) ([]models.Uncovered, error) {
	var found []struct {
		ConversationID string
		Holes          int
		Missing        int64
	}
	err := scoped(s.reader(ctx), scope, "conversation_id").Table("holes").Where("closed_at = 0").
		Select("conversation_id, count(*) AS holes, CAST(sum(last - first + 1) AS bigint) AS missing").
		Group("conversation_id").Order("missing DESC, conversation_id").Limit(limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("uncovered conversations: %w", clean(err))
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.ConversationID
	}
	conversations, err := conversationsByID(s.reader(ctx), ids)
	if err != nil {
		return nil, err
	}
	out := make([]models.Uncovered, len(found))
	for i, f := range found {
		out[i] = models.Uncovered{Conversation: conversations[f.ConversationID], Holes: f.Holes, Missing: f.Missing}
	}
	return out, nil
}

// PolicyChanges lists the versions that came into force since a moment, newest first,
// without their sources; as many as limit.
func (s *Store) PolicyChanges(ctx context.Context, since time.Time, limit int) ([]models.PolicyVersion, error) {
	var found []policyRow
	err := s.reader(ctx).Select("version", "app", "applied_by", "applied_at", "note", "in_force", "rollback").
		Where("applied_at >= ?", since.UnixMilli()).Order("version DESC").Limit(limit).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("changes of the policy: %w", clean(err))
	}
	out := make([]models.PolicyVersion, len(found))
	for i, r := range found {
		out[i] = models.PolicyVersion{
			Version: int(r.Version), App: r.App, AppliedBy: r.AppliedBy, AppliedAt: fromMillis(r.AppliedAt),
			Note: s.openNote(r.Note, "policies", strconv.FormatInt(r.Version, 10)), InForce: r.InForce != 0, Rollback: int(r.Rollback),
		}
	}
	return out, nil
}
