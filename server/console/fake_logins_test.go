package console

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/live"
)

// kept is what a memory does about logins: what the real store does, where a test
// needs that, and otherwise next to nothing.
type kept struct{ real *store.Store }

func (k kept) OpenSession(ctx context.Context, token string, o models.Session) error {
	if k.real == nil {
		return nil
	}
	return k.real.OpenSession(ctx, token, o)
}

func (k kept) SignInIdentity(ctx context.Context, id models.Identity) (models.Moderator, error) {
	return k.real.SignInIdentity(ctx, id)
}

func (k kept) Rehash(ctx context.Context, id, old, hash string) error {
	return k.real.Rehash(ctx, id, old, hash)
}

func (k kept) TrySignIn(ctx context.Context, who string, l models.TryLimit) (models.SignInTry, error) {
	if k.real == nil {
		return models.SignInTry{}, nil
	}
	return k.real.TrySignIn(ctx, who, l)
}

func (k kept) SignInFits(ctx context.Context, try models.SignInTry) error {
	if k.real == nil {
		return nil
	}
	return k.real.SignInFits(ctx, try)
}

func (k kept) SetupLink(ctx context.Context, hash []byte) (models.SetupLink, error) {
	return k.real.SetupLink(ctx, hash)
}

func (k kept) UseSetupLink(ctx context.Context, hash []byte, m models.Moderator) (models.Moderator, error) {
	return k.real.UseSetupLink(ctx, hash, m)
}

func (k kept) SetPassword(ctx context.Context, m models.Moderator, hash string) error {
	return k.real.SetPassword(ctx, m, hash)
}

func (k kept) Factors(ctx context.Context, moderator string) (models.Factors, error) {
	if k.real == nil {
		return models.Factors{}, nil
	}
	return k.real.Factors(ctx, moderator)
}

func (k kept) AddTOTP(ctx context.Context, m models.Moderator, secret []byte, step int64, codes []string) error {
	return k.real.AddTOTP(ctx, m, secret, step, codes)
}

func (k kept) RenewCodes(ctx context.Context, m models.Moderator, codes []string) error {
	return k.real.RenewCodes(ctx, m, codes)
}

func (k kept) RemoveTOTP(ctx context.Context, m models.Moderator) error {
	return k.real.RemoveTOTP(ctx, m)
}

func (k kept) UseStep(ctx context.Context, moderator string, step int64) (bool, error) {
	return k.real.UseStep(ctx, moderator, step)
}

func (k kept) UseRecoveryCode(ctx context.Context, m models.Moderator, code string) (bool, error) {
	return k.real.UseRecoveryCode(ctx, m, code)
}

func (k kept) Passkeys(ctx context.Context, moderator string) ([]models.Passkey, error) {
	if k.real == nil {
		return nil, nil
	}
	return k.real.Passkeys(ctx, moderator)
}

func (k kept) AddPasskey(ctx context.Context, m models.Moderator, p models.Passkey) error {
	return k.real.AddPasskey(ctx, m, p)
}

func (k kept) UsePasskey(ctx context.Context, id string, credential []byte) error {
	return k.real.UsePasskey(ctx, id, credential)
}

func (k kept) RemovePasskey(ctx context.Context, m models.Moderator, id string) error {
	return k.real.RemovePasskey(ctx, m, id)
}

func (k kept) SessionsOf(ctx context.Context, actor string) ([]models.Session, error) {
	if k.real == nil {
		return nil, nil
	}
	return k.real.SessionsOf(ctx, actor)
}

func (k kept) EndSession(ctx context.Context, actor, id, by string) error {
	if k.real == nil {
		return models.ErrNotFound
	}
	return k.real.EndSession(ctx, actor, id, by)
}

func (k kept) EndSessions(ctx context.Context, actor, keep, by string) (int64, error) {
	if k.real == nil {
		return 0, nil
	}
	return k.real.EndSessions(ctx, actor, keep, by)
}

// newRealWorld is a world whose logins and sessions are in a real store. Its clock
// begins now, since the session library knows no other.
func newRealWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{t: tb, hub: live.NewHub(), log: &written{}, roles: roles{}}
	w.set(time.Now().UTC().Truncate(time.Second))
	keys, err := seal.Create(filepath.Join(tb.TempDir(), "keys"))
	if err != nil {
		tb.Fatal(err)
	}
	db, err := store.Open(tb.Context(), store.Options{
		Database: storetest.SQLite(tb), Keys: keys, Node: "test", Migrate: true,
		Logger: slog.New(slog.DiscardHandler), Now: w.now,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	w.store = newMemory(w.now)
	w.store.announce, w.store.real = w.hub.Announce, db
	w.server = httptest.NewServer(w.handler(Options{Now: w.now, Sessions: db.Sessions()}))
	tb.Cleanup(w.server.Close)
	return w
}

// login makes a login in the real store.
func (w *world) login(name string, c models.Caller) models.Moderator {
	w.t.Helper()
	if err := w.store.real.CreateModerator(w.t.Context(), models.Moderator{Name: name, PasswordHash: passwordHash(), Caller: c}, "cli"); err != nil {
		w.t.Fatal(err)
	}
	m, err := w.store.real.ModeratorByName(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// invite makes a set-up link and returns its path; no name is the first login.
func (w *world) invite(name string) string {
	w.t.Helper()
	plain, hash := access.NewSetupSecret()
	l := models.SetupLink{Hash: hash, Name: name, MadeBy: "cli", ExpiresAt: w.now().Add(time.Hour), Caller: models.Caller{Grant: models.GrantOperator}}
	var err error
	if name == "" {
		_, err = w.store.real.MakeFirstLink(w.t.Context(), l)
	} else {
		err = w.store.real.MakeSetupLink(w.t.Context(), l)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return access.SetupPath + plain
}

// did lists what the real audit says, the oldest first.
func (w *world) did() (actions []string) {
	w.t.Helper()
	entries, _, err := w.store.real.Audit(w.t.Context(), models.AuditFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		actions = append([]string{e.Actor + " " + e.Action}, actions...)
	}
	return actions
}
