package main

import (
	"bytes"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// places is everything that may not hold what was said, by what it is.
func (l *leaks) places(t *testing.T) map[string]string {
	t.Helper()
	figures := httptest.NewRecorder()
	l.metricsHandler().ServeHTTP(figures, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	all := l.columns(t)
	all["the figures"], all["a hook"] = figures.Body.String(), l.told.String()
	all["Redis"], all["an answer"] = l.redis.String(), l.answers.String()
	for _, m := range l.sim.Messages("sales", "") {
		if m.From == l.conf.Apps[0].Tencent.Admin {
			all["a line in the chat"] += m.Text + "\n"
		}
	}
	if path, ok := strings.CutPrefix(l.conf.Database, "sqlite:"); ok {
		for _, end := range []string{"", "-wal"} {
			data, err := os.ReadFile(path + end)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			all["the file "+end] = string(data)
		}
	}
	for where, sign := range map[string]string{
		"the figures": "takeback_", "a hook": "Webhook-Signature", "Redis": "asynq", "an answer": "application/problem+json",
		"recalls.sender": "bob", "audit.action": "sweep.cancelled", "a line in the chat": "was taken back",
	} {
		if !strings.Contains(all[where], sign) {
			t.Errorf("the search does not see %s: there is no %s in its %d bytes", where, sign, len(all[where]))
		}
	}
	return all
}

// traced is all that was sent to the collector.
func (l *leaks) traced(t *testing.T) string {
	t.Helper()
	all := l.traces.text()
	for _, sign := range []string{"received", "called", "confirmed", "takeback.recall"} {
		if !strings.Contains(all, sign) {
			t.Errorf("the search does not see the traces: there is no %s in their %d bytes", sign, len(all))
		}
	}
	return all
}

// columns is what stands in each column of the database.
func (l *leaks) columns(t *testing.T) map[string]string {
	t.Helper()
	driver, dsn := "pgx", l.conf.Database
	tables := "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, dsn, tables = "sqlite3", "file:"+path+"?_busy_timeout=5000", "SELECT name FROM sqlite_master WHERE type = 'table'"
	}
	db, err := sql.Open(driver, dsn) // both registered by the store's own drivers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	all := map[string]string{}
	_, found := rowsOf(t, db, tables)
	for _, names := range found {
		table := string(names[0])
		for column, cells := range cellsOf(t, db, table) {
			all[table+"."+column] = cells
		}
	}
	return all
}

func cellsOf(t *testing.T, db *sql.DB, table string) map[string]string {
	t.Helper()
	columns, found := rowsOf(t, db, "SELECT * FROM "+table)
	by := make([]bytes.Buffer, len(columns))
	for _, row := range found {
		for i, cell := range row {
			by[i].Write(cell)
			by[i].WriteByte('\n')
		}
	}
	all := map[string]string{}
	for i, name := range columns {
		all[name] = by[i].String()
	}
	return all
}

func rowsOf(t *testing.T, db *sql.DB, query string) (columns []string, all [][][]byte) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = found.Close() }()
	if columns, err = found.Columns(); err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		row, into := make([][]byte, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return columns, all
}
