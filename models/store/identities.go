package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// identitiesLock is the number of the lock on PostgreSQL under which logins are made
// for identities, so that one who signs in twice at once has one login.
const identitiesLock = 0x7461_6b65_6f69_6463

// SignInIdentity returns the login of who signed in at an identity provider: made now
// where there is none, with the grant that the provider's word comes to, which later
// sign-ins change it to. An identity without a grant gets no login, and takes the one
// that it has its rights away: models.ErrForbidden. A disabled login is returned as it
// stands.
func (s *Store) SignInIdentity(ctx context.Context, id models.Identity) (m models.Moderator, err error) {
	refused := false
	err = s.write(ctx, func(u *unit) error {
		refused = id.Grant == ""
		if _, err := u.alone(identitiesLock); err != nil {
			return err
		}
		known, err := u.loginOf(id)
		switch {
		case errors.Is(err, models.ErrNotFound) && refused:
			return nil
		case errors.Is(err, models.ErrNotFound):
			m, err = u.newLogin(id)
			return err
		case err != nil:
			return err
		}
		m = known
		return u.regrant(&m, id)
	})
	if err == nil && refused {
		err = models.ErrForbidden
	}
	if err != nil {
		return models.Moderator{}, fmt.Errorf("sign in an identity: %w", err)
	}
	return m, nil
}

func (u *unit) loginOf(id models.Identity) (models.Moderator, error) {
	var r moderatorRow
	found := u.tx.Where("id = (SELECT moderator_id FROM identities WHERE issuer = ? AND subject = ?)", id.Issuer, id.Subject)
	if err := first(found, &r); err != nil {
		return models.Moderator{}, err
	}
	return r.model()
}

// newLogin makes a login without a password. Where its name is taken, by somebody who
// may well be another, it gets a mark that is the identity's own.
func (u *unit) newLogin(id models.Identity) (models.Moderator, error) {
	m := models.Moderator{ID: u.id(), Name: id.Name, Caller: models.Caller{Grant: id.Grant, Groups: id.Groups}, CreatedAt: u.now}
	var taken moderatorRow
	switch err := first(u.tx.Where("name = ?", m.Name), &taken); {
	case err == nil:
		sum := sha256.Sum256([]byte(id.Issuer + "\x00" + id.Subject))
		m.Name += "-" + hex.EncodeToString(sum[:4])
	case !errors.Is(err, models.ErrNotFound):
		return m, err
	}
	m.Caller.Actor = "moderator:" + m.Name
	if err := u.createModerator(m, "oidc:"+id.Issuer); err != nil {
		return m, err
	}
	return m, u.exec("INSERT INTO identities (issuer, subject, moderator_id) VALUES (?, ?, ?)", id.Issuer, id.Subject, m.ID)
}

// regrant gives a login the grant that its provider now says, and the groups where it
// says some. Its sessions end with a change.
func (u *unit) regrant(m *models.Moderator, id models.Identity) error {
	groups := m.Caller.Groups
	if len(id.Groups) > 0 {
		groups = id.Groups
	}
	if m.Caller.Grant == id.Grant && slices.Equal(m.Caller.Groups, groups) || !m.DisabledAt.IsZero() {
		return nil
	}
	m.Caller.Grant, m.Caller.Groups = id.Grant, groups
	places, err := json.Marshal(groups)
	if err != nil {
		return fmt.Errorf("encode groups of moderator %s: %w", m.Name, err)
	}
	if err := u.exec("UPDATE moderators SET grant_name = ?, places = ? WHERE id = ?", string(id.Grant), string(places), m.ID); err != nil {
		return err
	}
	return u.overModerator(m.Name, "oidc", "moderator.granted", granted(m.Caller))
}
