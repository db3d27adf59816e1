package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// SenderWindow is how long after posting a sender takes a message back alone,
// where the app does not say otherwise.
const SenderWindow = 2 * time.Minute

// Windows makes a door ask how long the senders of an app take back alone.
func Windows(of func(app string) time.Duration) Option { return func(d *Door) { d.window = of } }

// OwnStanding says what a sender can do about a message, or what became of it.
type OwnStanding string

// The standings.
const (
	OwnCan      OwnStanding = "can"       // the sender takes it back alone
	OwnAsk      OwnStanding = "ask"       // the sender may ask people to
	OwnAsked    OwnStanding = "asked"     // people were asked, and have not answered
	OwnDeclined OwnStanding = "declined"  // people said that it stays
	OwnUnderWay OwnStanding = "under_way" // it is being taken back
	OwnGone     OwnStanding = "gone"
	OwnCannot   OwnStanding = "cannot" // an obstacle, or the platform did not do it
)

// OwnStandings lists every standing.
var OwnStandings = []OwnStanding{OwnCan, OwnAsk, OwnAsked, OwnDeclined, OwnUnderWay, OwnGone, OwnCannot}

// Own is a message as its sender sees it.
type Own struct {
	Message     models.Message
	Standing    OwnStanding
	Until       time.Time       // of the time in which the sender takes it back alone
	Recall      *models.Recall  // the newest; nil where there is none
	Replacement *models.Posting // what that posts in its place; nil for nothing
	Case        *models.Case    // the newest that the sender asked in; nil where there is none
	Obstacle    models.Obstacle
}

// People says before whom a late request comes.
func (o Own) People() string {
	switch o.Message.Conversation.Kind {
	case models.Direct:
		return "the operators"
	case models.Live:
		return "the group's owner"
	case models.Group, models.Topic:
	}
	return "the group's owner and administrators"
}

// Words says in a sentence how the message stands.
func (o Own) Words() string {
	switch o.Standing {
	case OwnCan:
		return "You can take it back now, at once and for everybody."
	case OwnAsk:
		return "The time to take it back alone is over. Your request will come before " + o.People() + "."
	case OwnAsked:
		return "Your request is before " + o.People() + "."
	case OwnDeclined:
		return "Your request was answered: the message stays."
	case OwnUnderWay:
		if o.Recall != nil && o.Recall.State == models.Accepted {
			return "The platform said yes. Nothing proves yet that it is gone."
		}
		return "It is being taken back."
	case OwnGone:
		return "It is gone."
	case OwnCannot:
		if o.Obstacle == models.UnderHold {
			return keptWords
		}
		if o.Obstacle != "" {
			return o.Obstacle.Words()
		}
		return "It could not be taken back."
	}
	return ""
}

// Own returns a message of the caller's own. What is not the caller's is
// models.ErrNotFound, like what does not exist.
func (d *Door) Own(ctx context.Context, c models.Caller, id models.MessageID) (Own, error) {
	m, err := d.own(ctx, c, id)
	if err != nil {
		return Own{}, err
	}
	return d.ownState(ctx, c, m)
}

func (d *Door) own(ctx context.Context, c models.Caller, id models.MessageID) (models.Message, error) {
	if c.Grant != models.GrantUser || c.Account.Name == "" {
		return models.Message{}, forbidden("This is for senders: it takes a user token or a sender's link.")
	}
	m, err := d.store.Message(ctx, models.Scope{All: true}, id)
	if err != nil {
		return m, hide(err, fmt.Sprintf("message %s", id))
	}
	if (models.Account{App: m.App, Name: m.Sender}) != c.Account {
		return models.Message{}, notFound()
	}
	return m, nil
}

