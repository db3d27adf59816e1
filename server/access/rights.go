package access

import (
	"context"
	"errors"

	"github.com/takeback-chat/takeback/models"
)

// rights asks for one caller's right to take back, once per conversation.
type rights struct {
	roles  Roles
	caller models.Caller
	known  map[models.ConversationID]right
}

type right struct {
	authority models.Authority
	err       error
}

func (d *Door) rights(c models.Caller) *rights {
	return &rights{roles: d.roles, caller: c, known: map[models.ConversationID]right{}}
}

// in returns the right in which the caller may take m back, or an error that
// wraps models.ErrNotFound, ErrForbidden or ErrUnavailable.
func (r *rights) in(ctx context.Context, m models.Message) (models.Authority, error) {
	got, ok := r.known[m.Conversation.ID]
	if !ok {
		got.authority, got.err = r.ask(ctx, m)
		r.known[m.Conversation.ID] = got
	}
	return got.authority, got.err
}

func (r *rights) ask(ctx context.Context, m models.Message) (models.Authority, error) {
	c, account := m.Conversation, r.caller.Account
	switch {
	case r.caller.Grant == models.GrantOperator:
		return models.ByOperator, nil
	case account == models.Account{} && len(r.caller.Groups) > 0:
		return "", forbidden("This login is not linked to a chat account, so the platform cannot say that it moderates this group.")
	case account.App != c.App || account.Name == "":
		return "", notFound()
	case c.Group == "":
		return "", oneToOne(m, account.Name)
	}
	role, err := r.roles.Role(ctx, c, account.Name)
	return judge(account.Name, role, err)
}

// judge turns the platform's word into a right.
func judge(account string, role models.Role, err error) (models.Authority, error) {
	switch {
	case errors.Is(err, models.ErrNotFound): // the app is configured no more
		return "", notFound()
	case err != nil:
		return "", unavailable(err)
	case role == models.RoleOwner:
		return models.ByOwner, nil
	case role == models.RoleAdmin:
		return models.ByAdmin, nil
	case role == models.RoleMember:
		return "", forbidden(account + " is not an owner or admin of this group.")
	case role == models.RoleNone:
		return "", notFound()
	}
	return "", unavailable(errors.New("the platform gave no role"))
}

// accountOf is whose role a right rests on; empty for a right that is no role.
func accountOf(c models.Caller, a models.Authority) string {
	if !(models.Right{Authority: a}).Role() {
		return ""
	}
	return c.Account.Name
}

// oneToOne answers for a chat of two, which has neither owner nor admin: its two
// people are told so, anybody else learns nothing. The platform is not asked.
func oneToOne(m models.Message, account string) error {
	both := min(m.Sender, account) + ":" + max(m.Sender, account)
	if m.Sender == account || m.Conversation.Ref == both {
		return forbidden("A one-to-one chat has no owner or admin; only an operator can take this back.")
	}
	return notFound()
}
