package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

const (
	sqliteDriver  = "sqlite3_takeback"
	sqliteReaders = 4
	// SQLite up to 3.51.2 can corrupt a WAL database when two connections
	// checkpoint and commit at the wrong moment (sqlite.org, "WAL-reset bug").
	oldestSQLite = 3_051_003
)

// These have no setting in the driver's address. Temporary tables live in memory,
// so that no text reaches a temporary file. The writer moves the log into the database
// every 64 MB rather than every 4: pages at the ends of the indexes are written
// again and again, and so reach the database once for many commits. SQLite itself does
// so only for what goes past the writer, as migrations do.
var registerSQLite = sync.OnceFunc(func() {
	sql.Register(sqliteDriver, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec("PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 64000", nil)
		return err
	}})
})

// openSQLite opens the file at path: one connection that writes, since a second
// one would only wait, and a few that can but read.
func openSQLite(ctx context.Context, path string, log *slog.Logger) (*database, error) {
	if err := sqlitePath(path); err != nil {
		return nil, err
	}
	if _, number, _ := sqlite3.Version(); number < oldestSQLite {
		return nil, fmt.Errorf("SQLite %d is built in, at least %d is needed: %w", number, oldestSQLite, models.ErrInvalid)
	}
	if err := privateFile(path); err != nil {
		return nil, err
	}
	registerSQLite()
	// FULL syncs every commit; with IMMEDIATE a transaction never has to upgrade its
	// lock, which no busy timeout helps; secure_delete overwrites what is deleted.
	write, err := sqlitePool(path, 1, "_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_cache_size=-8192", log)
	if err != nil {
		return nil, err
	}
	if err := assertSafe(ctx, write); err != nil {
		return nil, errors.Join(err, closePool(write))
	}
	read, err := sqlitePool(path, sqliteReaders, "_query_only=1&_cache_size=-1024", log)
	if err != nil {
		return nil, errors.Join(err, closePool(write))
	}
	return &database{dialect: sqliteDialect, write: write, read: read, shape: write, presence: &lockedFile{path: path + fileSuffix}}, nil
}

func sqlitePath(path string) error {
	switch {
	case path == "", strings.HasPrefix(path, ":memory:"), strings.HasPrefix(path, "file:"):
		return fmt.Errorf("sqlite: needs the path of a file: %w", models.ErrInvalid)
	case strings.ContainsRune(path, '?'):
		// Options could switch off what keeps a commit safe.
		return fmt.Errorf("sqlite: takes a path and no options: %w", models.ErrInvalid)
	}
	return nil
}

// privateFile makes the database file if it is new, and closed to others either
// way; SQLite gives the files beside it the same mode.
func privateFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return fmt.Errorf("close the database file to others: %w", err)
	}
	return nil
}

// lockTimeout is how long a statement waits for a locked database, in milliseconds.
const lockTimeout = "5000"

func sqlitePool(path string, conns int, settings string, log *slog.Logger) (*gorm.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_busy_timeout=" + lockTimeout + "&_foreign_keys=1&_secure_delete=1&_stmt_cache_size=128&" + settings
	pool, err := sql.Open(sqliteDriver, dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", clean(err))
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	var db *gorm.DB
	for range openTries {
		if db, err = gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), gormConfig(log)); !isAgain(clean(err)) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", errors.Join(clean(err), pool.Close()))
	}
	return db, nil
}

// openTries is how often a file is opened that is locked. SQLite waits for no lock where
// two processes make one file a database with a write-ahead log: one is refused at once.
const openTries = 40

// assertSafe refuses a database that did not take the settings which keep
// commits safe: WAL, for one, is silently refused on some network file systems.
func assertSafe(ctx context.Context, db *gorm.DB) error {
	for _, want := range []struct{ pragma, value string }{
		{"journal_mode", "wal"},
		{"synchronous", "2"},
		{"foreign_keys", "1"},
		{"secure_delete", "1"},
		{"temp_store", "2"},
	} {
		var got string
		if err := db.WithContext(ctx).Raw("PRAGMA " + want.pragma).Scan(&got).Error; err != nil {
			return fmt.Errorf("read setting %s of the database: %w", want.pragma, clean(err))
		}
		if got != want.value {
			return fmt.Errorf("the database has %s=%s instead of %s: %w", want.pragma, got, want.value, models.ErrInvalid)
		}
	}
	return nil
}

// checkpoint moves the write-ahead log into the database and empties its file.
// It does not wait for readers: the next one succeeds.
func checkpoint(db *gorm.DB) error {
	return pragma(db, "busy_timeout = 0", "wal_checkpoint(TRUNCATE)", "busy_timeout = "+lockTimeout)
}

// pragma runs pragmas whose answers do not matter.
func pragma(db *gorm.DB, pragmas ...string) error {
	for _, p := range pragmas {
		var ignored []map[string]any
		if err := db.Raw("PRAGMA " + p).Scan(&ignored).Error; err != nil {
			return fmt.Errorf("checkpoint the database: %w", clean(err))
		}
	}
	return nil
}

// logPages is how many pages the write-ahead log holds.
func logPages(db *gorm.DB) (int, error) {
	var busy, pages, moved int
	if err := db.Raw("PRAGMA wal_checkpoint(NOOP)").Row().Scan(&busy, &pages, &moved); err != nil {
		return 0, fmt.Errorf("length of the write-ahead log: %w", clean(err))
	}
	return pages, nil
}

// SQLiteVersion is the version of the SQLite that is built in.
func SQLiteVersion() string {
	version, _, _ := sqlite3.Version()
	return version
}
