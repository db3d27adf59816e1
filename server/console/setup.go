package console

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// setUpView is the page that a set-up link leads to.
type setUpView struct {
	shell
	Link  string
	Over  string // used or expired; empty: it is open
	Name  string // what was typed, or the login that the link is for
	Fixed bool   // the name is the link's
	Grant models.Grant
	Error string
}

// setUpPage shows what the link is for. Looking changes nothing: chat clients
// open links by themselves.
func (v *visit) setUpPage() error {
	l, err := v.setupLink()
	if err != nil {
		return err
	}
	return v.showSetUp(http.StatusOK, l, l.Name, "")
}

// setupLink returns the link of the URL; one that was never made does not exist.
func (v *visit) setupLink() (models.SetupLink, error) {
	l, err := v.Store.SetupLink(v.ctx(), access.SetupHash(v.gin.Param("link")))
	if err != nil {
		return l, fmt.Errorf("set-up link: %w", err)
	}
	return l, nil
}

func (v *visit) showSetUp(status int, l models.SetupLink, name, words string) error {
	view := setUpView{
		shell: v.bareShell(v.words.T("setup.title")), Link: v.gin.Param("link"),
		Name: name, Fixed: l.Name != "", Grant: l.Caller.Grant, Error: words,
	}
	switch {
	case !l.UsedAt.IsZero():
		status, view.Over = http.StatusGone, "used"
	case !l.Open(v.now):
		status, view.Over = http.StatusGone, "expired"
	}
	return v.render(status, "set_up", view)
}

// setUp makes the login and signs its owner in.
func (v *visit) setUp() error {
	l, err := v.setupLink()
	if err != nil {
		return err
	}
	name := l.Name
	if name == "" {
		name = v.field("name", 256)
	}
	if words := v.wrongSetUp(name); words != "" {
		return v.showSetUp(http.StatusUnprocessableEntity, l, name, words)
	}
	hash, err := access.HashPassword(v.ctx(), name, v.gin.PostForm("password"))
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	m, err := v.Store.UseSetupLink(v.ctx(), l.Hash, models.Moderator{Name: name, PasswordHash: hash})
	if errors.Is(err, models.ErrConflict) { // used meanwhile, or shown as open and not
		l.UsedAt = v.now
		return v.showSetUp(http.StatusGone, l, name, "")
	}
	if err != nil {
		return fmt.Errorf("set up a login: %w", err)
	}
	return v.enter(keyModerator, m.ID, byLink)
}

// wrongSetUp says what is wrong with what was typed.
func (v *visit) wrongSetUp(name string) string {
	if !access.GoodName(name) {
		return v.words.T("setup.name.wrong")
	}
	return v.wrongPassword(name)
}

// wrongPassword says what is wrong with a new password, which is typed twice.
func (v *visit) wrongPassword(name string) string {
	password := v.gin.PostForm("password")
	if weak := access.CheckPassword(name, password); weak != "" {
		return v.words.T("password.weak." + string(weak))
	}
	if v.gin.PostForm("again") != password {
		return v.words.T("password.again.wrong")
	}
	return ""
}
