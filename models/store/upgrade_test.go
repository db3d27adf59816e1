package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// What tells this test's own binary to migrate a database and die on the way.
const (
	upgradeEnv = "TAKEBACK_TEST_UPGRADE"    // the address
	dieEnv     = "TAKEBACK_TEST_UPGRADE_AT" // before which statement
)

// A process that brings the schema up to date is killed before its n-th statement,
// of whichever migration that is. The next one goes through, and what it leaves is
// the schema of an upgrade that nothing disturbed.
func TestKilledAtEveryStatementOfEveryMigration(t *testing.T) {
	if address := os.Getenv(upgradeEnv); address != "" {
		migrateAndDie(t, address)
		return
	}
	t.Parallel()
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := &upgrade{fresh: fresh, want: upgraded(t, fresh(t)), next: 1, step: 23}
			if os.Getenv("PROOF") != "" {
				u.step = 1
			}
			began := time.Now()
			u.run(t)
			t.Logf("proof: killed at %d of %d statements, %d violations, %.0f s", u.kills, u.through, u.violations, time.Since(began).Seconds())
			if u.through < 150 || u.kills < u.through/u.step-1 {
				t.Errorf("killed at %d of %d statements, %d apart", u.kills, u.through, u.step)
			}
		})
	}
}

// upgrade kills processes at one statement after another until one comes through.
type upgrade struct {
	fresh func(testing.TB) string
	want  []string
	step  int

	mu         sync.Mutex // guards what follows
	next       int
	through    int // a number that no process came to
	kills      int
	violations int
}

func (u *upgrade) run(t *testing.T) {
	t.Helper()
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for n := u.turn(); n > 0; n = u.turn() {
				ok := t.Run(strconv.Itoa(n), func(t *testing.T) { u.kill(t, n) })
				u.mu.Lock()
				if !ok {
					u.violations++
				}
				u.mu.Unlock()
			}
		})
	}
	workers.Wait()
}

// turn is the next statement to die at, 0 when there is none.
func (u *upgrade) turn() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.through > 0 || u.violations > 3 { // else processes that fail by themselves go on for ever
		return 0
	}
	u.next += u.step
	return u.next - u.step
}

// kill lets a process die before its n-th statement and upgrades what it left.
func (u *upgrade) kill(t *testing.T, n int) {
	t.Helper()
	address := u.fresh(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledAtEveryStatementOfEveryMigration$")
	cmd.Env = append(os.Environ(), upgradeEnv+"="+address, dieEnv+"="+strconv.Itoa(n))
	out, err := cmd.CombinedOutput()
	died := false
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		status, _ := failed.Sys().(syscall.WaitStatus)
		died = status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	if err != nil && !died {
		t.Fatalf("the process failed by itself: %v\n%s", err, out)
	}
	u.note(n, died)
	if diff := cmp.Diff(u.want, upgraded(t, address)); diff != "" {
		t.Errorf("killed before statement %d: the schema (-undisturbed +this):\n%s", n, diff)
	}
}

func (u *upgrade) note(n int, died bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if died {
		u.kills++
	} else if u.through == 0 || n < u.through {
		u.through = n
	}
}

// upgraded brings a database up to date and describes what is in it then.
func upgraded(t *testing.T, address string) []string {
	t.Helper()
	db := openFresh(t, address)
	if _, _, err := migrateUp(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, query := range descriptions[db.dialect] {
		var lines []string
		if err := db.shape.Raw(query).Scan(&lines).Error; err != nil || len(lines) == 0 {
			t.Fatalf("%s: %d lines, %v", query, len(lines), err)
		}
		slices.Sort(lines)
		all = append(all, lines...)
	}
	return all
}

// descriptions are queries of all that a schema is made of, as text.
var descriptions = map[dialect][]string{
	sqliteDialect: {
		"SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master",
		"SELECT version_id || ' ' || is_applied FROM goose_db_version",
	},
	postgresDialect: {
		"SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns WHERE table_schema = 'public'",
		"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
		"SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
		"SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
		"SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
		"SELECT version_id || ' ' || is_applied FROM goose_db_version",
	},
}

// migrateAndDie is what the process does that is killed.
func migrateAndDie(t *testing.T, address string) {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(dieEnv))
	if err != nil {
		t.Fatal(err)
	}
	db, err := openMortal(t, address, &mortal{left: n})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := migrateUp(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

func openMortal(t *testing.T, address string, m *mortal) (*database, error) {
	t.Helper()
	opened := openFresh(t, address) // which also brings the file into the state that the product wants
	var dial gorm.Dialector
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		m.of, m.address = &sqlite3.SQLiteDriver{}, "file:"+path+"?_busy_timeout=5000&_foreign_keys=1&_txlock=immediate"
		dial = sqlite.New(sqlite.Config{Conn: m.open(t)})
	} else {
		m.of, m.address = stdlib.GetDefaultDriver(), address
		dial = postgres.New(postgres.Config{Conn: m.open(t)})
	}
	db, err := gorm.Open(dial, &gorm.Config{DisableAutomaticPing: true})
	return &database{dialect: opened.dialect, write: db, read: db, shape: db}, err
}

// mortal is a driver that kills its process at a statement, or where a transaction
// begins or ends.
type mortal struct {
	of      driver.Driver
	address string

	mu   sync.Mutex
	left int // statements until then
}

func (m *mortal) open(t *testing.T) *sql.DB {
	t.Helper()
	db := sql.OpenDB(m)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Connect opens a connection.
func (m *mortal) Connect(context.Context) (driver.Conn, error) {
	c, err := m.of.Open(m.address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &mortalConn{c, m}, nil
}

// Driver is what connects.
func (m *mortal) Driver() driver.Driver { return m.of }

func (m *mortal) step() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left--; m.left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it arrives
	}
}

type mortalConn struct {
	driver.Conn
	m *mortal
}

// ExecContext runs a statement unless it is the last.
func (c *mortalConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.m.step()
	e, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return e.ExecContext(ctx, query, args)
}

// QueryContext asks, unless it is the last question.
func (c *mortalConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.m.step()
	q, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return q.QueryContext(ctx, query, args)
}

// BeginTx begins a transaction.
func (c *mortalConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.m.step()
	b, ok := c.Conn.(driver.ConnBeginTx)
	if !ok {
		return nil, driver.ErrSkip
	}
	tx, err := b.BeginTx(ctx, opts)
	return mortalTx{tx, c.m}, err
}

type mortalTx struct {
	driver.Tx
	m *mortal
}

// Commit commits, unless it is the last thing to do.
func (tx mortalTx) Commit() error {
	tx.m.step()
	return tx.Tx.Commit()
}
