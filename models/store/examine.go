package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/migrations"
)

// Condition is what somebody learns of a database who changes nothing in it.
type Condition struct {
	Version int64         // of its schema; 0: it has none yet
	Needs   int64         // the schema of this program
	Ahead   time.Duration // how far its clock is ahead of ours; 0 on SQLite, which has none
	Unsafe  []Setting     // what may lose commits, or keeps us from writing
}

// Setting is one setting of a database that is not as it ought to be.
type Setting struct{ Name, Is, Wanted string }

// ErrNoDatabase says that there is no database yet at an address.
var ErrNoDatabase = errors.New("there is no database yet")

// Examine looks at a database without making, migrating or writing anything.
// Keys are not needed. ErrNoDatabase: the file of a SQLite database is not there.
func Examine(ctx context.Context, o Options) (Condition, error) {
	if path, ok := strings.CutPrefix(o.Database, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return Condition{}, ErrNoDatabase
		}
	}
	db, err := openDatabase(ctx, o)
	if err != nil {
		return Condition{}, err
	}
	c, err := db.examine(ctx)
	return c, errors.Join(err, db.close())
}

func (d *database) examine(ctx context.Context) (c Condition, err error) {
	c.Needs = Schema()
	if c.Version, err = d.schema(ctx); err != nil || d.dialect == sqliteDialect {
		return c, err
	}
	if c.Ahead, err = d.ahead(ctx); err != nil {
		return c, err
	}
	c.Unsafe, err = d.unsafe(ctx)
	return c, err
}

// schema reads the version of the schema as it stands. Goose would make its table.
func (d *database) schema(ctx context.Context) (version int64, err error) {
	there, db := false, d.read.WithContext(ctx)
	look := "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '" + goose.DefaultTablename + "')"
	if d.dialect == postgresDialect {
		look = "SELECT to_regclass('" + goose.DefaultTablename + "') IS NOT NULL"
	}
	if err = db.Raw(look).Scan(&there).Error; err == nil && there {
		err = db.Raw("SELECT coalesce(max(version_id), 0) FROM " + goose.DefaultTablename).Scan(&version).Error
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the schema: %w", clean(err))
	}
	return version, nil
}

// Schema is the version of the schema that this program knows: the number of its last
// migration, of which both databases have the same.
func Schema() (newest int64) {
	files, err := migrations.SQLite.ReadDir("sqlite")
	if err != nil {
		panic(err) // a broken build: they are embedded
	}
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, _ := strconv.ParseInt(number, 10, 64)
		newest = max(newest, n)
	}
	return newest
}

// ahead compares the clocks.
func (d *database) ahead(ctx context.Context) (time.Duration, error) {
	shown, at, err := d.time(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the clock of the database: %w", err)
	}
	return shown.Sub(at), nil
}

// oldestPostgres is the oldest version that is still looked after.
const oldestPostgres = 13

// unsafe lists the settings of a PostgreSQL server that are not as they ought to be.
func (d *database) unsafe(ctx context.Context) (found []Setting, err error) {
	for _, s := range []struct{ name, wanted string }{
		{"fsync", "on"},
		{"full_page_writes", "on"},
		{"default_transaction_read_only", "off"},
		{"transaction_read_only", "off"},
		{"server_version_num", ""},
	} {
		var is string
		if err := d.read.WithContext(ctx).Raw("SHOW " + s.name).Scan(&is).Error; err != nil {
			return nil, fmt.Errorf("read setting %s of the database: %w", s.name, clean(err))
		}
		number, _ := strconv.Atoi(is)
		switch {
		case s.wanted != "" && is != s.wanted:
			found = append(found, Setting{s.name, is, s.wanted})
		case s.wanted == "" && number < oldestPostgres*10_000:
			found = append(found, Setting{"server_version", strconv.Itoa(number / 10_000), fmt.Sprintf("%d or newer", oldestPostgres)})
		}
	}
	return found, nil
}

// Opens reports whether these keys open what was sealed in the database; an error
// that wraps seal.ErrSeal says that they do not. A database that holds nothing sealed is
// opened by any.
func (s *Store) Opens(ctx context.Context) error {
	_, err := s.PolicyInForce(ctx)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}
