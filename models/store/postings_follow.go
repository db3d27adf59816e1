package store

import (
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// followUp does what follows from where a recall went: what was to stand in the
// place of its message is posted, or is not, since the message stays, and people
// are told.
func (u *unit) followUp(r *recallRow, from models.RecallState) error {
	to := models.RecallState(r.State)
	if to == from || to != models.Accepted && !to.Terminal() {
		return nil
	}
	if u.hand != nil {
		u.hand.followed = append(u.hand.followed, *r)
	} else if err := u.decideReplacement(r); err != nil {
		return err
	}
	switch to {
	case models.Accepted, models.Confirmed:
		if from == models.Accepted {
			return nil // they are told already
		}
		u.notify(r, true, "")
	case models.Refused, models.Failed, models.Expired:
		u.notify(r, false, "")
	default:
	}
	return nil
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
	return u.replace(r, &p)
}

// replace lets an ordered replacement leave, or cancels it.
func (u *unit) replace(r *recallRow, p *postingRow) error {
	next := *p
	next.State, next.DueAt = string(models.PostingQueued), 0
	if why := staysUnposted(r, p); why != "" {
		next.State, next.EndedAt, next.Explanation = string(models.PostingCancelled), u.now.UnixMilli(), why
	}
	return u.movePosting(p, next, "worker:"+u.s.opts.Node, map[string]string{"recall_state": r.State})
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

// outdateReplacement cancels what a rule wants posted in the place of a message
// that was edited meanwhile: it is not what the message said last.
func (u *unit) outdateReplacement(message string) error {
	r, err := u.activeRecall(message)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := u.liveReplacement(r.ID)
	if errors.Is(err, models.ErrNotFound) || err == nil && (p.State != string(models.PostingOrdered) || p.OrderedBy != string(models.ByPolicy)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("replacement of recall %s: %w", r.ID, err)
	}
	next := p
	next.State, next.EndedAt = string(models.PostingCancelled), u.now.UnixMilli()
	next.Explanation = "The message was edited before it went."
	return u.movePosting(&p, next, string(models.ByPolicy), nil)
}
