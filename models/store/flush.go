package store

import (
	"context"
	"errors"
	"log/slog"

	"github.com/mattn/go-sqlite3"
)

// ErrFlush says that the disk did not confirm that it holds what was written. What the
// operating system shows of the files afterwards need not be on the disk, and a second
// flush may say yes to what is lost: the process has to end.
var ErrFlush = errors.New("the disk did not confirm that it holds what was written")

const (
	lookAfter = 64     // operations, before it is asked how long the write-ahead log of SQLite is
	longLog   = 16_000 // pages of it that are moved into the database
)

// unflushed reports whether SQLite met a flush that failed. Other failures of a write
// are undone by it, and leave nothing in doubt.
func unflushed(e sqlite3.Error) bool {
	return e.ExtendedCode == sqlite3.ErrIoErrFsync || e.ExtendedCode == sqlite3.ErrIoErrDirFsync
}

// Watch returns an error that is ErrFlush once a flush has failed, and nil when ctx
// ends. Nothing is written after a failed flush, and the process has to end. Meanwhile it
// keeps to the time that all nodes share.
func (s *Store) Watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() { defer close(kept); s.keepTime(ctx) }()
	defer func() { cancel(); <-kept }()
	select {
	case <-s.writer.failed:
		return s.writer.broken
	case <-ctx.Done():
		return nil
	}
}

// heed makes a failed flush the end of all writing.
func (w *writer) heed(err error) error {
	if w.broken == nil && errors.Is(err, ErrFlush) {
		w.broken = err
		close(w.failed)
	}
	return err
}

// shorten moves the write-ahead log of SQLite into the database where it has become
// long. SQLite would do so itself, within a commit, and tell nobody that it failed.
func (w *writer) shorten(done int) {
	if w.ops += done; w.ops < lookAfter || w.s.db.dialect != sqliteDialect || w.broken != nil {
		return
	}
	w.ops = 0
	pages, err := logPages(w.s.db.write)
	if err == nil && pages >= longLog {
		err = pragma(w.s.db.write, "wal_checkpoint(PASSIVE)")
	}
	if err = w.heed(err); err != nil {
		w.s.opts.Logger.Warn("checkpoint failed", slog.Any("error", err))
	}
}

// rest empties the write-ahead log of SQLite, which else keeps its largest size.
func (w *writer) rest() {
	if !w.dirty || w.s.db.dialect != sqliteDialect || w.broken != nil {
		return
	}
	w.dirty = false
	if err := w.heed(checkpoint(w.s.db.write)); err != nil {
		w.s.opts.Logger.Warn("checkpoint failed", slog.Any("error", err))
	}
}

// settleLog moves what an earlier process left in the write-ahead log into the database.
// If it ended because a flush failed, the log can be read and yet not be on the disk,
// and what is committed behind it would be lost with it.
func settleLog(db *database) error {
	if db.dialect != sqliteDialect {
		return nil
	}
	return checkpoint(db.write)
}
