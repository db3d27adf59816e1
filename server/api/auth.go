package api

import (
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/problem"
)

const callerKey = "takeback.caller"

// authenticate lets callers with a token through. Rights are looked up on every
// request, so that a revoked token ends at once.
func (a *API) authenticate(c *gin.Context) {
	caller, err := a.identify(c)
	if err != nil {
		a.refuse(c, err)
		return
	}
	c.Set(callerKey, caller)
	c.Set(access.ActorKey, caller.Actor)
}

func (a *API) identify(c *gin.Context) (models.Caller, error) {
	given := c.Request.Header["Authorization"]
	if len(given) == 0 {
		return models.Caller{}, problem.Unauthorized(false)
	}
	scheme, bearer, _ := strings.Cut(given[0], " ")
	if len(given) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return models.Caller{}, problem.Unauthorized(true)
	}
	caller, err := a.door.Token(c.Request.Context(), strings.TrimSpace(bearer))
	if errors.Is(err, models.ErrNotFound) {
		return models.Caller{}, problem.Unauthorized(true)
	}
	return caller, err
}

// broad refuses tokens that are given out for one thing only.
func (a *API) broad(c *gin.Context) {
	if access.Narrow(caller(c).Grant) {
		a.refuse(c, &access.Refusal{Kind: models.ErrForbidden, Words: "This token is for senders' own messages only."})
	}
}

// caller is who asks; authenticate has run.
func caller(c *gin.Context) models.Caller { return c.MustGet(callerKey).(models.Caller) }

// scope is what the caller may see.
func (a *API) scope(c *gin.Context) (models.Scope, error) {
	return a.door.Scope(c.Request.Context(), caller(c))
}

// idOf returns the id in the path. What cannot be an id is answered as one that
// is not there.
func idOf[T ~string](c *gin.Context) (T, error) {
	id := c.Param("id")
	if !idShaped(id) {
		return "", problem.NotFound()
	}
	return T(id), nil
}

// reach returns the id in the path and what the caller may see.
func reach[T ~string](a *API, c *gin.Context) (T, models.Scope, error) {
	id, err := idOf[T](c)
	if err != nil {
		return "", models.Scope{}, err
	}
	scope, err := a.scope(c)
	return id, scope, err
}
