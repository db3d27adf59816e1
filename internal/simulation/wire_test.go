package simulation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// wire is the adapter of the simulated platform: how a process calls it, and how its
// webhooks are read. A body is the number of a delivery.
type wire struct{ *life }

// Name implements platforms.Adapter.
func (wire) Name() models.Platform { return models.Tencent }

// Limits implements platforms.Adapter.
func (c wire) Limits(kind models.ConversationKind) platforms.Limits { return c.world.chat.limits[kind] }

// Authenticate implements platforms.Receiver.
func (wire) Authenticate(platforms.Request) error { return nil }

// Decode implements platforms.Receiver.
func (c wire) Decode(r platforms.Request) platforms.Delivery {
	n, _ := strconv.Atoi(string(r.Body)) // ours
	var d *delivery
	c.world.see(func() { d = c.world.chat.deliveries[n] })
	return platforms.Delivery{Events: eventsOf(d)}
}

// Acknowledge implements platforms.Receiver.
func (wire) Acknowledge(platforms.Delivery) platforms.Reply {
	return platforms.Reply{Status: http.StatusOK, ContentType: "application/json", Body: []byte("{}")}
}

// exchange calls the platform for some messages. do says how it answers for each.
func exchange[T any](ctx context.Context, c wire, op string, o platforms.Order, a *ask, do func(*post) T) ([]T, error) {
	answers, err := told(func(answers *[]T) error {
		a.what = op + " " + o.Conversation.Ref + "/" + refs(o)
		a.arrive = func(a *ask) {
			c.world.arrives(a, func() {
				for _, p := range c.world.chat.named(o) {
					*answers = append(*answers, do(p))
				}
				c.world.tell("%s: %s: %s", c.id, a.what, states(*answers))
			})
		}
		return c.call(ctx, a)
	})
	if _, classed := errors.AsType[*platforms.CallError](err); err != nil && !classed {
		err = &platforms.CallError{Op: op, Class: platforms.Lost, Err: err}
	}
	return answers, err
}

// states are what the platform says, without what people wrote.
func states[T any](answers []T) string {
	var all []string
	for _, one := range answers {
		switch told := any(one).(type) {
		case platforms.Outcome:
			all = append(all, string(told.State))
		case platforms.Copy:
			all = append(all, string(told.State))
		}
	}
	return strings.Join(all, ", ")
}

// arrives is what becomes of a call at the platform.
func (w *world) arrives(a *ask, do func()) {
	class := w.trouble()
	if a.never != nil && a.never() {
		class = platforms.Permanent
	}
	if class != "" {
		w.tell("%s: %s is answered by %s", a.by.id, a.what, class)
		if a.denied != nil {
			a.denied()
		}
		w.answerIn(w.way(), a, &platforms.CallError{Op: a.what, Class: class})
		return
	}
	if w.happens(25) {
		w.tell("%s: %s never comes", a.by.id, a.what)
		return
	}
	do()
	switch {
	case w.happens(50):
		w.crash(a.by)
	case !w.happens(6):
		w.answerIn(w.way(), a, nil)
	case w.happens(2):
		w.answerIn(w.below(10*time.Second), a, nil)
	default:
		w.tell("%s: the answer to %s never comes", a.by.id, a.what)
	}
}

func refs(o platforms.Order) string {
	var all []string
	for _, i := range o.Items {
		all = append(all, i.Ref)
	}
	return strings.Join(all, ",")
}

// trouble is why the platform does not do what it is asked for.
func (w *world) trouble() platforms.Class {
	switch {
	case w.happens(20):
		return platforms.Transient
	case w.happens(40):
		return platforms.RateLimit
	case w.happens(150):
		return platforms.Setup
	}
	return ""
}

// Recall implements platforms.Adapter.
func (c wire) Recall(ctx context.Context, o platforms.Order) ([]platforms.Outcome, error) {
	w := c.world
	each := func(do func(*post)) func() {
		return func() {
			for _, p := range w.chat.named(o) {
				do(p)
			}
		}
	}
	never := func() bool { return w.chat.strict && len(o.Items) == 1 && w.chat.named(o)[0].firm }
	a := &ask{leaves: each(func(p *post) { w.leaves(c.life, p) }), denied: each(w.data.denied), never: never}
	return exchange(ctx, c, "recall", o, a, w.chat.recall)
}

// named are the messages of an order.
func (c *chat) named(o platforms.Order) []*post {
	all := make([]*post, len(o.Items))
	for i, item := range o.Items {
		all[i] = c.find(o.Conversation.Ref, item.Ref)
	}
	return all
}

