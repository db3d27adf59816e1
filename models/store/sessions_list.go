package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// maxSessions bounds how many sessions of one login are listed.
const maxSessions = 100

// OpenSession writes down whose a session is, and how they signed in. Until then
// it is nobody's.
func (s *Store) OpenSession(ctx context.Context, token string, o models.Session) error {
	err := s.write(ctx, func(u *unit) error {
		n, err := u.execCount("UPDATE sessions SET actor = ?, how = ?, address = ?, browser = ?, opened_at = ? WHERE id = ? AND ended_at = 0",
			o.Actor, string(o.How), o.Address, o.Browser, u.now.UnixMilli(), sessionID(token))
		if err == nil && n == 0 {
			return refuse(fmt.Errorf("session: %w", models.ErrNotFound))
		}
		return err
	})
	return named(err, "open session")
}

// SessionsOf lists the live sessions of somebody, the newest first.
func (s *Store) SessionsOf(ctx context.Context, actor string) ([]models.Session, error) {
	var found []sessionRow
	err := s.reader(ctx).Where("actor = ? AND ended_at = 0 AND expiry > ?", actor, s.now().UnixMilli()).
		Order("opened_at DESC, id").Limit(maxSessions).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", clean(err))
	}
	out := make([]models.Session, len(found))
	for i, r := range found {
		out[i] = r.model()
	}
	return out, nil
}

// EndSession ends one session of somebody at once. models.ErrNotFound: they have
// no live one of that id.
func (s *Store) EndSession(ctx context.Context, actor, id, by string) error {
	err := s.write(ctx, func(u *unit) error {
		var r sessionRow
		if err := first(u.locked(false).Where("id = ? AND actor = ? AND ended_at = 0", id, actor), &r); err != nil {
			return missing(err, "session", "")
		}
		if err := u.endSession(id); err != nil {
			return err
		}
		return u.record(models.AuditEntry{Actor: by, Action: "session.ended", Subject: "login", Thing: actor, Details: endedDetails(1)})
	})
	return named(err, "end session")
}

// EndSessions ends all sessions of somebody at once but the one to keep, and
// says how many there were.
func (s *Store) EndSessions(ctx context.Context, actor, keep, by string) (ended int64, err error) {
	err = s.write(ctx, func(u *unit) error {
		if ended, err = u.endSessions(actor, keep); err != nil || ended == 0 {
			return err
		}
		return u.record(models.AuditEntry{Actor: by, Action: "session.ended", Subject: "login", Thing: actor, Details: endedDetails(ended)})
	})
	return ended, named(err, "end sessions")
}

// endSessions ends all sessions of somebody but the one to keep.
func (u *unit) endSessions(actor, keep string) (int64, error) {
	return u.execCount("UPDATE sessions SET ended_at = ?, state = ? WHERE actor = ? AND id <> ? AND ended_at = 0",
		u.now.UnixMilli(), []byte{}, actor, keep)
}

func (u *unit) endSession(id string) error {
	return u.exec("UPDATE sessions SET ended_at = ?, state = ? WHERE id = ? AND ended_at = 0", u.now.UnixMilli(), []byte{}, id)
}

func endedDetails(n int64) map[string]string {
	return map[string]string{"sessions": strconv.FormatInt(n, 10)}
}
