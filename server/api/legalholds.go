package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// legalHoldView is one legal hold. What it is on stands in the field of its kind.
type legalHoldView struct {
	ID           models.LegalHoldID    `json:"id"`
	Kind         models.LegalHoldKind  `json:"kind"`
	App          string                `json:"app"`
	Conversation models.ConversationID `json:"conversation,omitzero"`
	Message      models.MessageID      `json:"message,omitzero"`
	Sender       string                `json:"sender,omitzero"`
	State        models.LegalHoldState `json:"state"`
	Reason       string                `json:"reason"`
	By           string                `json:"by"`
	Since        moment                `json:"since"`
	Until        moment                `json:"until,omitzero"`
	Stopped      int                   `json:"stopped"`
	TooLate      int                   `json:"too_late"`
	Asked        *whoView              `json:"lift_asked,omitzero"`
	Lifted       *whoView              `json:"lifted,omitzero"`
}

func (a *API) viewLegalHold(h models.LegalHold) legalHoldView {
	v := legalHoldView{
		ID: h.ID, Kind: h.Kind, App: h.App, State: h.State(a.now()), Reason: h.Reason, By: h.PlacedBy,
		Since: moment(h.PlacedAt), Until: moment(h.Until), Stopped: h.Stopped, TooLate: h.TooLate,
	}
	switch h.Kind {
	case models.HoldConversation:
		v.Conversation = models.ConversationID(h.Thing)
	case models.HoldMessage:
		v.Message = models.MessageID(h.Thing)
	case models.HoldSender:
		v.Sender = h.Thing
	}
	if h.AskedBy != "" {
		v.Asked = &whoView{h.AskedBy, moment(h.AskedAt), h.AskedReason}
	}
	if h.LiftedBy != "" {
		v.Lifted = &whoView{h.LiftedBy, moment(h.LiftedAt), h.LiftReason}
	}
	return v
}

type legalHoldsQuery struct {
	pageQuery
	Open bool                 `query:"open"`
	Kind models.LegalHoldKind `query:"kind" validate:"omitempty,listed"`
	App  string               `query:"app" validate:"max=100,plain"`
}

// listLegalHolds answers GET /legal-holds, for operators and auditors: newest first.
func (a *API) listLegalHolds(c *gin.Context) error {
	if err := access.CheckLegalHolds(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[legalHoldsQuery](c)
	if err != nil {
		return err
	}
	found, next, err := a.store.LegalHolds(c.Request.Context(), models.LegalHoldFilter{Open: q.Open, Kind: q.Kind, App: q.App, Page: q.page()})
	if err != nil {
		return fmt.Errorf("list legal holds: %w", err)
	}
	return answerList(c, found, next, a.viewLegalHold)
}

// oneLegalHold answers GET /legal-holds/{id}.
func (a *API) oneLegalHold(c *gin.Context) error {
	if err := access.CheckLegalHolds(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.LegalHoldID](c)
	if err != nil {
		return err
	}
	h, err := a.store.LegalHold(c.Request.Context(), id)
	if err != nil {
		return fmt.Errorf("legal hold %s: %w", id, err)
	}
	return answer(c, http.StatusOK, a.viewLegalHold(h))
}

// legalHoldRequest names one thing: a message, a conversation by our id or the
// platform's name, or a sender in an app.
type legalHoldRequest struct {
	Message      models.MessageID `json:"message" validate:"required_without_all=Conversation Sender,excluded_with=Conversation Sender,max=100,plain"`
	App          string           `json:"app" validate:"max=100,plain,required_with=Sender"`
	Conversation string           `json:"conversation" validate:"max=300,plain,excluded_with=Sender"`
	Sender       string           `json:"sender" validate:"max=200,plain"`
	Until        *time.Time       `json:"until"`
	Reason       prose            `json:"reason" validate:"required,max=500,plain"`
}

func (r legalHoldRequest) hold() models.LegalHold {
	h := models.LegalHold{Kind: models.HoldMessage, Thing: string(r.Message), App: r.App, Reason: string(r.Reason)}
	switch {
	case r.Conversation != "":
		h.Kind, h.Thing = models.HoldConversation, r.Conversation
	case r.Sender != "":
		h.Kind, h.Thing = models.HoldSender, r.Sender
	}
	if r.Until != nil {
		h.Until = r.Until.UTC()
	}
	return h
}

// placeLegalHold answers POST /legal-holds.
func (a *API) placeLegalHold(c *gin.Context) error {
	if err := access.CheckHold(caller(c)); err != nil {
		return err
	}
	request, err := bind[legalHoldRequest](c)
	if err != nil {
		return err
	}
	h, err := a.door.PlaceLegalHold(c.Request.Context(), caller(c), request.hold())
	if err != nil {
		return fmt.Errorf("place a legal hold: %w", err)
	}
	return answer(c, http.StatusCreated, a.viewLegalHold(h))
}

// liftLegalHold answers POST /legal-holds/{id}/lift: 200 where it is lifted, 202
// where somebody else has to agree.
func (a *API) liftLegalHold(c *gin.Context) error {
	if err := access.CheckHold(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.LegalHoldID](c)
	if err != nil {
		return err
	}
	request, err := bind[whyRequest](c)
	if err != nil {
		return err
	}
	h, err := a.lifted(c.Request.Context(), caller(c), id, string(request.Reason))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if h.LiftedBy == "" {
		status = http.StatusAccepted
	}
	return answer(c, status, a.viewLegalHold(h))
}

func (a *API) lifted(ctx context.Context, by models.Caller, id models.LegalHoldID, reason string) (models.LegalHold, error) {
	h, err := a.door.LiftLegalHold(ctx, by, id, reason)
	if err != nil {
		return h, fmt.Errorf("lift legal hold %s: %w", id, err)
	}
	return h, nil
}
