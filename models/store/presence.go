package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// presence shows other processes that this one lives, in a way that ends with its death
// however it dies.
type presence interface {
	// enter shows it, and reports whether no other process does. Until settle is called
	// no other is told so.
	enter(ctx context.Context) (alone bool, err error)
	// settle lets others know that they are not alone, where enter failed as soon as it
	// can be done.
	settle(ctx context.Context) error
	close()
}

// errShown says that Appear was called before.
var errShown = fmt.Errorf("this process shows itself already: %w", models.ErrConflict)

// enterTime is how long others may take to enter before us.
const enterTime = 5 * time.Second

// Appear says that this process works on recalls from now on, until the store is closed or
// the process dies. Where no other process does, whoever leased a recall is dead: those
// leases end now, so that recalls which were under way are driven on at once, and not when
// their leases would have run out. Where it cannot be told they run out. It returns how many
// leases ended.
func (s *Store) Appear(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, enterTime)
	defer cancel()
	alone, err := s.db.presence.enter(ctx)
	if errors.Is(err, errShown) {
		return 0, err
	}
	if err != nil {
		err = fmt.Errorf("tell whether another process works on recalls: %w", err)
	}
	var ended int64
	if alone {
		if ended, err = s.endLeases(ctx); err != nil {
			err = fmt.Errorf("end the leases of the dead: %w", err)
		}
	}
	if serr := s.db.presence.settle(ctx); err == nil && serr != nil {
		err = fmt.Errorf("show that this process works on recalls: %w", serr)
	}
	return ended, err
}

func (s *Store) endLeases(ctx context.Context) (ended int64, err error) {
	err = s.write(ctx, func(u *unit) error {
		now, err := u.clock()
		if err != nil {
			return err
		}
		ended, err = u.execCount("UPDATE recalls SET leased_until = ? WHERE ended_at = 0 AND leased_until > ?", now, now)
		return err
	})
	return ended, err
}
