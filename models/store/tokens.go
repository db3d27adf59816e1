package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// touchEvery is how precisely the last use of a token is known.
const touchEvery = time.Minute

// CreateToken keeps a new API token. models.ErrConflict: the name is taken, also
// by a revoked one.
func (s *Store) CreateToken(ctx context.Context, t models.Token, by string) error {
	if t.Name == "" || len(t.Hash) != 32 {
		return fmt.Errorf("a token needs a name and its SHA-256: %w", models.ErrInvalid)
	}
	places, err := json.Marshal(t.Caller.Groups)
	if err != nil {
		return fmt.Errorf("encode groups of token %s: %w", t.Name, err)
	}
	err = s.write(ctx, func(u *unit) error {
		id := cmp.Or(t.ID, u.id())
		n, err := u.execCount(`INSERT INTO tokens (id, name, hash, grant_name, app, account, places, created_at, revoked_at, last_used)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING`,
			id, t.Name, t.Hash, string(t.Caller.Grant), t.Caller.Account.App, t.Caller.Account.Name, string(places), u.now.UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			return refuse(fmt.Errorf("a token named %s exists: %w", t.Name, models.ErrConflict))
		}
		return u.record(models.AuditEntry{
			Actor: by, Action: "token.created", Subject: "token", Thing: t.Name,
			Details: granted(t.Caller),
		})
	})
	if err != nil {
		return fmt.Errorf("create token: %w", err)
	}
	return nil
}

// granted tells in an audit entry what a caller may do.
func granted(c models.Caller) map[string]string {
	details := map[string]string{"grant": string(c.Grant)}
	if c.Account.Name != "" {
		details["account"] = c.Account.App + ":" + c.Account.Name
	}
	for i, g := range c.Groups {
		details[fmt.Sprintf("group_%03d", i)] = g.App + ":" + g.Ref
	}
	return details
}

// TokenByHash returns the live token with that SHA-256. models.ErrNotFound: there
// is none, or it is revoked. That it was used is noted, at most once a minute and
// without waiting.
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (models.Token, error) {
	var r tokenRow
	if err := first(s.reader(ctx).Where("hash = ? AND revoked_at = 0", hash), &r); err != nil {
		return models.Token{}, fmt.Errorf("token: %w", err)
	}
	if now := s.now(); now.Sub(fromMillis(r.LastUsed)) >= touchEvery {
		s.touch(r.ID, now.UnixMilli())
	}
	return r.model()
}

// touch notes the use of a token when the queue has room for it.
func (s *Store) touch(id string, now int64) {
	err := s.writer.offer(&operation{done: make(chan struct{}), run: func(u *unit) error {
		return u.exec("UPDATE tokens SET last_used = ? WHERE id = ? AND last_used < ?", now, id, now)
	}})
	_ = err // busy: the next use notes it
}

func (r tokenRow) model() (models.Token, error) {
	t := models.Token{
		ID: r.ID, Name: r.Name, Hash: r.Hash, CreatedAt: fromMillis(r.CreatedAt),
		RevokedAt: fromMillis(r.RevokedAt), LastUsed: fromMillis(r.LastUsed),
		Caller: models.Caller{
			Actor: "token:" + r.Name, Grant: models.Grant(r.GrantName),
			Account: models.Account{App: r.App, Name: r.Account},
		},
	}
	if err := json.Unmarshal([]byte(r.Places), &t.Caller.Groups); err != nil {
		return t, fmt.Errorf("groups of token %s are not readable", r.Name)
	}
	return t, nil
}

// RevokeToken ends a token at once. models.ErrNotFound: there is no live one of
// that name.
func (s *Store) RevokeToken(ctx context.Context, name, by string) error {
	err := s.write(ctx, func(u *unit) error {
		n, err := u.execCount("UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at = 0", u.now.UnixMilli(), name)
		if err != nil {
			return err
		}
		if n == 0 {
			return refuse(fmt.Errorf("token %s: %w", name, models.ErrNotFound))
		}
		return u.record(models.AuditEntry{Actor: by, Action: "token.revoked", Subject: "token", Thing: name})
	})
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

// Tokens lists all tokens, newest first, revoked ones too; at most models.MaxLimit.
func (s *Store) Tokens(ctx context.Context) ([]models.Token, error) {
	var found []tokenRow
	if err := s.reader(ctx).Order("id DESC").Limit(models.MaxLimit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("tokens: %w", clean(err))
	}
	out := make([]models.Token, len(found))
	for i, r := range found {
		t, err := r.model()
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}
