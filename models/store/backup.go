package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Backup copies a SQLite database into a file that must not be there yet, as it is at
// one moment, while others read and write it. The copy holds nothing of what was
// deleted, is closed to others, and is on disk and looked through when Backup returns.
func Backup(ctx context.Context, o Options, into string) error {
	path, ok := strings.CutPrefix(o.Database, "sqlite:")
	if !ok {
		return fmt.Errorf("only SQLite is copied by us: %w", models.ErrInvalid)
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	f, err := os.OpenFile(into, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	err = copyInto(ctx, path, into)
	if err == nil {
		err = CheckCopy(ctx, into)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// copyInto reads in one transaction of its own: it waits for nobody, and nobody for it.
func copyInto(ctx context.Context, path, into string) error {
	registerSQLite()
	db, err := sqlitePool(path, 1, "_cache_size=-8192", slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = clean(db.WithContext(ctx).Exec("VACUUM INTO ?", into).Error)
	if err := errors.Join(err, closePool(db)); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return nil
}

// CheckCopy looks through a SQLite database that nobody uses: every page, every index
// and every reference.
func CheckCopy(ctx context.Context, path string) error {
	registerSQLite()
	db, err := sqlitePool(path, 1, "mode=ro&immutable=1", slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = errors.Join(intact(db.WithContext(ctx)), closePool(db))
	if err != nil {
		return fmt.Errorf("look through the copy: %w", err)
	}
	return nil
}

func intact(db *gorm.DB) error {
	var said []string
	if err := db.Raw("PRAGMA integrity_check").Scan(&said).Error; err != nil {
		return clean(err)
	}
	if len(said) != 1 || said[0] != "ok" {
		return fmt.Errorf("it is damaged in %d places: %w", len(said), models.ErrInvalid)
	}
	var astray int64
	if err := db.Raw("SELECT count(*) FROM pragma_foreign_key_check").Scan(&astray).Error; err != nil {
		return clean(err)
	}
	if astray > 0 {
		return fmt.Errorf("%d rows refer to others that are not there: %w", astray, models.ErrInvalid)
	}
	return nil
}
