package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/oidc"
)

// SingleSignOn is an identity provider; *oidc.Provider is one.
type SingleSignOn interface {
	Begin(ctx context.Context) (url string, a oidc.Attempt, err error)
	Finish(ctx context.Context, a oidc.Attempt, state, code string) (models.Identity, error)
}

// Keys of a session in which somebody is on the way to the provider and back.
const (
	keyState    = "oidc.state"
	keyNonce    = "oidc.nonce"
	keyVerifier = "oidc.verifier"
	keyOIDCNext = "oidc.next"
)

// waysToProvider is the name under which an address's ways to the provider are counted.
const waysToProvider = "oidc"

// toProvider sends a browser to the provider, and remembers in its session what it has
// to come back with. It is a link and no form: the policy of our pages lets forms lead
// nowhere else.
func (v *visit) toProvider() error {
	who := try{waysToProvider, v.gin.ClientIP()}
	if words := v.mustWait(who); words != "" {
		return v.signInWith(http.StatusTooManyRequests, words)
	}
	v.tries.failed(who) // until somebody comes back signed in
	url, a, err := v.OIDC.Begin(v.ctx())
	if err != nil {
		return v.notByProvider(err)
	}
	v.sessions.Put(v.ctx(), keyState, a.State)
	v.sessions.Put(v.ctx(), keyNonce, a.Nonce)
	v.sessions.Put(v.ctx(), keyVerifier, a.Verifier)
	v.sessions.Put(v.ctx(), keyOIDCNext, localPath(v.gin.Query("next")))
	if err := v.saveSession(); err != nil {
		return err
	}
	v.redirect(url)
	return nil
}

// fromProvider signs in who comes back. What the session remembers is good for one
// return, whatever comes of it.
func (v *visit) fromProvider() error {
	a := oidc.Attempt{
		State: v.sessions.PopString(v.ctx(), keyState), Nonce: v.sessions.PopString(v.ctx(), keyNonce),
		Verifier: v.sessions.PopString(v.ctx(), keyVerifier),
	}
	next := localPath(v.sessions.PopString(v.ctx(), keyOIDCNext))
	if a.State == "" {
		return v.notByProvider(oidc.ErrToken)
	}
	if err := v.saveSession(); err != nil {
		return err
	}
	id, err := v.OIDC.Finish(v.ctx(), a, v.gin.Query("state"), v.gin.Query("code"))
	if err != nil {
		return v.notByProvider(err)
	}
	m, err := v.Store.SignInIdentity(v.ctx(), id)
	if err == nil && !m.DisabledAt.IsZero() {
		err = models.ErrForbidden
	}
	if err != nil {
		return v.notByProvider(err)
	}
	v.tries.passed(try{waysToProvider, v.gin.ClientIP()})
	return v.enterAt(keyModerator, m.ID, byOIDC, next)
}

// refusals are what people are told whom the provider did not sign in.
var refusals = []struct {
	kind   error
	status int
	key    string
}{
	{oidc.ErrDown, http.StatusServiceUnavailable, "oidc.down"},
	{oidc.ErrAddress, http.StatusForbidden, "oidc.address"},
	{oidc.ErrToken, http.StatusForbidden, "oidc.token"},
	{models.ErrForbidden, http.StatusForbidden, "oidc.role"},
}

func (v *visit) notByProvider(err error) error {
	for _, r := range refusals {
		if errors.Is(err, r.kind) {
			v.Logger.WarnContext(v.ctx(), "sign-in at the identity provider refused", slog.Any("error", err))
			return v.signInWith(r.status, v.words.T(r.key))
		}
	}
	return fmt.Errorf("sign in by the identity provider: %w", err)
}

// atProvider reports whether the visitor signed in at the provider. Whoever did gets no
// password and no passkey here: they would outlive what the provider says of them.
func (v *visit) atProvider() bool { return v.sessions.GetString(v.ctx(), keyWay) == string(byOIDC) }

// lookedAfter refuses such a visitor another way to sign in.
func (v *visit) lookedAfter() error {
	return &access.Refusal{Kind: models.ErrForbidden, Words: v.words.T("oidc.password")}
}

// signInWith shows the sign-in page with words of what went wrong.
func (v *visit) signInWith(status int, words string) error {
	view := v.signInView()
	view.Error = words
	return v.render(status, "sign_in", view)
}
