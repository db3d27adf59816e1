package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models/store/storetest"
)

func freshSQLite(tb testing.TB) string {
	tb.Helper()
	return "sqlite:" + filepath.Join(tb.TempDir(), "takeback.db")
}

func TestSQLite(t *testing.T) { storetest.Run(t, freshSQLite) }

// TestPostgres gives every test a schema of its own in one database: making and
// dropping whole databases costs seconds each.
func TestPostgres(t *testing.T) {
	address := testservers.Postgres(t)
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	schemas := 0
	storetest.Run(t, func(tb testing.TB) string {
		tb.Helper()
		schemas++
		name := fmt.Sprintf("test_%d", schemas)
		if _, err := db.ExecContext(tb.Context(), "CREATE SCHEMA "+name); err != nil {
			tb.Fatal(err)
		}
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		return address + separator + "search_path=" + name
	})
}
