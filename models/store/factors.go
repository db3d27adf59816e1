package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Factors returns what a login signs in with beside a password; nothing, where
// it has nothing.
func (s *Store) Factors(ctx context.Context, moderator string) (models.Factors, error) {
	var r totpRow
	err := first(s.reader(ctx).Where("id = ?", moderator), &r)
	if errors.Is(err, models.ErrNotFound) {
		return models.Factors{}, nil
	}
	if err != nil {
		return models.Factors{}, fmt.Errorf("second factor: %w", err)
	}
	f := models.Factors{AddedAt: fromMillis(r.AddedAt), LastStep: r.LastStep}
	if f.TOTP, err = s.keys.Open(r.Secret, "totps", "secret", r.ID); err != nil {
		return f, err
	}
	var left int64
	err = s.reader(ctx).Model(&recoveryCodeRow{}).Where("moderator_id = ? AND used_at = 0", moderator).Count(&left).Error
	f.CodesLeft = int(left)
	return f, named(clean(err), "recovery codes")
}

// AddTOTP gives a login an authenticator app, in the place of one it had, with the
// step of the code that proved it, and new recovery codes.
func (s *Store) AddTOTP(ctx context.Context, m models.Moderator, secret []byte, step int64, codes []string) error {
	sealed := s.keys.Seal(secret, "totps", "secret", m.ID)
	err := s.write(ctx, func(u *unit) error {
		err := u.exec(`INSERT INTO totps (id, secret, added_at, last_step) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, added_at = excluded.added_at, last_step = excluded.last_step`,
			m.ID, sealed, u.now.UnixMilli(), step)
		if err != nil {
			return err
		}
		if err := u.keepCodes(m.ID, codes); err != nil {
			return err
		}
		return u.recordFactor(m.Caller.Actor, m.Name, "factor.added", "totp")
	})
	return named(err, "add second factor")
}

// RenewCodes gives a login new recovery codes; the old ones are void.
func (s *Store) RenewCodes(ctx context.Context, m models.Moderator, codes []string) error {
	err := s.write(ctx, func(u *unit) error {
		if err := u.keepCodes(m.ID, codes); err != nil {
			return err
		}
		return u.recordFactor(m.Caller.Actor, m.Name, "factor.added", "recovery_codes")
	})
	return named(err, "renew recovery codes")
}

func (u *unit) keepCodes(moderator string, codes []string) error {
	if err := u.exec("DELETE FROM recovery_codes WHERE moderator_id = ?", moderator); err != nil {
		return err
	}
	for _, c := range codes {
		err := u.exec("INSERT INTO recovery_codes (moderator_id, digest, used_at) VALUES (?, ?, 0)", moderator, u.s.codeDigest(moderator, c))
		if err != nil {
			return err
		}
	}
	return nil
}

// codeDigest is a recovery code as it is kept: no table of codes helps whoever
// has the database and not the keys.
func (s *Store) codeDigest(moderator, code string) string {
	return hex.EncodeToString(s.keys.Digest("recovery", []byte(moderator+"\x00"+code)))
}

// UseStep uses up the code of a step, and all before it. False: it was used
// meanwhile, on whatever node.
func (s *Store) UseStep(ctx context.Context, moderator string, step int64) (fresh bool, err error) {
	err = s.write(ctx, func(u *unit) error {
		n, err := u.execCount("UPDATE totps SET last_step = ? WHERE id = ? AND last_step < ?", step, moderator, step)
		fresh = n == 1
		return err
	})
	return fresh, named(err, "use a code")
}

// UseRecoveryCode uses up a recovery code. False: the login has no such code left.
func (s *Store) UseRecoveryCode(ctx context.Context, m models.Moderator, code string) (fits bool, err error) {
	err = s.write(ctx, func(u *unit) error {
		n, err := u.execCount("UPDATE recovery_codes SET used_at = ? WHERE moderator_id = ? AND digest = ? AND used_at = 0",
			u.now.UnixMilli(), m.ID, s.codeDigest(m.ID, code))
		if fits = n == 1; err != nil || !fits {
			return err
		}
		return u.recordFactor(m.Caller.Actor, m.Name, "factor.used", "recovery_code")
	})
	return fits, named(err, "use a recovery code")
}

// RemoveTOTP takes the authenticator app and the recovery codes from a login.
// models.ErrNotFound: it has none.
func (s *Store) RemoveTOTP(ctx context.Context, m models.Moderator) error {
	err := s.write(ctx, func(u *unit) error {
		n, err := u.execCount("DELETE FROM totps WHERE id = ?", m.ID)
		if err := changedOne(n, err, m.Name); err != nil {
			return err
		}
		if err := u.exec("DELETE FROM recovery_codes WHERE moderator_id = ?", m.ID); err != nil {
			return err
		}
		return u.recordFactor(m.Caller.Actor, m.Name, "factor.removed", "totp")
	})
	return named(err, "remove second factor")
}

// ResetFactors takes the second factors and passkeys of a login away, so that
// it can sign in with its password alone, and ends its sessions.
// models.ErrNotFound: nobody has that name.
func (s *Store) ResetFactors(ctx context.Context, name, by string) error {
	err := s.write(ctx, func(u *unit) error {
		r, there, err := u.moderatorNamed(name)
		if err != nil {
			return err
		}
		if !there {
			return refuse(fmt.Errorf("moderator %s: %w", name, models.ErrNotFound))
		}
		if err := u.dropFactors(r.ID); err != nil {
			return err
		}
		return u.overModerator(name, by, "factor.reset", nil)
	})
	return named(err, "reset second factors")
}

func (u *unit) recordFactor(by, name, action, kind string) error {
	return u.record(models.AuditEntry{Actor: by, Action: action, Subject: "moderator", Thing: name, Details: map[string]string{"factor": kind}})
}
