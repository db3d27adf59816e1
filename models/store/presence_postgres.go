package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/takeback-chat/takeback/internal/beat"
)

// workersLock is the advisory lock that every process holds which works on recalls.
const workersLock = 0x7461_6b65_776f_726b

// heldLock is the presence of processes that share a PostgreSQL database: each holds a lock
// by a connection of its own, which the database takes back when the connection ends. Who
// comes while all of them are broken, as when the database was started anew, is alone for
// the moment: the leases of the living end early, and their fences see to the rest.
type heldLock struct {
	config *pgx.ConnConfig
	conn   *pgx.Conn
	alone  bool // the lock is held alone
	stop   context.CancelFunc
	ended  chan struct{}
}

func (l *heldLock) enter(ctx context.Context) (alone bool, err error) {
	if l.stop != nil {
		return false, errShown
	}
	l.conn, err = pgx.ConnectConfig(ctx, l.config.Copy())
	if err != nil {
		return false, clean(err)
	}
	if err := l.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(workersLock)).Scan(&l.alone); err != nil {
		return false, clean(err)
	}
	return l.alone, nil
}

// settle shares the lock, and takes it again whenever its connection breaks, until close.
func (l *heldLock) settle(ctx context.Context) (err error) {
	if l.conn != nil {
		err = share(ctx, l.conn, l.alone)
	}
	if err != nil {
		_ = l.conn.Close(ctx)
	}
	kept, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop, l.ended = stop, make(chan struct{})
	go func() {
		defer close(l.ended)
		l.keep(kept)
	}()
	return err
}

// share gets the lock together with others, and lets go of one that was held alone.
func share(ctx context.Context, conn *pgx.Conn, alone bool) error {
	_, err := conn.Exec(ctx, "SELECT pg_advisory_lock_shared($1)", int64(workersLock))
	if err == nil && alone {
		_, err = conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(workersLock))
	}
	return clean(err)
}

func (l *heldLock) keep(ctx context.Context) {
	for ctx.Err() == nil {
		if l.conn != nil {
			_, _ = l.conn.WaitForNotification(ctx) // nobody sends any: it ends with the connection
			_ = l.conn.Close(ctx)
		}
		if conn, err := l.again(ctx); err == nil {
			l.conn = conn
			continue
		}
		select {
		case <-ctx.Done():
		case <-beat.Next(time.Second):
		}
	}
}

func (l *heldLock) again(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, enterTime)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, l.config.Copy())
	if err != nil {
		return nil, fmt.Errorf("connect: %w", clean(err))
	}
	if err := share(ctx, conn, false); err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

func (l *heldLock) close() {
	if l.stop != nil {
		l.stop()
		<-l.ended
	}
	if l.conn != nil {
		_ = l.conn.Close(context.Background())
	}
}
