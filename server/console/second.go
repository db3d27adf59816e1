package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

const (
	// secondWithin is how long after the password the second factor may take, and
	// secondTries how many wrong ones it may be.
	secondWithin = 10 * time.Minute
	secondTries  = 5
)

// Keys of a session in which a password was right and the second factor is awaited.
const (
	keyPending      = "pending"       // id of the moderator
	keyPendingSince = "pending_since" // Unix seconds
	keyPendingTries = "pending_tries"
)

// secondView is the page that asks for the second factor.
type secondView struct {
	shell
	Next  string
	Error string
}

// awaitSecond remembers whose password was right and asks for more. Nothing but
// that one page opens with it.
func (v *visit) awaitSecond(id string) error {
	if err := v.become(keyPending, id); err != nil {
		return err
	}
	v.sessions.Remove(v.ctx(), keySeen)
	v.sessions.Put(v.ctx(), keyPendingSince, v.now.Unix())
	if err := v.saveSession(); err != nil {
		return err
	}
	v.redirect("/sign-in/second?next=" + url.QueryEscape(localPath(v.gin.PostForm("next"))))
	return nil
}

// awaited returns whose second factor is awaited, or errSignedOut: nobody's, or
// not any more.
func (v *visit) awaited() (models.Moderator, error) {
	id, since := v.sessions.GetString(v.ctx(), keyPending), v.sessions.GetInt64(v.ctx(), keyPendingSince)
	if id == "" || v.now.Sub(time.Unix(since, 0)) > secondWithin || v.sessions.GetInt(v.ctx(), keyPendingTries) >= secondTries {
		return models.Moderator{}, errSignedOut
	}
	m, err := v.Store.Moderator(v.ctx(), id)
	if errors.Is(err, models.ErrNotFound) || err == nil && !m.DisabledAt.IsZero() {
		return m, errSignedOut
	}
	if err != nil {
		return m, fmt.Errorf("moderator of session: %w", err)
	}
	return m, nil
}

func (v *visit) secondPage() error {
	if _, err := v.awaited(); errors.Is(err, errSignedOut) {
		return v.startOver()
	} else if err != nil {
		return err
	}
	return v.askSecond(http.StatusOK, v.gin.Query("next"), "")
}

func (v *visit) askSecond(status int, next, words string) error {
	return v.render(status, "second", secondView{shell: v.bareShell(v.words.T("second.title")), Next: localPath(next), Error: words})
}

// startOver asks for the password again.
func (v *visit) startOver() error {
	return v.signInAgain(http.StatusUnprocessableEntity, v.words.T("second.over"))
}

// second takes the code of an app, or a recovery code. Who comes so far knows the
// password, so that waiting for all who try this login locks nobody else out.
func (v *visit) second() error {
	m, err := v.awaited()
	if errors.Is(err, errSignedOut) {
		return v.startOver()
	}
	if err != nil {
		return err
	}
	counted, words, err := v.countTry(guess{who: "second " + m.ID, limit: secondLimit})
	if err != nil {
		return err
	}
	if words != "" {
		return v.askSecond(http.StatusTooManyRequests, v.gin.PostForm("next"), words)
	}
	how, wrong, err := v.checkSecond(m, v.field("code", 64))
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.secondRefused(m, wrong)
	}
	if err := v.Store.SignInFits(v.ctx(), counted); err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	return v.enter(keyModerator, m.ID, how)
}

func (v *visit) secondRefused(m models.Moderator, words string) error {
	v.Logger.WarnContext(v.ctx(), "second factor refused")
	tries := v.sessions.GetInt(v.ctx(), keyPendingTries) + 1
	v.sessions.Put(v.ctx(), keyPendingTries, tries)
	if err := v.saveSession(); err != nil {
		return err
	}
	if tries < secondTries {
		return v.askSecond(http.StatusUnprocessableEntity, v.gin.PostForm("next"), words)
	}
	err := v.Store.Record(v.ctx(), models.AuditEntry{
		Actor: m.Caller.Actor, Action: "session.refused", Subject: "session", Details: map[string]string{"by": "second_factor", "tries": strconv.Itoa(tries)},
	})
	if err != nil {
		return fmt.Errorf("record refusal: %w", err)
	}
	return v.startOver()
}

// checkSecond says by what somebody signs in, or in words why not.
func (v *visit) checkSecond(m models.Moderator, code string) (how models.SignInWay, wrong string, err error) {
	f, err := v.Store.Factors(v.ctx(), m.ID)
	if err != nil {
		return "", "", fmt.Errorf("second factor: %w", err)
	}
	if plain := access.RecoveryCode(code); plain != "" {
		fits, err := v.Store.UseRecoveryCode(v.ctx(), m, plain)
		if err != nil {
			return "", "", fmt.Errorf("recovery code: %w", err)
		}
		if !fits {
			return "", v.words.T("second.recovery.wrong"), nil
		}
		return byRecovery, "", nil
	}
	step, fits, used := access.CheckTOTP(f.TOTP, code, v.now, f.LastStep)
	if fits {
		if fits, err = v.Store.UseStep(v.ctx(), m.ID, step); err != nil {
			return "", "", fmt.Errorf("use code: %w", err)
		}
		used = !fits
	}
	switch {
	case len(f.TOTP) == 0:
		return "", v.words.T("second.wrong"), nil
	case fits:
		return byCode, "", nil
	case used:
		return "", v.words.T("second.used"), nil
	}
	return "", v.words.T("second.wrong"), nil
}

// mustEnrol reports whether the visitor has to add a second factor before
// anything else.
func (v *visit) mustEnrol() bool {
	return v.secondRequired() && !v.sessions.GetBool(v.ctx(), keyStrong)
}

// secondRequired reports whether the service asks the visitor for a second factor.
func (v *visit) secondRequired() bool {
	return v.login.ID != "" && v.RequireSecond != nil && v.RequireSecond(v.caller.Grant)
}

// enrolFirst leads to where a second factor is added. A deed is refused.
func (v *visit) enrolFirst() error {
	if v.gin.Request.Method != http.MethodGet || v.byScript() {
		return &access.Refusal{Kind: models.ErrForbidden, Words: v.words.T("totp.must")}
	}
	v.redirect("/account/totp")
	return nil
}
