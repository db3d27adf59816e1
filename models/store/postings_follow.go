package store

import (
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// follow does what follows from where a recall went: what was to stand in the
// place of its message is posted, or is not, since the message stays.
func (u *unit) followUp(r *recallRow, from models.RecallState) error {
	to := models.RecallState(r.State)
	if to == from || to != models.Accepted && !to.Terminal() {
		return nil
	}
	return u.decideReplacement(r)
}

// decideReplacement lets a replacement leave, or cancels it.
func (u *unit) decideReplacement(r *recallRow) error {
	p, err := u.liveReplacement(r.ID)
	if errors.Is(err, models.ErrNotFound) || err == nil && p.State != string(models.PostingOrdered) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("replacement of recall %s: %w", r.ID, err)
	}
	next := p
	next.State, next.DueAt = string(models.PostingQueued), 0
	if why := staysUnposted(r, &p); why != "" {
		next.State, next.EndedAt, next.Explanation = string(models.PostingCancelled), u.now.UnixMilli(), why
	}
	return u.movePosting(&p, next, "worker:"+u.s.opts.Node, map[string]string{"recall_state": r.State})
}

// staysUnposted says why nothing is posted in the place of a recall's message, or "".
// One that was gone before our call was taken away by somebody: a rule has no
// business to bring it back in another form, while a person who asked for another
// text in its place asked for just that.
func staysUnposted(r *recallRow, p *postingRow) string {
	switch models.RecallState(r.State) {
	case models.Accepted, models.Confirmed:
		return ""
	case models.AlreadyGone:
		if p.OrderedBy != string(models.ByPolicy) {
			return ""
		}
		return "The message was gone before our call, so nothing is posted in its place."
	default:
		return "The message was not taken back, so nothing is posted in its place."
	}
}
