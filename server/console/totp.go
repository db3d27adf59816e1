package console

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rsc.io/qr"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// keyTOTP is the secret of an app that is being added, in hex.
const keyTOTP = "totp"

// freshFor is how long after the sign-in a login without a password may change by
// what it signs in.
const freshFor = 15 * time.Minute

// totpView is the page that adds an authenticator app, and after that shows the
// recovery codes, once.
type totpView struct {
	shell
	Must     bool   // the service asks for a second factor
	Secret   string // in groups, to be typed
	Password bool   // the login has one, which is asked for
	Codes    []string
	Error    string
}

func (v *visit) totpPage() error { return v.showTOTP(http.StatusOK, "") }

// showTOTP shows the secret that waits for its first code, or makes one.
func (v *visit) showTOTP(status int, words string) error {
	if v.login.ID == "" {
		return invalid(v.words.T("account.token"))
	}
	secret, err := v.addedSecret()
	if err != nil {
		secret = access.NewTOTPSecret()
		v.sessions.Put(v.ctx(), keyTOTP, hex.EncodeToString(secret))
		if err := v.saveSession(); err != nil {
			return err
		}
	}
	s, err := v.shell("account", v.words.T("totp.title"), "")
	if err != nil {
		return err
	}
	return v.render(status, "totp", totpView{
		shell: s, Must: v.mustEnrol(), Secret: inGroups(access.TOTPText(secret)), Password: v.login.PasswordHash != "", Error: words,
	})
}

// inGroups cuts a secret into groups of four, which people can read.
func inGroups(s string) string {
	var groups []string
	for group := range slices.Chunk([]byte(s), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// addedSecret returns the secret that is being added in this session.
func (v *visit) addedSecret() ([]byte, error) {
	secret, err := hex.DecodeString(v.sessions.GetString(v.ctx(), keyTOTP))
	if err != nil || len(secret) == 0 {
		return nil, models.ErrNotFound
	}
	return secret, nil
}

// totpQR draws the secret for the camera of an app.
func (v *visit) totpQR() error {
	secret, err := v.addedSecret()
	if err != nil {
		return err
	}
	code, err := qr.Encode(access.TOTPURL(v.login.Name, secret), qr.M)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	v.gin.Data(http.StatusOK, "image/png", code.PNG())
	return nil
}

// addTOTP takes the first code of an app as proof that it has the secret, and
// shows the recovery codes.
func (v *visit) addTOTP() error {
	secret, err := v.addedSecret()
	if err != nil {
		return v.showTOTP(http.StatusUnprocessableEntity, v.words.T("totp.gone"))
	}
	if words, err := v.proves(); err != nil || words != "" {
		return v.refuseTOTP(words, err)
	}
	step, fits, _ := access.CheckTOTP(secret, v.field("code", 64), v.now, 0)
	if !fits {
		return v.showTOTP(http.StatusUnprocessableEntity, v.words.T("totp.wrong"))
	}
	codes := access.NewRecoveryCodes()
	if err := v.Store.AddTOTP(v.ctx(), v.login, secret, step, plainCodes(codes)); err != nil {
		return fmt.Errorf("add an app: %w", err)
	}
	v.sessions.Remove(v.ctx(), keyTOTP)
	v.sessions.Put(v.ctx(), keyStrong, true)
	if err := v.renewSession(); err != nil {
		return err
	}
	return v.showCodes(codes)
}

func (v *visit) refuseTOTP(words string, err error) error {
	if err != nil {
		return err
	}
	return v.showTOTP(http.StatusUnprocessableEntity, words)
}

func plainCodes(codes []string) []string {
	plain := make([]string, len(codes))
	for i, c := range codes {
		plain[i] = access.RecoveryCode(c)
	}
	return plain
}

func (v *visit) showCodes(codes []string) error {
	s, err := v.shell("account", v.words.T("totp.codes"), "")
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "totp", totpView{shell: s, Codes: codes})
}

func (v *visit) renewCodes() error {
	if words, err := v.proves(); err != nil || words != "" {
		return v.refuseAccount(words, err)
	}
	f, err := v.Store.Factors(v.ctx(), v.login.ID)
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	if len(f.TOTP) == 0 {
		return invalid(v.words.T("totp.none"))
	}
	codes := access.NewRecoveryCodes()
	if err := v.Store.RenewCodes(v.ctx(), v.login, plainCodes(codes)); err != nil {
		return fmt.Errorf("renew recovery codes: %w", err)
	}
	return v.showCodes(codes)
}

func (v *visit) removeTOTP() error {
	if words, err := v.proves(); err != nil || words != "" {
		return v.refuseAccount(words, err)
	}
	if err := v.Store.RemoveTOTP(v.ctx(), v.login); err != nil {
		return fmt.Errorf("remove an app: %w", err)
	}
	return v.toAccount("totp_removed")
}

func (v *visit) refuseAccount(words string, err error) error {
	if err != nil {
		return err
	}
	return v.showAccount(http.StatusUnprocessableEntity, nil, words)
}

// proves asks once more who it is, before anything changes by what a login signs
// in: for the password, or where there is none for a sign-in of a moment ago.
// Words say why not.
func (v *visit) proves() (words string, err error) {
	if v.login.ID == "" {
		return "", invalid(v.words.T("account.token"))
	}
	if v.login.PasswordHash == "" {
		if opened := v.sessions.GetInt64(v.ctx(), keyOpened); v.now.Sub(time.Unix(opened, 0)) > freshFor {
			return v.words.T("account.stale"), nil
		}
		return "", nil
	}
	who := try{v.login.Name, v.gin.ClientIP()}
	if words := v.mustWait(who); words != "" {
		return words, nil
	}
	err = v.checkPassword(v.login, v.gin.PostForm("old"))
	if errors.Is(err, errWrong) {
		v.tries.failed(who)
		return v.words.T("account.old.wrong"), nil
	}
	if err == nil {
		v.tries.passed(who)
	}
	return "", err
}
