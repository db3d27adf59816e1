package api

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/report"
)

type recallsQuery struct {
	pageQuery
	timesQuery
	App          string             `query:"app" validate:"max=100,plain"`
	Conversation string             `query:"conversation" validate:"max=300,plain"`
	Message      models.MessageID   `query:"message" validate:"omitempty,id"`
	State        models.RecallState `query:"state" validate:"omitempty,listed"`
}

// listRecalls answers GET /recalls: newest first. Who read the messages is not
// looked up for a list.
func (a *API) listRecalls(c *gin.Context) error {
	q, err := bindQuery[recallsQuery](c)
	if err != nil {
		return err
	}
	scope, err := a.scope(c)
	if err != nil {
		return err
	}
	recalls, next, err := a.store.Recalls(c.Request.Context(), scope, models.RecallFilter{
		App: q.App, Conversation: q.Conversation, Message: q.Message, State: q.State,
		Since: q.Since, Until: q.Until, Page: q.page(),
	})
	if err != nil {
		return fmt.Errorf("list recalls: %w", err)
	}
	now := a.now()
	return answerList(c, recalls, next, func(r models.Recall) recallView { return viewRecall(r, now) })
}

// oneRecall answers GET /recalls/{id}: the outcome report.
func (a *API) oneRecall(c *gin.Context) error {
	id, scope, err := reach[models.RecallID](a, c)
	if err != nil {
		return err
	}
	r, err := a.store.Recall(c.Request.Context(), scope, id)
	if err != nil {
		return fmt.Errorf("recall %s: %w", id, err)
	}
	copies, err := a.copiesOf(c.Request.Context(), scope, r.Message)
	if err != nil {
		return err
	}
	return a.answerRecall(c, scope, http.StatusOK, r, copies)
}

// answerRecall writes one recall, with who read its message and its whole life.
// Copies are told where they were looked for.
func (a *API) answerRecall(c *gin.Context, scope models.Scope, status int, r models.Recall, copies *copiesView) error {
	reads, err := a.store.Reads(c.Request.Context(), scope, r.Message)
	if err != nil {
		return fmt.Errorf("reads of message %s: %w", r.Message, err)
	}
	view := viewRecall(r, a.now())
	view.Copies = copies
	readers := viewExposure(access.Exposed(models.Message{}, reads, a.now()))
	view.Exposure.ReadBy, view.Exposure.Readers = readers.ReadBy, readers.Readers
	told, err := report.Read(c.Request.Context(), a.store, scope, r, a.now())
	if err != nil {
		return fmt.Errorf("report of recall %s: %w", r.ID, err)
	}
	view.Report = viewReport(told)
	if view.FollowUp, err = a.followUp(c.Request.Context(), scope, r.ID); err != nil {
		return err
	}
	return answer(c, status, view)
}

// reasonRequest is a reason as callers give it; access.CleanReason has the last word.
type reasonRequest struct {
	Code models.ReasonCode `json:"code" validate:"required,listed"`
	Note prose             `json:"note" validate:"required_if=Code other,max=500"`
}

func (r *reasonRequest) reason() models.Reason {
	if r == nil {
		return models.Reason{}
	}
	return models.Reason{Code: r.Code, Note: string(r.Note)}
}

// actRequest is the body of cancel and retry, which may be left out.
type actRequest struct {
	Reason *reasonRequest `json:"reason"`
}

// cancelRecall answers POST /recalls/{id}/cancel.
func (a *API) cancelRecall(c *gin.Context) error {
	return a.act(c, http.StatusOK, a.door.Cancel)
}

// retryRecall answers POST /recalls/{id}/retry with the new recall.
func (a *API) retryRecall(c *gin.Context) error {
	return a.act(c, http.StatusAccepted, a.door.Retry)
}

func (a *API) act(c *gin.Context, status int, do recallAct) error {
	if err := access.CheckRecall(caller(c)); err != nil {
		return err
	}
	id, scope, err := reach[models.RecallID](a, c)
	if err != nil {
		return err
	}
	request, err := bindOptional[actRequest](c)
	if err != nil {
		return err
	}
	r, err := do(c.Request.Context(), caller(c), id, request.Reason.reason())
	if err != nil {
		return fmt.Errorf("recall %s: %w", id, err)
	}
	return a.answerRecall(c, scope, status, r, nil)
}
