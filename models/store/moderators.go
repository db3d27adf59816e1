package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// CreateModerator keeps a person with a login. models.ErrConflict: the name is taken.
func (s *Store) CreateModerator(ctx context.Context, m models.Moderator, by string) error {
	if m.Name == "" || m.PasswordHash == "" {
		return fmt.Errorf("a moderator needs a name and a password: %w", models.ErrInvalid)
	}
	err := s.write(ctx, func(u *unit) error { return u.createModerator(m, by) })
	if err != nil {
		return fmt.Errorf("create moderator: %w", err)
	}
	return nil
}

func (u *unit) createModerator(m models.Moderator, by string) error {
	places, err := json.Marshal(m.Caller.Groups)
	if err != nil {
		return fmt.Errorf("encode groups of moderator %s: %w", m.Name, err)
	}
	n, err := u.execCount(`INSERT INTO moderators (id, name, password_hash, grant_name, app, account, places, created_at, disabled_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`, cmp.Or(m.ID, u.id()), m.Name, m.PasswordHash,
		string(m.Caller.Grant), m.Caller.Account.App, m.Caller.Account.Name, string(places), u.now.UnixMilli())
	if err != nil {
		return err
	}
	if n == 0 {
		return refuse(fmt.Errorf("a moderator named %s exists: %w", m.Name, models.ErrConflict))
	}
	return u.record(models.AuditEntry{
		Actor: by, Action: "moderator.created", Subject: "moderator", Thing: m.Name, Details: granted(m.Caller),
	})
}

// Moderators lists all people with a login by name, also the disabled ones; at
// most models.MaxLimit.
func (s *Store) Moderators(ctx context.Context) ([]models.Moderator, error) {
	var found []moderatorRow
	if err := s.reader(ctx).Order("name").Limit(models.MaxLimit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("moderators: %w", clean(err))
	}
	out := make([]models.Moderator, len(found))
	for i, r := range found {
		m, err := r.model()
		if err != nil {
			return nil, err
		}
		out[i] = m
	}
	return out, nil
}

// ModeratorByName returns the moderator with that login, also a disabled one.
func (s *Store) ModeratorByName(ctx context.Context, name string) (models.Moderator, error) {
	return s.moderator(ctx, "name = ?", name)
}

// Moderator returns the moderator of that id, also a disabled one.
func (s *Store) Moderator(ctx context.Context, id string) (models.Moderator, error) {
	return s.moderator(ctx, "id = ?", id)
}

func (s *Store) moderator(ctx context.Context, condition, value string) (models.Moderator, error) {
	var r moderatorRow
	if err := first(s.reader(ctx).Where(condition, value), &r); err != nil {
		return models.Moderator{}, fmt.Errorf("moderator: %w", err)
	}
	return r.model()
}

func (r moderatorRow) model() (models.Moderator, error) {
	m := models.Moderator{
		ID: r.ID, Name: r.Name, PasswordHash: r.PasswordHash, CreatedAt: fromMillis(r.CreatedAt),
		DisabledAt: fromMillis(r.DisabledAt),
		Caller: models.Caller{
			Actor: "moderator:" + r.Name, Grant: models.Grant(r.GrantName),
			Account: models.Account{App: r.App, Name: r.Account},
		},
	}
	if err := json.Unmarshal([]byte(r.Places), &m.Caller.Groups); err != nil {
		return m, fmt.Errorf("groups of moderator %s are not readable", r.Name)
	}
	return m, nil
}
