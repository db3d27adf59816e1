package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Result is what became of one message that was asked for.
type Result struct {
	Message models.MessageID
	Recall  *models.Recall // nil after a preview, and where Err is set
	Joined  bool           // the message was being taken back already
	// Err wraps models.ErrNotFound, ErrForbidden, ErrInvalid, ErrConflict or
	// ErrUnavailable with a sentence that Words gives.
	Err     error
	Preview Preview // filled in by Preview only
}

// Preview says what a recall of one message would meet.
type Preview struct {
	Recallable bool
	Obstacle   models.Obstacle // what stands against it; empty where nothing does
	Why        string          // the same as a sentence
	Recall     models.RecallID // the one that is under way, with models.BeingRecalled
	Deadline   time.Time
	Left       time.Duration    // until the deadline; 0 where it has passed or no limit is known
	Authority  models.Authority // the right in which it would be asked for
	Members    int              // how many could have seen it; 0: not known
	Proves     bool             // the platform says by itself when it is gone
	Exposure   Exposure
	Chance     Chance
}

// Wish changes what is asked for.
type Wish func(*models.RecallRequest)

// Anyway asks for messages of which a person has said that they may stay.
// Without it such a request is models.ErrConflict, with who said so and when.
func Anyway(over bool) Wish { return func(q *models.RecallRequest) { q.Anyway = over } }

// Recall takes messages back in the right that the caller has in each one's
// conversation. The results stand in the order of ids. The error is for the
// call as a whole: the reason is not acceptable (models.ErrInvalid), the grant
// never reaches (models.ErrForbidden), or the store failed.
//
// A message that the caller may not know of and one that does not exist end the
// same. A plain member of the group learns that it is not his to take back.
func (d *Door) Recall(
	ctx context.Context, c models.Caller, t models.Trigger, ids []models.MessageID, r models.Reason, wishes ...Wish,
) ([]Result, error) {
	reason, err := CleanReason(r)
	if err != nil {
		return nil, err
	}
	results, orders, err := d.examine(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	var reqs []models.RecallRequest
	for _, o := range orders {
		q := models.RecallRequest{
			Message: o.message.ID, Reason: reason, Actor: c.Actor, Authority: o.authority,
			Account: accountOf(c, o.authority), Trigger: t,
		}
		for _, wish := range wishes {
			wish(&q)
		}
		reqs = append(reqs, q)
	}
	return results, d.decide(ctx, orders, reqs, results)
}

// Find returns the messages that bear refs in a conversation of an app, by ref;
// missing ones are absent. They are only found, not shown: the caller's right to
// each is asked for by Recall and Preview, and nothing of them may be told to
// the caller before that.
func (d *Door) Find(
	ctx context.Context, c models.Caller, app, conversation string, refs []string,
) (map[string]models.MessageID, error) {
	if err := CheckRecall(c); err != nil {
		return nil, err
	}
	found, err := d.store.FindMessages(ctx, lookup(c), app, conversation, refs)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return nil, fmt.Errorf("find %d messages: %w", len(refs), err)
	}
	ids := make(map[string]models.MessageID, len(found))
	for _, m := range found {
		ids[m.Ref] = m.ID
	}
	return ids, nil
}

// order is a message that the caller may take back.
type order struct {
	at        int // its place in the results
	message   models.Message
	authority models.Authority
	actor     string // who asks
}

// examine looks each message up and asks for the caller's right to it. What is
// refused stands in the results; the rest is returned as orders.
func (d *Door) examine(ctx context.Context, c models.Caller, ids []models.MessageID) ([]Result, []order, error) {
	if err := CheckRecall(c); err != nil {
		return nil, nil, err
	}
	results := make([]Result, len(ids))
	var orders []order
	rights := d.rights(c)
	found, err := d.store.MessagesIn(ctx, lookup(c), ids)
	if err != nil {
		return nil, nil, fmt.Errorf("%d messages: %w", len(ids), err)
	}
	for i, id := range ids {
		results[i].Message = id
		m, ok := found[id]
		if !ok {
			results[i].Err = notFound()
			continue
		}
		authority, err := rights.in(ctx, m)
		results[i].Err = err
		if err == nil {
			orders = append(orders, order{i, m, authority, c.Actor})
		}
	}
	return results, orders, nil
}

// lookup is where a message may be for the caller's right to be asked at all. It is
// wider than the caller's scope: a member who may not see the console's lists
// still gets the honest answer that taking back is for owners and admins.
func lookup(c models.Caller) models.Scope {
	if len(c.Groups) > 0 {
		return models.Scope{Groups: c.Groups}
	}
	return models.Scope{All: true}
}

// decide hands the requests to the store, whose answers go to their places.
func (d *Door) decide(ctx context.Context, orders []order, reqs []models.RecallRequest, results []Result) error {
	if len(reqs) == 0 {
		return nil
	}
	decided, err := d.store.Decide(ctx, scopeOf(orders), reqs)
	if err != nil {
		return fmt.Errorf("decide %d recalls: %w", len(reqs), err)
	}
	if len(decided) != len(reqs) {
		return fmt.Errorf("decide %d recalls: %d answers", len(reqs), len(decided))
	}
	rung := map[models.ConversationID]bool{}
	for i, o := range orders {
		res := &results[o.at]
		if res.Err = decided[i].Err; errors.Is(res.Err, models.ErrNotFound) {
			res.Err = notFound()
		}
		if res.Err == nil {
			res.Recall, res.Joined = &decided[i].Recall, decided[i].Joined
			rung[o.message.Conversation.ID] = true
		}
	}
	for c := range rung {
		d.ring(c)
	}
	return nil
}

// scopeOf is the narrowest scope that shows the orders, so that the store
// checks once more what was checked here. A one-to-one chat lies in no group:
// only an operator gets so far with one, whose scope is everything.
func scopeOf(orders []order) models.Scope {
	var scope models.Scope
	for _, o := range orders {
		group := o.message.Conversation.Group
		scope.All = scope.All || group == ""
		scope.Groups = append(scope.Groups, models.Place{App: o.message.App, Ref: group})
	}
	return scope
}
