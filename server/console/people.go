package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// PeopleStore is what the console reads and does about other people's logins and about
// tokens, of *store.Store. Whatever it does is in the audit, and is true of the next
// request on any node.
type PeopleStore interface {
	Moderators(ctx context.Context) ([]models.Moderator, error)
	DisableModerator(ctx context.Context, name, by string) error
	EnableModerator(ctx context.Context, name, by string) error
	GrantModerator(ctx context.Context, name string, c models.Caller, by string) error
	MakeSetupLink(ctx context.Context, l models.SetupLink) error
	Tokens(ctx context.Context) ([]models.Token, error)
	RevokeToken(ctx context.Context, name, by string) error
}

// peopleView lists logins and tokens.
type peopleView struct {
	shell
	Tab    string
	People []person
	Tokens []models.Token
	Grants []models.Grant
	Manage bool   // the visitor may change them
	Link   string // that was just made, shown once
	For    string // whose it is
}

// person is one login in the list.
type person struct {
	models.Moderator

	You bool
}

func (v *visit) peoplePage() error { return v.showPeople(http.StatusOK, "", "") }

func (v *visit) showPeople(status int, link, name string) error {
	logins, err := v.Store.Moderators(v.ctx())
	if err != nil {
		return fmt.Errorf("list logins: %w", err)
	}
	view := peopleView{Tab: "people", Grants: models.Grants, Manage: v.may(access.Manage), Link: link, For: name}
	for _, m := range logins {
		view.People = append(view.People, person{m, m.ID == v.login.ID})
	}
	if view.Tokens, err = v.Store.Tokens(v.ctx()); err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	if view.shell, err = v.shell("settings", v.words.T("people.title"), ""); err != nil {
		return err
	}
	return v.render(status, "people", view)
}

// addPerson makes a link by which somebody makes a login, and shows it this once.
func (v *visit) addPerson() error {
	name, grant := v.field("name", 128), v.field("grant", 40)
	if name == "" {
		return invalid(v.words.T("people.name.needed"))
	}
	if err := known(v, grant, models.Grants); err != nil || grant == "" {
		return invalid(v.words.T("filter.unknown", Visible(grant)))
	}
	plain, hash := access.NewSetupSecret()
	err := v.Store.MakeSetupLink(v.ctx(), models.SetupLink{
		Hash: hash, Name: name, MadeBy: v.caller.Actor, ExpiresAt: v.now.Add(time.Hour),
		Caller: models.Caller{Actor: "moderator:" + name, Grant: models.Grant(grant)},
	})
	if err != nil {
		return fmt.Errorf("make a set-up link: %w", err)
	}
	scheme := "http://"
	if v.Secure {
		scheme = "https://"
	}
	return v.showPeople(http.StatusOK, scheme+v.gin.Request.Host+access.SetupPath+plain, name)
}

// other is the login that a deed is about. Nobody changes their own: so that nobody
// shuts themselves out, and the last operator stays one.
func (v *visit) other() (models.Moderator, error) {
	m, err := v.Store.Moderator(v.ctx(), v.gin.Param("id"))
	if err != nil {
		return m, fmt.Errorf("login %s: %w", v.gin.Param("id"), err)
	}
	if m.ID == v.login.ID {
		return m, &access.Refusal{Kind: models.ErrConflict, Words: v.words.T("people.not_yourself")}
	}
	return m, nil
}

// change does one thing to another's login and shows the list as it is then.
func (v *visit) change(do func(models.Moderator) error) error {
	m, err := v.other()
	if err != nil {
		return err
	}
	err = do(m)
	if errors.Is(err, models.ErrLastOperator) {
		return &access.Refusal{Kind: models.ErrConflict, Words: v.words.T("people.last")}
	}
	if err != nil {
		return fmt.Errorf("change login %s: %w", m.ID, err)
	}
	v.redirect("/settings/people")
	return nil
}

func (v *visit) disablePerson() error {
	return v.change(func(m models.Moderator) error { return v.Store.DisableModerator(v.ctx(), m.Name, v.caller.Actor) })
}

func (v *visit) enablePerson() error {
	return v.change(func(m models.Moderator) error { return v.Store.EnableModerator(v.ctx(), m.Name, v.caller.Actor) })
}

func (v *visit) endPerson() error {
	return v.change(func(m models.Moderator) error {
		_, err := v.Store.EndSessions(v.ctx(), "moderator:"+m.Name, "", v.caller.Actor)
		return err //nolint:wrapcheck // change says what was done
	})
}

// grantPerson gives another role to a login, which keeps its account and its groups.
func (v *visit) grantPerson() error {
	grant := v.field("grant", 40)
	if err := known(v, grant, models.Grants); err != nil || grant == "" {
		return invalid(v.words.T("filter.unknown", Visible(grant)))
	}
	return v.change(func(m models.Moderator) error {
		c := m.Caller
		c.Grant = models.Grant(grant)
		return v.Store.GrantModerator(v.ctx(), m.Name, c, v.caller.Actor)
	})
}

// revokeToken ends a token at once.
func (v *visit) revokeToken() error {
	all, err := v.Store.Tokens(v.ctx())
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	for _, t := range all {
		if t.ID != v.gin.Param("id") {
			continue
		}
		if err := v.Store.RevokeToken(v.ctx(), t.Name, v.caller.Actor); err != nil {
			return fmt.Errorf("revoke token %s: %w", t.ID, err)
		}
		v.redirect("/settings/people")
		return nil
	}
	return fmt.Errorf("token %s: %w", v.gin.Param("id"), models.ErrNotFound)
}
