package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

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
	Deadline        moment                  `json:"deadline,omitzero"`
	Urgency         *urgencyView            `json:"urgency,omitzero"` // while it waits
	ClaimedBy       string                  `json:"claimed_by,omitzero"`
	ClaimedUntil    moment                  `json:"claimed_until,omitzero"`
	EscalatedBy     string                  `json:"escalated_by,omitzero"`
	EscalatedAt     moment                  `json:"escalated_at,omitzero"`
	ParkedBy        string                  `json:"parked_by,omitzero"`
	ParkedUntil     moment                  `json:"parked_until,omitzero"`
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

// urgencyView says why a waiting case stands where it stands, in minutes.
type urgencyView struct {
	Total     int `json:"total"`
	Severity  int `json:"severity"`
	Window    int `json:"window"`
	Unread    int `json:"unread"`
	Escalated int `json:"escalated"`
	Waiting   int `json:"waiting"`
}

func viewUrgency(c models.Case, now time.Time) *urgencyView {
	if c.State != models.CaseOpen {
		return nil
	}
	s := c.Score(now)
	return &urgencyView{s.Total(), s.Severity, s.Window, s.Unread, s.Escalated, s.Waiting}
}

// viewCase shows a case at a moment: a claim or a parking that is over is left out.
func viewCase(c models.Case, now time.Time) caseView {
	if !now.Before(c.ClaimedUntil) {
		c.ClaimedBy, c.ClaimedUntil = "", time.Time{}
	}
	if !now.Before(c.ParkedUntil) {
		c.ParkedBy, c.ParkedUntil = "", time.Time{}
	}
	return caseView{
		Deadline: moment(c.Deadline), Urgency: viewUrgency(c, now), ClaimedBy: c.ClaimedBy, ClaimedUntil: moment(c.ClaimedUntil),
		EscalatedBy: c.EscalatedBy, EscalatedAt: moment(c.EscalatedAt), ParkedBy: c.ParkedBy, ParkedUntil: moment(c.ParkedUntil),
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
	return answerList(c, cases, next, func(one models.Case) caseView { return viewCase(one, a.now()) })
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
	return answer(c, http.StatusOK, viewCase(one, a.now()))
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
		return a.lostRace(err, decided)
	}
	if err != nil {
		return fmt.Errorf("decide case %s: %w", id, err)
	}
	view := decidedView{Case: viewCase(decided, a.now())}
	if rec != nil {
		r := viewRecall(*rec, a.now())
		view.Recall = &r
	}
	return answer(c, http.StatusOK, view)
}

type caseActRequest struct {
	Act   string     `json:"act" validate:"required,oneof=claim release skip unskip park escalate note"`
	Until *time.Time `json:"until"`
	Note  string     `json:"note"`
}

// actOnCase answers POST /cases/{id}/act.
func (a *API) actOnCase(c *gin.Context) error {
	if err := access.CheckDecide(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.CaseID](c)
	if err != nil {
		return err
	}
	request, err := bind[caseActRequest](c)
	if err != nil {
		return err
	}
	act := access.CaseAct{Kind: access.CaseActKind(request.Act), Note: request.Note}
	if request.Until != nil {
		act.Until = *request.Until
	}
	one, err := a.door.Act(c.Request.Context(), caller(c), id, act)
	if errors.Is(err, models.ErrConflict) {
		return a.lostRace(err, one)
	}
	if err != nil {
		return fmt.Errorf("%s case %s: %w", act.Kind, id, err)
	}
	return answer(c, http.StatusOK, viewCase(one, a.now()))
}

// lostRace says who was first, and when, or who works on it.
func (a *API) lostRace(err error, c models.Case) error {
	p, _ := problem.Of(err)
	switch {
	case c.State == models.CaseOpen && c.ClaimedBy != "":
		p.Detail = fmt.Sprintf("%s works on this case until %s.", c.ClaimedBy, c.ClaimedUntil.UTC().Format("2006-01-02 15:04:05 MST"))
	case c.DecidedBy != "":
		p.Detail = fmt.Sprintf("%s decided this case first, at %s: %s.",
			c.DecidedBy, c.DecidedAt.UTC().Format("2006-01-02 15:04:05 MST"), c.Verdict)
	}
	return p.With("case", viewCase(c, a.now()))
}
