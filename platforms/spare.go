package platforms

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Spare marks the messages of a sweep that are of owners and admins of their
// group, by the platform's word, or of takeback's own account, except of those
// whom the order names. What has a Why already stays as it is. An error means
// that the platform could not be asked, and that nothing may be taken back on the
// strength of these marks.
func (s *Standings) Spare(ctx context.Context, items []models.SweepItem, o models.SweepOrder) error {
	senders := map[models.ConversationID][]string{}
	for i := range items {
		item := &items[i]
		if item.Why == "" && s.own(item.Conversation.App, item.Sender) && !o.Names(models.SparedOwn) {
			item.Why = models.SparedOwn
		}
		if item.Why == "" && item.Conversation.Group != "" {
			senders[item.Conversation.ID] = append(senders[item.Conversation.ID], item.Sender)
		}
	}
	roles := map[models.ConversationID]map[string]models.Role{}
	for i := range items {
		c := items[i].Conversation
		if names := senders[c.ID]; names != nil && roles[c.ID] == nil {
			known, err := s.Roles(ctx, c, names)
			if err != nil {
				return err
			}
			roles[c.ID] = known
		}
		if items[i].Why == "" {
			items[i].Why = spared(roles[c.ID][items[i].Sender], o)
		}
	}
	return nil
}

// spared is why the messages of somebody with a role are left alone, "" if they are not.
func spared(role models.Role, o models.SweepOrder) models.SweepWhy {
	switch {
	case role == models.RoleOwner && !o.Names(models.SparedOwner):
		return models.SparedOwner
	case role == models.RoleAdmin && !o.Names(models.SparedAdmin):
		return models.SparedAdmin
	}
	return ""
}

// own reports whether an account is takeback's own.
func (s *Standings) own(app, account string) bool {
	m, ok := s.adapters[app].(Mute)
	return ok && m.Own(account)
}

// Roles returns what accounts are in a conversation, each at most StandingTTL
// old. Accounts may be named more than once.
func (s *Standings) Roles(ctx context.Context, c models.Conversation, accounts []string) (map[string]models.Role, error) {
	all := make(map[string]models.Role, len(accounts))
	var ask []string
	epochs := map[string]uint64{}
	for _, account := range accounts {
		if _, seen := epochs[account]; seen {
			continue
		}
		role, epoch, ok := s.look(standingKey{models.Place{App: c.App, Ref: c.Group}, account}, StandingTTL)
		all[account], epochs[account] = role, epoch
		if !ok {
			ask = append(ask, account)
		}
	}
	told, err := s.ask(ctx, c, ask)
	if err != nil {
		return nil, err
	}
	for _, account := range ask {
		if told[account] == models.RoleUnknown {
			return nil, fmt.Errorf("roles in %s: the platform gave no role", c.Group)
		}
		all[account] = told[account]
		s.keep(standingKey{models.Place{App: c.App, Ref: c.Group}, account}, told[account], epochs[account])
	}
	return all, nil
}

// ask asks the platform for roles, at once where it can tell them so.
func (s *Standings) ask(ctx context.Context, c models.Conversation, accounts []string) (map[string]models.Role, error) {
	a, ok := s.adapters[c.App]
	if !ok {
		return nil, fmt.Errorf("app %q: %w", c.App, models.ErrNotFound)
	}
	if many, ok := a.(Roles); ok && len(accounts) > 0 {
		told, err := many.Authorities(ctx, c, accounts)
		if err != nil {
			return nil, fmt.Errorf("roles in %s: %w", c.Group, err)
		}
		return told, nil
	}
	told := make(map[string]models.Role, len(accounts))
	for _, account := range accounts {
		role, err := a.Authority(ctx, c, account)
		if err != nil {
			return nil, fmt.Errorf("roles in %s: %w", c.Group, err)
		}
		told[account] = role
	}
	return told, nil
}
