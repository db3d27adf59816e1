package console

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// ownView is the page that a sender's link opens: one message, and what its sender
// can do about it. It needs no sign-in; the link is the right.
type ownView struct {
	shell
	access.Own

	Said    []piece
	Words   string
	Link    string
	Reasons []models.ReasonCode // empty where nothing can be asked for
	Picked  models.ReasonCode
	Note    string
	Text    string // to stand in the place of the message, as it was typed
	Error   string
}

// errLinkOver says that a sender's link leads nowhere, or not any more.
var errLinkOver = fmt.Errorf("%w: a sender's link", models.ErrNotFound)

// ownPage shows the message. Looking changes nothing: chat clients open links by
// themselves to show what is behind them.
func (v *visit) ownPage() error {
	caller, id, err := v.followLink()
	if err != nil {
		return err
	}
	o, err := v.own(caller, id)
	if err != nil {
		return err
	}
	return v.renderOwn(http.StatusOK, o, nil)
}

// takeOwnBack does what the sender asks for and shows the page again.
func (v *visit) takeOwnBack() error {
	caller, id, err := v.followLink()
	if err != nil {
		return err
	}
	if text := v.newText(); text == "" {
		_, err = v.Door.TakeBack(v.ctx(), caller, models.FromConsole, id, v.reason())
	} else {
		_, err = v.Door.ReplaceOwn(v.ctx(), caller, models.FromConsole, id, v.reason(), text)
	}
	if !errors.Is(err, models.ErrInvalid) {
		if err == nil {
			v.redirect(v.gin.Request.URL.Path)
		}
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	o, again := v.own(caller, id)
	if again != nil {
		return again
	}
	return v.renderOwn(http.StatusUnprocessableEntity, o, err)
}

// own reads the message of a link. One that is not there any more is answered like a
// link that leads nowhere.
func (v *visit) own(caller models.Caller, id models.MessageID) (access.Own, error) {
	o, err := v.Door.Own(v.ctx(), caller, id)
	if errors.Is(err, models.ErrNotFound) {
		return o, errLinkOver
	}
	return o, err //nolint:wrapcheck // a refusal with its own sentence
}

// newText is what is to stand in the place of the message, empty for nothing. A form
// ends its lines as none of our texts does.
func (v *visit) newText() string {
	return strings.TrimSpace(strings.ReplaceAll(v.gin.PostForm("text"), "\r\n", "\n"))
}

// followLink finds out whose link it is. One that leads nowhere, or not any more, is
// answered like any address that does, and slower and slower to one who tries many.
func (v *visit) followLink() (models.Caller, models.MessageID, error) {
	v.gin.Header("Referrer-Policy", "no-referrer") // the address is the right
	v.gin.Header("X-Robots-Tag", "noindex, nofollow")
	who := try{"link", v.gin.ClientIP()}
	if wait := v.tries.wait(who); wait > 0 {
		v.gin.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return models.Caller{}, "", &access.Refusal{Kind: access.ErrTooMany, Words: v.words.T("error.too_many.words")}
	}
	caller, id, err := v.Door.Link(v.ctx(), v.gin.Param("link"))
	if errors.Is(err, models.ErrNotFound) {
		v.tries.failed(who)
		err = errLinkOver
	}
	if err != nil {
		return caller, id, fmt.Errorf("sender's link: %w", err)
	}
	v.gin.Set(access.ActorKey, caller.Actor) // for the request log
	return caller, id, nil
}

func (v *visit) renderOwn(status int, o access.Own, refused error) error {
	view := ownView{
		shell: v.bareShell(v.words.T("own.title")), Own: o, Said: v.words.masked(o.Message, pageText), Words: v.ownWords(o),
		Link: v.gin.Request.URL.Path, Picked: models.WrongRecipient,
	}
	if o.Standing == access.OwnCan || o.Standing == access.OwnAsk {
		view.Reasons = models.SenderReasons
	}
	if refused != nil {
		r := v.reason()
		view.Picked, view.Note, view.Text, view.Error = r.Code, r.Note, v.newText(), access.Words(refused)
	}
	return v.render(status, "own", view)
}

// ownWords says in a sentence how the message stands, and what will happen.
func (v *visit) ownWords(o access.Own) string {
	people := v.words.T("own.people." + string(o.Message.Conversation.Kind))
	switch o.Standing {
	case access.OwnCan:
		return v.words.T("own.can", v.words.Span(o.Until.Sub(v.now)))
	case access.OwnAsk:
		return v.words.T("own.ask", people)
	case access.OwnAsked:
		return v.words.T("own.asked", people)
	case access.OwnUnderWay:
		return v.words.T("recall.head." + string(o.Recall.State))
	case access.OwnDeclined, access.OwnGone, access.OwnCannot:
	}
	return v.words.T("own.words." + string(o.Standing))
}
