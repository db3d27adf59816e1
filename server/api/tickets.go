package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// OwnPath is where the page of a sender's link lives; the link follows.
const OwnPath = "/own/"

type userTokenRequest struct {
	App     string `json:"app" validate:"required,max=100,plain"`
	Account string `json:"account" validate:"required,max=200,plain"`
}

// givenView is a user token or a sender's link, shown once.
type givenView struct {
	Token     string `json:"token,omitzero"`
	URL       string `json:"url,omitzero"`
	App       string `json:"app"`
	Account   string `json:"account"`
	ExpiresAt moment `json:"expires_at"`
}

// createUserToken answers POST /users/tokens.
func (a *API) createUserToken(c *gin.Context) error {
	if err := access.CheckGive(caller(c)); err != nil {
		return err
	}
	request, err := bind[userTokenRequest](c)
	if err != nil {
		return err
	}
	g, err := a.door.UserToken(c.Request.Context(), caller(c), models.Account{App: request.App, Name: request.Account})
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, givenView{
		Token: g.Text, App: g.Account.App, Account: g.Account.Name, ExpiresAt: moment(g.Until),
	})
}

// createSenderLink answers POST /messages/{id}/sender-link.
func (a *API) createSenderLink(c *gin.Context) error {
	if err := access.CheckGive(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.MessageID](c)
	if err != nil {
		return err
	}
	return a.answerLink(c, id)
}

type linkRequest struct {
	App          string `json:"app" validate:"required,max=100,plain"`
	Conversation string `json:"conversation" validate:"required,max=300,plain"`
	Ref          string `json:"ref" validate:"required,max=200,plain"`
}

// createLinkByRef answers POST /sender-links: the same for a message named by the
// platform's words, which are those that an app's backend knows.
func (a *API) createLinkByRef(c *gin.Context) error {
	if err := access.CheckGive(caller(c)); err != nil {
		return err
	}
	request, err := bind[linkRequest](c)
	if err != nil {
		return err
	}
	id, err := a.door.FindOwn(c.Request.Context(), request.App, request.Conversation, request.Ref)
	if err != nil {
		return err
	}
	return a.answerLink(c, id)
}

func (a *API) answerLink(c *gin.Context, id models.MessageID) error {
	g, err := a.door.SenderLink(c.Request.Context(), caller(c), id)
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, givenView{
		URL: a.publicURL + OwnPath + g.Text, App: g.Account.App, Account: g.Account.Name, ExpiresAt: moment(g.Until),
	})
}
