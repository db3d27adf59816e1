package store

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/internal/testservers"
)

// allRows lists a row of every table.
var allRows = []any{
	&conversationRow{}, &messageRow{}, &revisionRow{}, &conflictRow{}, &findingRow{}, &decisionRow{}, &caseRow{}, &caseSkipRow{}, &caseNoteRow{},
	&recallRow{}, &breakerRow{}, &legalHoldRow{}, &postingRow{}, &hookDeliveryRow{}, &hookEndpointRow{}, &pauseRow{}, &readRow{}, &gapRow{}, &setAsideRow{}, &revealRow{}, &auditRow{}, &policyRow{},
	&tokenRow{}, &moderatorRow{}, &signInCodeRow{}, &identityRow{}, &sessionRow{}, &setupLinkRow{}, &totpRow{}, &recoveryCodeRow{}, &passkeyRow{}, &signInTryRow{},
	&sweepRow{}, &sweepItemRow{}, &coverageRow{}, &holeRow{}, &coverageDayRow{},
	&slotRow{}, &retentionRoundRow{}, &auditCutRow{}, &erasureRow{},
}

// TestRowsMatchTheMigrations compares the migrated schema with the one that
// gorm would make of the rows, so that neither drifts from the other.
func TestRowsMatchTheMigrations(t *testing.T) {
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			migrated, automatic := openFresh(t, fresh(t)), openFresh(t, fresh(t))
			if _, _, err := migrateUp(t.Context(), migrated); err != nil {
				t.Fatal(err)
			}
			if err := automatic.write.AutoMigrate(allRows...); err != nil {
				t.Fatal(err)
			}
			want, got := schemaOf(t, automatic), schemaOf(t, migrated)
			if name == "postgres" {
				want = partitionedSchema(want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("schema (-rows +migrations):\n%s", diff)
			}
			if len(got) < 18+100 {
				t.Errorf("only %d lines of schema were compared", len(got))
			}
		})
	}
}

// partitionedSchema is what PostgreSQL has in the place of what gorm would make: unique
// indexes that the partitions have, and what is found in them when they are to go.
func partitionedSchema(lines []string) []string {
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return strings.Contains(line, " index messages_ref ") || strings.Contains(line, " index audit_chain ")
	})
	lines = append(lines, "messages: create index messages_apart on public.messages using btree ( id ) where ( ( inspection <> 'clean'::text ) or "+
		"( verdict <> 'allow'::text ) or ( state <> 'visible'::text ) or ( edited_at > 0 ) or ( erased_at > 0 ) )")
	slices.Sort(lines)
	return lines
}

var databases = map[string]func(testing.TB) string{
	"sqlite":   freshSQLite,
	"postgres": testservers.Postgres,
}

func freshSQLite(tb testing.TB) string {
	tb.Helper()
	return "sqlite:" + filepath.Join(tb.TempDir(), "takeback.db")
}

func openFresh(t *testing.T, address string) *database {
	t.Helper()
	db, err := openDatabase(context.Background(), Options{Database: address, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.close() })
	return db
}

// schemaOf describes columns and indexes, one line each, in words that both
// ways of making them share.
func schemaOf(t *testing.T, db *database) []string {
	t.Helper()
	lines := map[string]bool{}
	tables, err := db.write.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		parted := strings.HasPrefix(table, "messages_") || strings.HasPrefix(table, "audit_") && table != "audit_cuts"
		if parted || strings.HasPrefix(table, "goose_") || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		for _, line := range append(columnsIn(t, db, table), indexesOf(t, db, table)...) {
			lines[table+": "+line] = true
		}
	}
	return slices.Sorted(maps.Keys(lines))
}

func columnsIn(t *testing.T, db *database, table string) []string {
	t.Helper()
	query := `SELECT name || ' ' || lower(type) || ' required=' || ("notnull" OR pk > 0) || ' key=' || pk ||
		' default=' || replace(coalesce(dflt_value, ''), '"', '''') FROM pragma_table_info(?)`
	if db.dialect == postgresDialect {
		query = `SELECT column_name || ' ' || data_type || ' null=' || is_nullable || ' default=' || coalesce(column_default, '')
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ?`
	}
	return linesOf(t, db, query, table)
}

func linesOf(t *testing.T, db *database, query, table string) []string {
	t.Helper()
	var lines []string
	if err := db.write.Raw(query, table).Scan(&lines).Error; err != nil {
		t.Fatal(err)
	}
	return lines
}

