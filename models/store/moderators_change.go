package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/takeback-chat/takeback/models"
)

// DisableModerator shuts a login out at once: its sessions end with it.
// models.ErrNotFound: there is no live login of that name; models.ErrLastOperator:
// nobody would be left to manage logins.
func (s *Store) DisableModerator(ctx context.Context, name, by string) error {
	err := s.write(ctx, func(u *unit) error {
		if err := u.notTheLast(name); err != nil {
			return err
		}
		n, err := u.execCount("UPDATE moderators SET disabled_at = ? WHERE name = ? AND disabled_at = 0", u.now.UnixMilli(), name)
		if err := changedOne(n, err, name); err != nil {
			return err
		}
		return u.overModerator(name, by, "moderator.disabled", nil)
	})
	return named(err, "disable moderator")
}

// EnableModerator lets a disabled login in again. models.ErrNotFound: there is
// no disabled login of that name.
func (s *Store) EnableModerator(ctx context.Context, name, by string) error {
	err := s.write(ctx, func(u *unit) error {
		n, err := u.execCount("UPDATE moderators SET disabled_at = 0 WHERE name = ? AND disabled_at > 0", name)
		if err := changedOne(n, err, name); err != nil {
			return err
		}
		return u.overModerator(name, by, "moderator.enabled", nil)
	})
	return named(err, "enable moderator")
}

// GrantModerator changes what a login may do, and ends its sessions, so that
// whoever it is signs in to the new rights. models.ErrNotFound: nobody has that name;
// models.ErrLastOperator: nobody would be left to manage logins.
func (s *Store) GrantModerator(ctx context.Context, name string, c models.Caller, by string) error {
	places, err := json.Marshal(c.Groups)
	if err != nil {
		return fmt.Errorf("encode groups of moderator %s: %w", name, err)
	}
	err = s.write(ctx, func(u *unit) error {
		if c.Grant != models.GrantOperator || len(c.Groups) > 0 {
			if err := u.notTheLast(name); err != nil {
				return err
			}
		}
		n, err := u.execCount("UPDATE moderators SET grant_name = ?, app = ?, account = ?, places = ? WHERE name = ?",
			string(c.Grant), c.Account.App, c.Account.Name, string(places), name)
		if err := changedOne(n, err, name); err != nil {
			return err
		}
		return u.overModerator(name, by, "moderator.granted", granted(c))
	})
	return named(err, "grant to moderator")
}

// ResetModerator takes from a login everything it can sign in with, ends its
// sessions, and keeps a link by which its owner sets it up again.
// models.ErrNotFound: nobody has that name.
func (s *Store) ResetModerator(ctx context.Context, name string, link models.SetupLink) error {
	err := s.write(ctx, func(u *unit) error {
		var r moderatorRow
		if err := first(u.locked(false).Where("name = ?", name), &r); err != nil {
			return missing(err, "moderator", name)
		}
		m, err := r.model()
		if err != nil {
			return err
		}
		if err := u.exec("UPDATE moderators SET password_hash = '' WHERE id = ?", r.ID); err != nil {
			return err
		}
		if err := u.dropFactors(r.ID); err != nil {
			return err
		}
		link.Name, link.Caller = name, m.Caller
		if err := u.keepLink(link); err != nil {
			return err
		}
		return u.overModerator(name, link.MadeBy, "moderator.reset", nil)
	})
	return named(err, "reset moderator")
}

// dropFactors takes the second factors and the passkeys of a login away.
func (u *unit) dropFactors(moderator string) error {
	for _, sql := range []string{
		"DELETE FROM totps WHERE id = ?", "DELETE FROM recovery_codes WHERE moderator_id = ?", "DELETE FROM passkeys WHERE moderator_id = ?",
	} {
		if err := u.exec(sql, moderator); err != nil {
			return err
		}
	}
	return nil
}

// SetPassword changes the password of a login and ends its sessions.
func (s *Store) SetPassword(ctx context.Context, m models.Moderator, hash string) error {
	err := s.write(ctx, func(u *unit) error {
		n, err := u.execCount("UPDATE moderators SET password_hash = ? WHERE id = ? AND disabled_at = 0", hash, m.ID)
		if err := changedOne(n, err, m.Name); err != nil {
			return err
		}
		ended, err := u.endSessions(m.Caller.Actor, "")
		if err != nil {
			return err
		}
		return u.record(models.AuditEntry{
			Actor: m.Caller.Actor, Action: "moderator.password_changed", Subject: "moderator", Thing: m.Name, Details: endedDetails(ended),
		})
	})
	return named(err, "set password")
}

// Rehash replaces the hash of a password by another of the same one, unless it
// was changed meanwhile.
func (s *Store) Rehash(ctx context.Context, id, old, hash string) error {
	err := s.write(ctx, func(u *unit) error {
		return u.exec("UPDATE moderators SET password_hash = ? WHERE id = ? AND password_hash = ?", hash, id, old)
	})
	return named(err, "rehash password")
}

// overModerator ends the sessions of a login and writes down what was done to it.
func (u *unit) overModerator(name, by, action string, details map[string]string) error {
	ended, err := u.endSessions("moderator:"+name, "")
	if err != nil {
		return err
	}
	all := endedDetails(ended)
	maps.Copy(all, details)
	return u.record(models.AuditEntry{Actor: by, Action: action, Subject: "moderator", Thing: name, Details: all})
}

// changedOne turns a statement that met no row into a refusal.
func changedOne(n int64, err error, name string) error {
	if err == nil && n == 0 {
		return refuse(fmt.Errorf("moderator %s: %w", name, models.ErrNotFound))
	}
	return err
}

// named says what was being done when err came.
func named(err error, what string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
