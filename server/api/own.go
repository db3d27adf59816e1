package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/problem"
)

// ownQuery names one message: by our id, or by the platform's names, in the app of
// the token.
type ownQuery struct {
	Message      models.MessageID `query:"message" json:"message" validate:"required_without_all=Conversation Ref,excluded_with=Ref"`
	Conversation string           `query:"conversation" json:"conversation" validate:"max=300,plain,required_with=Ref"`
	Ref          string           `query:"ref" json:"ref" validate:"max=200,plain,required_with=Conversation"`
}

type ownRequest struct {
	ownQuery
	Reason      reasonRequest       `json:"reason"`
	Replacement *replacementRequest `json:"replacement"`
}

// ownView is a message as its sender sees it.
type ownView struct {
	Message     ownMessageView      `json:"message"`
	Standing    access.OwnStanding  `json:"standing"`
	Words       string              `json:"words"`
	Until       moment              `json:"until,omitzero"` // of the time in which the sender takes it back alone
	Reasons     []models.ReasonCode `json:"reasons,omitempty"`
	Obstacle    models.Obstacle     `json:"obstacle,omitzero"`
	Recall      *ownRecallView      `json:"recall,omitzero"`
	Replacement *ownReplacementView `json:"replacement,omitzero"`
	AskedAt     moment              `json:"asked_at,omitzero"`
	DecidedAt   moment              `json:"decided_at,omitzero"`
}

type ownMessageView struct {
	ID              models.MessageID        `json:"id"`
	App             string                  `json:"app"`
	ConversationRef string                  `json:"conversation_ref"`
	Kind            models.ConversationKind `json:"kind"`
	Ref             string                  `json:"ref"`
	SentAt          moment                  `json:"sent_at,omitzero"`
	Text            string                  `json:"text"` // masked
}

type ownRecallView struct {
	ID    models.RecallID    `json:"id"`
	State models.RecallState `json:"state"`
}

// ownReplacementView is what is posted in the place of a message. What it says is not shown.
type ownReplacementView struct {
	State       models.PostingState `json:"state"`
	Explanation string              `json:"explanation,omitzero"`
	PostedAt    moment              `json:"posted_at,omitzero"`
	Ref         string              `json:"ref,omitzero"`
}

func viewOwn(o access.Own) ownView {
	m := o.Message
	v := ownView{
		Message: ownMessageView{
			ID: m.ID, App: m.App, ConversationRef: m.Conversation.Ref, Kind: m.Conversation.Kind, Ref: m.Ref,
			SentAt: moment(m.SentAt), Text: models.Masked(m.Elements, m.Findings),
		},
		Standing: o.Standing, Words: o.Words(), Until: moment(o.Until), Obstacle: o.Obstacle,
	}
	if o.Obstacle == models.UnderHold {
		v.Obstacle = "" // the words say enough to whoever may be looked into
	}
	if o.Standing == access.OwnCan || o.Standing == access.OwnAsk {
		v.Reasons = models.SenderReasons
	}
	if o.Recall != nil {
		v.Recall = &ownRecallView{o.Recall.ID, o.Recall.State}
	}
	if p := o.Replacement; p != nil {
		v.Replacement = &ownReplacementView{p.State, p.Explanation, moment(p.PostedAt), p.Ref}
	}
	if o.Case != nil {
		v.AskedAt, v.DecidedAt = moment(o.Case.Request.At), moment(o.Case.DecidedAt)
	}
	return v
}

// oneOwn answers GET /own.
func (a *API) oneOwn(c *gin.Context) error {
	q, err := bindQuery[ownQuery](c)
	if err != nil {
		return err
	}
	id, err := a.findOwn(c, q)
	if err != nil {
		return err
	}
	o, err := a.door.Own(c.Request.Context(), caller(c), id)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, viewOwn(o))
}

// takeOwnBack answers POST /own/recall.
func (a *API) takeOwnBack(c *gin.Context) error {
	request, err := bind[ownRequest](c)
	if err != nil {
		return err
	}
	id, err := a.findOwn(c, request.ownQuery)
	if err != nil {
		return err
	}
	var o access.Own
	if request.Replacement == nil {
		o, err = a.door.TakeBack(c.Request.Context(), caller(c), models.FromAPI, id, request.Reason.reason())
	} else {
		text := string(request.Replacement.Text)
		o, err = a.door.ReplaceOwn(c.Request.Context(), caller(c), models.FromAPI, id, request.Reason.reason(), text)
	}
	if err != nil {
		return err
	}
	return answer(c, http.StatusAccepted, viewOwn(o))
}

// findOwn returns the id of the message that is named. Whose it is the door asks.
func (a *API) findOwn(c *gin.Context, q ownQuery) (models.MessageID, error) {
	id := q.Message
	if q.Ref != "" {
		var err error
		if id, err = a.door.FindOwn(c.Request.Context(), caller(c).Account.App, q.Conversation, q.Ref); err != nil {
			return "", err
		}
	}
	if !idShaped(string(id)) {
		return "", problem.NotFound()
	}
	return id, nil
}
