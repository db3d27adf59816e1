package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// soon is how far ahead what is about to happen is counted.
const soon = time.Hour

// QueueNow counts what waits as actor sees it, each number up to limit. By severity it
// tells apart at most that many of each that the queue begins with.
func (s *Store) QueueNow(ctx context.Context, scope models.Scope, actor string, limit int) (n models.QueueNow, err error) {
	all := models.QueueFilter{Actor: actor}
	if n.Severities, err = s.severities(ctx, scope, all, limit); err != nil {
		return n, err
	}
	mine, escalated, parked, closing := all, all, all, all
	mine.Mine, escalated.Escalated, parked.Parked, closing.Closing = true, true, true, true
	back := s.waiting(ctx, scope, parked).Where("parked_until <= ?", s.now().Add(soon).UnixMilli())
	for _, one := range []struct {
		n *int
		q *gorm.DB
	}{
		{&n.Mine, s.waiting(ctx, scope, mine)},
		{&n.Escalated, s.waiting(ctx, scope, escalated)},
		{&n.Returning, back},
		{&n.Closing, s.waiting(ctx, scope, closing)},
	} {
		if *one.n, err = s.countTo(ctx, one.q, limit); err != nil {
			return n, err
		}
	}
	return n, nil
}

// severities counts in one walk over the first of the queue, as many as all the limits
// together, and counts anew those that the walk may have ended before.
func (s *Store) severities(ctx context.Context, scope models.Scope, f models.QueueFilter, limit int) (map[models.Severity]int, error) {
	var found []struct {
		Severity models.Severity
		N        int
	}
	walk := limit * len(models.Severities)
	first := s.waiting(ctx, scope, f).Select("severity").Order("place DESC").Limit(walk)
	err := s.reader(ctx).Table("(?) AS found", first).Select("severity, count(*) AS n").Group("severity").Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("count by severity: %w", clean(err))
	}
	counts, walked := map[models.Severity]int{}, 0
	for _, r := range found {
		counts[r.Severity], walked = min(r.N, limit), walked+r.N
	}
	for _, severity := range models.Severities {
		if walked < walk || counts[severity] == limit {
			continue
		}
		one := f
		one.Severity = severity
		if counts[severity], err = s.countTo(ctx, s.waiting(ctx, scope, one), limit); err != nil {
			return nil, err
		}
	}
	return counts, nil
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
		note, err := s.openNote(r.Note, "policies", strconv.FormatInt(r.Version, 10))
		if err != nil {
			return nil, err
		}
		out[i] = models.PolicyVersion{
			Version: int(r.Version), App: r.App, AppliedBy: r.AppliedBy, AppliedAt: fromMillis(r.AppliedAt),
			Note: note, InForce: r.InForce != 0, Rollback: int(r.Rollback),
		}
	}
	return out, nil
}
