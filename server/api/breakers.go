package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

type breakersQuery struct {
	pageQuery
	Open bool `query:"open"`
}

// breakerView is one time that automatic recalls were stopped.
type breakerView struct {
	ID      models.BreakerID    `json:"id"`
	Kind    models.BreakerKind  `json:"kind"`
	Rule    string              `json:"rule,omitzero"`
	State   models.BreakerState `json:"state"`
	Since   moment              `json:"since"`
	By      string              `json:"by"`
	Why     string              `json:"why"`
	Cap     models.Cap          `json:"cap,omitzero"`
	Allowed int                 `json:"allowed,omitzero"`
	Place   string              `json:"place,omitzero"`
	Reason  string              `json:"reason,omitzero"`
	Stopped int                 `json:"stopped"`
	Cases   int                 `json:"cases"`
	Asked   *whoView            `json:"reset_asked,omitzero"`
	Reset   *whoView            `json:"reset,omitzero"`
}

// whoView is who did something, when, and why.
type whoView struct {
	By     string `json:"by"`
	At     moment `json:"at"`
	Reason string `json:"reason"`
}

func viewBreaker(b models.Breaker) breakerView {
	v := breakerView{
		ID: b.ID, Kind: b.Kind, Rule: b.Rule, State: b.State, Since: moment(b.TrippedAt), By: b.TrippedBy, Why: b.Why(),
		Cap: b.Cap, Allowed: b.Allowed, Place: b.Place, Reason: b.Reason, Stopped: b.Stopped, Cases: b.Cases,
	}
	if b.AskedBy != "" {
		v.Asked = &whoView{b.AskedBy, moment(b.AskedAt), b.AskedReason}
	}
	if b.ResetBy != "" {
		v.Reset = &whoView{b.ResetBy, moment(b.ResetAt), b.ResetReason}
	}
	return v
}

// listBreakers answers GET /breakers, for operators and auditors: newest first.
func (a *API) listBreakers(c *gin.Context) error {
	if err := access.CheckBreakers(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[breakersQuery](c)
	if err != nil {
		return err
	}
	breakers, next, err := a.store.Breakers(c.Request.Context(), models.BreakerFilter{Open: q.Open, Page: q.page()})
	if err != nil {
		return fmt.Errorf("list breakers: %w", err)
	}
	return answerList(c, breakers, next, viewBreaker)
}

// whyRequest is a reason in a person's own words.
type whyRequest struct {
	Reason prose `json:"reason" validate:"required,max=500,plain"`
}

// stopRequest is the body of a stop, which may be left out: whoever stops may
// be in a hurry.
type stopRequest struct {
	Reason prose `json:"reason" validate:"max=500,plain"`
}

// stopRecalls answers POST /stop.
func (a *API) stopRecalls(c *gin.Context) error {
	if err := access.CheckStop(caller(c)); err != nil {
		return err
	}
	request, err := bindOptional[stopRequest](c)
	if err != nil {
		return err
	}
	b, err := a.door.Stop(c.Request.Context(), caller(c), string(request.Reason))
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return answer(c, http.StatusOK, viewBreaker(b))
}

// startRecalls answers POST /start.
func (a *API) startRecalls(c *gin.Context) error {
	return a.lift(c, a.door.Start)
}

// resetBreaker answers POST /breakers/{id}/reset: 200 where it is reset, 202
// where somebody else has to agree.
func (a *API) resetBreaker(c *gin.Context) error {
	if err := access.CheckStop(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.BreakerID](c)
	if err != nil {
		return err
	}
	return a.lift(c, func(ctx context.Context, by models.Caller, reason string) (models.Breaker, error) {
		return a.door.ResetBreaker(ctx, by, id, reason)
	})
}

func (a *API) lift(c *gin.Context, do func(context.Context, models.Caller, string) (models.Breaker, error)) error {
	if err := access.CheckStop(caller(c)); err != nil {
		return err
	}
	request, err := bind[whyRequest](c)
	if err != nil {
		return err
	}
	b, err := do(c.Request.Context(), caller(c), string(request.Reason))
	if err != nil {
		return fmt.Errorf("let recalls go on: %w", err)
	}
	status := http.StatusOK
	if b.State == models.BreakerAsked {
		status = http.StatusAccepted
	}
	return answer(c, status, viewBreaker(b))
}
