package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// erasureView is what was erased of a person, or would be.
type erasureView struct {
	ID       string `json:"id,omitzero"`
	App      string `json:"app"`
	Alias    string `json:"alias"`
	Reason   string `json:"reason,omitzero"`
	By       string `json:"by,omitzero"`
	At       moment `json:"at,omitzero"`
	Messages int64  `json:"messages"`
	Findings int64  `json:"findings"`
	Reads    int64  `json:"reads"`
	Names    int64  `json:"names"`
	Kept     kept   `json:"kept"`
}

// kept counts messages that stay, by why.
type kept struct {
	LegalHold int64 `json:"legal_hold"`
	NotOver   int64 `json:"not_over"`
}

func viewErasure(e models.Erasure) erasureView {
	return erasureView{
		ID: e.ID, App: e.App, Alias: e.Alias, Reason: e.Reason, By: e.By, At: moment(e.At),
		Messages: e.Messages, Findings: e.Findings, Reads: e.Reads, Names: e.Names, Kept: kept{e.Held, e.Busy},
	}
}

type erasuresQuery struct {
	pageQuery
	App     string `query:"app" validate:"max=100,plain,required_with=Account"`
	Account string `query:"account" validate:"max=200,plain"`
}

// listErasures answers GET /erasures, for those who read the audit: newest first.
func (a *API) listErasures(c *gin.Context) error {
	if err := access.CheckAudit(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[erasuresQuery](c)
	if err != nil {
		return err
	}
	found, next, err := a.store.Erasures(c.Request.Context(), q.App, q.Account, q.page())
	if err != nil {
		return fmt.Errorf("list erasures: %w", err)
	}
	return answerList(c, found, next, viewErasure)
}

type erasureRequest struct {
	App     string `json:"app" validate:"required,max=100,plain"`
	Account string `json:"account" validate:"required,max=200,plain"`
	Reason  prose  `json:"reason" validate:"max=500,plain"`
}

type erasureQuery struct {
	DryRun bool `query:"dry_run"`
}

// erase answers POST /erasures: 201 with what was erased and what stays, and with
// ?dry_run=true 200 with what that would be.
func (a *API) erase(c *gin.Context) error {
	if err := access.CheckErase(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[erasureQuery](c)
	if err != nil {
		return err
	}
	request, err := bind[erasureRequest](c)
	if err != nil {
		return err
	}
	o := models.ErasureOrder{App: request.App, Account: request.Account, Reason: string(request.Reason)}
	e, err := a.erased(c.Request.Context(), caller(c), o, q.DryRun)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if q.DryRun {
		status = http.StatusOK
	}
	return answer(c, status, viewErasure(e))
}

func (a *API) erased(ctx context.Context, by models.Caller, o models.ErasureOrder, preview bool) (models.Erasure, error) {
	e, err := a.door.Erase(ctx, by, o, preview)
	if err != nil {
		return e, fmt.Errorf("erase a person: %w", err)
	}
	return e, nil
}
