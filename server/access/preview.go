package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Preview makes the checks of Recall and says what it would meet. Nothing is stored.
func (d *Door) Preview(ctx context.Context, c models.Caller, ids []models.MessageID) ([]Result, error) {
	results, orders, err := d.examine(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	told := d.audiences(ctx, orders)
	k, err := d.onRecord(ctx, orders)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		results[o.at].Preview = d.foresee(o, k, told[o.message.Conversation.ID])
	}
	return results, nil
}

// onRecord is what the store has of messages that are to be taken back, by their ids.
type onRecord struct {
	reads   map[models.MessageID][]models.Read
	holds   map[models.MessageID]models.LegalHold
	recalls map[models.MessageID]models.Recall
	cases   map[models.MessageID]models.Case
}

// onRecord reads it for all at once.
func (d *Door) onRecord(ctx context.Context, orders []order) (k onRecord, err error) {
	ids, scope := make([]models.MessageID, len(orders)), scopeOf(orders)
	for i, o := range orders {
		ids[i] = o.message.ID
	}
	if k.reads, err = d.store.ReadsOf(ctx, scope, ids); err != nil {
		return k, fmt.Errorf("reads of %d messages: %w", len(ids), err)
	}
	if k.holds, err = d.store.StandingHolds(ctx, ids); err != nil {
		return k, fmt.Errorf("legal holds on %d messages: %w", len(ids), err)
	}
	if k.recalls, err = d.store.LatestRecalls(ctx, scope, ids); err != nil {
		return k, fmt.Errorf("recalls of %d messages: %w", len(ids), err)
	}
	if k.cases, err = d.store.LatestCases(ctx, scope, ids); err != nil {
		return k, fmt.Errorf("cases of %d messages: %w", len(ids), err)
	}
	return k, nil
}

// foresee says what a recall of a message would meet.
func (d *Door) foresee(o order, k onRecord, a platforms.Audience) Preview {
	now, m := d.now(), o.message
	reads := slices.Concat(k.reads[m.ID], readsOf(a, m.Ref))
	limits, configured := d.limits(m.Conversation)
	p := Preview{
		Members: max(0, a.Members), Deadline: m.Deadline, Left: left(m.Deadline, now),
		Authority: o.authority, Exposure: Exposed(m, reads, now), Proves: limits.Proves,
	}
	switch p.Obstacle = m.Obstacle(now); {
	case p.Obstacle != "":
	case !configured:
		p.Obstacle = models.NotConfigured
	default:
		p.Obstacle, p.Why = k.obstacle(o)
	}
	if p.Obstacle == models.BeingRecalled {
		p.Recall = k.recalls[m.ID].ID
	}
	if p.Why == "" {
		p.Why = p.Obstacle.Words()
	}
	p.Recallable = p.Obstacle == ""
	p.Chance = chance(m.Conversation.Kind, p, now)
	return p
}

// obstacle is the first thing on record that is in the way of a recall, and its words
// where it needs others than its own.
func (k onRecord) obstacle(o order) (models.Obstacle, string) {
	m := o.message
	if hold, on := k.holds[m.ID]; on {
		return models.UnderHold, hold.Words()
	}
	if r, on := k.recalls[m.ID]; on && !r.State.Terminal() {
		return models.BeingRecalled, ""
	}
	// Whoever decided that a message stays as it is now may change their own mind. The
	// store decides it anew when a recall is asked for.
	c, on := k.cases[m.ID]
	if !on || !c.Stays(m) || c.DecidedBy == o.actor {
		return "", ""
	}
	return models.LetStay, fmt.Sprintf("%s decided at %s that it may stay; it is taken back only if that is meant anyway.",
		c.DecidedBy, c.DecidedAt.UTC().Format("2006-01-02 15:04 MST"))
}

// left is the time until a deadline, 0 where it has passed or there is none.
func left(deadline, now time.Time) time.Duration {
	if deadline.IsZero() {
		return 0
	}
	return max(0, deadline.Sub(now))
}
