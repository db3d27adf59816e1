package store

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// linksKept is how long a link is remembered after it expired, so that whoever
// opens it late is told so.
const linksKept = 30 * 24 * time.Hour

// firstLoginLock is held by whoever makes the first login of all.
const firstLoginLock = 0x7461_6b65_6669_7273

// MakeSetupLink keeps a link for a login that does not exist yet. An older link
// for the same login is void from then on. models.ErrConflict: the login exists.
func (s *Store) MakeSetupLink(ctx context.Context, l models.SetupLink) error {
	err := s.write(ctx, func(u *unit) error {
		_, there, err := u.moderatorNamed(l.Name)
		if err != nil {
			return err
		}
		if there {
			return refuse(fmt.Errorf("a moderator named %s exists: %w", l.Name, models.ErrConflict))
		}
		if err := u.keepLink(l); err != nil {
			return err
		}
		return u.record(models.AuditEntry{
			Actor: l.MadeBy, Action: "moderator.invited", Subject: "moderator", Thing: l.Name, Details: granted(l.Caller),
		})
	})
	return named(err, "make set-up link")
}

// MakeFirstLink keeps a link for the first login of all. False: there is a login
// already, and nothing was kept.
func (s *Store) MakeFirstLink(ctx context.Context, l models.SetupLink) (made bool, err error) {
	err = s.write(ctx, func(u *unit) error {
		if made, err = u.nobody(); err != nil || !made {
			return err
		}
		l.Name = ""
		return u.keepLink(l)
	})
	return made, named(err, "make first link")
}

// nobody reports whether there is no login at all. Of two nodes that ask at the
// same moment the second sees what the first did.
func (u *unit) nobody() (bool, error) {
	if _, err := u.alone(firstLoginLock); err != nil {
		return false, err
	}
	var n int64
	err := u.tx.Model(&moderatorRow{}).Limit(1).Count(&n).Error
	return n == 0, clean(err)
}

// keepLink writes a link down. There is one open link to a login; the first
// login has one of each node.
func (u *unit) keepLink(l models.SetupLink) error {
	places, err := json.Marshal(l.Caller.Groups)
	if err != nil {
		return fmt.Errorf("encode groups of the link for %s: %w", l.Name, err)
	}
	now := u.now.UnixMilli()
	if err := u.exec("DELETE FROM setup_links WHERE expires_at < ?", u.now.Add(-linksKept).UnixMilli()); err != nil {
		return err
	}
	if err := u.exec("UPDATE setup_links SET used_at = ? WHERE name = ? AND name <> '' AND used_at = 0", now, l.Name); err != nil {
		return err
	}
	return u.exec(`INSERT INTO setup_links (id, name, grant_name, app, account, places, made_by, made_at, expires_at, used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`, hex.EncodeToString(l.Hash), l.Name, string(l.Caller.Grant),
		l.Caller.Account.App, l.Caller.Account.Name, string(places), l.MadeBy, now, l.ExpiresAt.UnixMilli())
}

// SetupLink returns the link with that SHA-256, also one that is used or expired.
func (s *Store) SetupLink(ctx context.Context, hash []byte) (models.SetupLink, error) {
	var r setupLinkRow
	if err := first(s.reader(ctx).Where("id = ?", hex.EncodeToString(hash)), &r); err != nil {
		return models.SetupLink{}, fmt.Errorf("set-up link: %w", err)
	}
	return r.model()
}

func (r setupLinkRow) model() (models.SetupLink, error) {
	hash, err := hex.DecodeString(r.ID)
	if err != nil {
		return models.SetupLink{}, fmt.Errorf("set-up link %s has no readable id", r.Name)
	}
	l := models.SetupLink{
		Hash: hash, Name: r.Name, MadeBy: r.MadeBy, MadeAt: fromMillis(r.MadeAt), ExpiresAt: fromMillis(r.ExpiresAt), UsedAt: fromMillis(r.UsedAt),
		Caller: models.Caller{Grant: models.Grant(r.GrantName), Account: models.Account{App: r.App, Name: r.Account}},
	}
	if err := json.Unmarshal([]byte(r.Places), &l.Caller.Groups); err != nil {
		return l, fmt.Errorf("groups of the link for %s are not readable", r.Name)
	}
	return l, nil
}

// UseSetupLink makes the login that a link is for, or fits out again one that was
// reset, and uses the link up. The name counts only for the first login.
// models.ErrConflict: the link was used or has expired, or the login is there, or
// is disabled.
func (s *Store) UseSetupLink(ctx context.Context, hash []byte, m models.Moderator) (models.Moderator, error) {
	err := s.write(ctx, func(u *unit) error {
		id := hex.EncodeToString(hash)
		var r setupLinkRow
		if err := first(u.locked(false).Where("id = ?", id), &r); err != nil {
			return missing(err, "set-up link", "")
		}
		l, err := r.model()
		if err != nil {
			return err
		}
		if !l.Open(u.now) {
			return refuse(fmt.Errorf("the link was used or has expired: %w", models.ErrConflict))
		}
		m.Name, m.Caller = cmp.Or(l.Name, m.Name), l.Caller
		there, err := u.mayBeSetUp(l, m.Name)
		if err != nil {
			return err
		}
		if err := u.exec("UPDATE setup_links SET used_at = ? WHERE id = ?", u.now.UnixMilli(), id); err != nil {
			return err
		}
		return u.setUp(l, m, there)
	})
	if err != nil {
		return m, fmt.Errorf("use set-up link: %w", err)
	}
	return s.ModeratorByName(ctx, m.Name)
}

// mayBeSetUp reports whether the login is there; it writes nothing. One that was
// reset has nothing to sign in with, any other keeps what it has.
func (u *unit) mayBeSetUp(l models.SetupLink, name string) (there bool, err error) {
	r, there, err := u.moderatorNamed(name)
	if err != nil {
		return false, err
	}
	none := true
	if l.Name == "" {
		if none, err = u.nobody(); err != nil {
			return false, err
		}
	}
	if !none || there && (r.PasswordHash != "" || r.DisabledAt > 0) {
		return false, refuse(fmt.Errorf("a login is there: %w", models.ErrConflict))
	}
	return there, nil
}

func (u *unit) moderatorNamed(name string) (r moderatorRow, known bool, err error) {
	err = first(u.locked(false).Where("name = ?", name), &r)
	if errors.Is(err, models.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// setUp makes the login of a link, or fits out the one that is there.
func (u *unit) setUp(l models.SetupLink, m models.Moderator, there bool) error {
	by := "moderator:" + m.Name
	if !there {
		return u.createModerator(m, cmp.Or(l.MadeBy, by))
	}
	if err := u.exec("UPDATE moderators SET password_hash = ? WHERE name = ?", m.PasswordHash, m.Name); err != nil {
		return err
	}
	return u.record(models.AuditEntry{Actor: by, Action: "moderator.set_up", Subject: "moderator", Thing: m.Name})
}
