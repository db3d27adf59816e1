package console

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// messageView is the page of one message: what it held, why it was found, who
// could see it, whether it can be taken back and what became of that.
type messageView struct {
	shell
	Message messageBox
	Before  []said
	After   []said
}

// messageBox is the part of the page that is about the message itself.
type messageBox struct {
	models.Message

	Row       messageRow
	Said      []piece
	Evidence  []evidence
	Exposure  access.Exposure
	Standing  standing
	Decisions []models.Decision
	By        senderBox
	Policed   *ruleText // the rule that decided, as it is in force; nil where it is gone, or was none
	Reveals   bool
	Revealed  int // texts that the visitor has seen in clear within a day
}

// evidence is one finding, in words.
type evidence struct {
	models.Finding

	Title      string
	Mask       []piece
	Confidence string
	Number     string
	Why        []string // what makes it so sure, as sentences
	Word       string   // the word near by that speaks for it
}

// standing is the box that answers "can it be taken back?", before and after.
type standing struct {
	Message models.MessageID
	Asked   *recallBox // the latest recall, nil where none was asked for
	Offer   bool       // a recall can be asked for
	Sentence
	Preview access.Preview // what it would meet, where the door said so
	Stays   bool           // somebody decided that it may stay
}

// Ask is where a recall is asked for.
func (s standing) Ask() string { return askURL(s.Message, "", "") }

// Sentence says in words what a recall would meet.
type Sentence struct {
	Class string // yes, no, part or maybe
	Lead  string // "Yes, surely."
	Rest  string
}

func (v *visit) messagePage() error {
	box, err := v.messageBox(models.MessageID(v.gin.Param("id")))
	if err != nil {
		return err
	}
	view := messageView{Message: box}
	if view.Before, view.After, err = v.beside(box.ID); err != nil {
		return err
	}
	if view.shell, err = v.shell("messages", v.words.T("message.title"), "/messages/"+string(box.ID)+"/stream"); err != nil {
		return err
	}
	return v.render(http.StatusOK, "message", view)
}

func (v *visit) messageBox(id models.MessageID) (box messageBox, err error) {
	m, err := v.Store.Message(v.ctx(), v.scope, id)
	if err != nil {
		return box, fmt.Errorf("message %s: %w", id, err)
	}
	reads, err := v.Store.Reads(v.ctx(), v.scope, id)
	if err != nil {
		return box, fmt.Errorf("reads of message %s: %w", id, err)
	}
	box = messageBox{
		Policed: v.ruleText(m.Rule), Message: m, Row: v.messageRow(m, nil), Said: v.said(m, pageText), Evidence: v.evidence(m),
		Exposure: access.Exposed(m, reads, v.now), Reveals: v.may(access.Reveal) && m.State != models.Tombstone && m.ErasedAt.IsZero() && !m.Unopened,
	}
	if box.Decisions, err = v.Store.Decisions(v.ctx(), v.scope, id); err != nil {
		return box, fmt.Errorf("decisions on message %s: %w", id, err)
	}
	if box.By, err = v.sender(m); err != nil {
		return box, err
	}
	if box.Revealed, err = v.revealed(box.Reveals); err != nil {
		return box, err
	}
	box.Standing, err = v.standing(m)
	return box, err
}

func (v *visit) standing(m models.Message) (standing, error) {
	s := standing{Message: m.ID}
	latest, err := v.latestRecall(m.ID)
	if err != nil {
		return s, err
	}
	if latest != nil {
		box := v.recallBox(*latest)
		s.Asked = &box
		if !latest.State.Terminal() || latest.State == models.Confirmed || latest.State == models.AlreadyGone {
			return s, nil
		}
	}
	s.Sentence, s.Offer, err = v.foretell(m, &s)
	return s, err
}

// foretell asks the door and puts its answer into a sentence. A refusal is part
// of the answer; only a failure is an error.
func (v *visit) foretell(m models.Message, s *standing) (said Sentence, offer bool, err error) {
	if refused := access.CheckRecall(v.caller); refused != nil {
		return v.cannot(access.Words(refused)), false, nil
	}
	p, err := v.preview(m.ID)
	return v.foretold(m, p, err, s)
}

// foretold puts an answer of the door into a sentence.
func (v *visit) foretold(m models.Message, p access.Preview, err error, s *standing) (said Sentence, offer bool, _ error) {
	s.Preview = p
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return Sentence{"maybe", v.words.T("sentence.unknown"), access.Words(err)}, false, nil
	case err != nil && access.Words(err) != "":
		return v.cannot(access.Words(err)), false, nil
	case err != nil:
		return said, false, err
	case p.Obstacle == models.LetStay:
		s.Stays = true
		return Sentence{"maybe", v.words.T("sentence.stays"), p.Why}, true, nil
	case !p.Recallable:
		return v.cannot(p.Why), false, nil
	}
	word := p.Chance.Likelihood
	return Sentence{likelihoodClass[word], v.words.T("sentence." + string(word)), v.chances(m, p)}, true, nil
}

// likelihoodClass is how a likelihood looks: what goes only in part has a colour
// of its own.
var likelihoodClass = map[models.Likelihood]string{
	models.Surely: "yes", models.Likely: "yes", models.Partly: "part", models.Impossible: "no",
}

func (v *visit) cannot(why string) Sentence {
	return Sentence{"no", v.words.T("sentence.no"), why}
}

// chances says what speaks for a recall: who has read it, where it is, how long there is.
func (v *visit) chances(m models.Message, p access.Preview) string {
	read := v.words.T("sentence.read.unknown")
	switch {
	case p.Exposure.ReadBy == 0:
		read = v.words.T("sentence.read.none")
	case p.Exposure.ReadBy > 0:
		read = v.words.N("sentence.read", p.Exposure.ReadBy)
	}
	kind := v.words.T("kind." + string(m.Conversation.Kind) + ".message")
	said := v.words.T("sentence.endless", read, kind)
	if !p.Deadline.IsZero() {
		said = v.words.T("sentence.until", read, kind, v.words.Span(p.Deadline.Sub(v.now)))
	}
	switch p.Chance.Situation {
	case "live":
		said += " " + v.words.T("sentence.live")
	case "hurry":
		said += " " + v.words.T("sentence.hurry")
	}
	return said
}

func (v *visit) messageStream() error {
	id := models.MessageID(v.gin.Param("id"))
	if _, err := v.Store.Message(v.ctx(), v.scope, id); err != nil {
		return fmt.Errorf("message %s: %w", id, err)
	}
	return v.stream(&messageFeed{v, id})
}

// messageFeed keeps the page of one message live.
type messageFeed struct {
	*visit

	id models.MessageID
}

func (f *messageFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	box, err := f.messageBox(f.id)
	if err != nil {
		return err
	}
	before, after, err := f.beside(f.id)
	if err != nil {
		return err
	}
	return errors.Join(
		f.partial(b, "#before", "innerMorph", "beside", before), f.boxParts(b, box), f.partial(b, "#after", "innerMorph", "beside", after),
	)
}

// boxParts writes what of a message's box can change. What a person types in or
// has revealed stands elsewhere, and stays.
func (v *visit) boxParts(b *bytes.Buffer, box messageBox) error {
	return errors.Join(
		v.partial(b, "#post", "innerMorph", "post", box),
		v.partial(b, "#standing", "innerMorph", "standing", box.Standing),
		v.partial(b, "#exposure", "innerMorph", "exposure", box),
		v.partial(b, "#decisions", "innerMorph", "decisions", box),
	)
}

func (f *messageFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !slices.Contains(changedMessages(batch), f.id) {
		return nil
	}
	return f.all(b)
}
