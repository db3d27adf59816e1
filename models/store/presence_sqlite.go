package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// lockedFile is the presence of processes that share a file of SQLite: each holds a lock
// on a file beside it, which the system takes back when the process dies.
type lockedFile struct {
	path string
	file *os.File
}

// fileSuffix is what the name of that file adds to the database's. It stays empty.
const fileSuffix = "-working"

// errHeld says that another process holds a lock.
var errHeld = errors.New("another process holds it")

func (l *lockedFile) enter(ctx context.Context) (alone bool, err error) {
	if l.file != nil {
		return false, errShown
	}
	l.file, err = os.OpenFile(l.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("open the file that shows who works: %w", err)
	}
	switch err := lockFile(l.file, true); {
	case err == nil:
		return true, nil
	case !errors.Is(err, errHeld):
		return false, err
	}
	return false, l.share(ctx)
}

// settle shares the lock, so that those who come find that they are not alone.
func (l *lockedFile) settle(ctx context.Context) error {
	if l.file == nil {
		return nil // it could not be opened, and was told
	}
	return l.share(ctx)
}

// share waits for somebody who enters.
func (l *lockedFile) share(ctx context.Context) error {
	for {
		err := lockFile(l.file, false)
		if !errors.Is(err, errHeld) {
			return err
		}
		pause(ctx, 10*time.Millisecond)
		if ctx.Err() != nil {
			return err
		}
	}
}

func (l *lockedFile) close() {
	if l.file != nil {
		_ = l.file.Close()
	}
}
