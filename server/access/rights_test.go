package access

import (
	"errors"
	"fmt"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// place is one kind of conversation, and which roles its platform gives there.
type place struct {
	name  string
	in    models.Conversation
	roles []models.Role
}

// Work groups and live groups have no administrators, a topic has the roles of its
// community, and a chat of two has none at all.
var kindsOfPlace = []place{
	{"a public group", models.Conversation{Kind: models.Group, Ref: "@p", Group: "@p", Type: "Public"}, allRoles},
	{"a work group", models.Conversation{Kind: models.Group, Ref: "@w", Group: "@w", Type: "Work"}, noAdmins},
	{"a topic", models.Conversation{Kind: models.Topic, Ref: "@c@TOPIC#_1", Group: "@c", Type: "Community"}, allRoles},
	{"a live group", models.Conversation{Kind: models.Live, Ref: "@l", Group: "@l", Type: "Live"}, noAdmins},
	{"a chat of two", models.Conversation{Kind: models.Direct, Ref: "bob:me"}, []models.Role{models.RoleNone}},
}

var (
	allRoles = []models.Role{models.RoleOwner, models.RoleAdmin, models.RoleMember, models.RoleNone, models.RoleUnknown}
	noAdmins = []models.Role{models.RoleOwner, models.RoleMember, models.RoleNone, models.RoleUnknown}
)

// may is what becomes of a recall that me asks for, of what bob wrote.
func may(g models.Grant, p place, role models.Role) (models.Authority, error) {
	switch {
	case g == models.GrantOperator:
		return models.ByOperator, nil
	case g != models.GrantModerator:
		return "", models.ErrForbidden
	case p.in.Kind == models.Direct:
		return "", models.ErrForbidden // me is at one end, and is told that there are no roles
	case role == models.RoleOwner:
		return models.ByOwner, nil
	case role == models.RoleAdmin:
		return models.ByAdmin, nil
	case role == models.RoleMember:
		return "", models.ErrForbidden
	case role == models.RoleNone:
		return "", models.ErrNotFound
	}
	return "", ErrUnavailable
}

func TestWhoMayInEveryKindOfConversation(t *testing.T) {
	grants := []models.Grant{
		models.GrantOperator, models.GrantModerator, models.GrantAuditor, models.GrantViewer, models.GrantApp, models.GrantUser, "",
	}
	rows, allowed := 0, 0
	for _, p := range kindsOfPlace {
		for _, role := range p.roles {
			for _, g := range grants {
				name := fmt.Sprintf("%q as %q in %s", g, role, p.name)
				door, store, roles := newDoor()
				p.in.App, p.in.ID = "main", "c"
				m := message("m", "main", p.in.Kind, p.in.Ref, "bob")
				m.Conversation = p.in
				store.messages["m"] = m
				roles.roles["me"+p.in.Group] = role
				want, refusal := may(g, p, role)
				got, err := door.Recall(t.Context(), linked(g, "me"), models.FromAPI, []models.MessageID{"m"}, mistyped)
				if err == nil {
					err = got[0].Err
				}
				if !errors.Is(err, refusal) {
					t.Errorf("%s: %v, want %v", name, err, refusal)
				}
				if refusal == nil && (len(store.asked) != 1 || store.asked[0].Authority != want) {
					t.Errorf("%s: asked %+v, want one in the right %s", name, store.asked, want)
				}
				if refusal != nil && len(store.asked) > 0 {
					t.Errorf("%s: the store was asked", name)
				}
				if p.in.Kind == models.Direct && len(roles.asked) > 0 {
					t.Errorf("%s: the platform was asked for a role that there is not", name)
				}
				rows++
				if refusal == nil {
					allowed++
				}
			}
		}
	}
	// 5+4+5+4+1 places with a role, 7 grants; an operator in each, and 6 owners and admins.
	if rows != 19*7 || allowed != 19+6 {
		t.Errorf("%d rows were tried and %d allowed, want %d and %d", rows, allowed, 19*7, 19+6)
	}
}

// Owners, admins and members alike take back what they wrote as senders, wherever
// that is, and nothing else as that.
func TestWhoIsSenderInEveryKindOfConversation(t *testing.T) {
	rows := 0
	for _, p := range kindsOfPlace {
		for _, sender := range []string{"me", "bob"} {
			door, store, _ := newDoor()
			m := message("m", "main", p.in.Kind, p.in.Ref, sender)
			m.Conversation = p.in
			store.messages["m"] = m
			me := models.Account{App: "main", Name: "me"}
			_, err := door.TakeBack(t.Context(), models.Caller{Actor: me.Actor(), Grant: models.GrantUser, Account: me}, models.FromAPI, "m", mistyped)
			if own := sender == "me"; own != (err == nil) || own != (len(store.asked) == 1) || !own && !errors.Is(err, models.ErrNotFound) {
				t.Errorf("in %s what %s wrote: %v", p.name, sender, err)
			}
			rows++
		}
	}
	if rows != 10 {
		t.Errorf("%d rows were tried, want 10", rows)
	}
}
