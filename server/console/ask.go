package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// askView is the page on which a recall is asked for, where no script shows it as a
// sheet over the page one came from.
type askView struct {
	shell
	Ask askForm
}

// askForm is what is to be known before a message is taken back, and what has to be
// said for it.
type askForm struct {
	standing

	In      bool // it stands in the sheet
	Where   string
	Post    said
	Case    models.CaseID // that a recall decides; empty: the message is taken back by itself
	Back    string        // the filter of the queue that one came from
	Told    []toldLine
	Reasons []models.ReasonCode
	Picked  models.ReasonCode
	Note    string
	Text    string // to be posted in its place
	Error   string
}

// Replaces reports whether another text may be posted in the place of the message.
func (f askForm) Replaces() bool {
	return f.Case == "" && f.Preview.Authority == models.ByOperator
}

// Action is where the form goes.
func (f askForm) Action() string {
	if f.Case != "" {
		return "/queue/" + string(f.Case) + "/decide"
	}
	return "/messages/" + string(f.Message) + "/recall"
}

// askPage shows what a recall would meet before one is asked for.
func (v *visit) askPage() error {
	m, err := v.Store.Message(v.ctx(), v.scope, models.MessageID(v.gin.Param("id")))
	if err != nil {
		return fmt.Errorf("message %s: %w", v.gin.Param("id"), err)
	}
	form, err := v.askForm(m)
	if err != nil {
		return err
	}
	return v.renderAsk(http.StatusOK, form)
}

func (v *visit) renderAsk(status int, form askForm) (err error) {
	if form.In {
		return v.part(status, "ask", form)
	}
	view := askView{Ask: form}
	if view.shell, err = v.shell("messages", v.words.T("ask.title"), ""); err != nil {
		return err
	}
	return v.render(status, "ask", view)
}

// askForm previews a recall. For a case it is the case that is decided by it, if it
// still waits and is about this message.
func (v *visit) askForm(m models.Message) (form askForm, err error) {
	form = askForm{
		In: v.inSheet(), Where: m.Conversation.Ref, Post: v.allSaid([]models.Message{m})[0],
		Reasons: models.ReasonCodes, Picked: models.SensitiveInformation,
		Back: cmp.Or(v.query("back"), v.field("back", fieldText)),
	}
	if form.standing, err = v.standing(m); err != nil {
		return form, err
	}
	if id := models.CaseID(cmp.Or(v.query("case"), v.field("case", fieldText))); id != "" {
		c, err := v.Store.Case(v.ctx(), v.scope, id)
		if err != nil {
			return form, fmt.Errorf("case %s: %w", id, err)
		}
		if c.State == models.CaseOpen && c.Message == m.ID {
			form.Case, form.Picked = id, cmp.Or(c.Request.Reason.Code, form.Picked)
		}
	}
	form.Told = v.told(m, form.Preview.Authority)
	return form, nil
}

// inSheet reports whether a script asks for what it shows in the sheet.
func (v *visit) inSheet() bool { return v.byScript() && v.query("in") == "sheet" }

func (v *visit) recallMessage() error {
	id, reason := models.MessageID(v.gin.Param("id")), v.reason()
	rec, err := v.takeBack(id, reason)
	if errors.Is(err, models.ErrInvalid) || errors.Is(err, models.ErrConflict) {
		return v.askAgain(id, reason, err)
	}
	if err != nil {
		return err
	}
	if v.inSheet() {
		return v.part(http.StatusOK, "asked", v.recallBox(*rec))
	}
	v.redirect("/messages/" + string(id))
	return nil
}

// takeBack asks the door, with another text in the place of the message where one
// was typed.
func (v *visit) takeBack(id models.MessageID, r models.Reason) (*models.Recall, error) {
	anyway := access.Anyway(v.field("anyway", 8) != "")
	if text := v.newText(); text != "" {
		result, err := v.Door.Replace(v.ctx(), v.caller, models.FromConsole, id, r, text, anyway)
		return result.Recall, cmp.Or(err, result.Err)
	}
	results, err := v.Door.Recall(v.ctx(), v.caller, models.FromConsole, []models.MessageID{id}, r, anyway)
	if err != nil {
		return nil, err //nolint:wrapcheck // a refusal with its own sentence
	}
	return results[0].Recall, results[0].Err
}

// askAgain shows the form once more, with what was typed and what is wrong. Where
// somebody decided that the message may stay it can be asked for anyway.
func (v *visit) askAgain(id models.MessageID, r models.Reason, why error) error {
	stays := errors.Is(why, models.ErrConflict) && !errors.Is(why, models.ErrLegalHold)
	m, err := v.Store.Message(v.ctx(), v.scope, id)
	if err != nil {
		return fmt.Errorf("message %s: %w", id, err)
	}
	form, err := v.askForm(m)
	if err != nil {
		return err
	}
	if !form.Offer && !stays {
		return why // there is nothing to ask for again
	}
	form.Picked, form.Note, form.Text, form.Error = r.Code, r.Note, v.newText(), access.Words(why)
	form.Stays = form.Stays || stays
	status := http.StatusUnprocessableEntity
	if errors.Is(why, models.ErrConflict) {
		status = http.StatusConflict
	}
	return v.renderAsk(status, form)
}

// askURL is where a recall of a message is asked for, from a place in the queue.
func askURL(m models.MessageID, c models.CaseID, back string) string {
	return at("/messages/"+string(m)+"/recall", values("case", string(c), "back", back))
}
