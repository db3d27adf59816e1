package console

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// signInView is the sign-in page. It gives the name back, never the password.
type signInView struct {
	shell
	Name     string
	Next     string
	Error    string
	Why      string // somebody who was signed in has to again
	Passkeys bool   // this site can have them
	Chat     bool   // people sign in with an account of a chat too

	Provider string // the name of the identity provider; empty: there is none
}

// errWrong is the one answer to an unknown name, a wrong password, a disabled
// moderator and an unknown token.
var errWrong = errors.New("wrong name, password or token")

func (v *visit) signInPage() error {
	if v.identify() == nil {
		v.redirect(localPath(v.gin.Query("next")))
		return nil
	}
	view := v.signInView()
	view.Next = localPath(v.gin.Query("next"))
	if why := v.gin.Query("why"); why == "over" || why == "groups" {
		view.Why = v.words.T("signin.why." + why)
	}
	return v.render(http.StatusOK, "sign_in", view)
}

// signInView is the page with what it offers.
func (v *visit) signInView() signInView {
	return signInView{
		shell: v.bareShell(v.words.T("signin.title")), Next: localPath(""), Passkeys: v.passkeys != nil, Chat: len(v.Codes.Apps()) > 0, Provider: v.Provider,
	}
}

func (v *visit) signIn() error {
	name, token := v.field("name", 128), v.field("token", 128)
	if token != "" {
		return v.signInByToken(token)
	}
	m, err := v.liveLogin(name)
	if err != nil {
		return err
	}
	g, who := v.guessAt(name, m), try{name, v.gin.ClientIP()}
	counted, words, err := v.tryPassword(g, who)
	if err != nil {
		return err
	}
	if words != "" {
		return v.signInAgain(http.StatusTooManyRequests, words)
	}
	switch err := v.checkPassword(m, v.gin.PostForm("password")); {
	case errors.Is(err, errWrong):
		return v.refusePassword(g, who, counted, m)
	case err != nil:
		return err
	}
	v.tries.passed(who)
	if err := v.Store.SignInFits(v.ctx(), counted); err != nil {
		return fmt.Errorf("count a sign-in: %w", err)
	}
	return v.afterPassword(m)
}

// afterPassword goes on with a login whose password was right.
func (v *visit) afterPassword(m models.Moderator) error {
	f, err := v.Store.Factors(v.ctx(), m.ID)
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	if len(f.TOTP) > 0 {
		return v.awaitSecond(m.ID)
	}
	keys, err := v.Store.Passkeys(v.ctx(), m.ID)
	if err != nil {
		return fmt.Errorf("passkeys: %w", err)
	}
	if len(keys) > 0 && v.passkeys != nil { // the password alone would undo what the passkey is for
		return v.signInAgain(http.StatusUnprocessableEntity, v.words.T("passkey.needed"))
	}
	return v.enter(keyModerator, m.ID, byPassword)
}

func (v *visit) signInByToken(token string) error {
	who := try{"", v.gin.ClientIP()}
	if words := v.mustWait(who); words != "" {
		return v.signInAgain(http.StatusTooManyRequests, words)
	}
	hash, err := v.checkToken(token)
	if errors.Is(err, errWrong) {
		n := v.tries.failed(who)
		return v.refuse(n == freeTries || n%refusalsEvery == 0, n, "")
	}
	if err != nil {
		return err
	}
	v.tries.passed(who)
	return v.enter(keyToken, hash, byToken)
}

// refusalsEvery is how many more refused tries make another audit entry.
const refusalsEvery = 50

// refusePassword refuses a wrong password, which is counted.
func (v *visit) refusePassword(g guess, who try, counted models.SignInTry, m models.Moderator) error {
	if g.known {
		return v.refuse(counted.Tries == g.limit.Free, counted.Tries, m.Name)
	}
	n := v.tries.failed(who)
	if n == freeTries || n%refusalsEvery == 0 {
		return v.refuse(true, n, m.Name)
	}
	return v.refuse(counted.Tries == g.limit.Free, counted.Tries, m.Name)
}

// refuse answers a try that does not fit. The audit has an entry for a row of them, not
// for each. It names the login only where there is one, since people type
// passwords into the wrong field.
func (v *visit) refuse(row bool, tries int, login string) error {
	v.Logger.WarnContext(v.ctx(), "sign-in refused")
	if row {
		err := v.Store.Record(v.ctx(), models.AuditEntry{
			Actor: "stranger", Action: "session.refused", Subject: "moderator", Thing: login,
			Details: map[string]string{"tries": strconv.Itoa(tries), "address": v.gin.ClientIP()},
		})
		if err != nil {
			return fmt.Errorf("record refusals: %w", err)
		}
	}
	return v.signInAgain(http.StatusUnprocessableEntity, v.words.T("signin.wrong"))
}

// mustWait says how long who has to wait before the next try; nothing: not at all.
func (v *visit) mustWait(who try) string { return v.waitWords(v.tries.wait(who)) }

