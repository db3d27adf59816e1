package simulation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// recall is a row of the recalls, with its audit.
type recall struct {
	models.Recall

	fence  int
	lease  time.Time
	holder *life // who has the lease
	left   int   // calls that left for it
	denied int   // those of which the platform surely did nothing
	lapsed int   // leases that nobody gave back, for whoever had them died, or heard nothing
}

// request adds a recall and its audit entry.
func (d *database) request(m *message, q models.RecallRequest) *recall {
	if !q.Reason.Code.Valid() || q.Actor == "" || q.Authority == "" || q.Trigger == "" {
		d.wrong("a recall of %s is asked for without a reason, an actor, an authority or a door: %+v", m.Ref, q)
	}
	now := time.Now()
	r := &recall{Recall: models.Recall{
		ID: models.RecallID("r" + strconv.Itoa(len(d.recalls)+1)), Message: m.ID, App: app, Conversation: m.Conversation,
		Ref: m.Ref, Sender: m.Sender, State: models.Queued, Reason: q.Reason, Text: q.Reason.Code.Words(),
		Actor: q.Actor, Authority: q.Authority, Account: q.Account, Trigger: q.Trigger, Priority: models.PriorityModerator,
		SentAtPlatform: m.SentAt, RequestedAt: now, Deadline: m.Deadline, Members: -1,
	}}
	d.recalls = append(d.recalls, r)
	d.tell("%s of %s is asked for by %s", r.ID, r.Ref, r.Authority)
	return r
}

// active is the recall of a message that is not over, or nil.
func (d *database) active(id models.MessageID) *recall {
	for _, r := range d.recalls {
		if r.Message == id && !r.State.Terminal() {
			return r
		}
	}
	return nil
}

func (d *database) recall(id models.RecallID) *recall {
	n, _ := strconv.Atoi(strings.TrimPrefix(string(id), "r")) // ours
	return d.recalls[n-1]
}

// bars reports whether a breaker stops the recalls of a rule.
func (d *database) bars(rule string) bool { return d.stopped || d.stoppedRules[rule] }

// move takes a recall to another state.
func (d *database) move(r *recall, to models.RecallState, by models.Cause) {
	if r.State != to {
		if !r.State.MayBecome(to, by) {
			d.wrong("%s goes from %s to %s by a %s", r.ID, r.State, to, by)
		}
		d.seen.edges[[2]models.RecallState{r.State, to}]++
	}
	d.tell("%s of %s is %s, was %s", r.ID, r.Ref, to, r.State)
	now := time.Now()
	switch to {
	case models.Accepted:
		if r.AcceptedAt.IsZero() {
			r.AcceptedAt = now
		}
	case models.Confirmed:
		r.ConfirmedAt = now
	default:
	}
	r.State, r.lease, r.holder = to, time.Time{}, nil
	r.fence++
	r.Attempts = max(r.Attempts, 0)
	switch {
	case r.Attempts == 0:
		r.SentAt = time.Time{}
	case r.SentAt.IsZero():
		r.SentAt = now
	}
	if to.Terminal() {
		r.EndedAt = now
		d.ended(r)
	}
}

// gone ends a recall whose message is gone.
func (d *database) gone(r *recall) {
	switch r.State {
	case models.Sent, models.Accepted, models.Unknown:
		d.move(r, models.Confirmed, models.CausePlatform)
	default:
		d.move(r, models.AlreadyGone, models.CausePlatform)
	}
}

// holds reports whether a recall is still held under a fence.
func (r *recall) holds(fence int) bool { return !r.State.Terminal() && r.fence == fence }

func (r *recall) due(now time.Time) bool {
	switch r.State {
	case models.Queued, models.Sent, models.Unknown, models.Accepted:
		return !r.DueAt.After(now) && !r.lease.After(now)
	default:
		return false
	}
}

// mayLeave reports whether no breaker keeps a recall from being claimed.
func (d *database) mayLeave(r *recall) bool {
	return !(r.Automatic && r.State == models.Queued && d.bars(r.Rule))
}

