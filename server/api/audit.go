package api

import (
	"encoding/hex"
	"fmt"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

type auditQuery struct {
	pageQuery
	timesQuery
	Chain  string `query:"chain" validate:"max=200,plain"`
	Actor  string `query:"actor" validate:"max=200,plain"`
	Action string `query:"action" validate:"max=100,plain"`
	Thing  string `query:"thing" validate:"max=200,plain"`
}

// auditView is one entry with its hashes in hex, so that anybody can follow the chain.
type auditView struct {
	Chain   string            `json:"chain"`
	Seq     int64             `json:"seq"`
	ID      string            `json:"id"`
	At      moment            `json:"at"`
	Actor   string            `json:"actor"`
	Action  string            `json:"action"`
	Subject string            `json:"subject"`
	Thing   string            `json:"thing"`
	Details map[string]string `json:"details,omitempty"`
	Prev    string            `json:"prev"`
	Hash    string            `json:"hash"`
}

func viewAudit(e models.AuditEntry) auditView {
	return auditView{
		Chain: e.Chain, Seq: e.Seq, ID: e.ID, At: moment(e.At), Actor: e.Actor, Action: e.Action,
		Subject: e.Subject, Thing: e.Thing, Details: e.Details,
		Prev: hex.EncodeToString(e.Prev), Hash: hex.EncodeToString(e.Hash),
	}
}

// listAudit answers GET /audit, for operators and auditors: newest first.
func (a *API) listAudit(c *gin.Context) error {
	if err := access.CheckAudit(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[auditQuery](c)
	if err != nil {
		return err
	}
	entries, next, err := a.store.Audit(c.Request.Context(), models.AuditFilter{
		Chain: q.Chain, Actor: q.Actor, Action: q.Action, Thing: q.Thing,
		Since: q.Since, Until: q.Until, Page: q.page(),
	})
	if err != nil {
		return fmt.Errorf("list the audit: %w", err)
	}
	return answerList(c, entries, next, viewAudit)
}