func (v *visit) waitWords(wait time.Duration) string {
	if wait <= 0 {
		return ""
	}
	seconds := int(math.Ceil(wait.Seconds()))
	v.gin.Header("Retry-After", strconv.Itoa(seconds))
	return v.words.N("signin.wait", seconds)
}

func (v *visit) signInAgain(status int, words string) error {
	view := v.signInView()
	view.Name, view.Next, view.Error = v.field("name", 128), localPath(v.gin.PostForm("next")), words
	return v.render(status, "sign_in", view)
}

// The ways to sign in.
const (
	byPassword models.SignInWay = "password"
	byToken    models.SignInWay = "token"
	byLink     models.SignInWay = "link" // that set the login up
	byChat     models.SignInWay = "chat" // by a code that was sent there
	byOIDC     models.SignInWay = "oidc" // at an identity provider
	byCode     models.SignInWay = "code" // of an app, after the password
	byPasskey  models.SignInWay = "passkey"
	byRecovery models.SignInWay = "recovery" // a recovery code, after the password
)

// strongWays are those with a second factor; an identity provider asks for its own.
var strongWays = map[models.SignInWay]bool{byCode: true, byRecovery: true, byPasskey: true, byOIDC: true}

// liveLogin returns the login of a name; the zero value: nobody has it, or it is disabled.
func (v *visit) liveLogin(name string) (models.Moderator, error) {
	m, err := v.Store.ModeratorByName(v.ctx(), name)
	switch {
	case errors.Is(err, models.ErrNotFound), err == nil && !m.DisabledAt.IsZero():
		return models.Moderator{}, nil
	case err != nil:
		return models.Moderator{}, fmt.Errorf("moderator by name: %w", err)
	}
	return m, nil
}

// checkPassword finds out whether a password is a login's. One that nobody has costs
// as much time as one that somebody has.
func (v *visit) checkPassword(m models.Moderator, password string) error {
	fits, stale, err := access.VerifyPassword(v.ctx(), m.PasswordHash, password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !fits || m.ID == "" {
		return errWrong
	}
	if stale {
		v.rehash(m, password)
	}
	return nil
}

// rehash keeps a password at today's cost. Where that fails, or the password
// would not be taken any more, the old hash still holds.
func (v *visit) rehash(m models.Moderator, password string) {
	hash, err := access.HashPassword(v.ctx(), m.Name, password)
	if err == nil {
		err = v.Store.Rehash(v.ctx(), m.ID, m.PasswordHash, hash)
	}
	if err != nil {
		v.Logger.WarnContext(v.ctx(), "password not hashed anew", slog.Any("error", err))
	}
}

func (v *visit) checkToken(plain string) (hash string, err error) {
	plain = strings.TrimSpace(plain)
	c, err := v.Door.Token(v.ctx(), plain)
	switch {
	case errors.Is(err, models.ErrNotFound) || err == nil && access.Narrow(c.Grant):
		return "", errWrong
	case err != nil:
		return "", fmt.Errorf("sign in by token: %w", err)
	}
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:]), nil
}

// enter makes a new session of somebody, records it, and goes where the visitor
// wanted to go.
func (v *visit) enter(key, value string, how models.SignInWay) error {
	return v.enterAt(key, value, how, localPath(v.gin.PostForm("next")))
}

// enterAt is enter for somebody who wanted to go somewhere.
func (v *visit) enterAt(key, value string, how models.SignInWay, next string) error {
	if err := v.become(key, value); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), keyWay, string(how))
	v.sessions.Put(v.ctx(), keyStrong, strongWays[how])
	if err := v.lookUp(); err != nil {
		return err
	}
	err := v.Store.Record(v.ctx(), models.AuditEntry{
		Actor: v.caller.Actor, Action: "session.opened", Subject: "session",
		Details: map[string]string{"grant": string(v.caller.Grant), "by": string(how)},
	})
	if err != nil {
		return fmt.Errorf("record sign-in: %w", err)
	}
	if err := v.openSession(how); err != nil {
		return err
	}
	v.knowDevice()
	v.redirect(next)
	return nil
}

// become puts into a session with a new token who signs in.
func (v *visit) become(key, value string) error {
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	for _, k := range v.sessions.Keys(v.ctx()) {
		v.sessions.Remove(v.ctx(), k)
	}
	v.sessions.Put(v.ctx(), key, value)
	v.sessions.Put(v.ctx(), keySeen, v.now.Unix())
	v.sessions.Put(v.ctx(), keyOpened, v.now.Unix())
	return nil
}

func (v *visit) signOut() error {
	if v.identify() == nil {
		err := v.Store.Record(v.ctx(), models.AuditEntry{
			Actor: v.caller.Actor, Action: "session.closed", Subject: "session",
		})
		if err != nil {
			return fmt.Errorf("record sign-out: %w", err)
		}
	}
	if err := v.endSession(); err != nil {
		return err
	}
	v.redirect("/sign-in")
	return nil
}

// localPath returns a path of this console, so that a sign-in link can lead
// nowhere else.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/messages"
	}
	return next
}
