package report

import (
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Step is one moment of a recall's life. Gap is the time since the step before.
type Step struct {
	Name string // posted, seen, decided, sent, accepted, confirmed, or the state in which it ended
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
	all = slices.DeleteFunc(all, func(s Step) bool { return s.At.IsZero() })
	slices.SortStableFunc(all[min(1, len(all)):], func(a, b Step) int { return a.At.Compare(b.At) })
	for i := 1; i < len(all); i++ {
		all[i].Gap = max(0, all[i].At.Sub(all[i-1].At))
	}
	return all
}
