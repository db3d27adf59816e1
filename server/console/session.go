package console

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

const (
	// idleAfter ends a session that nobody used; lifetime ends it anyway.
	idleAfter = 30 * time.Minute
	lifetime  = 12 * time.Hour
	// touchEvery is how exact the idle time is kept: writing it down at every
	// request would make each look a write.
	touchEvery = time.Minute
)

// Keys of a session.
const (
	keyModerator = "moderator" // id
	keyToken     = "token"     // hash in hex
	keySeen      = "seen"      // Unix seconds of the last use written down
	keyOpened    = "opened"    // Unix seconds of the sign-in
	keyWay       = "way"       // by what somebody signed in
	keyStrong    = "strong"    // it began with a second factor, or has gained one
	keyDid       = "did"       // what the account page says was done
)

func newSessions(store scs.Store, secureCookies bool) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.Lifetime = lifetime
	m.Cookie.Name = "takeback"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Persist = false
	if secureCookies {
		m.Cookie.Name, m.Cookie.Secure = "__Host-takeback", true
	}
	return m
}

// loadSession reads the session of the cookie into the request. Sessions are
// written where they change (signing in and out, and once a minute), not by a
// wrapper around every answer, so streams need no special case.
func (v *visit) loadSession() error {
	token := ""
	if cookie, err := v.gin.Request.Cookie(v.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	if v.base == nil {
		v.base = v.ctx() // a context that holds a session is not read into again
	}
	ctx, err := v.sessions.Load(v.base, token)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	v.gin.Request = v.gin.Request.WithContext(ctx)
	return nil
}

// saveSession writes the session down and tells the browser.
func (v *visit) saveSession() error {
	token, expiry, err := v.sessions.Commit(v.ctx())
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	v.sessions.WriteSessionCookie(v.ctx(), v.gin.Writer, token, expiry)
	return nil
}

// openSession writes a session down that has become somebody's. The browser is
// told last, so that nobody holds one which is not listed.
func (v *visit) openSession(how models.SignInWay) error {
	token, expiry, err := v.sessions.Commit(v.ctx())
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	err = v.Store.OpenSession(v.ctx(), token, models.Session{
		Actor: v.caller.Actor, How: how, Address: v.gin.ClientIP(), Browser: browserOf(v.gin.Request.UserAgent()),
	})
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	v.sessions.WriteSessionCookie(v.ctx(), v.gin.Writer, token, expiry)
	return nil
}

// renewSession goes on in a session with a new token, since what it may has changed.
func (v *visit) renewSession() error {
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	return v.openSession(models.SignInWay(v.sessions.GetString(v.ctx(), keyWay)))
}

// endSession forgets the session here and in the browser.
func (v *visit) endSession() error {
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	v.sessions.WriteSessionCookie(v.ctx(), v.gin.Writer, "", time.Time{})
	return nil
}

// identify finds out who asks and what they may see, at every request anew: a
// moderator disabled or a token revoked is out with the next click.
func (v *visit) identify() error {
	seen, opened := v.sessions.GetInt64(v.ctx(), keySeen), v.sessions.GetInt64(v.ctx(), keyOpened)
	if seen == 0 || v.now.Sub(time.Unix(seen, 0)) > idleAfter || v.now.Sub(time.Unix(opened, 0)) > lifetime {
		return errSignedOut
	}
	if err := v.lookUp(); err != nil {
		return err
	}
	if v.now.Sub(time.Unix(seen, 0)) < touchEvery || v.gin.Writer.Written() {
		return nil
	}
	v.sessions.Put(v.ctx(), keySeen, v.now.Unix())
	return v.saveSession()
}

func (v *visit) lookUp() (err error) {
	if v.caller, err = v.who(); err != nil {
		if errors.Is(err, models.ErrNotFound) {
			return errSignedOut
		}
		return err
	}
	v.gin.Set(access.ActorKey, v.caller.Actor) // for the request log
	if v.scope, err = v.Door.Scope(v.ctx(), v.caller); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	if v.inChat && len(v.scope.Groups) == 0 {
		return errNoGroups // that was the whole right to be here
	}
	return nil
}

func (v *visit) who() (models.Caller, error) {
	v.login = models.Moderator{}
	if c, is, err := v.chatCaller(); is {
		v.inChat = true
		return c, err
	}
	if id := v.sessions.GetString(v.ctx(), keyModerator); id != "" {
		m, err := v.Store.Moderator(v.ctx(), id)
		if err != nil {
			return models.Caller{}, fmt.Errorf("moderator of session: %w", err)
		}
		if !m.DisabledAt.IsZero() {
			return models.Caller{}, errSignedOut
		}
		v.login = m
		return callerOf(m), nil
	}
	hash, err := hex.DecodeString(v.sessions.GetString(v.ctx(), keyToken))
	if err != nil || len(hash) == 0 {
		return models.Caller{}, errSignedOut
	}
	t, err := v.Store.TokenByHash(v.ctx(), hash)
	if err != nil {
		return models.Caller{}, fmt.Errorf("token of session: %w", err)
	}
	if !t.RevokedAt.IsZero() {
		return models.Caller{}, errSignedOut
	}
	c := t.Caller
	c.Actor = "token:" + t.Name
	return c, nil
}

func callerOf(m models.Moderator) models.Caller {
	c := m.Caller
	c.Actor = "moderator:" + m.Name
	return c
}
