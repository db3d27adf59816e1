package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whoever only looks leaves no trace: neither a file, nor goose's table.
func TestLookingChangesNothing(t *testing.T) {
	if _, err := Examine(t.Context(), Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "none.db")}); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("where there is no file: %v", err)
	}
	looked := 0
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			looked++
			address := fresh(t)
			if name == "sqlite" {
				if err := os.WriteFile(address[len("sqlite:"):], nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				c, err := Examine(t.Context(), Options{Database: address})
				if err != nil || c.Version != 0 || c.Needs < 18 || c.Ahead.Abs() > time.Minute || withoutFsync(c.Unsafe) != 0 {
					t.Errorf("an empty database: %+v, %v", c, err)
				}
			}
			_, to, err := Migrate(t.Context(), Options{Database: address})
			if err != nil {
				t.Fatal(err)
			}
			if c, err := Examine(t.Context(), Options{Database: address}); err != nil || c.Version != to || c.Needs != to {
				t.Errorf("a new database: %+v, %v; want schema %d", c, err, to)
			}
		})
	}
	if looked != 2 {
		t.Errorf("%d databases were looked at", looked)
	}
}

// withoutFsync counts what is unsafe beside what the test's server leaves out for speed.
func withoutFsync(found []Setting) (n int) {
	for _, s := range found {
		if s.Name != "fsync" && s.Name != "full_page_writes" {
			n++
		}
	}
	return n
}

func TestUnsafeSettingsAreNamed(t *testing.T) {
	db := openFresh(t, databases["postgres"](t))
	if pool, err := db.read.DB(); err == nil {
		pool.SetMaxOpenConns(1)
	}
	if err := db.read.Exec("SET default_transaction_read_only = on").Error; err != nil {
		t.Fatal(err)
	}
	found, err := db.unsafe(t.Context())
	if err != nil || withoutFsync(found) != 2 {
		t.Errorf("a read-only session: %+v, %v", found, err)
	}
}
