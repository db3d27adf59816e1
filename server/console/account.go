package console

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// accountView is the page of one's own account: by what one signs in, and where
// one is signed in.
type accountView struct {
	shell
	Login    bool // a login, which has a password; not a token
	Password bool
	Factors  models.Factors
	Passkeys []models.Passkey
	Passable bool // this site can have passkeys
	Required bool // the service asks this login for a second factor
	Sessions []sessionView
	Error    string
}

// sessionView is one session in the list.
type sessionView struct {
	models.Session
	This bool
}

func (v *visit) accountPage() error {
	did := v.sessions.PopString(v.ctx(), keyDid)
	if did == "" {
		return v.showAccount(http.StatusOK, nil, "")
	}
	if err := v.saveSession(); err != nil {
		return err
	}
	return v.showAccount(http.StatusOK, &noticeView{Class: "green", Words: v.words.T("account.did." + did)}, "")
}

// showAccount shows the page with a notice of what was done, or words for what was not.
func (v *visit) showAccount(status int, did *noticeView, words string) error {
	s, err := v.shell("account", v.words.T("account.title"), "")
	if err != nil {
		return err
	}
	s.Notice = did
	sessions, err := v.Store.SessionsOf(v.ctx(), v.caller.Actor)
	if err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	view := accountView{shell: s, Login: v.login.ID != "" && !v.atProvider(), Password: v.login.PasswordHash != "", Required: v.secondRequired(), Error: words}
	if view.Factors, err = v.Store.Factors(v.ctx(), v.login.ID); err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	if view.Passkeys, err = v.Store.Passkeys(v.ctx(), v.login.ID); err != nil {
		return fmt.Errorf("passkeys: %w", err)
	}
	view.Passable = v.passkeys != nil && !v.atProvider()
	for _, o := range sessions {
		view.Sessions = append(view.Sessions, sessionView{o, o.ID == v.sessionID()})
	}
	return v.render(status, "account", view)
}

// sessionID is the id of the session that asks.
func (v *visit) sessionID() string {
	sum := sha256.Sum256([]byte(v.sessions.Token(v.ctx())))
	return hex.EncodeToString(sum[:])
}

// endOneSession ends one of the visitor's sessions; another's is not there.
func (v *visit) endOneSession() error {
	if err := v.Store.EndSession(v.ctx(), v.caller.Actor, v.gin.Param("id"), v.caller.Actor); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return v.toAccount("ended")
}

func (v *visit) endOtherSessions() error {
	if _, err := v.Store.EndSessions(v.ctx(), v.caller.Actor, v.sessionID(), v.caller.Actor); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return v.toAccount("ended")
}

// changePassword takes a new password from whoever knows the old one. All
// sessions end with it, and this browser gets a new one.
func (v *visit) changePassword() error {
	if v.atProvider() {
		return v.lookedAfter()
	}
	if words, err := v.proves(); err != nil || words != "" {
		return v.refuseAccount(words, err)
	}
	if words := v.wrongPassword(v.login.Name); words != "" {
		return v.showAccount(http.StatusUnprocessableEntity, nil, words)
	}
	hash, err := access.HashPassword(v.ctx(), v.login.Name, v.gin.PostForm("password"))
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	if err := v.Store.SetPassword(v.ctx(), v.login, hash); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if err := v.renewSession(); err != nil {
		return err
	}
	v.login.PasswordHash = hash
	v.knowDevice()
	return v.toAccount("password")
}

// toAccount leads back to the page, which then says what was done.
func (v *visit) toAccount(did string) error {
	v.sessions.Put(v.ctx(), keyDid, did)
	if err := v.saveSession(); err != nil {
		return err
	}
	v.redirect("/account")
	return nil
}
