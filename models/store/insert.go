package store

import (
	"fmt"
	"strings"
)

// Rows are inserted many at a time by hand-built statements: the insert of
// messages is the one statement whose cost every delivery pays, and building it
// by reflection costs more than running it.

// column is a column and the kind of value in it.
type column struct {
	name string
	kind string // the PostgreSQL type: text, bigint, bytea, float8
}

// table is a table as rows are inserted into it.
type table struct {
	name     string
	columns  []column
	conflict string // what follows ON CONFLICT; empty: a conflict is an error
	keys     int    // how many columns, from the first, say which row is updated
}

func texts(names ...string) []column   { return columns("text", names) }
func numbers(names ...string) []column { return columns("bigint", names) }
func blobs(names ...string) []column   { return columns("bytea", names) }
func reals(names ...string) []column   { return columns("float8", names) }

func columns(kind string, names []string) []column {
	cs := make([]column, len(names))
	for i, n := range names {
		cs[i] = column{n, kind}
	}
	return cs
}

// rows collects rows for one table, values in the order of its columns.
type rows struct {
	table  *table
	values []any
}

func (r *rows) add(values ...any) { r.values = append(r.values, values...) }

func (r *rows) len() int { return len(r.values) / len(r.table.columns) }

// maxChunk rows go into one statement on SQLite. Chunks are powers of two, so
// that few texts occur and the statements stay prepared.
const maxChunk = 64

// insert writes the collected rows and says how many were new.
func (u *unit) insert(r *rows) (int64, error) {
	if u.s.db.dialect == postgresDialect {
		return u.insertArrays(r)
	}
	width, total := len(r.table.columns), int64(0)
	for at, left := 0, r.len(); left > 0; {
		n := maxChunk
		for n > left {
			n /= 2
		}
		done, err := u.execRaw(u.s.writer.text(r.table, n, valuesText), r.values[at*width:(at+n)*width]...)
		if err != nil {
			return 0, fmt.Errorf("insert into %s: %w", r.table.name, err)
		}
		total, at, left = total+done, at+n, left-n
	}
	return total, nil
}

func valuesText(t *table, n int) string {
	row := "(?" + strings.Repeat(",?", len(t.columns)-1) + ")"
	return insertInto(t) + "VALUES " + row + strings.Repeat(","+row, n-1) + onConflict(t)
}

// insertArrays hands PostgreSQL one array per column, so that one text serves
// any number of rows.
func (u *unit) insertArrays(r *rows) (int64, error) {
	if r.len() == 0 {
		return 0, nil
	}
	n, err := u.execRaw(u.s.writer.text(r.table, 0, unnestText), r.arrays()...)
	if err != nil {
		return 0, fmt.Errorf("insert into %s: %w", r.table.name, err)
	}
	return n, nil
}

func unnestText(t *table, _ int) string {
	return insertInto(t) + "SELECT * FROM " + unnest(t) + onConflict(t)
}

// unnest is a table made of one array per column.
func unnest(t *table) string {
	arrays := make([]string, len(t.columns))
	for i, c := range t.columns {
		arrays[i] = fmt.Sprintf("$%d::%s[]", i+1, c.kind)
	}
	return "unnest(" + strings.Join(arrays, ",") + ")"
}

func insertInto(t *table) string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return "INSERT INTO " + t.name + " (" + strings.Join(names, ",") + ") "
}

func onConflict(t *table) string {
	if t.conflict == "" {
		return ""
	}
	return " ON CONFLICT " + t.conflict
}

// arrays returns the values column by column.
func (r *rows) arrays() []any {
	args := make([]any, len(r.table.columns))
	for i, c := range r.table.columns {
		args[i] = r.column(i, c.kind)
	}
	return args
}

// column returns the i-th values of all rows as a slice of their own type.
func (r *rows) column(i int, kind string) any {
	switch kind {
	case "text":
		return pick[string](r, i)
	case "bytea":
		return pick[[]byte](r, i)
	case "float8":
		return pick[float64](r, i)
	}
	return pick[int64](r, i)
}

func pick[T any](r *rows, i int) []T {
	out := make([]T, 0, r.len())
	for ; i < len(r.values); i += len(r.table.columns) {
		out = append(out, r.values[i].(T)) //nolint:forcetypeassert // a value of another type is a fault of the caller in this package
	}
	return out
}
