package simulation

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

// story puts on the agenda what people do.
func (w *world) story() {
	for range 2 + w.chance.IntN(6) {
		w.in(w.below(talk*3/4), w.talk)
	}
	for _, do := range []func(){w.edit, w.delete, w.decide, w.decide, w.cancel, w.stop, w.fall, w.blackout, w.hold, w.history, w.history, w.retire} {
		if w.chance.IntN(3) == 0 {
			w.in(w.below(talk), do)
		}
	}
}

// talk has somebody say something.
func (w *world) talk() {
	r := w.chat.rooms[w.chance.IntN(len(w.chat.rooms))]
	sender := []string{"bob", "carol"}[w.chance.IntN(2)]
	kind := []sort{plain, card, card, card, address, suspect, part}[w.chance.IntN(7)]
	if kind == part && r.halves[sender] {
		kind = plain // of two cards in halves nobody could tell which halves belong together
	}
	if kind != part {
		w.chat.post(r, sender, kind, texts[kind])
		return
	}
	r.halves[sender] = true
	first := w.chat.post(r, sender, part, "card 4111 1111")
	w.in(w.below(3*time.Second), func() {
		first.half = w.chat.post(r, sender, part, "1111 1111")
	})
}

// anyPost is some message, or nil.
func (w *world) anyPost() *post {
	if len(w.chat.posts) == 0 {
		return nil
	}
	return w.chat.posts[w.chance.IntN(len(w.chat.posts))]
}

func (w *world) edit() {
	if p := w.anyPost(); p != nil {
		kind := []sort{plain, card}[w.chance.IntN(2)]
		w.chat.edit(p, kind, texts[kind])
	}
}

func (w *world) delete() {
	if p := w.anyPost(); p != nil {
		w.chat.remove(p, false)
	}
}

// decide has a person ask for a message.
func (w *world) decide() {
	p := w.anyPost()
	if p == nil {
		return
	}
	m := w.data.message(p)
	if m == nil {
		return
	}
	q := models.RecallRequest{Message: m.ID, Reason: models.Reason{Code: models.Abuse}, Actor: "moderator:eve", Authority: models.ByOperator, Trigger: models.FromConsole}
	if w.chance.IntN(2) == 0 && w.chat.limits[p.Kind].Roles {
		q.Actor, q.Authority, q.Account = "account:main:alice", models.ByAdmin, "alice"
	}
	if !w.data.decide(m, q) {
		return
	}
	if l := w.alive(); l != nil {
		l.jobs.RingNow(m.Conversation.ID)
	}
}

// decide asks for a message to be taken back, and reports whether that is possible.
func (d *database) decide(m *message, q models.RecallRequest) bool {
	if m.held {
		return false
	}
	if r := d.active(m.ID); r != nil {
		d.vouch(r, q)
		return true
	}
	ok, _ := m.Recallable(time.Now())
	if ok {
		d.request(m, q)
	}
	return ok
}

// vouch has a person join a recall.
func (d *database) vouch(r *recall, q models.RecallRequest) {
	d.tell("%s of %s is asked for by %s too", r.ID, r.Ref, q.Authority)
	r.Joined = append(r.Joined, q.Right())
	r.Automatic, r.Priority = false, models.PriorityModerator
	if r.State == models.Unknown {
		r.DueAt = time.Time{}
	}
	if r.State == models.Held {
		r.DueAt = time.Time{}
		d.move(r, models.Queued, models.CausePerson)
	}
}

// cancel has a person end a recall that has not left.
func (w *world) cancel() {
	for _, r := range w.data.recalls {
		if r.State.MayBecome(models.Cancelled, models.CausePerson) {
			w.data.move(r, models.Cancelled, models.CausePerson)
			return
		}
	}
}

// stop stops everything automatic, or one rule, for a while.
func (w *world) stop() {
	if w.chance.IntN(2) == 0 {
		w.data.stopped = true
	} else {
		w.data.stoppedRules["cards"] = true
	}
	w.tell("automatic recalls are stopped")
	w.in(w.below(30*time.Second), func() {
		w.data.stopped = false
		clear(w.data.stoppedRules)
		w.tell("automatic recalls go on")
	})
}

// fall takes alice her role.
func (w *world) fall() {
	w.chat.admin, w.chat.fell = false, time.Now()
	w.tell("alice is no admin any more")
}

// hold puts a message under a legal hold.
func (w *world) hold() {
	if p := w.anyPost(); p != nil {
		if m := w.data.message(p); m != nil {
			m.held = true
			w.tell("%s/%s is under a legal hold", p.room.Ref, p.ref)
		}
	}
}

// history has a process take in what the platform shows of a room.
func (w *world) history() {
	l, r := w.alive(), w.chat.rooms[w.chance.IntN(len(w.chat.rooms))]
	if l == nil || !w.chat.limits[r.Kind].History {
		return
	}
	d := &delivery{n: len(w.chat.deliveries), over: true}
	for _, p := range w.chat.posts {
		switch {
		case p.room != r:
			continue
		case p.gone.IsZero():
			d.events = append(d.events, models.Event{Kind: models.EventPosted, At: p.at, Conversation: p.conversation(), Message: p.message()})
		default:
			d.events = append(d.events, models.Event{Kind: models.EventRemoved, At: p.gone, Conversation: p.conversation(), Refs: []string{p.ref}})
		}
		d.of = append(d.of, p)
	}
	w.chat.deliveries = append(w.chat.deliveries, d)
	go l.backfill(d)
}

// retire stops a process as one does to put a new one in its place.
func (w *world) retire() {
	l := w.alive()
	if l == nil {
		return
	}
	w.tell("%s is stopped", l.id)
	l.node.life, l.stops = nil, true
	l.cancel()
	w.in(100*time.Millisecond+w.below(6*time.Second), func() { w.start(l.node) })
}

// blackout takes the database away for a while.
func (w *world) blackout() {
	w.data.away = time.Now().Add(w.below(8 * time.Second))
	w.tell("the database is away")
}
