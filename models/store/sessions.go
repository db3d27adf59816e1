package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/takeback-chat/takeback/models"
)

// sessionTimeout bounds what the session library asks without a context.
const sessionTimeout = 5 * time.Second

// Sessions returns the sessions of the console as the session library keeps
// them: their data sealed, their tokens as SHA-256 only.
func (s *Store) Sessions() scs.Store { return sessions{s} }

// sessions is a scs.Store and a scs.CtxStore.
type sessions struct{ s *Store }

var _ scs.CtxStore = sessions{}

func sessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Find returns the data of a session that has not expired.
func (x sessions) Find(token string) (b []byte, exists bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), sessionTimeout)
	defer cancel()
	return x.FindCtx(ctx, token)
}

// FindCtx is Find within a context.
func (x sessions) FindCtx(ctx context.Context, token string) (b []byte, exists bool, err error) {
	id := sessionID(token)
	var r sessionRow
	err = first(x.s.reader(ctx).Where("id = ? AND expiry > ? AND ended_at = 0", id, x.s.now().UnixMilli()), &r)
	if errors.Is(err, models.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("session: %w", err)
	}
	b, err = x.s.keys.Open(r.State, "sessions", "state", id)
	if err != nil {
		return nil, false, err
	}
	return b, true, nil
}

// Commit keeps the data of a session until its expiry.
func (x sessions) Commit(token string, b []byte, expiry time.Time) error {
	ctx, cancel := context.WithTimeout(context.Background(), sessionTimeout)
	defer cancel()
	return x.CommitCtx(ctx, token, b, expiry)
}

// CommitCtx is Commit within a context. Expired sessions go on the way. One that
// was ended stays so: a request that was under way brings nothing back.
func (x sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	id := sessionID(token)
	sealed := x.s.keys.Seal(b, "sessions", "state", id)
	expiry = x.s.now().Add(expiry.Sub(x.s.opts.Wall())) // whoever set it went by this machine's clock
	err := x.s.write(ctx, func(u *unit) error {
		if err := u.exec("DELETE FROM sessions WHERE expiry <= ?", u.now.UnixMilli()); err != nil {
			return err
		}
		now := u.now.UnixMilli()
		return u.exec(`INSERT INTO sessions (id, state, expiry, actor, how, address, browser, opened_at, used_at, ended_at)
			VALUES (?, ?, ?, '', '', '', '', ?, ?, 0)
			ON CONFLICT (id) DO UPDATE SET state = excluded.state, expiry = excluded.expiry, used_at = excluded.used_at
			WHERE sessions.ended_at = 0`, id, sealed, expiry.UnixMilli(), now, now)
	})
	if err != nil {
		return fmt.Errorf("commit session: %w", err)
	}
	return nil
}

// Delete ends a session.
func (x sessions) Delete(token string) error {
	ctx, cancel := context.WithTimeout(context.Background(), sessionTimeout)
	defer cancel()
	return x.DeleteCtx(ctx, token)
}

// DeleteCtx is Delete within a context.
func (x sessions) DeleteCtx(ctx context.Context, token string) error {
	err := x.s.write(ctx, func(u *unit) error {
		return u.endSession(sessionID(token))
	})
	if err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}
