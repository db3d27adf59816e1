package api

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
)

type conversationsQuery struct {
	pageQuery
	App  string                  `query:"app" validate:"max=100,plain"`
	Kind models.ConversationKind `query:"kind" validate:"omitempty,listed"`
}

type conversationView struct {
	ID            models.ConversationID   `json:"id"`
	App           string                  `json:"app"`
	Kind          models.ConversationKind `json:"kind"`
	Ref           string                  `json:"ref"`
	Group         string                  `json:"group,omitzero"`
	Type          string                  `json:"type,omitzero"`
	CreatedAt     moment                  `json:"created_at"`
	LastMessageAt moment                  `json:"last_message_at,omitzero"`
	DissolvedAt   moment                  `json:"dissolved_at,omitzero"`
	Coverage      coverageView            `json:"coverage"`
}

func viewConversation(c models.Conversation, covered models.Coverage) conversationView {
	return conversationView{
		ID: c.ID, App: c.App, Kind: c.Kind, Ref: c.Ref, Group: c.Group, Type: c.Type,
		CreatedAt: moment(c.CreatedAt), LastMessageAt: moment(c.LastMessageAt), DissolvedAt: moment(c.DissolvedAt),
		Coverage: viewCoverage(c, covered),
	}
}

// conversationDetail is one conversation with the roles in it that are known.
type conversationDetail struct {
	conversationView
	Holes []holeView     `json:"holes"`
	Roles []standingView `json:"roles"`
}

type standingView struct {
	Account string      `json:"account"`
	Role    models.Role `json:"role"`
}

// listConversations answers GET /conversations.
func (a *API) listConversations(c *gin.Context) error {
	q, err := bindQuery[conversationsQuery](c)
	if err != nil {
		return err
	}
	scope, err := a.scope(c)
	if err != nil {
		return err
	}
	conversations, next, err := a.store.Conversations(c.Request.Context(), scope, models.ConversationFilter{
		App: q.App, Kind: q.Kind, Page: q.page(),
	})
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	covered, err := a.covered(c.Request.Context(), conversations...)
	if err != nil {
		return err
	}
	return answerList(c, conversations, next, func(one models.Conversation) conversationView {
		return viewConversation(one, covered[one.ID])
	})
}

// oneConversation answers GET /conversations/{id}, with the caller's own role by
// the platform's word.
func (a *API) oneConversation(c *gin.Context) error {
	id, scope, err := reach[models.ConversationID](a, c)
	if err != nil {
		return err
	}
	one, err := a.store.Conversation(c.Request.Context(), scope, id)
	if err != nil {
		return fmt.Errorf("conversation %s: %w", id, err)
	}
	role, err := a.door.Standing(c.Request.Context(), caller(c), one)
	if err != nil {
		return err
	}
	covered, err := a.covered(c.Request.Context(), one)
	if err != nil {
		return err
	}
	detail := conversationDetail{conversationView: viewConversation(one, covered[one.ID])}
	if detail.Holes, err = a.holes(c.Request.Context(), id); err != nil {
		return err
	}
	if role != models.RoleUnknown {
		detail.Roles = append(detail.Roles, standingView{caller(c).Account.Name, role})
	}
	return answer(c, http.StatusOK, detail)
}
