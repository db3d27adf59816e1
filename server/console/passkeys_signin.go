package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/takeback-chat/takeback/models"
)

// beginPasskeySignIn asks the browser for any passkey of this site; whose it is,
// the passkey says.
func (v *visit) beginPasskeySignIn() error {
	if err := v.hasPasskeys(); err != nil {
		return err
	}
	if v.identify() == nil {
		return invalid(v.words.T("passkey.in"))
	}
	options, s, err := v.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return fmt.Errorf("begin a sign-in: %w", err)
	}
	v.sessions.SetDeadline(v.ctx(), time.Now().Add(ceremonyWithin)) // a stranger's session does not stay
	return v.beginCeremony(options, s)
}

// signInByPasskey signs in whoever a passkey is of. The device has seen to it who
// holds it, so it counts as both factors.
func (v *visit) signInByPasskey() error {
	if err := v.hasPasskeys(); err != nil {
		return err
	}
	who := try{"passkey", v.gin.ClientIP()}
	if words := v.mustWait(who); words != "" {
		return v.signInAgain(http.StatusTooManyRequests, words)
	}
	m, err := v.passkeyOwner()
	if errors.Is(err, errWrong) {
		v.tries.failed(who)
		v.Logger.WarnContext(v.ctx(), "sign-in refused")
		return v.signInAgain(http.StatusUnprocessableEntity, v.words.T("passkey.wrong"))
	}
	if err != nil {
		return err
	}
	v.tries.passed(who)
	return v.enter(keyModerator, m.ID, byPasskey)
}

// passkeyOwner returns whose passkey has answered; errWrong: nobody's, or it does
// not hold.
func (v *visit) passkeyOwner() (models.Moderator, error) {
	s, err := v.ceremony()
	if err != nil {
		return models.Moderator{}, err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(v.gin.PostForm("credential")))
	if err != nil {
		return models.Moderator{}, errWrong
	}
	var h holder
	_, used, err := v.passkeys.ValidatePasskeyLogin(func(_, user []byte) (webauthn.User, error) {
		h, err = v.liveHolder(string(user))
		return h, err
	}, s, answer)
	if err != nil || used.Authenticator.CloneWarning {
		return models.Moderator{}, errWrong
	}
	return h.Moderator, v.notePasskey(h, used)
}

// liveHolder returns a login that may sign in, with its passkeys.
func (v *visit) liveHolder(id string) (holder, error) {
	m, err := v.Store.Moderator(v.ctx(), id)
	if err != nil {
		return holder{}, fmt.Errorf("moderator of passkey: %w", err)
	}
	if !m.DisabledAt.IsZero() {
		return holder{}, errWrong
	}
	return v.holder(m)
}

// notePasskey keeps the counter of a passkey that was used.
func (v *visit) notePasskey(h holder, used *webauthn.Credential) error {
	kept, err := json.Marshal(used)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	id := base64.RawURLEncoding.EncodeToString(used.ID)
	for _, k := range h.keys {
		if k.CredentialID != id {
			continue
		}
		if err := v.Store.UsePasskey(v.ctx(), k.ID, kept); err != nil {
			return fmt.Errorf("use a passkey: %w", err)
		}
	}
	return nil
}
