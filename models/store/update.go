package store

import (
	"fmt"
	"strings"
)

// Rows that many operations of one transaction change are written at once too,
// each with values of its own.

// update writes collected rows over those of their table that have the values in
// the table's first keys columns, of which the first is the id, and says how many were written.
func (u *unit) update(r *rows) (int64, error) {
	if r.len() == 0 {
		return 0, nil
	}
	if u.s.db.dialect == postgresDialect {
		return u.updateArrays(r)
	}
	width, total := len(r.table.columns), int64(0)
	for at := 0; at < len(r.values); at += width {
		// The driver numbers its parameters, so the values come in the order of the columns.
		n, err := u.execRaw(u.s.writer.text(r.table, 1, updateOne), r.values[at:at+width]...)
		if err != nil {
			return 0, fmt.Errorf("update %s: %w", r.table.name, err)
		}
		total += n
	}
	return total, nil
}

func updateOne(t *table, _ int) string {
	return "UPDATE " + t.name + " SET " + t.each(t.keys, len(t.columns), ", ", "%s = ?%d") +
		" WHERE " + t.each(0, t.keys, " AND ", "%s = ?%d")
}

// updateArrays hands PostgreSQL one array per column, as insertArrays does.
func (u *unit) updateArrays(r *rows) (int64, error) {
	n, err := u.execRaw(u.s.writer.text(r.table, 0, updateUnnest), r.arrays()...)
	if err != nil {
		return 0, fmt.Errorf("update %s: %w", r.table.name, err)
	}
	return n, nil
}

func updateUnnest(t *table, _ int) string {
	names := make([]string, len(t.columns))
	for i := range names {
		names[i] = fmt.Sprintf("v%d", i+1)
	}
	return "UPDATE " + t.name + " SET " + t.each(t.keys, len(t.columns), ", ", "%s = v.v%d") +
		" FROM " + unnest(t) + " AS v(" + strings.Join(names, ",") + ")" +
		" WHERE " + t.name + ".id = ANY($1::text[])" + // or it would rather read the whole table
		" AND " + t.each(0, t.keys, " AND ", t.name+".%s = v.v%d")
}

// each writes a pattern for some of the columns, with the name and the number of each.
func (t *table) each(from, to int, between, pattern string) string {
	parts := make([]string, 0, to-from)
	for i, c := range t.columns[from:to] {
		parts = append(parts, fmt.Sprintf(pattern, c.name, from+i+1))
	}
	return strings.Join(parts, between)
}
