package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/takeback-chat/takeback/models"
)

// ceremonyWithin is how long a browser may take over a passkey; keyCeremony is
// where the session keeps what the answer is held to, for one answer.
const (
	ceremonyWithin = 5 * time.Minute
	keyCeremony    = "ceremony"
)

// passkeySite says to which name and origin the passkeys of a site belong. A site
// without a name, or without TLS elsewhere than on this machine, can have none:
// browsers refuse there.
func passkeySite(site string) (name, origin string, ok bool) {
	u, err := url.Parse(site)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Hostname() != "localhost" {
		return "", "", false
	}
	_, err = netip.ParseAddr(u.Hostname())
	return u.Hostname(), u.Scheme + "://" + u.Host, err != nil
}

// newPasskeys makes what checks the passkeys of a site.
func newPasskeys(name, origin string) (*webauthn.WebAuthn, error) {
	w, err := webauthn.New(&webauthn.Config{
		RPID: name, RPDisplayName: "takeback", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", origin, err)
	}
	return w, nil
}

// holder is a login as the library asks for it.
type holder struct {
	models.Moderator

	keys []models.Passkey
}

func (h holder) WebAuthnID() []byte          { return []byte(h.ID) }
func (h holder) WebAuthnName() string        { return h.Name }
func (h holder) WebAuthnDisplayName() string { return h.Name }

func (h holder) WebAuthnCredentials() (all []webauthn.Credential) {
	for _, k := range h.keys {
		var c webauthn.Credential
		if json.Unmarshal(k.Credential, &c) == nil {
			all = append(all, c)
		}
	}
	return all
}

// holder returns a login with its passkeys.
func (v *visit) holder(m models.Moderator) (holder, error) {
	keys, err := v.Store.Passkeys(v.ctx(), m.ID)
	if err != nil {
		return holder{}, fmt.Errorf("passkeys: %w", err)
	}
	return holder{m, keys}, nil
}

// beginCeremony keeps what the browser's answer is held to and sends it the options.
func (v *visit) beginCeremony(options any, s *webauthn.SessionData) error {
	kept, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("keep a passkey's challenge: %w", err)
	}
	v.sessions.Put(v.ctx(), keyCeremony, string(kept))
	if err := v.saveSession(); err != nil {
		return err
	}
	v.gin.JSON(http.StatusOK, options)
	return nil
}

// ceremony returns what an answer is held to, once.
func (v *visit) ceremony() (s webauthn.SessionData, err error) {
	kept := v.sessions.PopString(v.ctx(), keyCeremony)
	if err := v.saveSession(); err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(kept), &s); err != nil {
		return s, errWrong
	}
	return s, nil
}

// hasPasskeys answers as if the page did not exist where there are no passkeys.
func (v *visit) hasPasskeys() error {
	if v.passkeys == nil {
		return fmt.Errorf("passkeys: %w", models.ErrNotFound)
	}
	return nil
}

func (v *visit) beginPasskey() error {
	if v.atProvider() {
		return v.lookedAfter()
	}
	if err := v.hasPasskeys(); err != nil {
		return err
	}
	if v.login.ID == "" {
		return invalid(v.words.T("account.token"))
	}
	h, err := v.holder(v.login)
	if err != nil {
		return err
	}
	options, s, err := v.passkeys.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return fmt.Errorf("begin a passkey: %w", err)
	}
	return v.beginCeremony(options, s)
}

func (v *visit) addPasskey() error {
	if v.atProvider() {
		return v.lookedAfter()
	}
	if err := v.hasPasskeys(); err != nil {
		return err
	}
	if words, err := v.proves(); err != nil || words != "" {
		return v.refuseAccount(words, err)
	}
	made, err := v.madePasskey()
	if errors.Is(err, errWrong) {
		return v.refuseAccount(v.words.T("passkey.failed"), nil)
	}
	if err != nil {
		return err
	}
	kept, err := json.Marshal(made)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	name := v.field("name", 64)
	if name == "" {
		name = browserOf(v.gin.Request.UserAgent())
	}
	err = v.Store.AddPasskey(v.ctx(), v.login, models.Passkey{
		Name: name, CredentialID: base64.RawURLEncoding.EncodeToString(made.ID), Credential: kept,
	})
	if errors.Is(err, models.ErrConflict) {
		return v.refuseAccount(v.words.T("passkey.known"), nil)
	}
	if err != nil {
		return fmt.Errorf("add a passkey: %w", err)
	}
	v.sessions.Put(v.ctx(), keyStrong, true)
	if err := v.renewSession(); err != nil {
		return err
	}
	return v.toAccount("passkey_added")
}

// madePasskey checks the passkey that a browser has made; errWrong: it does not hold.
func (v *visit) madePasskey() (*webauthn.Credential, error) {
	s, err := v.ceremony()
	if err != nil {
		return nil, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(v.gin.PostForm("credential")))
	if err != nil {
		return nil, errWrong
	}
	h, err := v.holder(v.login)
	if err != nil {
		return nil, err
	}
	made, err := v.passkeys.CreateCredential(h, s, answer)
	if err != nil {
		return nil, errWrong
	}
	return made, nil
}

func (v *visit) removePasskey() error {
	if words, err := v.proves(); err != nil || words != "" {
		return v.refuseAccount(words, err)
	}
	if err := v.Store.RemovePasskey(v.ctx(), v.login, v.gin.Param("id")); err != nil {
		return fmt.Errorf("remove a passkey: %w", err)
	}
	return v.toAccount("passkey_removed")
}
