package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/migrations"
)

// migrateTries is how often a migration is begun that others were in the way of.
const migrateTries = 20

// migrateUp brings the schema up to date. On PostgreSQL a session lock lets one
// node at a time do so, while older nodes work on: where it and they wait for each
// other it is tried again. On SQLite every migration takes the write lock, so of
// two processes one loses and then finds the work done.
func migrateUp(ctx context.Context, db *database) (from, to int64, err error) {
	p, err := provider(db)
	if err != nil {
		return 0, 0, err
	}
	from, _, err = versions(ctx, p)
	if err != nil {
		return 0, 0, err
	}
	for range migrateTries {
		if _, err = p.Up(ctx); err == nil {
			break
		}
		if db.dialect == postgresDialect && !isAgain(migrationError(err)) {
			break
		}
		if ready, _ := upToDate(ctx, p); ready {
			err = nil
			break
		}
		pause(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return from, from, fmt.Errorf("migrate the database: %w", migrationError(err))
	}
	to, _, err = versions(ctx, p)
	return from, to, err
}

func upToDate(ctx context.Context, p *goose.Provider) (bool, error) {
	current, target, err := versions(ctx, p)
	return err == nil && current == target, err
}

// migrationError names the file that failed and drops what a driver may quote.
func migrationError(err error) error {
	if e, ok := errors.AsType[*goose.PartialError](err); ok && e.Failed != nil {
		return fmt.Errorf("%s: %w", path.Base(e.Failed.Source.Path), clean(e.Err))
	}
	return clean(err)
}

// checkVersion refuses to work on a schema older or newer than this program's.
// An empty database gets one if makeNew says so.
func checkVersion(ctx context.Context, db *database, makeNew bool) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	current, target, err := versions(ctx, p)
	if err != nil {
		return err
	}
	if current == 0 && makeNew {
		_, _, err := migrateUp(ctx, db)
		return err
	}
	if current < target {
		return fmt.Errorf("the database has schema %d, this program needs %d; run takeback migrate: %w",
			current, target, models.ErrInvalid)
	}
	return nil
}

// versions returns the schema that the database has and the one this program
// knows, and refuses a newer one.
func versions(ctx context.Context, p *goose.Provider) (current, target int64, err error) {
	current, target, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read the version of the schema: %w", clean(err))
	}
	if current > target {
		return 0, 0, fmt.Errorf(
			"the database has schema %d and this program knows only up to %d; start a newer takeback: %w",
			current, target, models.ErrInvalid,
		)
	}
	return current, target, nil
}

func provider(db *database) (*goose.Provider, error) {
	pool, err := db.shape.DB()
	if err != nil {
		return nil, clean(err)
	}
	if db.dialect == sqliteDialect {
		return newProvider(goose.DialectSQLite3, pool, migrations.SQLite, "sqlite")
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return nil, fmt.Errorf("lock for migrating: %w", err)
	}
	return newProvider(goose.DialectPostgres, pool, migrations.Postgres, "postgres", goose.WithSessionLocker(locker))
}

func newProvider(d goose.Dialect, pool *sql.DB, files fs.FS, folder string, opts ...goose.ProviderOption) (*goose.Provider, error) {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	p, err := goose.NewProvider(d, pool, sub, append(opts, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

// pause waits, or returns early when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
