package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// SQLite returns the address of a new database that has the schema and nothing in it:
// a copy of one that the migrations were applied to once in this process. Applying
// them for every test takes longer than most tests.
func SQLite(tb testing.TB) string {
	tb.Helper()
	file, err := sqliteTemplate()
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "takeback.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
}

// Postgres is SQLite for PostgreSQL.
func Postgres(tb testing.TB) string {
	tb.Helper()
	template, err := postgresTemplate()
	if err != nil {
		tb.Fatal(err)
	}
	return testservers.PostgresCopy(tb, template)
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "takeback-template-")
	if err != nil {
		return nil, fmt.Errorf("a folder for the template: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "takeback.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(path) //nolint:gosec // made here
	if err != nil {
		return nil, fmt.Errorf("the template: %w", err)
	}
	return file, nil
})

var postgresTemplate = sync.OnceValues(func() (string, error) {
	address, err := testservers.NewDatabase()
	if err != nil {
		return "", fmt.Errorf("the template: %w", err)
	}
	if err := migrate(address); err != nil {
		return "", err
	}
	return address, makePartitions(address)
})

// makePartitions opens a store on a database once, which makes the partitions of now: each
// copy has them already.
func makePartitions(address string) error {
	dir, err := os.MkdirTemp("", "takeback-template-")
	if err != nil {
		return fmt.Errorf("a folder for keys: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	keys, err := seal.Create(filepath.Join(dir, "keys"))
	if err != nil {
		return fmt.Errorf("keys for the template: %w", err)
	}
	s, err := store.Open(context.Background(), store.Options{Database: address, Keys: keys, Node: "template"})
	if err != nil {
		return fmt.Errorf("the template: %w", err)
	}
	return s.Close()
}

func migrate(address string) error {
	if _, _, err := store.Migrate(context.Background(), store.Options{Database: address}); err != nil {
		return fmt.Errorf("the template: %w", err)
	}
	return nil
}
