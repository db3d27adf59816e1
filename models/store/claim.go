package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// ClaimRecalls leases up to limit due recalls of one conversation, the gravest
// first (priority, then deadline, then age). Due is what is queued, unknown or
// accepted, its time has come, and nobody holds a lease on it; and what is sent
// under a lease that ran out. Queued and sent ones become sent, before the call
// leaves; unknown and accepted ones keep their state. One batch holds one kind of
// work: calls to be made or cleared up (queued, sent, unknown), or, when there
// are none, recalls to be proved (accepted); and what people asked for is alone in its
// batch, so that it waits for nothing that is asked of the platform for the others.
// Recalls past their deadline or
// whose message is gone are ended here and not returned. A paused app gives none.
// Automatic recalls that an open breaker stops are not given out for sending:
// queued ones stay, others come as Barred. What a legal hold is on, committed before
// this, does not leave either: queued ones are cancelled, others come as Barred.
//
// Who could see the messages of some, asked before, is kept with the claim of those of
// them that are given for their first call, whatever fences it names; of others it is
// forgotten.
func (s *Store) ClaimRecalls(
	ctx context.Context, c models.ConversationID, limit int, lease time.Duration, seen ...models.Evidence,
) ([]models.RecallClaim, error) {
	claim := &claiming{conversation: string(c), limit: limit, lease: lease, seen: seen}
	if err := s.submit(ctx, &operation{claim: claim, done: make(chan struct{})}); err != nil {
		return nil, fmt.Errorf("claim recalls of conversation %s: %w", c, err)
	}
	return claim.claims, nil
}

// claiming is one call of ClaimRecalls. Those of one transaction share what they ask.
type claiming struct {
	conversation string
	limit        int
	lease        time.Duration
	seen         []models.Evidence // of recalls that may be among those
	found        []recallRow       // due, and not judged yet
	claims       []models.RecallClaim
}

// due is the condition that a recall waits for a worker at a time.
const due = `recalls.ended_at = 0 AND recalls.due_at <= ? AND recalls.leased_until <= ?
	AND recalls.state IN ('queued', 'sent', 'unknown', 'accepted')`

// unpaused is the condition that the recall's app may be worked for at a time.
const unpaused = "recalls.app NOT IN (SELECT pauses.app FROM pauses WHERE pauses.until > ?) AND " + unheld

// gravest orders recalls; one without a deadline goes after those that have one.
const gravest = "CASE WHEN state = 'accepted' THEN 1 ELSE 0 END, priority DESC, " +
	"CASE WHEN deadline = 0 THEN 1 ELSE 0 END, deadline, requested_at, id"

// claim gives out recalls. Where all that was found was over there may be others
// behind, so it is looked again.
func (u *unit) claim(claims []*claiming) error {
	now, err := u.clock()
	if err != nil {
		return err
	}
	for _, c := range claims {
		c.claims = nil // of an attempt before
	}
	for len(claims) > 0 {
		if claims, err = u.claimRound(claims, now); err != nil {
			return err
		}
	}
	return nil
}

// claimRound looks for each conversation once, and returns the claims that are to look
// again: a transaction sees what it has locked itself, so that two of one
// conversation would find the same.
func (u *unit) claimRound(claims []*claiming, now int64) (again []*claiming, err error) {
	var all []recallRow
	var looked []*claiming
	seen := map[string]bool{}
	for _, c := range claims {
		if seen[c.conversation] {
			again = append(again, c)
			continue
		}
		seen[c.conversation] = true
		if c.found, err = u.dueRecalls(c.conversation, now, c.limit); err != nil {
			return nil, err
		}
		if len(c.found) > 0 {
			looked = append(looked, c)
			all = append(all, c.found...)
		}
	}
	if len(all) == 0 {
		return again, nil
	}
	err = u.together(func() error { return u.claimFound(looked, all, now) })
	for _, c := range looked {
		if len(c.claims) == 0 {
			again = append(again, c)
		}
	}
	return again, err
}

// claimFound asks of all recalls that were found what bars them, and leases them. They
// are locked by now, so that what was committed before is seen.
func (u *unit) claimFound(claims []*claiming, all []recallRow, now int64) error {
	open, holds, err := u.barsOf(all, now)
	if err != nil {
		return err
	}
	states, err := u.statesOf(all)
	if err != nil {
		return err
	}
	if err := u.nameConversations(idsOf(all, func(r recallRow) string { return r.ConversationID })); err != nil {
		return err
	}
	for _, c := range claims {
		if err := u.leaseFound(c, open, holds, states, now); err != nil {
			return err
		}
	}
	return nil
}

// barsOf returns the open breakers, and the legal holds by message.
func (u *unit) barsOf(all []recallRow, now int64) ([]*breakerRow, map[string]*legalHoldRow, error) {
	if some, err := anyBar(u.tx); err != nil || !some {
		return nil, nil, err
	}
	open, err := openBreakers(u.tx)
	if err != nil {
		return nil, nil, err
	}
	holds, err := holdsOn(u.tx, now, idsOf(all, func(r recallRow) string { return r.MessageID })...)
	return open, holds, err
}

