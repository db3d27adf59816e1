package access

import (
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Platform is what else a preview asks of the platforms; *platforms.Standings
// gives it.
type Platform interface {
	// Limits says what the platform of an app allows in conversations of a kind; ok
	// is false for an app that is not configured.
	Limits(app string, kind models.ConversationKind) (l platforms.Limits, ok bool)
	// Audience asks who could see messages of one conversation, and who has read them.
	// With an error it is what could be learned all the same.
	Audience(ctx context.Context, o platforms.Order) (platforms.Audience, error)
}

// Sees makes a door ask a platform for limits and audiences. Without it previews
// know only what events told.
func Sees(p Platform) Option { return func(d *Door) { d.platform = p } }

const (
	// audienceTime bounds the asking for audiences in one preview, audiencesAsked for how
	// many conversations, and itemsAsked for how many messages of each: a preview is
	// to be there at once.
	audienceTime   = 2 * time.Second
	audiencesAsked = 20
	itemsAsked     = 10
)

// audiences asks who could see what the orders are about, once for each
// conversation. What the platform does not tell is not known; a preview does not
// fail for it.
func (d *Door) audiences(ctx context.Context, orders []order) map[models.ConversationID]platforms.Audience {
	told := map[models.ConversationID]platforms.Audience{}
	if d.platform == nil {
		return told
	}
	ctx, cancel := context.WithTimeout(ctx, audienceTime)
	defer cancel()
	for _, o := range byConversation(orders) {
		a, err := d.platform.Audience(ctx, o)
		if err != nil && a.Members == 0 {
			a.Members = -1
		}
		told[o.Conversation.ID] = a
	}
	return told
}

// byConversation makes one question for each conversation of the orders.
func byConversation(orders []order) []platforms.Order {
	var all []platforms.Order
	at := map[models.ConversationID]int{}
	for _, o := range orders {
		c := o.message.Conversation
		i, seen := at[c.ID]
		if !seen && len(all) == audiencesAsked {
			continue
		}
		if !seen {
			i, at[c.ID] = len(all), len(all)
			all = append(all, platforms.Order{Conversation: c})
		}
		if len(all[i].Items) < itemsAsked {
			all[i].Items = append(all[i].Items, platforms.Item{Ref: o.message.Ref, Sender: o.message.Sender, SentAt: o.message.SentAt})
		}
	}
	return all
}

// readsOf is what an audience says of one message.
func readsOf(a platforms.Audience, ref string) []models.Read {
	var own []models.Read
	for _, r := range a.Reads {
		if r.Ref == ref {
			own = append(own, r)
		}
	}
	return own
}

// limits is what the platform allows in a conversation. Without a platform to ask
// nothing speaks against anything.
func (d *Door) limits(c models.Conversation) (platforms.Limits, bool) {
	if d.platform == nil {
		return platforms.Limits{Proves: true}, true
	}
	return d.platform.Limits(c.App, c.Kind)
}
