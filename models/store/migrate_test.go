package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/migrations"
	"github.com/takeback-chat/takeback/models/store/seal"
)

func testKeys(tb testing.TB) *seal.Keyring {
	tb.Helper()
	keys, err := seal.Create(tb.TempDir() + "/keys")
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

// newestMigration is the number of the last file.
func newestMigration(t *testing.T) (n int64) {
	t.Helper()
	files, err := fs.Glob(migrations.SQLite, "sqlite/*.sql")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	if _, err := fmt.Sscanf(path.Base(slices.Max(files)), "%d_", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManyNodesMigrateAtOnce(t *testing.T) {
	newest := newestMigration(t)
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			o := Options{Database: fresh(t), Logger: slog.New(slog.DiscardHandler)}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if _, to, err := Migrate(context.Background(), o); err != nil || to != newest {
						t.Errorf("Migrate = to %d, %v", to, err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestAnotherSchemaIsRefused(t *testing.T) {
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			o := Options{Database: fresh(t), Keys: testKeys(t)}
			if _, err := Open(t.Context(), o); !errors.Is(err, models.ErrInvalid) || !strings.Contains(err.Error(), "takeback migrate") {
				t.Errorf("an empty database: %v, want a refusal that says what to do", err)
			}
			o.Migrate = true
			s, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			err = s.db.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)").Error
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			for _, migrate := range []bool{true, false} {
				o.Migrate = migrate
				_, err := Open(t.Context(), o)
				if !errors.Is(err, models.ErrInvalid) || !strings.Contains(err.Error(), "schema 99") {
					t.Errorf("migrate=%v: a newer schema: %v, want a refusal that names it", migrate, err)
				}
			}
		})
	}
}

func TestAFailedMigrationIsNamed(t *testing.T) {
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			db := openFresh(t, fresh(t))
			if err := db.write.Exec("CREATE TABLE messages (id text)").Error; err != nil {
				t.Fatal(err)
			}
			_, _, err := migrateUp(t.Context(), db)
			if err == nil || !strings.Contains(err.Error(), "00001_init.sql") {
				t.Errorf("a schema of somebody else: %v, want the file named", err)
			}
			var tables int64
			if db.write.Table("goose_db_version").Where("version_id > 0").Count(&tables); tables != 0 {
				t.Error("half a migration counts as done")
			}
		})
	}
}

func TestAddressesThatCannotBe(t *testing.T) {
	secret := "hun" + "ter2"
	addresses := []string{
		"", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:file:x", "sqlite:x.db?_synchronous=OFF",
		"postgres://user:" + secret + "@host:notaport/db", "user:" + secret + "@host",
	}
	for _, a := range addresses {
		_, err := Open(t.Context(), Options{Database: a, Keys: testKeys(t)})
		if !errors.Is(err, models.ErrInvalid) || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v, want ErrInvalid without the password", a, err)
		}
	}
	if _, err := Open(t.Context(), Options{Database: "sqlite:x.db"}); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("without keys: %v", err)
	}
}
