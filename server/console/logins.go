package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

// Logins is what the console reads and does about people's logins and their
// sessions, of *store.Store.
type Logins interface {
	ModeratorByName(ctx context.Context, name string) (models.Moderator, error)
	Moderator(ctx context.Context, id string) (models.Moderator, error)
	SignInIdentity(ctx context.Context, id models.Identity) (models.Moderator, error)
	Rehash(ctx context.Context, id, old, hash string) error

	TrySignIn(ctx context.Context, who string, l models.TryLimit) (models.SignInTry, error)
	SignInFits(ctx context.Context, try models.SignInTry) error

	SetupLink(ctx context.Context, hash []byte) (models.SetupLink, error)
	UseSetupLink(ctx context.Context, hash []byte, m models.Moderator) (models.Moderator, error)

	SetPassword(ctx context.Context, m models.Moderator, hash string) error

	Factors(ctx context.Context, moderator string) (models.Factors, error)
	AddTOTP(ctx context.Context, m models.Moderator, secret []byte, step int64, codes []string) error
	RenewCodes(ctx context.Context, m models.Moderator, codes []string) error
	RemoveTOTP(ctx context.Context, m models.Moderator) error
	UseStep(ctx context.Context, moderator string, step int64) (fresh bool, err error)
	UseRecoveryCode(ctx context.Context, m models.Moderator, code string) (fits bool, err error)

	Passkeys(ctx context.Context, moderator string) ([]models.Passkey, error)
	AddPasskey(ctx context.Context, m models.Moderator, p models.Passkey) error
	UsePasskey(ctx context.Context, id string, credential []byte) error
	RemovePasskey(ctx context.Context, m models.Moderator, id string) error

	OpenSession(ctx context.Context, token string, o models.Session) error
	SessionsOf(ctx context.Context, actor string) ([]models.Session, error)
	EndSession(ctx context.Context, actor, id, by string) error
	EndSessions(ctx context.Context, actor, keep, by string) (int64, error)
}