func indexesOf(t *testing.T, db *database, table string) []string {
	t.Helper()
	query := "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?"
	if db.dialect == postgresDialect {
		query = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ?"
	}
	found := linesOf(t, db, query, table)
	for i, text := range found {
		text = strings.NewReplacer("`", "", `"`, "", "(", " ( ", ")", " ) ", ",", " , ").Replace(strings.ToLower(strings.Replace(text, " ON ONLY ", " ON ", 1)))
		found[i] = strings.Join(strings.Fields(text), " ")
	}
	return found
}

// TestEveryQueryOfAListHasAnIndex asks SQLite how it would find things.
func TestEveryQueryOfAListHasAnIndex(t *testing.T) {
	db := openFresh(t, databases["sqlite"](t))
	if _, _, err := migrateUp(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	queries := []string{
		"SELECT * FROM messages WHERE conversation_id = 'x' AND ref = 'y'",
		"SELECT * FROM messages WHERE conversation_id IN ('x') ORDER BY id DESC LIMIT 50",
		"SELECT * FROM messages ORDER BY id DESC LIMIT 50",
		"SELECT * FROM messages WHERE sender = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT id FROM messages WHERE sender = 'x' AND conversation_id = 'y' AND id >= 'z' ORDER BY id DESC LIMIT 32",
		"SELECT * FROM messages WHERE state = 'removed' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM messages WHERE verdict = 'recall' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM findings WHERE message_id IN ('a', 'b')",
		"SELECT * FROM recalls WHERE message_id = 'x' AND ended_at = 0",
		"SELECT * FROM recalls WHERE conversation_id = 'x' AND ended_at = 0 AND due_at <= 1",
		"SELECT * FROM recalls WHERE ended_at = 0 AND due_at <= 1",
		"SELECT * FROM recalls WHERE ended_as = 'failed' AND ended_as <> '' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM recalls WHERE conversation_id = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM cases WHERE state = 'open' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM cases WHERE message_id = 'x' AND decided_at = 0",
		"SELECT * FROM cases WHERE decided_at = 0 AND parked_until <= 5 ORDER BY place DESC, id DESC LIMIT 50",
		"SELECT * FROM case_notes WHERE case_id = 'x' ORDER BY id",
		"SELECT rule, app, sender, conversation_id, counted_at FROM recalls WHERE counted_at > 0 AND counted_at > 5",
		"SELECT * FROM breakers WHERE reset_at = 0 OR reset_at > 5",
		"SELECT count(*) FROM recalls WHERE " + strings.ReplaceAll(holdOver, "?", "5") + " LIMIT 1",
		"SELECT id FROM recalls WHERE id IN ('x', 'y') AND automatic = 1 AND " + barredBy,
		"SELECT count(*) FROM revisions WHERE message_id = 'x' AND digest IN (x'00')",
		"SELECT message_id FROM recalls WHERE message_id IN ('x', 'y') AND attempts > 0 AND state IN ('accepted')",
		"SELECT * FROM postings WHERE " + strings.ReplaceAll(postingDue, "?", "5") + " ORDER BY due_at LIMIT 20",
		"SELECT * FROM postings WHERE recall_id = 'x' ORDER BY id",
		"SELECT * FROM postings WHERE recall_id = 'x' AND kind = 'replacement' AND account = '' AND state NOT IN ('failed', 'cancelled')",
		"SELECT * FROM postings WHERE conversation_id = 'x' AND digest = x'00' AND account = ''",
		"SELECT count(*) FROM postings WHERE ordered_at > 5 AND kind = 'notice' AND app = 'x' AND account = 'y' AND account <> ''",
		"SELECT count(*) FROM postings WHERE ordered_at > 5 AND kind = 'tombstone' AND conversation_id = 'x' AND account = ''",
		"SELECT * FROM hook_deliveries WHERE " + strings.ReplaceAll(hookDue, "?", "5") + " AND hook = 'x' ORDER BY due_at LIMIT 20",
		"SELECT * FROM hook_deliveries WHERE hook = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM postings WHERE kept_id = 'x' AND kept_id <> ''",
		"SELECT * FROM decisions WHERE message_id = 'x' ORDER BY id",
		"SELECT * FROM sweep_items WHERE sweep_id = 'x' AND state = 'waiting' ORDER BY message_id LIMIT 100",
		"SELECT * FROM sweep_items WHERE sweep_id = 'x' AND message_id < 'y' ORDER BY message_id DESC LIMIT 100",
		"SELECT * FROM sweeps WHERE actor = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM sweeps WHERE state = 'running' AND due_at <= 1 AND leased_until <= 1",
		"SELECT * FROM reads WHERE conversation_id = 'x' AND ref = 'y'",
		"SELECT * FROM recalls WHERE ended_at > 0 AND ended_at >= 5 AND ended_at < 9 ORDER BY ended_at LIMIT 50",
		"SELECT * FROM cases WHERE decided_at > 0 AND decided_at >= 5 AND decided_at < 9 AND rule <> '' ORDER BY decided_at LIMIT 50",
		"SELECT slot FROM slots WHERE conversation_id = '' ORDER BY slot DESC LIMIT 1",
		"SELECT * FROM slots WHERE conversation_id IN ('x', 'y') AND slot >= 5",
		"SELECT * FROM audit WHERE chain = 'x' AND seq > 5 ORDER BY seq LIMIT 1000",
		"SELECT * FROM audit WHERE thing = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM audit WHERE actor = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM set_asides WHERE app = 'x' ORDER BY id DESC LIMIT 50",
		"SELECT * FROM tokens WHERE hash = x'00' AND revoked_at = 0",
		"SELECT id FROM conversations WHERE group_ref <> '' AND (app, group_ref) IN (VALUES ('a', 'b'))",
		"SELECT id FROM conversations WHERE id = 'x' OR ref = 'x'",
		"SELECT * FROM coverage WHERE app = 'x' AND due_at > 0 AND due_at <= 5 AND kind IN ('group') ORDER BY due_at LIMIT 50",
		"SELECT * FROM holes WHERE conversation_id = 'x' AND closed_at = 0 AND first <= 5 AND last >= 3 ORDER BY first",
		"SELECT * FROM holes WHERE closed_at = 0 AND due_at <= 5 AND app IN ('x') ORDER BY due_at LIMIT 8",
		"SELECT * FROM holes WHERE conversation_id = 'x' AND closed_at > 0 ORDER BY closed_at DESC LIMIT 20",
		"SELECT ref FROM messages WHERE conversation_id = 'x' AND id >= 'y' AND ephemeral = 0 ORDER BY id LIMIT 1",
		"SELECT * FROM messages WHERE conversation_id = 'x' AND ref IN ('1', '2', '3')",
		"SELECT * FROM holes WHERE conversation_id = 'x' AND first < 5 ORDER BY first DESC LIMIT 1",
		"SELECT * FROM holes WHERE conversation_id = 'x' AND first BETWEEN 5 AND 100 ORDER BY first LIMIT 500",
		"SELECT id FROM decisions WHERE rule = 'x' AND rule <> '' AND verdict = 'recall' AND id >= 'y' LIMIT 10000",
		"SELECT shadow FROM decisions WHERE id >= 'y' AND " + castsShadow + " ORDER BY id DESC LIMIT 10000",
		"SELECT state FROM recalls WHERE rule = 'x' AND rule <> '' AND id >= 'y' ORDER BY id DESC LIMIT 10000",
	}
	for _, q := range queries {
		var plan []struct{ Detail string }
		if err := db.write.Raw("EXPLAIN QUERY PLAN " + q).Scan(&plan).Error; err != nil || len(plan) == 0 {
			t.Fatalf("%s: %d steps, %v", q, len(plan), err)
		}
		for _, step := range plan {
			scans := strings.HasPrefix(step.Detail, "SCAN") && !strings.Contains(step.Detail, "INDEX") &&
				!strings.Contains(step.Detail, "CONSTANT")
			if scans || strings.Contains(step.Detail, "USE TEMP B-TREE") {
				t.Errorf("%s: %s", q, step.Detail)
			}
		}
	}
}

// PostgreSQL writes all indexes of a row anew once a column in one of them changes,
// also where the index leaves the row out. A claim changes none.
func TestAClaimTouchesNoIndex(t *testing.T) {
	db := openFresh(t, databases["postgres"](t))
	if _, _, err := migrateUp(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	found := indexesOf(t, db, "recalls")
	for _, index := range found {
		words := strings.Fields(index)
		for _, column := range []string{"state", "leased_until", "attempts", "looks", "fence", "sent_at", "explanation", "members", "evidence_at"} {
			if slices.Contains(words, column) {
				t.Errorf("%s changes with a claim: %s", column, index)
			}
		}
	}
	if len(found) < 9 {
		t.Errorf("only %d indexes were looked at", len(found))
	}
}
