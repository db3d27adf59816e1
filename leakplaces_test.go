package main

import (
	"bytes"
	"database/sql"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
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
		l.folder(t, filepath.Dir(path), "while it runs, ", all)
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

// files puts in what lies on disk when all has ended: the data and the log of the servers,
// the database, and what the service keeps beside it.
func (l *leaks) files(t *testing.T, server *testservers.Server, all map[string]string) {
	t.Helper()
	l.cache.Shutdown()
	l.folder(t, l.cache.Dir(), "of Redis, ", all)
	l.folder(t, filepath.Dir(l.conf.Keys), "beside the keys, ", all)
	signs := map[string]string{"of Redis, appendonlydir/appendonly.aof.1.incr.aof": "asynq"}
	if server != nil {
		server.Shutdown()
		l.folder(t, server.Dir(), "of PostgreSQL, ", all)
		signs["of PostgreSQL, postgres.log"] = "sweep.cancelled"
	} else {
		path := strings.TrimPrefix(l.conf.Database, "sqlite:")
		l.folder(t, filepath.Dir(path), "at the end, ", all)
		signs["at the end, "+filepath.Base(path)] = "sweep.cancelled"
	}
	for file, sign := range signs {
		if !strings.Contains(all[file], sign) {
			t.Errorf("the search does not see the file %s: there is no %s in its %d bytes", file, sign, len(all[file]))
		}
	}
}

// folder puts in every file of a folder.
func (l *leaks) folder(t *testing.T, folder, of string, all map[string]string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		all[of+name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// backup is all that a backup of the service holds, the dump as its statements.
func (l *leaks) backup(t *testing.T) string {
	t.Helper()
	folder, all := filepath.Join(t.TempDir(), "backup"), map[string]string{}
	if code, out, errs := command(t, "backup", "--config", l.settings(t), folder); code != exitOK {
		t.Fatalf("backup: %d\n%s%s", code, out, errs)
	}
	l.folder(t, folder, "", all)
	if _, ok := all[postgresFile]; ok {
		said, err := exec.CommandContext(t.Context(), "pg_restore", "--file=-", filepath.Join(folder, postgresFile)).Output()
		if err != nil {
			t.Fatal(err)
		}
		all[postgresFile] = string(said)
	}
	text := strings.Join(slices.Collect(maps.Values(all)), "\n")
	if !strings.Contains(text, "sweep.cancelled") {
		t.Errorf("the search does not see a backup: %d bytes", len(text))
	}
	return text
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