// gravest orders recalls as they are claimed.
func gravest(a, b *recall) int {
	return cmp.Or(
		compareBool(a.State == models.Accepted, b.State == models.Accepted), cmp.Compare(b.Priority, a.Priority),
		compareBool(a.Deadline.IsZero(), b.Deadline.IsZero()), a.Deadline.Compare(b.Deadline), a.RequestedAt.Compare(b.RequestedAt),
	)
}

func compareBool(a, b bool) int { return btoi(a) - btoi(b) }

// found are the due recalls of a conversation, the gravest first.
func (d *database) found(c models.ConversationID, limit int) (found []*recall) {
	now := time.Now()
	if d.paused.After(now) {
		return nil
	}
	for _, r := range d.recalls {
		if r.Conversation.ID == c && r.due(now) && d.mayLeave(r) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, gravest)
	return found[:min(limit, len(found))]
}

// DueRecalls implements jobs.Store.
func (s link) DueRecalls(ctx context.Context, c models.ConversationID, limit int) ([]models.RecallClaim, error) {
	return told(func(due *[]models.RecallClaim) error {
		return s.read(ctx, fmt.Sprintf("due %d of %s", limit, c), func() { *due = s.world.data.guess(c, limit) })
	})
}

// guess is what a claim would give, but for what it ends.
func (d *database) guess(c models.ConversationID, limit int) (due []models.RecallClaim) {
	for _, r := range d.found(c, limit) {
		if len(due) > 0 && kindOf(r.State, r.Priority) != kindOf(due[0].Was, due[0].Priority) {
			break
		}
		due = append(due, models.RecallClaim{Recall: r.Recall, Was: r.State})
	}
	return due
}

// ClaimRecalls implements jobs.Store.
func (s link) ClaimRecalls(
	ctx context.Context, c models.ConversationID, limit int, lease time.Duration, seen ...models.Evidence,
) ([]models.RecallClaim, error) {
	return told(func(claims *[]models.RecallClaim) error {
		return s.transact(ctx, fmt.Sprintf("claim %d of %s", limit, c), func() { *claims = s.claim(c, limit, lease, seen...) })
	})
}

func (s link) claim(c models.ConversationID, limit int, lease time.Duration, seen ...models.Evidence) (claims []models.RecallClaim) {
	d := s.world.data
	for {
		found := d.found(c, limit)
		if len(found) == 0 {
			return nil
		}
		for _, r := range found {
			if len(claims) > 0 && kindOf(r.State, r.Priority) != kindOf(claims[0].Was, claims[0].Priority) {
				break
			}
			if d.endBeforeCall(r) || d.endHeldBack(r) {
				continue
			}
			if i := slices.IndexFunc(seen, func(e models.Evidence) bool { return e.Recall == r.ID }); i >= 0 && r.State == models.Queued && r.EvidenceAt.IsZero() {
				r.Members, r.EvidenceAt = seen[i].Members, time.Now()
			}
			claims = append(claims, s.lease(r, lease))
		}
		if len(claims) > 0 {
			return claims
		}
	}
}

// kindOf is the kind of work that one batch holds.
func kindOf(s models.RecallState, priority int) [2]bool {
	proves := s == models.Accepted
	return [2]bool{proves, !proves && priority >= models.PriorityModerator}
}

func (s link) lease(r *recall, lease time.Duration) models.RecallClaim {
	d, was := s.world.data, r.State
	held := d.byID[r.Message].held
	barred := held || r.Automatic && d.bars(r.Rule)
	if r.holder != nil {
		r.lapsed++
	}
	if was == models.Queued || was == models.Sent && !barred {
		r.Attempts++
		d.move(r, models.Sent, models.CauseWorker)
	} else {
		r.fence++
	}
	r.lease, r.holder = time.Now().Add(lease), s.life
	return models.RecallClaim{Recall: r.Recall, Was: was, Fence: r.fence, Barred: barred, LegalHold: held}
}

