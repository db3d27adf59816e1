package webhooks

import (
	"container/list"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

const (
	// maxRemembered bounds the memory, in bytes of text and what it costs to hold
	// it: of ten thousands of senders the last messages, and little beside the
	// caches of the database. Past it the longest silent are forgotten, and read
	// from the store should they speak again in time.
	maxRemembered = 64 << 20
	// entrySize is what one message costs beside its texts, about.
	entrySize = 256
	// elementSize is what one element of it costs.
	elementSize = 64
	// rememberFor is twice the window, so that a message that comes late by as much
	// still meets those before it.
	rememberFor = 2 * rules.PartsWindow
	// maxContext is how much is remembered of a text that is too long to be a part:
	// its end, as the words before the next message.
	maxContext = 256
)

// memory holds the last messages of each sender in each conversation: their
// texts, in memory only. It is what a value that is split over messages is
// put together from.
type memory struct {
	now func() time.Time

	mu      sync.Mutex // guards all below
	places  map[place]map[string]*speaker
	recent  list.List // of *speaker, who spoke last in front
	bytes   int
	whole   time.Time // nothing since was forgotten for want of room
	maximum int
}

// place names a conversation as the platform does.
type place struct {
	app, ref string
	direct   bool
}

func placeOf(app string, c models.Conversation) place {
	return place{app, c.Ref, c.Kind == models.Direct}
}

// speaker is a sender in a conversation.
type speaker struct {
	place   place
	account string
	entries []*entry // in the order of posting, at most rules.MaxParts
	element *list.Element
	heard   time.Time // last, by our clock
	read    bool      // what the store knows was read into it
	doubt   bool      // the store may know more since then
}

// entry is a message that is remembered. Nothing of it changes but what the
// lock guards: its id, and whether it is settled.
type entry struct {
	ref      string
	sentAt   time.Time
	elements []models.Element
	words    [1]models.Element // elements of what is no fragment
	fragment bool
	size     int

	over   *entry           // what it replaced, until it is settled; nil: nothing
	unsure bool             // what had replaced it was given up, and may be in the store all the same
	id     models.MessageID // the intake's own until it is settled
	done   chan struct{}    // closed when it is kept, or given up; nil: it is
}

func newMemory(now func() time.Time) *memory {
	return &memory{now: now, places: map[place]map[string]*speaker{}, whole: now(), maximum: maxRemembered}
}

// newEntry copies what is remembered of a message: the texts of a fragment, of
// others the last words. Those are of no kind, so that no part is seen in them.
func newEntry(m *models.Message, fragment bool) *entry {
	e := &entry{ref: m.Ref, sentAt: m.SentAt, id: m.ID, fragment: fragment, size: entrySize}
	for i, el := range m.Elements {
		switch {
		case el.Kind != models.TextElement || el.Text == "":
		case fragment:
			for len(e.elements) < i { // a part is named by the index of its element
				e.elements = append(e.elements, models.Element{})
			}
			e.elements = append(e.elements, models.Element{Kind: el.Kind, Text: strings.Clone(el.Text)})
			e.size += len(el.Text)
		default:
			e.words[0].Text = ending(el.Text)
			e.elements = e.words[:]
		}
	}
	if !fragment && len(e.elements) > 0 {
		e.size += len(e.elements[0].Text)
	}
	e.size += len(e.elements) * elementSize
	return e
}

// ending returns a copy of the last words of a text.
func ending(text string) string {
	return strings.ToValidUTF8(strings.Clone(text[max(len(text)-maxContext, 0):]), "")
}

// enter remembers a message and returns the one before it, and the entry that it
// replaces, if it is an edit or was delivered before.
func (y *memory) enter(at spot, e *entry) (past []rules.Past, replaced *entry) {
	y.mu.Lock()
	defer y.mu.Unlock()
	s, now := y.speaker(at.place, at.sender), y.now()
	s.heard = now
	y.recent.MoveToFront(s.element)
	if i := s.index(e.ref); i >= 0 {
		replaced = s.entries[i]
		e.sentAt, e.over = replaced.sentAt, replaced
		y.drop(s, i)
	}
	y.insert(s, e)
	y.bound(now)
	at.at = e.sentAt
	return s.words(at), replaced
}

// speaker returns a sender of a place, a new one where there is none.
func (y *memory) speaker(p place, sender string) *speaker {
	in := y.places[p]
	if in == nil {
		in = map[string]*speaker{}
		y.places[p] = in
	}
	s := in[sender]
	if s == nil {
		s = &speaker{place: p, account: strings.Clone(sender)}
		in[s.account] = s
		s.element = y.recent.PushFront(s)
	}
	return s
}

func (s *speaker) index(ref string) int {
	return slices.IndexFunc(s.entries, func(e *entry) bool { return e.ref == ref })
}

// insert puts an entry in its place in the order of posting, and forgets the
// oldest past what a value can be split over.
func (y *memory) insert(s *speaker, e *entry) {
	at := len(s.entries)
	for at > 0 && Before(e.sentAt, e.ref, s.entries[at-1].sentAt, s.entries[at-1].ref) {
		at--
	}
	s.entries = slices.Insert(s.entries, at, e)
	y.bytes += e.size
	if len(s.entries) > rules.MaxParts {
		y.drop(s, 0)
	}
}

func (y *memory) drop(s *speaker, i int) {
	y.bytes -= s.entries[i].size
	s.entries = slices.Delete(s.entries, i, i+1)
}

// Before orders messages by the platform's clock, which may count in whole
// seconds, and then by their refs, whose numbers the platforms we know count up.
func Before(a time.Time, aRef string, b time.Time, bRef string) bool {
	if !a.Equal(b) {
		return a.Before(b)
	}
	return natural(aRef, bRef) < 0
}

// natural compares texts with the numbers in them by their values.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na == 0 || nb == 0 {
			if a[0] != b[0] {
				return int(a[0]) - int(b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// bound forgets who has been silent for long, and, past the maximum, who has
// been silent for longest.
func (y *memory) bound(now time.Time) {
	for back := y.recent.Back(); back != nil; back = y.recent.Back() {
		s := back.Value.(*speaker) //nolint:forcetypeassert // the list holds nothing else
		silent := now.Sub(s.heard) > rememberFor
		if !silent && y.bytes <= y.maximum || back == y.recent.Front() {
			return
		}
		if !silent {
			y.whole = now
		}
		y.remove(s)
	}
}

func (y *memory) remove(s *speaker) {
	for len(s.entries) > 0 {
		y.drop(s, 0)
	}
	y.recent.Remove(s.element)
	delete(y.places[s.place], s.account)
	if len(y.places[s.place]) == 0 {
		delete(y.places, s.place)
	}
}

// settle says under which id a message is kept. Whoever waited for it may look again.
func (y *memory) settle(p place, sender string, e *entry, id models.MessageID) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.settled(e)
	if s := y.places[p][sender]; s != nil && e.unsure {
		y.giveUp(s, e) // only the store knows which of the two stands
	}
	e.id, e.over = id, nil
}

// undo forgets a message that was not kept, and puts back what it had replaced. Where
// another copy of it, on its way too, has replaced it meanwhile, that one has replaced
// what this had: else it would put this back, whose id nobody knows.
func (y *memory) undo(p place, sender string, e *entry) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.settled(e)
	s := y.places[p][sender]
	if s == nil {
		return
	}
	if i := slices.Index(s.entries, e); i >= 0 {
		y.drop(s, i)
		if e.over != nil {
			y.insert(s, e.over)
		}
		return
	}
	s.passOn(e, e.over)
}

// passOn has whatever replaced an entry have replaced another one.
func (s *speaker) passOn(e, over *entry) {
	for _, other := range s.entries {
		for ; other != nil; other = other.over {
			if other.over == e {
				other.over = over
			}
		}
	}
}

// leave forgets a message of which nobody knows whether it was kept: whoever waited for
// the store gave up, and what was on its way may get there all the same.
func (y *memory) leave(p place, sender string, e *entry) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.settled(e)
	if s := y.places[p][sender]; s != nil {
		y.giveUp(s, e)
	}
}

// giveUp forgets a message and what it had replaced: the store is asked once somebody wants
// to know. Another copy that is on its way there is put back, for it the store does not
// know yet.
func (y *memory) giveUp(s *speaker, e *entry) {
	s.doubt = true
	over := e.over
	if over != nil && over.done != nil {
		over.unsure = true
	} else {
		over = nil
	}
	i := slices.Index(s.entries, e)
	if i < 0 {
		s.passOn(e, over)
		return
	}
	y.drop(s, i)
	if over != nil {
		y.insert(s, over)
	}
}

func (y *memory) settled(e *entry) {
	if e.done != nil {
		close(e.done)
		e.done = nil
	}
}

// forget drops messages that are gone from a conversation.
func (y *memory) forget(p place, refs []string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, s := range y.places[p] {
		for _, ref := range refs {
			if i := s.index(ref); i >= 0 {
				y.drop(s, i)
			}
		}
	}
}
