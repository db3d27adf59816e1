package webhooks

import (
	"context"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// spot is where a message stands among those of its sender.
type spot struct {
	place  place
	sender string
	ref    string
	at     time.Time
}

func spotOf(app string, m *models.Message) spot {
	return spot{placeOf(app, m.Conversation), m.Sender, m.Ref, m.SentAt}
}

// around is what a sender posted around a message.
type around struct {
	near  []neighbour
	waits []<-chan struct{} // of fragments that are on their way into the store
}

type neighbour struct {
	rules.Past
	ref   string
	words bool // known by its words alone
}

// look returns what was posted around a fragment, remembered here or kept in
// the store. Where other nodes write to the store too, it knows better than the
// memory what became of a message; the memory knows what is on its way there.
func (h *Handler) look(ctx context.Context, app string, at spot, c models.Conversation, own []*seat, proposed bool) (around, error) {
	shared := h.o.Keeper.Shared()
	if !shared && h.memory.covers(at) {
		return h.memory.around(at, own, proposed, false), nil
	}
	kept, err := h.o.Keeper.Around(ctx, app, c, at.sender, at.at, rules.PartsWindow)
	if err != nil {
		return around{}, err
	}
	if !shared {
		h.memory.recall(at, kept)
	}
	a := h.memory.around(at, own, proposed, shared)
	a.merge(at, kept)
	return a, nil
}

// around returns what is remembered around a spot; with unsettled only what is
// on its way into the store. A fragment on its way is known by its words alone,
// unless it is of the same delivery, or the message at the spot only proposed:
// else a value could be on record before one of its parts is.
func (y *memory) around(at spot, own []*seat, proposed, unsettled bool) around {
	y.mu.Lock()
	defer y.mu.Unlock()
	var a around
	s := y.places[at.place][at.sender]
	if s == nil {
		return a
	}
	for _, e := range s.entries {
		if e.ref == at.ref || gap(e.sentAt, at.at) > rules.PartsWindow || unsettled && e.done == nil {
			continue
		}
		n := neighbour{Past: rules.Past{Message: e.id, SentAt: e.sentAt, Elements: e.elements}, ref: e.ref}
		if e.done != nil && e.fragment && !proposed && !mine(own, e) {
			a.waits = append(a.waits, e.done)
			n.Elements, n.words = plain(e.elements), true
		}
		a.near = append(a.near, n)
	}
	return a
}

// words returns the message before a spot, which is all that one without a
// fragment needs.
func (y *memory) words(at spot) []rules.Past {
	y.mu.Lock()
	defer y.mu.Unlock()
	if s := y.places[at.place][at.sender]; s != nil {
		return s.words(at)
	}
	return nil
}

func (s *speaker) words(at spot) []rules.Past {
	for _, e := range slices.Backward(s.entries) {
		if Before(e.sentAt, e.ref, at.at, at.ref) && gap(e.sentAt, at.at) <= rules.PartsWindow {
			return []rules.Past{{Message: e.id, SentAt: e.sentAt, Elements: e.elements}}
		}
	}
	return nil
}

// covers reports whether all that a sender posted around a spot is remembered,
// if it came to this node: since the start, and since the memory last was too full.
func (y *memory) covers(at spot) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.now().Sub(at.at) > rules.PartsWindow {
		return false // late: those around it may be forgotten
	}
	s := y.places[at.place][at.sender]
	if s != nil && s.doubt {
		return false
	}
	return s != nil && s.read || !at.at.Add(-rules.PartsWindow).Before(y.whole)
}

// recall remembers what the store knows of a sender.
func (y *memory) recall(at spot, kept []models.Message) {
	y.mu.Lock()
	defer y.mu.Unlock()
	s := y.places[at.place][at.sender]
	if s == nil || y.now().Sub(at.at) > rules.PartsWindow {
		return
	}
	s.read, s.doubt = true, false
	for i := range kept {
		if s.index(kept[i].Ref) < 0 {
			y.insert(s, newEntry(&kept[i], rules.Fragment(kept[i].Elements)))
		}
	}
	y.bound(y.now())
}

// merge adds messages that the store has and the memory does not.
func (a *around) merge(at spot, kept []models.Message) {
	for i := range kept {
		k := &kept[i]
		known := slices.ContainsFunc(a.near, func(n neighbour) bool { return n.ref == k.Ref && !n.words })
		if k.Ref != at.ref && !known {
			a.near = append(a.near, neighbour{
				Past: rules.Past{Message: k.ID, SentAt: k.SentAt, Elements: k.Elements}, ref: k.Ref,
			})
		}
	}
	slices.SortStableFunc(a.near, func(x, y neighbour) int {
		switch {
		case Before(x.SentAt, x.ref, y.SentAt, y.ref):
			return -1
		case Before(y.SentAt, y.ref, x.SentAt, x.ref):
			return 1
		}
		return 0
	})
}

// sides returns what was posted before a spot and after it, oldest first.
func (a *around) sides(at spot) (past, next []rules.Past) {
	for _, n := range a.near {
		if Before(n.SentAt, n.ref, at.at, at.ref) {
			past = append(past, n.Past)
		} else {
			next = append(next, n.Past)
		}
	}
	return past, next
}

func mine(own []*seat, e *entry) bool {
	return slices.ContainsFunc(own, func(s *seat) bool { return s.entry == e })
}

// plain returns elements as words alone.
func plain(elements []models.Element) []models.Element {
	out := make([]models.Element, len(elements))
	for i, e := range elements {
		out[i].Text = e.Text
	}
	return out
}

func gap(a, b time.Time) time.Duration { return a.Sub(b).Abs() }
