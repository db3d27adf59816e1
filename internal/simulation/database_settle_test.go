package simulation

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Settle implements jobs.Store.
func (s link) Settle(ctx context.Context, settlements []models.Settlement) (int, error) {
	var names []string
	for _, st := range settlements {
		names = append(names, fmt.Sprintf("%s/%d %s", st.Recall, st.Fence, st.State))
	}
	return told(func(applied *int) error {
		return s.transact(ctx, "settle "+strings.Join(names, ", "), func() {
			for _, st := range settlements {
				*applied += btoi(s.settle(s.world.data.recall(st.Recall), st))
			}
		})
	})
}

func (s link) settle(r *recall, st models.Settlement) bool {
	d := s.world.data
	if st.State == models.Accepted && st.Called && r.State == models.Confirmed && r.fence == st.Fence+1 && r.AcceptedAt.IsZero() {
		r.AcceptedAt = time.Now() // its removal event was faster
		d.seen.late++
		return true
	}
	if r.State.Terminal() || r.fence != st.Fence {
		d.seen.fenced++
		return false
	}
	if st.State == models.Cancelled {
		return d.giveUp(r, st)
	}
	from := r.State
	stays := from == st.State && (from == models.Accepted || from == models.Unknown)
	if !stays && !from.CanBecome(st.State) {
		d.wrong("%s is settled from %s to %s", r.ID, from, st.State)
		return false
	}
	if st.Explanation == "" {
		d.wrong("%s is settled as %s without a word why", r.ID, st.State)
	}
	d.note(r, st, from)
	d.proved(r, st)
	if stays && !st.Called {
		r.fence++
		r.lease, r.holder = time.Time{}, nil
	} else {
		d.move(r, st.State, models.CauseWorker)
	}
	if m := d.byID[r.Message]; (st.State == models.Confirmed || st.State == models.AlreadyGone) && m.State == models.Visible {
		m.State = models.Removed
	}
	return true
}

// note writes down what a settlement says beside the state.
func (d *database) note(r *recall, st models.Settlement, from models.RecallState) {
	switch {
	case from == models.Sent && !st.Called && (st.State == models.Queued || st.State == models.AlreadyGone):
		r.Attempts--
	case from != models.Sent && st.Called:
		r.Attempts++
	}
	switch {
	case st.Called:
		r.Looks = 0
	case st.Looked:
		r.Looks++
	}
	r.Code, r.Explanation, r.DueAt = cmp.Or(st.Code, r.Code), cmp.Or(st.Explanation, r.Explanation), st.DueAt
	if st.Ask != "" && r.AskedAt.IsZero() {
		r.AskedAt = time.Now()
		d.byID[r.Message].asked = true
	}
}

// giveUp ends a recall that was claimed and must not leave.
func (d *database) giveUp(r *recall, st models.Settlement) bool {
	if r.State != models.Sent || st.Called {
		return false
	}
	r.Attempts--
	d.move(r, models.Queued, models.CauseWorker)
	if st.Ask != "" {
		d.byID[r.Message].asked = true
	}
	d.move(r, models.Cancelled, models.CauseWorker)
	return true
}
