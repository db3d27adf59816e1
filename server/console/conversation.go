package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
)

// Chats is what the console asks of the platforms beside the door, of
// *platforms.Standings: who leads a group, and how its messages are numbered.
type Chats interface {
	// Leaders returns what was known last together with an error where the platform
	// cannot be asked.
	Leaders(ctx context.Context, c models.Conversation) (platforms.Leaders, error)
	Number(c models.Conversation, ref string) (int64, bool)
	Ref(c models.Conversation, number int64) string
}

// askWithin bounds how long a page waits for the platform to say who leads a group.
const askWithin = time.Second

// conversationView is the page of one conversation.
type conversationView struct {
	shell
	Place  conversationBox
	Thread thread
}

// conversationBox is what is known of a conversation beside its messages.
type conversationBox struct {
	conversationLine

	Open, Closed []models.Hole
	Leaders      leadersBox
	Policy       policyBox
}

// leadersBox is who owns and administers the conversation, as far as it is known.
type leadersBox struct {
	platforms.Leaders

	Unasked bool // the platform could not be asked just now
	Untold  bool // there are none, or the platform never tells
}

// policyBox is the policy that judges what is posted in a conversation.
type policyBox struct {
	Name    string
	Version int
	Rules   int
	Shadow  int
	Look    bool // the visitor may see it rule by rule
}

// conversation reads the conversation that the URL names.
func (v *visit) conversation() (models.Conversation, error) {
	id := models.ConversationID(v.gin.Param("id"))
	c, err := v.Store.Conversation(v.ctx(), v.scope, id)
	if err != nil {
		return c, fmt.Errorf("conversation %s: %w", id, err)
	}
	return c, nil
}

func (v *visit) conversationPage() error {
	c, err := v.conversation()
	if err != nil {
		return err
	}
	place, err := v.conversationBox(c)
	if err != nil {
		return err
	}
	stretch := v.stretch()
	t, err := v.thread(place, stretch)
	if err != nil {
		return err
	}
	view := conversationView{Place: place, Thread: t}
	stream := at("/conversations/"+string(c.ID)+"/stream", stretch.values())
	if view.shell, err = v.shell("conversations", v.words.T("conversation.title"), stream); err != nil {
		return err
	}
	return v.render(http.StatusOK, "conversation", view)
}

func (v *visit) conversationBox(c models.Conversation) (conversationBox, error) {
	box := conversationBox{conversationLine: conversationLine{Conversation: c}, Leaders: v.leaders(c), Policy: policyOf(v.Rules.Current(), v.may(access.SeeRules))}
	by, err := v.Store.Coverages(v.ctx(), []models.ConversationID{c.ID})
	if err != nil {
		return box, fmt.Errorf("coverage of conversation %s: %w", c.ID, err)
	}
	box.Coverage = by[c.ID]
	if box.Open, err = v.holes(c.ID, true); err != nil {
		return box, err
	}
	if box.Closed, err = v.holes(c.ID, false); err != nil {
		return box, err
	}
	box.Bar = drawBar(box.Coverage, append(append([]models.Hole{}, box.Closed...), box.Open...))
	return box, nil
}

func (v *visit) holes(id models.ConversationID, open bool) ([]models.Hole, error) {
	found, err := v.Store.Holes(v.ctx(), id, open)
	if err != nil {
		return nil, fmt.Errorf("holes of conversation %s: %w", id, err)
	}
	return found, nil
}

// leaders asks who leads a conversation. The page does not fail for a platform that
// does not answer: it shows what was known last, and says so.
func (v *visit) leaders(c models.Conversation) leadersBox {
	if c.Group == "" {
		return leadersBox{Untold: true}
	}
	ctx, cancel := context.WithTimeout(v.ctx(), askWithin)
	defer cancel()
	found, err := v.Chats.Leaders(ctx, c)
	return leadersBox{Leaders: found, Untold: errors.Is(err, models.ErrNotFound), Unasked: err != nil}
}

func policyOf(set *rules.Ruleset, look bool) policyBox {
	p := policyBox{Name: set.Policy.Name(), Version: set.Version, Look: look}
	for _, r := range set.Policy.Rules() {
		p.Rules++
		if r.Mode == rules.Shadow {
			p.Shadow++
		}
	}
	return p
}
