package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/takeback-chat/takeback/models/store"
)

// large are the tables that grow with what people write and with what becomes of it.
var large = []string{
	"messages", "findings", "decisions", "cases", "recalls", "reads", "audit", "holes", "revisions", "conflicts", "slots", "postings",
	"conversations", "coverage", "hook_deliveries", "sweep_items", "reveals",
}

// walked are the statements that go through an index from its end without a condition
// that it answers, and why they may. Each is over a partial index, or stops at a limit.
var walked = []struct{ why, text string }{
	{"the newest of all", `^SELECT [^()]+ FROM .(audit|conversations|hook_deliveries|messages|recalls). ORDER BY id DESC LIMIT`},
	{"the value that most rows have", `^SELECT [^()]+ FROM .recalls. WHERE (\(conversation_id IN .*\) AND )?(actor|door|reason_code) = [?$\d]+ ORDER BY id DESC LIMIT`},
	{"the queue from its beginning", `^SELECT [^()]+ FROM .cases. WHERE decided_at = 0 AND parked_until <= \? AND id NOT IN \(SELECT case_id FROM case_skips WHERE actor = \?\) ORDER BY place DESC`},
	{"as many of what waits as are counted", `^SELECT \(SELECT count\(\*\) FROM \(SELECT .id. FROM .cases. WHERE decided_at = 0 AND parked_until <= \? AND id NOT IN \(SELECT case_id FROM case_skips WHERE actor = \?\) LIMIT`},
	{"nobody's groups", `^SELECT [^()]+ FROM .cases. WHERE 1 = 0 AND`},
	{"what was never seen and is looked for", `closed_at = 0`},
	{"recalls that are not over, by state", `FROM .recalls. WHERE ended_at = 0 GROUP BY`},
	{"what is still to be posted", `FROM .postings. WHERE ended_at = 0 AND state <> 'ordered' GROUP BY`},
}

// missing are the ways of a statement through a large table that no index answers. One of
// those that may be walked may be so once.
func missing(tb testing.TB, plans func(testing.TB, string) []string, text string) []string {
	tb.Helper()
	walks := plans(tb, text)
	may := slices.ContainsFunc(walked, func(w struct{ why, text string }) bool { return regexp.MustCompile(w.text).MatchString(text) })
	if may && len(walks) == 1 && !strings.HasSuffix(walks[0], without) {
		return nil
	}
	// Counts of recalls that are not over go through those, one for each state.
	return slices.DeleteFunc(walks, func(walk string) bool {
		return strings.Contains(text, "ended_at = 0 AND state = ") && strings.HasSuffix(walk, "recalls USING INDEX recalls_waiting")
	})
}

// without ends what is said of a way through a table past all indexes.
const without = ", without an index"

// TestNoPageSearchesWithoutAnIndex has every page of the console shown, and asks both
// databases how they find what the pages asked for. A database that stays is looked at as it is.
func TestNoPageSearchesWithoutAnIndex(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := &statements{seen: map[string]string{}}
			kept := os.Getenv(keptPages[name])
			r := openPages(t, cmp.Or(kept, open(t)), slog.New(asked))
			if !r.filled(t) {
				r.fill(t, 2000)
			}
			for _, who := range []string{"operator", "moderator"} {
				asked.at("") // what the choice of paths asks for is no page
				r.signIn(t, who)
				paths := r.paths(t)
				for _, path := range paths {
					asked.at(who + " " + r.named(path))
					r.look(t, path)
				}
			}
			plans := plansOf(t, r)
			count := func(tell func(text, walk string)) (n int) {
				for _, text := range slices.Sorted(maps.Keys(asked.seen)) {
					for _, walk := range missing(t, plans, text) {
						n++
						tell(text, walk)
					}
				}
				return n
			}
			n := count(func(text, walk string) { t.Errorf("%s (%s)\n%s", walk, asked.seen[text], text) })
			t.Logf("%d statements", len(asked.seen))
			if len(asked.seen) < 100 {
				t.Errorf("only %d statements were looked at", len(asked.seen))
			}
			if kept != "" {
				return // what follows is not for a database that stays
			}
			for _, index := range []string{"findings_detector", "messages_sender", "recalls_actor", "audit_action"} {
				if _, err := r.database(t).ExecContext(t.Context(), "DROP INDEX "+index); err != nil {
					t.Fatal(err)
				}
				more := count(func(string, string) {})
				if more <= n {
					t.Errorf("nobody noticed that the index %s was gone", index)
				}
				n = more
			}
		})
	}
}

// statements is a log that keeps each statement that reads, with the page that asked it
// first.
type statements struct {
	mu   sync.Mutex // guards what follows
	page string
	seen map[string]string
}

func (s *statements) at(page string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page = page
	if s.seen == nil {
		s.seen = map[string]string{}
	}
}

func (*statements) Enabled(_ context.Context, l slog.Level) bool { return l >= store.LevelStatements }
func (s *statements) WithAttrs([]slog.Attr) slog.Handler         { return s }
func (s *statements) WithGroup(string) slog.Handler              { return s }

