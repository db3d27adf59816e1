package simulation

import (
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// tally counts what happened over many worlds, to show that they are worth living in.
type tally struct {
	worlds, crashes, unanswered, fenced, late, answered, calls, recalls int

	journals uint64 // of all their journals

	edges map[[2]models.RecallState]int
	ends  map[models.RecallState]int
}

func newTally() *tally {
	return &tally{edges: map[[2]models.RecallState]int{}, ends: map[models.RecallState]int{}}
}

// mostSends is how many calls the platform may take while a message stays; see docs/states.md.
const mostSends = 5

// roleAge is how old the platform's word on a role may be when a call leaves: what the
// answer says is at most two seconds old, and then a call waits for the rate limit for as
// long as its batch may begin one.
const roleAge = 20 * time.Second

// leaves holds a call to the laws at the moment in which it leaves.
func (w *world) leaves(l *life, p *post) {
	w.seen.calls++
	r := w.data.lastOf(p)
	if r == nil {
		w.wrong("%s calls for %s/%s, and no recall of it is committed", l.id, p.room.Ref, p.ref)
		return
	}
	r.left++
	switch {
	case r.State.Terminal():
		w.wrong("%s calls for %s of %s, which is %s", l.id, r.ID, r.Ref, r.State)
	case r.holder != l || !r.lease.After(time.Now()):
		w.wrong("%s calls for %s of %s, and its lease is over", l.id, r.ID, r.Ref)
	case r.State != models.Sent && r.State != models.Unknown:
		w.wrong("%s calls for %s of %s, which is %s and not written as sent", l.id, r.ID, r.Ref, r.State)
	case r.Automatic && w.data.bars(r.Rule):
		w.wrong("%s calls for %s of %s, and automatic recalls are stopped", l.id, r.ID, r.Ref)
	case w.data.byID[r.Message].held:
		w.wrong("%s calls for %s of %s, which is under a legal hold", l.id, r.ID, r.Ref)
	case !r.Reason.Code.Valid() || r.Actor == "" || r.Authority == "":
		w.wrong("%s calls for %s of %s, and nobody knows why, or at whose word", l.id, r.ID, r.Ref)
	case !w.entitled(r):
		w.wrong("%s calls for %s of %s, and whoever asked has lost the right", l.id, r.ID, r.Ref)
	case r.EvidenceAt.IsZero():
		w.wrong("%s calls for %s of %s, and who could see it is not on record", l.id, r.ID, r.Ref)
	}
}

func (w *world) entitled(r *recall) bool {
	for _, right := range r.Rights() {
		if !right.Role() || w.chat.admin || time.Since(w.chat.fell) < roleAge {
			return true
		}
	}
	return false
}

// lastOf is the newest recall of a post, or nil.
func (d *database) lastOf(p *post) (last *recall) {
	for _, r := range d.recalls {
		if r.Conversation.Ref == p.room.Ref && r.Ref == p.ref {
			last = r
		}
	}
	return last
}

// proved holds a settlement to what the platform told.
func (d *database) proved(r *recall, st models.Settlement) {
	p := d.chat.find(r.Conversation.Ref, r.Ref)
	switch {
	case st.State == models.Confirmed && !p.told:
		d.wrong("%s of %s is confirmed, and nobody has told that it is gone", r.ID, r.Ref)
	case st.State == models.Accepted && !p.said:
		d.wrong("%s of %s is accepted, and the platform has not said yes", r.ID, r.Ref)
	}
}

// ended holds the end of a recall to the truth.
func (d *database) ended(r *recall) {
	d.seen.ends[r.State]++
	p := d.chat.find(r.Conversation.Ref, r.Ref)
	gone := !p.gone.IsZero()
	switch r.State {
	case models.Confirmed, models.AlreadyGone:
		if !gone {
			d.wrong("%s of %s is %s, and people still read it", r.ID, r.Ref, r.State)
		}
	default:
		if gone && p.ours && d.lastOf(p) == r {
			d.wrong("%s of %s is %s, and our call has taken it back", r.ID, r.Ref, r.State)
		}
	}
}

// acted holds what was kept of a message to what had to follow from it.
func (w *world) acted(p *post, m *message, as *models.Message) {
	var must bool
	switch textOf(as) {
	case texts[card], texts[address]:
		must = m.texts[textOf(as)]
	case texts[suspect]:
		if must = m.texts[textOf(as)]; must && !m.asked && m.State == models.Visible {
			w.wrong("%s/%s was answered 200, and no person is asked to look", p.room.Ref, p.ref)
		}
		return
	}
	if must && !w.handled(p, m) {
		w.wrong("%s/%s was answered 200, and nothing is done about it", p.room.Ref, p.ref)
	}
}

// handled reports whether a message that is to be taken back is, was, or is a person's.
func (w *world) handled(p *post, m *message) bool {
	window := w.chat.limits[p.Kind].Window
	late := window > 0 && time.Since(p.at) >= window
	return w.data.lastOf(p) != nil || m.asked || m.State != models.Visible || late
}

// finish holds the world to what must be true once nothing fails any more.
func (w *world) finish() {
	for _, r := range w.data.recalls {
		w.seen.recalls++
		if !w.data.over(r) {
			w.wrong("%s of %s is %s still, after %s without a fault", r.ID, r.Ref, r.State, patience)
		}
		if r.left-r.denied > mostSends+r.lapsed {
			w.wrong("%s of %s was called for %d times", r.ID, r.Ref, r.left)
		}
	}
	for _, p := range w.chat.posts {
		if p.kind == part && p.half != nil && !p.kept.IsZero() && !p.half.kept.IsZero() {
			w.joined(p)
		}
	}
}

// joined holds the two halves of a card to being found together.
func (w *world) joined(p *post) {
	whole := p.kept
	if p.half.kept.After(whole) {
		whole = p.half.kept
	}
	for _, one := range []*post{p, p.half} {
		if !one.gone.IsZero() && !one.gone.After(whole) {
			return // they were never in the chat together, as far as anybody was told
		}
	}
	if w.chat.parted(p) {
		return
	}
	for _, one := range []*post{p, p.half} {
		if m := w.data.message(one); !w.handled(one, m) {
			w.wrong("%s/%s is a half of a card, and nothing is done about it", one.room.Ref, one.ref)
		}
	}
}

// parted reports whether the sender said other numbers between the halves of a card, so
// that nobody reads them as one.
func (c *chat) parted(p *post) bool {
	return slices.ContainsFunc(c.posts, func(q *post) bool {
		numbers := q.kind == card || q.kind == suspect || !q.edited.IsZero()
		return numbers && q.room == p.room && q.sender == p.sender && q.at.After(p.at) && q.at.Before(p.half.at)
	})
}

// over reports whether nothing more is to come of a recall: it has ended, no proof can
// be had, or a person was asked.
func (d *database) over(r *recall) bool {
	l := d.chat.limits[r.Conversation.Kind]
	switch r.State {
	case models.Accepted:
		return !l.History && !l.Proves
	case models.Unknown:
		return !r.AskedAt.IsZero() && (!l.History || !d.entitled(r) || d.byID[r.Message].held || d.outdated(r))
	default:
		return r.State.Terminal()
	}
}

// outdated reports whether people read another text than any that is kept, so that a
// rule alone does not have it sent again.
func (d *database) outdated(r *recall) bool {
	return r.Automatic && !d.byID[r.Message].texts[d.chat.find(r.Conversation.Ref, r.Ref).text]
}

// denied notes that the platform surely did nothing at a call.
func (d *database) denied(p *post) {
	if r := d.lastOf(p); r != nil {
		r.denied++
	}
}
