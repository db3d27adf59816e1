package access

import (
	"context"
	"fmt"
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
	for _, o := range orders {
		p, err := d.foresee(ctx, o, scopeOf(orders), told[o.message.Conversation.ID])
		if err != nil {
			return nil, err
		}
		results[o.at].Preview = p
	}
	return results, nil
}

// foresee gathers what is known of a message that is to be taken back.
func (d *Door) foresee(ctx context.Context, o order, scope models.Scope, a platforms.Audience) (Preview, error) {
	now := d.now()
	reads, err := d.store.Reads(ctx, scope, o.message.ID)
	if err != nil {
		return Preview{}, fmt.Errorf("reads of message %s: %w", o.message.ID, err)
	}
	reads = append(reads, readsOf(a, o.message.Ref)...)
	p := Preview{
		Obstacle: o.message.Obstacle(now), Members: max(0, a.Members), Deadline: o.message.Deadline, Left: left(o.message.Deadline, now),
		Authority: o.authority, Exposure: Exposed(o.message, reads, now),
	}
	limits, configured := d.limits(o.message.Conversation)
	p.Proves = limits.Proves
	if p.Obstacle == "" && !configured {
		p.Obstacle = models.NotConfigured
	}
	if p.Obstacle == "" {
		err = d.meets(ctx, scope, o.message.ID, &p)
	}
	if p.Why == "" {
		p.Why = p.Obstacle.Words()
	}
	if p.Obstacle == "" && err == nil {
		p.Obstacle, p.Why, err = d.letStay(ctx, scope, o)
	}
	p.Recallable = p.Obstacle == ""
	p.Chance = chance(o.message.Conversation.Kind, p, now)
	return p, err
}

// meets finds out whether a message is under a legal hold or being taken back.
func (d *Door) meets(ctx context.Context, scope models.Scope, id models.MessageID, p *Preview) (err error) {
	words, kept, err := d.kept(ctx, id)
	if kept {
		p.Obstacle, p.Why = models.UnderHold, words
	}
	if kept || err != nil {
		return err
	}
	if p.Recall, err = d.underWay(ctx, scope, id); p.Recall != "" {
		p.Obstacle = models.BeingRecalled
	}
	return err
}

// letStay says who decided that a message stays as it is now, unless it was the one
// who asks. The store decides it anew when a recall is asked for.
func (d *Door) letStay(ctx context.Context, scope models.Scope, o order) (models.Obstacle, string, error) {
	found, _, err := d.store.Cases(ctx, scope, models.CaseFilter{Message: o.message.ID, Page: models.Page{Limit: 1}})
	if err != nil {
		return "", "", fmt.Errorf("cases of message %s: %w", o.message.ID, err)
	}
	if len(found) == 0 || !found[0].Stays(o.message) || found[0].DecidedBy == o.actor {
		return "", "", nil
	}
	c := found[0]
	return models.LetStay, fmt.Sprintf("%s decided at %s that it may stay; it is taken back only if that is meant anyway.",
		c.DecidedBy, c.DecidedAt.UTC().Format("2006-01-02 15:04 MST")), nil
}

// underWay returns the recall of a message that is not over, or "".
func (d *Door) underWay(ctx context.Context, scope models.Scope, id models.MessageID) (models.RecallID, error) {
	found, _, err := d.store.Recalls(ctx, scope, models.RecallFilter{Message: id, Page: models.Page{Limit: 1}})
	if err != nil {
		return "", fmt.Errorf("recalls of message %s: %w", id, err)
	}
	if len(found) == 0 || found[0].State.Terminal() {
		return "", nil
	}
	return found[0].ID, nil
}

// left is the time until a deadline, 0 where it has passed or there is none.
func left(deadline, now time.Time) time.Duration {
	if deadline.IsZero() {
		return 0
	}
	return max(0, deadline.Sub(now))
}
