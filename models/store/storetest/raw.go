package storetest

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
)

// raw opens the database past the store, as a thief or a forger would.
func (b *bench) raw() *sql.DB {
	b.Helper()
	return rawOf(b, b.database)
}

func rawOf(tb testing.TB, database string) *sql.DB {
	tb.Helper()
	driver, dsn := "pgx", database
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		driver, dsn = "sqlite3", "file:"+path+"?_busy_timeout=5000"
	}
	db, err := sql.Open(driver, dsn) // both registered by the store's own drivers
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func (b *bench) rawExec(db *sql.DB, statements ...string) {
	b.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(b.Context(), s); err != nil {
			b.Fatalf("%s: %v", s, err)
		}
	}
}

func (b *bench) sqlite() bool { return strings.HasPrefix(b.database, "sqlite:") }

// everyByte returns all that the database holds: the files of SQLite, the rows
// of all tables of PostgreSQL, bytes as they are.
func (b *bench) everyByte() []byte {
	b.Helper()
	if path, ok := strings.CutPrefix(b.database, "sqlite:"); ok {
		return b.files(path, path+"-wal", path+"-shm")
	}
	db := b.raw()
	var out bytes.Buffer
	for _, table := range b.column(db, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()") {
		for _, row := range b.column(db, fmt.Sprintf("SELECT encode(convert_to(t::text, 'UTF8'), 'escape') FROM %s t", table)) {
			out.WriteString(row)
		}
		for _, name := range b.column(db, "SELECT column_name FROM information_schema.columns WHERE data_type = 'bytea' AND table_schema = current_schema() AND table_name = '"+table+"'") {
			for _, cell := range b.column(db, fmt.Sprintf("SELECT encode(coalesce(%s, ''), 'escape') FROM %s", name, table)) {
				out.WriteString(cell)
			}
		}
	}
	return out.Bytes()
}

func (b *bench) files(paths ...string) []byte {
	b.Helper()
	var out []byte
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil && !os.IsNotExist(err) {
			b.Fatal(err)
		}
		out = append(out, data...)
	}
	return out
}

func (b *bench) column(db *sql.DB, query string) []string {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), query)
	if err != nil {
		b.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			b.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return out
}
