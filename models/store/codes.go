package store

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	// codesLock is the number of the lock on PostgreSQL under which codes are counted.
	codesLock = 0x7461_6b65_636f_6465
	// codesKept is how long a code that is over is kept; longer than any time within
	// which they are counted.
	codesKept = 24 * time.Hour
)

// AskSignInCode keeps a code that was asked for, unless an account was asked for
// most codes within a time already: then it says how long to wait, and keeps none.
// Whether there is such an account is not known here, and makes no difference.
func (s *Store) AskSignInCode(ctx context.Context, c models.SignInCode, most int, within time.Duration) (wait time.Duration, err error) {
	err = s.write(ctx, func(u *unit) error {
		now, err := u.alone(codesLock)
		if err != nil {
			return err
		}
		var recent []signInCodeRow
		asked := u.tx.Where("app = ? AND account = ? AND asked_at > ?", c.Account.App, c.Account.Name, now-within.Milliseconds())
		if err := asked.Order("asked_at DESC, id").Limit(most).Find(&recent).Error; err != nil {
			return clean(err)
		}
		if len(recent) == most {
			wait = time.Duration(recent[most-1].AskedAt+within.Milliseconds()-now) * time.Millisecond
			return nil
		}
		return u.keepCode(c, now)
	})
	if err != nil {
		return 0, fmt.Errorf("keep a sign-in code: %w", err)
	}
	return wait, nil
}

// keepCode keeps a code with its audit entry. Old ones go on the way.
func (u *unit) keepCode(c models.SignInCode, now int64) error {
	if err := u.exec("DELETE FROM sign_in_codes WHERE asked_at < ?", now-codesKept.Milliseconds()); err != nil {
		return err
	}
	err := u.exec(`INSERT INTO sign_in_codes (id, app, account, hash, asked_at, until, tries, used_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0)`,
		c.ID, c.Account.App, c.Account.Name, c.Hash, now, c.Until.UnixMilli())
	if err != nil {
		return err
	}
	return u.codeEntry("sign_in_code.asked", c.Account, map[string]string{"address": c.From})
}

// TrySignInCode counts a try at a code, and says whether it was the right one: once,
// in time, and within most tries. The zero value is the answer where there is no
// such code, or none to be typed in any more.
func (s *Store) TrySignInCode(ctx context.Context, id string, hash []byte, most int) (try models.CodeTry, err error) {
	err = s.write(ctx, func(u *unit) error {
		try = models.CodeTry{}
		now, err := u.clock()
		if err != nil {
			return err
		}
		var r signInCodeRow
		alive := u.locked(false).Where("id = ? AND used_at = 0 AND until > ? AND tries < ?", id, now, most)
		if err := first(alive, &r); err != nil {
			return missing(err, "sign-in code", id)
		}
		try.Account = models.Account{App: r.App, Name: r.Account}
		try.Fits = subtle.ConstantTimeCompare(r.Hash, hash) == 1
		try.Left = most - 1 - int(r.Tries)
		return u.countTry(id, now, try)
	})
	if err != nil {
		return models.CodeTry{}, fmt.Errorf("try a sign-in code: %w", err)
	}
	return try, nil
}

func (u *unit) countTry(id string, now int64, try models.CodeTry) error {
	used := int64(0)
	if try.Fits {
		used = now
	}
	if err := u.exec("UPDATE sign_in_codes SET tries = tries + 1, used_at = ? WHERE id = ?", used, id); err != nil {
		return err
	}
	switch {
	case try.Fits:
		return u.codeEntry("sign_in_code.used", try.Account, nil)
	case try.Left == 0:
		return u.codeEntry("sign_in_code.spent", try.Account, nil)
	}
	return nil
}

// codeEntry records what became of a code. Who asked is not known: the account is
// what the entry is about, and nobody's deed.
func (u *unit) codeEntry(action string, a models.Account, details map[string]string) error {
	return u.record(models.AuditEntry{Actor: "visitor", Action: action, Subject: "account", Thing: a.App + ":" + a.Name, Details: details})
}
