package simulation

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
)

// hangUp is how long the platform waits for the answer to a webhook.
const hangUp = 2 * time.Second

// chat is the platform: what people see, and what it tells of it.
type chat struct {
	*world

	rooms      []*room
	posts      []*post
	deliveries []*delivery
	limits     map[models.ConversationKind]platforms.Limits
	rules      *rules.Ruleset
	rate       int
	sweep      time.Duration
	places     int // turns that a node works on at once; where one is free, a ring does not go through the queue
	reread     jobs.Reread
	forgets    bool          // of what is gone it says that it knows no such message
	settles    time.Duration // how long after posting it may not know a message yet
	strict     bool          // what it takes back for nobody is an error, and not an answer
	admin      bool          // alice is an admin of every group
	fell       time.Time     // when she was not any more
}

// room is where people talk.
type room struct {
	models.Conversation

	posts  int
	halves map[string]bool // senders of a card in two halves
}

// post is one message as people see it.
type post struct {
	*room

	ref, sender, text, before string
	at, edited, gone          time.Time
	kind                      sort
	firm                      bool      // the platform takes it back for nobody
	stays                     bool      // it says yes, and does not
	ours                      bool      // it went by a call of ours
	told                      bool      // that it is gone was told, by an event or to somebody who looked
	said                      bool      // the platform said yes to a call
	kept                      time.Time // when its delivery was first answered 200
	half                      *post
}

// sort is what a text is to the rules.
type sort int

const (
	plain   sort = iota
	card         // taken back
	address      // held, and then taken back
	suspect      // a person looks
	part         // a half of a card, in two messages
)

var texts = map[sort]string{
	plain: "see you at the office after lunch", card: "my card is 4111 1111 1111 1111",
	address: "please write to bob@example.com about it", suspect: "my ssn is 536-90-4399",
}

// delivery is one webhook, until it was answered or given up.
type delivery struct {
	n      int
	events []models.Event
	of     []*post
	tries  int
	over   bool
}

func (p *post) conversation() models.Conversation { c := p.room.Conversation; c.App = ""; return c }

func (p *post) message() *models.Message {
	return &models.Message{
		Ref: p.ref, Sender: p.sender, SentAt: p.at, EditedAt: p.edited, Revision: 1,
		Elements: []models.Element{{Kind: models.TextElement, Path: "Text", Text: p.text}},
	}
}

// post has somebody post a message.
func (c *chat) post(r *room, sender string, kind sort, text string) *post {
	r.posts++
	p := &post{room: r, ref: strconv.Itoa(r.posts), sender: sender, text: text, at: time.Now(), kind: kind, firm: c.happens(15), stays: c.happens(25)}
	c.posts = append(c.posts, p)
	c.world.tell("%s posts %s/%s", sender, r.Ref, p.ref)
	c.deliver(models.Event{Kind: models.EventPosted, At: p.at, Conversation: p.conversation(), Message: p.message()}, p)
	return p
}

// edit has somebody change a message.
func (c *chat) edit(p *post, kind sort, text string) {
	if !p.gone.IsZero() || p.kind == part {
		return
	}
	p.before, p.text, p.edited = p.text, text, time.Now()
	p.kind = max(p.kind, kind)
	c.world.tell("%s edits %s/%s", p.sender, p.room.Ref, p.ref)
	c.deliver(models.Event{Kind: models.EventEdited, At: p.edited, Conversation: p.conversation(), Message: p.message()}, p)
}

// remove takes a message from the chat and tells of it, most of the time.
func (c *chat) remove(p *post, ours bool) {
	if !p.gone.IsZero() {
		return
	}
	p.gone, p.ours = time.Now(), ours
	c.world.tell("%s/%s is gone", p.room.Ref, p.ref)
	if !c.happens(4) {
		c.deliver(models.Event{Kind: models.EventRemoved, At: p.gone, Conversation: p.conversation(), Refs: []string{p.ref}}, p)
	}
}