// recall takes a message back, or says why not.
func (c *chat) recall(p *post) (o platforms.Outcome) {
	w := c.world
	window := c.limits[p.Kind].Window
	switch {
	case !p.gone.IsZero() && c.forgets:
		o.State = platforms.NotFound
	case !p.gone.IsZero():
		o.State = platforms.WasGone
	case p.firm:
		o.State = platforms.Refused
	case window > 0 && time.Since(p.at) >= window:
		o.State = platforms.TooLate
	case time.Since(p.at) < c.settles && w.happens(3):
		o.State = platforms.NotFound
	case w.happens(30):
		o.State, o.RetryAfter = platforms.Throttled, w.below(3*time.Second)
	case p.stays:
		o.State = platforms.Recalled // and it is not true
	case w.happens(60):
		o.State = platforms.Unsure
	default:
		o.State = platforms.Recalled
		c.remove(p, true)
	}
	if o.State == platforms.Throttled || o.State == platforms.NotFound {
		w.data.denied(p)
	}
	p.said = p.said || o.State == platforms.Recalled || o.State == platforms.WasGone || o.State == platforms.NotFound
	return o
}

// Verify implements platforms.Adapter.
func (c wire) Verify(ctx context.Context, o platforms.Order) ([]platforms.Outcome, error) {
	return exchange(ctx, c, "verify", o, &ask{}, c.world.chat.look)
}

// look says whether a message can be read.
func (c *chat) look(p *post) (o platforms.Outcome) {
	switch {
	case c.happens(20):
		o.State = platforms.Unsure
	case c.happens(40):
		o.State, o.RetryAfter = platforms.Throttled, c.below(3*time.Second)
	case p.gone.IsZero() && time.Since(p.at) < c.settles && c.happens(3):
		o.State = platforms.NotFound
	case p.gone.IsZero():
		o.State = platforms.Present
	default:
		o.State, p.told = platforms.WasGone, true
	}
	return o
}

// Reread implements platforms.Rereader.
func (c wire) Reread(ctx context.Context, o platforms.Order) ([]platforms.Copy, error) {
	return exchange(ctx, c, "reread", o, &ask{}, func(p *post) platforms.Copy {
		shown := platforms.Copy{Outcome: c.world.chat.look(p)}
		if shown.State == platforms.Present {
			shown.Message = p.message()
		}
		return shown
	})
}

// Audience implements platforms.Readers.
func (c wire) Audience(ctx context.Context, o platforms.Order) (platforms.Audience, error) {
	_, err := exchange(ctx, c, "audience", o, &ask{}, func(*post) struct{} { return struct{}{} })
	if err != nil {
		return platforms.Audience{Members: -1}, err
	}
	return platforms.Audience{Members: 7}, nil
}

// Authority implements platforms.Adapter.
func (c wire) Authority(ctx context.Context, conversation models.Conversation, account string) (models.Role, error) {
	role, err := told(func(role *models.Role) error {
		return c.call(ctx, &ask{what: fmt.Sprintf("role of %s in %s", account, conversation.Ref), arrive: func(a *ask) {
			c.world.arrives(a, func() {
				if *role = models.RoleMember; c.world.chat.admin {
					*role = models.RoleAdmin
				}
			})
		}})
	})
	if err != nil {
		return models.RoleUnknown, &platforms.CallError{Op: "role", Class: platforms.ClassOf(err), Err: err}
	}
	return role, nil
}

// again judges messages again by what the platform shows.
type again struct{ *life }

// Rejudge implements jobs.Judge.
func (j again) Rejudge(ctx context.Context, claims []models.RecallClaim, read jobs.Read) ([]jobs.Opinion, error) {
	items := make([]platforms.Item, len(claims))
	for i, c := range claims {
		items[i] = platforms.Item{Ref: c.Ref, Sender: c.Sender, SentAt: c.SentAtPlatform}
	}
	copies, err := read(ctx, items)
	if err != nil {
		return nil, err
	}
	return told(func(opinions *[]jobs.Opinion) error {
		return link(j).read(ctx, fmt.Sprint("judge again ", claims[0].ID), func() {
			for i, c := range claims {
				o := jobs.Opinion{Outcome: copies[i].Outcome}
				if m := copies[i].Message; m != nil {
					o.Stands = j.world.data.byID[c.Message].texts[textOf(m)]
					o.Changed = !o.Stands
				}
				*opinions = append(*opinions, o)
			}
		})
	})
}