func (s *statements) Handle(_ context.Context, r slog.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		text := a.Value.String()
		if a.Key == "sql" && s.page != "" && strings.HasPrefix(text, "SELECT") {
			if _, known := s.seen[text]; !known {
				s.seen[text] = s.page
			}
		}
		return true
	})
	return nil
}

// plansOf returns what says how a database finds what a statement asks for, as far as
// it goes through a large table without a condition that an index answers.
func plansOf(tb testing.TB, r *reader) func(testing.TB, string) []string {
	tb.Helper()
	db := r.database(tb)
	if strings.HasPrefix(r.address, "sqlite:") {
		return func(tb testing.TB, text string) []string { tb.Helper(); return sqliteWalks(tb, db, text) }
	}
	// The tables are small here: joins by going through both sides are cheap for them only.
	for _, off := range []string{"seqscan", "hashjoin", "mergejoin"} {
		if _, err := db.ExecContext(tb.Context(), "SET enable_"+off+" = off"); err != nil {
			tb.Fatal(err)
		}
	}
	partial, parts := partialIndexes(tb, db), partitionsOf(tb, db)
	return func(tb testing.TB, text string) []string {
		tb.Helper()
		return postgresWalks(tb, db, partial, parts, text)
	}
}

var sqliteScan = regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?`)

func sqliteWalks(tb testing.TB, db *sql.Conn, text string) (walks []string) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, strings.Count(text, "?"))...)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			tb.Fatal(err)
		}
		m := sqliteScan.FindStringSubmatch(detail)
		if m == nil || !slices.Contains(large, m[1]) {
			continue
		}
		if m[2] == "" {
			detail += without
		}
		walks = append(walks, detail)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return walks
}

// partialIndexes are those of what is still to be done. Small as the tables are here,
// PostgreSQL goes through them for anything.
func partialIndexes(tb testing.TB, db *sql.Conn) map[string]bool {
	tb.Helper()
	partial := map[string]bool{}
	for _, name := range column(tb, db, "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% WHERE %'") {
		partial[name] = true
	}
	return partial
}

// column reads a column of texts.
func column(tb testing.TB, db *sql.Conn, query string) (texts []string) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), query)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			tb.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return texts
}

// partitionsOf are the tables that partitions are of, by their names: "" of those that are empty,
// in which everything is as cheap as everything else.
func partitionsOf(tb testing.TB, db *sql.Conn) map[string]string {
	tb.Helper()
	parts := map[string]string{}
	for _, table := range []string{"messages", "audit"} {
		for _, name := range column(tb, db, "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '"+table+"'::regclass") {
			parts[name] = table
		}
	}
	for name := range parts {
		var some bool
		if err := db.QueryRowContext(tb.Context(), "SELECT EXISTS (SELECT 1 FROM "+name+")").Scan(&some); err != nil {
			tb.Fatal(err)
		}
		if !some {
			parts[name] = ""
		}
	}
	return parts
}

// node is a step of a plan of PostgreSQL.
type node struct {
	Kind   string `json:"Node Type"`
	Table  string `json:"Relation Name"`
	Index  string `json:"Index Name"`
	Cond   string `json:"Index Cond"`
	Filter string `json:"Filter"`
	Plans  []node `json:"Plans"`
}

var postgresParameter = regexp.MustCompile(`\$(\d+)\$`)

func postgresWalks(tb testing.TB, db *sql.Conn, partial map[string]bool, parts map[string]string, text string) (walks []string) {
	tb.Helper()
	text = postgresParameter.ReplaceAllString(text, "$$$1")
	n := strings.Count(text, "$")
	if _, err := db.ExecContext(tb.Context(), "PREPARE asked AS "+text); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	values := "" // that nothing has, of texts and numbers: what is rare must be found by an index
	if n > 0 {
		values = "('0'" + strings.Repeat(", '0'", n-1) + ")"
	}
	var plan string
	if err := db.QueryRowContext(tb.Context(), "EXPLAIN (FORMAT JSON) EXECUTE asked"+values).Scan(&plan); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	if _, err := db.ExecContext(tb.Context(), "DEALLOCATE asked"); err != nil {
		tb.Fatal(err)
	}
	var tops []struct{ Plan node }
	if err := json.Unmarshal([]byte(plan), &tops); err != nil {
		tb.Fatal(err)
	}
	var walk func(n node)
	walk = func(n node) {
		if part, ok := parts[n.Table]; ok {
			n.Table = part
		}
		switch {
		case !slices.Contains(large, n.Table), n.Table == "conversations" && n.Kind != "Seq Scan": // of which there are eight here
		case n.Kind == "Seq Scan":
			walks = append(walks, "Seq Scan of "+n.Table+without)
		case strings.Contains(n.Kind, "Index") && n.Cond == "" && n.Filter != "" && !partial[n.Index]:
			walks = append(walks, fmt.Sprintf("%s of %s by %s, filter %s", n.Kind, n.Table, n.Index, n.Filter))
		}
		for _, p := range n.Plans {
			walk(p)
		}
	}
	walk(tops[0].Plan)
	return walks
}