// endBeforeCall ends a recall for which no call must leave any more.
func (d *database) endBeforeCall(r *recall) bool {
	switch late := !r.Deadline.IsZero() && !r.Deadline.After(time.Now()); {
	case d.byID[r.Message].State == models.Removed:
		d.gone(r)
	case late && (r.State == models.Queued || r.State == models.Held):
		d.move(r, models.Expired, models.CauseWorker)
	default:
		return false
	}
	return true
}

// endHeldBack ends a recall that a legal hold keeps from leaving.
func (d *database) endHeldBack(r *recall) bool {
	if r.State != models.Queued || !d.byID[r.Message].held {
		return false
	}
	d.move(r, models.Cancelled, models.CauseWorker)
	d.byID[r.Message].asked = true
	return true
}

// barred reports whether a breaker or a legal hold keeps a call from leaving, or its
// recall is over.
func (d *database) barred(r *recall) bool {
	return r.Automatic && d.bars(r.Rule) || d.byID[r.Message].held || r.State.Terminal()
}

// DueConversations implements jobs.Store.
func (s link) DueConversations(ctx context.Context, limit int) ([]models.Conversation, error) {
	return told(func(due *[]models.Conversation) error {
		return s.read(ctx, "due conversations", func() {
			d := s.world.data
			for _, r := range d.recalls {
				known := slices.ContainsFunc(*due, func(c models.Conversation) bool { return c.ID == r.Conversation.ID })
				if !known && len(*due) < limit && len(d.found(r.Conversation.ID, 1)) > 0 {
					*due = append(*due, r.Conversation)
				}
			}
		})
	})
}

// BarredRecalls implements jobs.Store.
func (s link) BarredRecalls(ctx context.Context, ids []models.RecallID) ([]models.RecallID, error) {
	return told(func(barred *[]models.RecallID) error {
		return s.read(ctx, fmt.Sprint("barred ", ids), func() {
			for _, id := range ids {
				if s.world.data.barred(s.world.data.recall(id)) {
					*barred = append(*barred, id)
				}
			}
		})
	})
}

// KeepEvidence implements jobs.Store.
func (s link) KeepEvidence(ctx context.Context, _ models.ConversationID, found []models.Evidence) ([]models.RecallID, error) {
	return told(func(held *[]models.RecallID) error {
		return s.transact(ctx, fmt.Sprint("evidence of ", found[0].Recall), func() {
			for _, e := range found {
				if r := s.world.data.recall(e.Recall); r.holds(e.Fence) {
					r.Members, r.EvidenceAt = e.Members, time.Now()
					*held = append(*held, r.ID)
				}
			}
		})
	})
}

// WithdrawStopped implements jobs.Store.
func (s link) WithdrawStopped(ctx context.Context) (int, error) {
	var some bool
	s.world.see(func() { some = s.world.data.stopped || len(s.world.data.stoppedRules) > 0 })
	if !some {
		return 0, nil
	}
	return told(func(ended *int) error {
		return s.transact(ctx, "withdraw", func() { *ended = s.world.data.withdraw() })
	})
}

func (d *database) withdraw() (ended int) {
	for _, r := range d.recalls {
		if r.Automatic && d.bars(r.Rule) && (r.State == models.Queued || r.State == models.Held) {
			d.move(r, models.Cancelled, models.CauseBreaker)
			d.byID[r.Message].asked = true
			ended++
		}
	}
	return ended
}

// ReleaseHeld implements jobs.Store.
func (s link) ReleaseHeld(ctx context.Context) (int, error) {
	var some bool
	s.world.see(func() { some = slices.ContainsFunc(s.world.data.recalls, (*recall).overdue) })
	if !some {
		return 0, nil
	}
	return told(func(released *int) error {
		return s.transact(ctx, "release", func() { *released = s.world.data.release() })
	})
}

// overdue reports whether a recall was held for as long as its rule says.
func (r *recall) overdue() bool { return r.State == models.Held && !r.DueAt.After(time.Now()) }

func (d *database) release() (released int) {
	for _, r := range d.recalls {
		if r.overdue() && !d.endBeforeCall(r) {
			r.DueAt = time.Time{}
			d.move(r, models.Queued, models.CauseWorker)
			released++
		}
	}
	return released
}