// leaseFound leases the recalls that are of one kind of work with the first.
func (u *unit) leaseFound(c *claiming, open []*breakerRow, holds map[string]*legalHoldRow, states map[string]models.MessageState, now int64) error {
	for _, r := range c.found {
		if len(c.claims) > 0 && workOf(c.claims[0].Was, c.claims[0].Priority) != workOf(models.RecallState(r.State), int(r.Priority)) {
			break
		}
		if ended, err := u.endBeforeCall(&r, states[r.MessageID], now); err != nil {
			return err
		} else if ended {
			continue
		}
		barred := r.Automatic != 0 && barring(open, r.Rule) != nil
		claim, ok, err := u.claimOne(r, bars{breaker: barred, hold: holds[r.MessageID]}, now, c)
		if err != nil {
			return err
		}
		if ok {
			c.claims = append(c.claims, claim)
		}
	}
	return nil
}

// workKind is what is done with recalls; one batch holds one kind of it.
type workKind struct {
	proves bool // what the platform said yes to
	person bool // calls that a person waits for
}

func workOf(s models.RecallState, priority int) workKind {
	proves := s == models.Accepted
	return workKind{proves: proves, person: !proves && priority >= models.PriorityModerator}
}

func (u *unit) dueRecalls(conversation string, now int64, limit int) ([]recallRow, error) {
	found, err := recallsView.read(u.tx, "WHERE conversation_id = ? AND "+due+" AND "+unpaused+" AND "+mayLeave+
		" ORDER BY "+gravest+" LIMIT ?"+u.forUpdate(true), conversation, now, now, now, limit)
	if err != nil {
		return nil, fmt.Errorf("due recalls: %w", err)
	}
	return found, nil
}

// bars is what keeps a recall from being sent.
type bars struct {
	breaker bool
	hold    *legalHoldRow
}

func (b bars) any() bool { return b.breaker || b.hold != nil }

// claimOne leases a recall, or ends one that a legal hold keeps back.
func (u *unit) claimOne(r recallRow, b bars, now int64, c *claiming) (models.RecallClaim, bool, error) {
	was := models.RecallState(r.State)
	if was == models.Queued && b.hold != nil {
		return models.RecallClaim{}, false, u.endHeldBack(&r, b.hold.ID, "worker:"+u.s.opts.Node)
	}
	if was == models.Queued && r.EvidenceAt == 0 {
		if err := u.sawBefore(&r, c.seen); err != nil {
			return models.RecallClaim{}, false, err
		}
	}
	until := now + c.lease.Milliseconds()
	if err := u.lease(&r, was, b.any(), until); err != nil {
		return models.RecallClaim{}, false, err
	}
	recall, err := u.recallModel(r)
	claim := models.RecallClaim{Recall: recall, Was: was, Fence: int(r.Fence), Barred: b.any(), LegalHold: b.hold != nil}
	return claim, true, err
}

// lease writes the lease and, where a call is about to leave, that it does.
func (u *unit) lease(r *recallRow, was models.RecallState, barred bool, until int64) error {
	if was == models.Queued || was == models.Sent && !barred {
		return u.move(r, move{
			to: models.Sent, actor: "worker:" + u.s.opts.Node, dueAt: r.DueAt, leasedUntil: until, attempts: 1, looks: r.Looks,
		})
	}
	next := *r
	next.LeasedUntil, next.Fence = until, r.Fence+1
	if err := u.saveRecall(r, next); err != nil {
		return err
	}
	*r = next
	return nil
}

// statesOf returns the states of the messages of recalls.
func (u *unit) statesOf(found []recallRow) (map[string]models.MessageState, error) {
	states := make(map[string]models.MessageState, len(found))
	ids := idsOf(found, func(r recallRow) string { return r.MessageID })
	err := readRaw(u.tx, "SELECT id, state FROM messages WHERE "+u.in("id"), []any{list(ids)}, func(rows *sql.Rows) error {
		var id, state string
		err := rows.Scan(&id, &state)
		states[id] = models.MessageState(state)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("messages of recalls: %w", err)
	}
	return states, nil
}

// endBeforeCall ends a recall for which no call must leave any more. What may
// have been called for already is left to the worker, who looks.
func (u *unit) endBeforeCall(r *recallRow, message models.MessageState, now int64) (bool, error) {
	gone := message == models.Removed
	late := r.Deadline != 0 && now >= r.Deadline
	switch {
	case gone:
		return true, u.gone(r, "message_removed")
	case late && (r.State == string(models.Queued) || r.State == string(models.Held)):
		return true, u.move(r, move{
			to: models.Expired, actor: "worker:" + u.s.opts.Node,
			explanation: "The platform's recall window closed before the call could leave.",
		})
	}
	return false, nil
}
