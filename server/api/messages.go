package api

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

type messagesQuery struct {
	pageQuery
	timesQuery
	App          string              `query:"app" validate:"max=100,plain"`
	Conversation string              `query:"conversation" validate:"max=300,plain"`
	Sender       string              `query:"sender" validate:"max=200,plain"`
	State        models.MessageState `query:"state" validate:"omitempty,listed"`
	Verdict      models.Verdict      `query:"verdict" validate:"omitempty,listed"`
	Detector     string              `query:"detector" validate:"max=100,plain"`
}

// listMessages answers GET /messages: newest received first, masked.
func (a *API) listMessages(c *gin.Context) error {
	q, err := bindQuery[messagesQuery](c)
	if err != nil {
		return err
	}
	scope, err := a.scope(c)
	if err != nil {
		return err
	}
	messages, next, err := a.store.Messages(c.Request.Context(), scope, models.MessageFilter{
		App: q.App, Conversation: q.Conversation, Sender: q.Sender, State: q.State, Verdict: q.Verdict,
		Detector: q.Detector, Since: q.Since, Until: q.Until, Page: q.page(),
	})
	if err != nil {
		return fmt.Errorf("list messages: %w", err)
	}
	grant := caller(c).Grant
	return answerList(c, messages, next, func(m models.Message) messageView { return viewMessage(m, grant) })
}

// oneMessage answers GET /messages/{id}.
func (a *API) oneMessage(c *gin.Context) error {
	id, scope, err := reach[models.MessageID](a, c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	m, err := a.store.Message(ctx, scope, id)
	if err != nil {
		return fmt.Errorf("message %s: %w", id, err)
	}
	decisions, err := a.store.Decisions(ctx, scope, id)
	if err != nil {
		return fmt.Errorf("decisions of message %s: %w", id, err)
	}
	reads, err := a.store.Reads(ctx, scope, id)
	if err != nil {
		return fmt.Errorf("reads of message %s: %w", id, err)
	}
	detail := messageDetail{
		messageView: viewMessage(m, caller(c).Grant),
		Exposure:    viewExposure(access.Exposed(m, reads, a.now())),
	}
	if detail.StandsFor, err = a.standsFor(ctx, scope, id); err != nil {
		return err
	}
	for _, d := range decisions {
		detail.Decisions = append(detail.Decisions, viewDecision(d))
	}
	return answer(c, http.StatusOK, detail)
}

type revealRequest struct {
	Purpose prose `json:"purpose" validate:"required,min=10,max=500,plain"`
}

type revealView struct {
	Message  models.MessageID  `json:"message"`
	Revision int               `json:"revision"`
	Elements []revealedElement `json:"elements"`
}

type revealedElement struct {
	Kind   models.ElementKind `json:"kind"`
	Path   string             `json:"path"`
	Text   string             `json:"text"`
	Opaque bool               `json:"opaque,omitzero"`
}

// reveal answers POST /messages/{id}/reveal. The store puts the act on record
// before it gives the text.
func (a *API) reveal(c *gin.Context) error {
	if err := access.CheckReveal(caller(c)); err != nil {
		return err
	}
	request, err := bind[revealRequest](c)
	if err != nil {
		return err
	}
	id, scope, err := reach[models.MessageID](a, c)
	if err != nil {
		return err
	}
	m, err := a.store.Reveal(c.Request.Context(), scope, id, caller(c).Actor, string(request.Purpose))
	if err != nil {
		return fmt.Errorf("reveal message %s: %w", id, err)
	}
	view := revealView{Message: m.ID, Revision: m.Revision}
	for _, e := range m.Elements {
		view.Elements = append(view.Elements, revealedElement{e.Kind, e.Path, e.Text, e.Opaque})
	}
	return answer(c, http.StatusOK, view)
}
