package report

import (
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Step is one moment of a recall's life. Gap is the time since the step before.
type Step struct {
	// posted, seen, decided, sent, accepted, confirmed, the state in which it ended, or
	// of a hold on the message legal_hold_placed, legal_hold_lifted, legal_hold_over
	Name string
	At   time.Time
	Gap  time.Duration
}

// steps lists what happened in the order in which it did: the platform's event may
// come before its answer. Posting is by the platform's clock, the rest by ours.
func steps(r Record) []Step {
	rec := r.Recall
	decided := r.Decision.At
	if decided.IsZero() {
		decided = rec.RequestedAt
	}
	all := []Step{
		{Name: "posted", At: rec.SentAtPlatform},
		{Name: "seen", At: r.Message.ReceivedAt},
		{Name: "decided", At: decided},
		{Name: "sent", At: rec.SentAt},
		{Name: "accepted", At: rec.AcceptedAt},
		{Name: "confirmed", At: rec.ConfirmedAt},
	}
	if rec.State.Terminal() && rec.State != models.Confirmed {
		all = append(all, Step{Name: string(rec.State), At: rec.EndedAt})
	}
	all = slices.DeleteFunc(append(all, holdSteps(r)...), func(s Step) bool { return s.At.IsZero() })
	slices.SortStableFunc(all[min(1, len(all)):], func(a, b Step) int { return a.At.Compare(b.At) })
	for i := 1; i < len(all); i++ {
		all[i].Gap = max(0, all[i].At.Sub(all[i-1].At))
	}
	return all
}

// holdSteps are the moments of the legal holds that were on the message. One from
// before it was posted is on it from then on.
func holdSteps(r Record) []Step {
	var all []Step
	for _, h := range r.Holds {
		end := Step{Name: "legal_hold_lifted", At: h.LiftedAt}
		if h.State(r.Now) == models.HoldOver {
			end = Step{Name: "legal_hold_over", At: h.Until}
		}
		posted := r.Recall.SentAtPlatform
		if !end.At.IsZero() && end.At.Before(posted) {
			continue
		}
		placed := Step{Name: "legal_hold_placed", At: h.PlacedAt}
		if placed.At.Before(posted) {
			placed.At = posted
		}
		all = append(all, placed, end)
	}
	return all
}
