package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/problem"
)

type casesQuery struct {
	pageQuery
	App          string           `query:"app" validate:"max=100,plain"`
	Conversation string           `query:"conversation" validate:"max=300,plain"`
	State        models.CaseState `query:"state" validate:"omitempty,listed"`
}

// caseView is a message that waits for a person, or waited.
type caseView struct {
	ID              models.CaseID           `json:"id"`
	Message         models.MessageID        `json:"message"`
	App             string                  `json:"app"`
	Conversation    models.ConversationID   `json:"conversation"`
	ConversationRef string                  `json:"conversation_ref"`
	Kind            models.ConversationKind `json:"kind"`
	State           models.CaseState        `json:"state"`
	Severity        models.Severity         `json:"severity,omitzero"`
	Rule            string                  `json:"rule,omitzero"`
	Why             string                  `json:"why,omitzero"`
	OpenedAt        moment                  `json:"opened_at"`
	Verdict         models.Verdict          `json:"verdict,omitzero"`
	Reason          *reasonView             `json:"reason,omitzero"`
	DecidedBy       string                  `json:"decided_by,omitzero"`
	DecidedAt       moment                  `json:"decided_at,omitzero"`
	Request         *askingView             `json:"request,omitzero"`
}

// askingView is a sender's wish that people take a message back.
type askingView struct {
	By     string     `json:"by"`
	Reason reasonView `json:"reason"`
	At     moment     `json:"at"`
}

func viewAsking(a models.Asking) *askingView {
	if a.By == "" {
		return nil
	}
	return &askingView{a.By, reasonView{a.Reason.Code, a.Reason.Note}, moment(a.At)}
}

func viewCase(c models.Case) caseView {
	return caseView{
		ID: c.ID, Message: c.Message, App: c.App, Conversation: c.Conversation.ID,
		ConversationRef: c.Conversation.Ref, Kind: c.Conversation.Kind, State: c.State, Severity: c.Severity,
		Rule: c.Rule, Why: c.Why, OpenedAt: moment(c.OpenedAt), Verdict: c.Verdict, Reason: viewReason(c.Reason),
		DecidedBy: c.DecidedBy, DecidedAt: moment(c.DecidedAt), Request: viewAsking(c.Request),
	}
}

// listCases answers GET /cases, the review queue.
func (a *API) listCases(c *gin.Context) error {
	q, err := bindQuery[casesQuery](c)
	if err != nil {
		return err
	}
	scope, err := a.scope(c)
	if err != nil {
		return err
	}
	cases, next, err := a.store.Cases(c.Request.Context(), scope, models.CaseFilter{
		App: q.App, Conversation: q.Conversation, State: q.State, Page: q.page(),
	})
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	return answerList(c, cases, next, viewCase)
}

// oneCase answers GET /cases/{id}.
func (a *API) oneCase(c *gin.Context) error {
	id, scope, err := reach[models.CaseID](a, c)
	if err != nil {
		return err
	}
	one, err := a.store.Case(c.Request.Context(), scope, id)
	if err != nil {
		return fmt.Errorf("case %s: %w", id, err)
	}
	return answer(c, http.StatusOK, viewCase(one))
}

type decideRequest struct {
	Verdict models.Verdict `json:"verdict" validate:"required,oneof=allow recall"`
	Reason  *reasonRequest `json:"reason" validate:"required_if=Verdict recall"`
}

type decidedView struct {
	Case   caseView    `json:"case"`
	Recall *recallView `json:"recall,omitzero"`
}

// decideCase answers POST /cases/{id}/decide.
func (a *API) decideCase(c *gin.Context) error {
	if err := access.CheckDecide(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.CaseID](c)
	if err != nil {
		return err
	}
	request, err := bind[decideRequest](c)
	if err != nil {
		return err
	}
	decided, rec, err := a.door.DecideCase(
		c.Request.Context(), caller(c), models.FromAPI, id, request.Verdict, request.Reason.reason(),
	)
	if errors.Is(err, models.ErrConflict) && !errors.Is(err, models.ErrLegalHold) {
		return lostRace(err, decided)
	}
	if err != nil {
		return fmt.Errorf("decide case %s: %w", id, err)
	}
	view := decidedView{Case: viewCase(decided)}
	if rec != nil {
		r := viewRecall(*rec, a.now())
		view.Recall = &r
	}
	return answer(c, http.StatusOK, view)
}

// lostRace says who was first, and when.
func lostRace(err error, c models.Case) error {
	p, _ := problem.Of(err)
	if c.DecidedBy != "" {
		p.Detail = fmt.Sprintf("%s decided this case first, at %s: %s.",
			c.DecidedBy, c.DecidedAt.UTC().Format("2006-01-02 15:04:05 MST"), c.Verdict)
	}
	return p.With("case", viewCase(c))
}
