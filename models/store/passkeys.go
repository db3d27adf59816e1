package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// maxPasskeys is how many passkeys a login may have.
const maxPasskeys = 20

// Passkeys lists the passkeys of a login, the oldest first.
func (s *Store) Passkeys(ctx context.Context, moderator string) ([]models.Passkey, error) {
	var found []passkeyRow
	err := s.reader(ctx).Where("moderator_id = ?", moderator).Order("id").Limit(maxPasskeys).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", clean(err))
	}
	out := make([]models.Passkey, len(found))
	for i, r := range found {
		out[i] = models.Passkey{
			ID: r.ID, Moderator: r.ModeratorID, Name: r.Name, CredentialID: r.CredentialID, Credential: []byte(r.Credential),
			AddedAt: fromMillis(r.AddedAt), UsedAt: fromMillis(r.UsedAt),
		}
	}
	return out, nil
}

// AddPasskey gives a login a passkey. models.ErrConflict: the passkey is somebody's
// already, or the login has as many as it may.
func (s *Store) AddPasskey(ctx context.Context, m models.Moderator, p models.Passkey) error {
	err := s.write(ctx, func(u *unit) error {
		var has int64
		if err := u.tx.Model(&passkeyRow{}).Where("moderator_id = ?", m.ID).Count(&has).Error; err != nil {
			return clean(err)
		}
		if has >= maxPasskeys {
			return refuse(fmt.Errorf("%d passkeys are enough: %w", maxPasskeys, models.ErrConflict))
		}
		n, err := u.execCount(`INSERT INTO passkeys (id, moderator_id, name, credential_id, credential, added_at, used_at)
			VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`, u.id(), m.ID, p.Name, p.CredentialID, string(p.Credential), u.now.UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			return refuse(fmt.Errorf("the passkey is known: %w", models.ErrConflict))
		}
		return u.recordFactor(m.Caller.Actor, m.Name, "factor.added", "passkey")
	})
	return named(err, "add passkey")
}

// UsePasskey notes the use of a passkey, with what is checked at the next one.
func (s *Store) UsePasskey(ctx context.Context, id string, credential []byte) error {
	err := s.write(ctx, func(u *unit) error {
		return u.exec("UPDATE passkeys SET credential = ?, used_at = ? WHERE id = ?", string(credential), u.now.UnixMilli(), id)
	})
	return named(err, "use passkey")
}

// RemovePasskey takes a passkey from a login. models.ErrNotFound: it has none of that id.
func (s *Store) RemovePasskey(ctx context.Context, m models.Moderator, id string) error {
	err := s.write(ctx, func(u *unit) error {
		n, err := u.execCount("DELETE FROM passkeys WHERE id = ? AND moderator_id = ?", id, m.ID)
		if err := changedOne(n, err, m.Name); err != nil {
			return err
		}
		return u.recordFactor(m.Caller.Actor, m.Name, "factor.removed", "passkey")
	})
	return named(err, "remove passkey")
}