// FindOwn returns the id of a message that the platform's names lead to, empty where
// they lead nowhere. Whose it is is asked by Own and TakeBack.
func (d *Door) FindOwn(ctx context.Context, app, conversation, ref string) (models.MessageID, error) {
	found, err := d.store.FindMessages(ctx, models.Scope{All: true}, app, conversation, []string{ref})
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return "", fmt.Errorf("find message: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	newest := slices.MaxFunc(found, func(a, b models.Message) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return newest.ID, nil
}

func (d *Door) ownState(ctx context.Context, c models.Caller, m models.Message) (o Own, err error) {
	o = Own{Message: m, Until: m.SentAt.Add(d.window(m.App)), Obstacle: m.Obstacle(d.now())}
	if o.Obstacle == "" {
		if _, kept, err := d.kept(ctx, m.ID); err != nil {
			return o, err
		} else if kept {
			o.Obstacle = models.UnderHold
		}
	}
	everything := models.Scope{All: true}
	recalls, _, err := d.store.Recalls(ctx, everything, models.RecallFilter{Message: m.ID, Page: models.Page{Limit: 1}})
	if err != nil {
		return o, fmt.Errorf("recalls of message %s: %w", m.ID, err)
	}
	if len(recalls) > 0 {
		o.Recall = &recalls[0]
		if o.Replacement, err = d.replacementOf(ctx, o.Recall.ID); err != nil {
			return o, err
		}
	}
	cases, _, err := d.store.Cases(ctx, everything, models.CaseFilter{Message: m.ID, Page: models.Page{Limit: 1}})
	if err != nil {
		return o, fmt.Errorf("cases of message %s: %w", m.ID, err)
	}
	if len(cases) > 0 && cases[0].Request.By == c.Actor {
		o.Case = &cases[0]
	}
	o.Standing = o.standing(d.now())
	return o, nil
}

// standing works out how a message stands from what is known of it.
func (o Own) standing(now time.Time) OwnStanding {
	switch {
	case o.Recall != nil && !o.Recall.State.Terminal():
		return OwnUnderWay
	case o.Obstacle == models.GoneAlready || o.Obstacle == models.Dissolved:
		return OwnGone
	case o.Obstacle != "":
		return OwnCannot
	case now.Before(o.Until):
		return OwnCan
	case o.Case != nil && o.Case.State == models.CaseOpen:
		return OwnAsked
	case o.declined():
		return OwnDeclined
	}
	return OwnAsk
}

// declined reports whether people said that the message, as it is now, stays.
func (o Own) declined() bool {
	return o.Case != nil && o.Case.Verdict == models.VerdictAllow && o.Case.DecidedAt.After(o.Message.EditedAt)
}

// TakeBack takes a message of the caller's own back: at once while the sender's
// window is open, and after it as a request before people. Asking again for what
// is under way or before people changes nothing. An error wraps models.ErrNotFound
// where the message is not the caller's, models.ErrInvalid where the reason is not
// one that senders are offered or an obstacle stands against it, models.ErrConflict
// where people have said that it stays or a legal hold keeps it, and ErrTooMany where
// the account asks too often.
func (d *Door) TakeBack(ctx context.Context, c models.Caller, t models.Trigger, id models.MessageID, r models.Reason) (Own, error) {
	m, q, err := d.ownRequest(ctx, c, t, id, r)
	if err != nil {
		return Own{}, err
	}
	if d.alone(m) {
		err = d.takeOwn(ctx, m, q)
	} else {
		err = d.askPeople(ctx, m, q)
	}
	if err != nil && !errors.Is(err, models.ErrInvalid) {
		return Own{}, err
	}
	o, again := d.Own(ctx, c, id)
	if again != nil || err == nil || o.Standing == OwnGone {
		return o, again // what is gone is what was wished for
	}
	return Own{}, err
}

// ownRequest checks a sender's wish and returns it as it is decided on.
func (d *Door) ownRequest(
	ctx context.Context, c models.Caller, t models.Trigger, id models.MessageID, r models.Reason,
) (m models.Message, q models.RecallRequest, err error) {
	reason, err := senderReason(r)
	if err != nil {
		return m, q, err
	}
	if wait := d.pace.wait(c.Actor); wait > 0 {
		return m, q, tooMany(wait)
	}
	m, err = d.own(ctx, c, id)
	return m, models.RecallRequest{Message: id, Reason: reason, Actor: c.Actor, Authority: models.BySender, Trigger: t}, err
}

// alone reports whether the sender takes a message back alone now.
func (d *Door) alone(m models.Message) bool { return d.now().Before(m.SentAt.Add(d.window(m.App))) }

func (d *Door) takeOwn(ctx context.Context, m models.Message, q models.RecallRequest) error {
	decided, err := d.store.Decide(ctx, models.Scope{All: true}, []models.RecallRequest{q})
	if err == nil {
		err = decided[0].Err
	}
	if err != nil {
		return keptFromSender(hide(err, fmt.Sprintf("take back message %s", m.ID)))
	}
	d.ring(m.Conversation.ID)
	return nil
}

func (d *Door) askPeople(ctx context.Context, m models.Message, q models.RecallRequest) error {
	asked, err := d.store.AskRecall(ctx, q)
	if errors.Is(err, models.ErrLegalHold) {
		return keptFromSender(err)
	}
	if errors.Is(err, models.ErrConflict) {
		return &Refusal{Kind: models.ErrConflict, Words: "Your request was answered already: the message stays.", Cause: err}
	}
	if err != nil {
		return hide(err, fmt.Sprintf("ask for message %s", m.ID))
	}
	if asked.Recall != nil {
		d.ring(m.Conversation.ID)
	}
	return nil
}

// senderReason returns a sender's reason as it is kept; a note may be added.
func senderReason(r models.Reason) (models.Reason, error) {
	if r.Code != "" && r.Code.Valid() && !slices.Contains(models.SenderReasons, r.Code) {
		return r, invalid("That reason is not offered to senders.")
	}
	return CleanReason(r)
}
