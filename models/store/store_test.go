package store_test

import (
	"path/filepath"
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models/store/storetest"
)

func freshSQLite(tb testing.TB) string {
	return "sqlite:" + filepath.Join(tb.TempDir(), "takeback.db")
}

func TestSQLite(t *testing.T) { storetest.Run(t, freshSQLite) }

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(tb testing.TB) string { return testservers.Postgres(tb) })
}