// deliver sends an event on its way, now and then twice, or with the one before it.
func (c *chat) deliver(e models.Event, of *post) {
	d := &delivery{n: len(c.deliveries), events: []models.Event{e}, of: []*post{of}}
	if last := len(c.deliveries) - 1; last >= 0 && c.happens(6) {
		d.events = append(slices.Clone(c.deliveries[last].events), e)
		d.of = append(slices.Clone(c.deliveries[last].of), of)
		if c.happens(2) {
			slices.Reverse(d.events)
			slices.Reverse(d.of)
		}
	}
	c.deliveries = append(c.deliveries, d)
	for range 1 + btoi(c.happens(6)) {
		wait := c.below(100 * time.Millisecond)
		if c.happens(5) {
			wait = c.below(20 * time.Second)
		}
		c.in(wait, func() { c.try(d) })
	}
}

// mostTries is how often the platform calls for one delivery while things fail.
const mostTries = 5

// try calls a process with a delivery, and again where that fails.
func (c *chat) try(d *delivery) {
	d.over = d.over || d.tries >= mostTries && !c.calm
	if d.over {
		return
	}
	d.tries++
	n := d.tries
	if l := c.alive(); l != nil {
		go l.serve(d, n)
	}
	c.in(hangUp+c.below(3*time.Second), func() {
		if !d.over && d.tries == n {
			c.try(d)
		}
	})
}

// answered holds an answer to what it promises.
func (w *world) answered(l *life, d *delivery, code int) {
	w.tell("%s answers delivery %d with %d", l.id, d.n, code)
	if code != http.StatusOK {
		return
	}
	w.seen.answered++
	for i, e := range d.events {
		p := d.of[i]
		m := w.data.message(p)
		switch {
		case m == nil:
			w.wrong("%s of %s/%s was answered 200 and is not in the database", e.Kind, p.room.Ref, p.ref)
		case e.Kind == models.EventRemoved && m.State != models.Removed && m.State != models.Tombstone:
			w.wrong("the removal of %s/%s was answered 200 and is not in the database", p.room.Ref, p.ref)
		case e.Message != nil && m.State != models.Tombstone:
			if p.kept.IsZero() {
				p.kept = time.Now()
			}
			w.acted(p, m, e.Message)
		}
		p.told = p.told || e.Kind == models.EventRemoved
	}
}

// message is the row of a post, or nil.
func (d *database) message(p *post) *message {
	c, ok := d.conversations[p.room.Ref]
	if !ok {
		return nil
	}
	return d.messages[messageKey{c.ID, p.ref}]
}

// find is the post of a ref.
func (c *chat) find(conversation, ref string) *post {
	for _, p := range c.posts {
		if p.room.Ref == conversation && p.ref == ref {
			return p
		}
	}
	return nil
}

// newChat is a platform with its own ways, and rooms in it.
func newChat(w *world) *chat {
	c := &chat{
		world: w, rules: inForce(), rate: []int{3, 20, 160}[w.chance.IntN(3)], admin: true,
		places: 1 + w.chance.IntN(3),
		sweep:  []time.Duration{2 * time.Second, 5 * time.Second}[w.chance.IntN(2)],
		reread: []jobs.Reread{jobs.RereadAuto, jobs.RereadNever}[w.chance.IntN(2)], forgets: w.chance.IntN(3) == 0, strict: w.chance.IntN(2) == 0,
		settles: []time.Duration{0, 10 * time.Second}[w.chance.IntN(2)], limits: map[models.ConversationKind]platforms.Limits{},
	}
	window := []time.Duration{0, 8 * time.Second, 30 * time.Second, 2 * time.Minute}[w.chance.IntN(4)]
	for _, kind := range models.ConversationKinds {
		c.limits[kind] = platforms.Limits{
			Window: window, Batch: 3, History: true, Proves: true, Roles: true, SignedBody: w.chance.IntN(2) == 0, HarmlessRetry: w.chance.IntN(2) == 0,
		}
	}
	live := c.limits[models.Live]
	live.History, live.Proves, live.Roles = false, false, false
	c.limits[models.Live] = live
	for n := range 1 + w.chance.IntN(3) {
		kind := []models.ConversationKind{models.Group, models.Group, models.Group, models.Direct, models.Live}[w.chance.IntN(5)]
		ref := fmt.Sprintf("%s%d", kind, n+1)
		c.rooms = append(c.rooms, &room{Conversation: models.Conversation{App: app, Kind: kind, Ref: ref, Group: ref}, halves: map[string]bool{}})
	}
	return c
}
