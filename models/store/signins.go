package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	// signInsLock is the number of the lock on PostgreSQL under which tries are counted.
	signInsLock = 0x7461_6b65_7369_676e
	// signInsKept is how long tries are kept; longer than any time within which they
	// are counted.
	signInsKept = 24 * time.Hour
	// signInSlots is into how many parts the time is cut within which tries are
	// counted: old ones leave the count one part at a time.
	signInSlots = 6
)

// TrySignIn counts a try to sign in as somebody before it is known what comes of it,
// so that of many at the same moment none is free. Where there were too many wrong
// ones it says how long to wait, and counts none. Who is tried is a name that nobody
// may have: it is kept as a keyed digest.
func (s *Store) TrySignIn(ctx context.Context, who string, l models.TryLimit) (try models.SignInTry, err error) {
	digest := hex.EncodeToString(s.keys.Digest("sign-in tries", []byte(who)))
	err = s.write(ctx, func(u *unit) error {
		try = models.SignInTry{}
		now, err := u.alone(signInsLock)
		if err != nil {
			return err
		}
		var last int64
		if try.Tries, last, err = u.signIns(digest, now, l.Within); err != nil {
			return err
		}
		if try.Wait = time.Duration(last-now)*time.Millisecond + l.Pause(try.Tries); try.Wait > 0 {
			return nil
		}
		try.Wait, try.Tries, try.ID = 0, try.Tries+1, signInSlot(digest, now, l.Within, 0)
		return u.exec(`INSERT INTO sign_in_tries (id, failures, last_at) VALUES (?, 1, ?)
			ON CONFLICT (id) DO UPDATE SET failures = sign_in_tries.failures + 1, last_at = excluded.last_at`, try.ID, now)
	})
	if err != nil {
		return models.SignInTry{}, fmt.Errorf("count a sign-in: %w", err)
	}
	return try, nil
}

// signIns returns how often somebody was tried in vain lately, and when last.
func (u *unit) signIns(digest string, now int64, within time.Duration) (tries int, last int64, err error) {
	ids := make([]string, signInSlots+1) // the oldest part has begun to leave
	for i := range ids {
		ids[i] = signInSlot(digest, now, within, i)
	}
	var found []signInTryRow
	recent := u.tx.Where("id IN ? AND failures > 0 AND last_at > ?", ids, now-within.Milliseconds())
	if err := recent.Order("last_at, id").Find(&found).Error; err != nil {
		return 0, 0, clean(err)
	}
	for _, r := range found {
		tries, last = tries+int(r.Failures), r.LastAt
	}
	return tries, last, nil
}

// signInSlot is the id of the row that counts the tries of one part of the time.
func signInSlot(digest string, now int64, within time.Duration, ago int) string {
	return digest + "." + strconv.FormatInt(now/(within.Milliseconds()/signInSlots)-int64(ago), 10)
}

// SignInFits takes a try out of the count: it was right.
func (s *Store) SignInFits(ctx context.Context, try models.SignInTry) error {
	err := s.write(ctx, func(u *unit) error {
		return u.exec("UPDATE sign_in_tries SET failures = failures - 1 WHERE id = ? AND failures > 0", try.ID)
	})
	return named(err, "take back a try")
}

// ForgetSignIns removes the tries that nothing counts any more, and says how many
// rows they were.
func (s *Store) ForgetSignIns(ctx context.Context) (int, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return 0, err
	}
	over := now - signInsKept.Milliseconds()
	if due, err := some(s.glance(ctx).Model(&signInTryRow{}).Where("last_at < ?", over)); err != nil || !due {
		return 0, named(err, "old sign-in tries")
	}
	var gone int64
	err = s.write(ctx, func(u *unit) (err error) {
		gone, err = u.execCount("DELETE FROM sign_in_tries WHERE last_at < ?", over)
		return err
	})
	return int(gone), named(err, "forget sign-in tries")
}
