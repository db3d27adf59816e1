package store

import (
	"bytes"
	"database/sql"
	"log/slog"
	"strings"
	"testing"
)

// Values are kept out of what is logged of a statement, whichever way it is run: gorm
// runs those that scan into a value of their own through a recorder.
func TestStatementsAreLoggedWithoutValues(t *testing.T) {
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: LevelStatements}))
			db, err := openDatabase(t.Context(), Options{Database: fresh(t), Logger: log})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.close() })
			var got string
			for i, err := range []error{
				db.read.Raw("SELECT CAST(? AS text)", "half past nine").Scan(&got).Error,
				db.read.Raw("SELECT CAST(? AS text)", "half past nine").Row().Scan(&got),
				db.read.Exec("SELECT CAST(? AS text)", "half past nine").Error,
				readRaw(db.read.WithContext(t.Context()), "SELECT CAST(? AS text)", []any{"half past nine"}, func(rows *sql.Rows) error { return rows.Scan(&got) }),
			} {
				if err != nil {
					t.Fatalf("way %d: %v", i, err)
				}
			}
			if n := strings.Count(out.String(), "CAST("); n != 4 || strings.Contains(out.String(), "half past nine") {
				t.Errorf("%d statements are in the log, want 4 and no value:\n%s", n, out.String())
			}
		})
	}
}
