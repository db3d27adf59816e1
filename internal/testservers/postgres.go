package testservers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// AdminEnv names the environment variable that holds the address of a private
// cluster for the tests of all packages; the command withservers sets it.
const AdminEnv = "TAKEBACK_TEST_POSTGRES"

// Postgres returns the DSN of a fresh, empty database, dropped when the test
// ends. The cluster behind it is shared: that of the withservers command, or
// one started by the first call in this process. It flushes to disk at commit
// (fsync), as the product needs it.
func Postgres(tb testing.TB) string {
	tb.Helper()
	return testDatabase(tb, "template1")
}

// PostgresCopy returns the DSN of a fresh database that is a copy of one made by
// NewDatabase, dropped when the test ends. Nobody may be connected to that one.
func PostgresCopy(tb testing.TB, original string) string {
	tb.Helper()
	return testDatabase(tb, nameOf(original))
}

// NewDatabase returns the DSN of a fresh, empty database that lives as long as the
// shared cluster.
func NewDatabase() (string, error) {
	admin, err := shared()
	if err != nil {
		return "", err
	}
	return createDatabase(admin, "template1")
}

// PostgresServer starts a cluster of this test's own which the test may kill
// and restart. Its URL names an empty database. The extra arguments are settings
// ("log_statement=all").
func PostgresServer(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s, err := startPostgres(settings)
	if err != nil {
		tb.Fatal(err)
	}
	s.fail = tb.Fatalf
	tb.Cleanup(s.Close)
	return s
}

// StartPostgres starts a private cluster, with settings ("log_statement=all").
// The caller closes it.
func StartPostgres(settings ...string) (*Server, error) { return startPostgres(settings) }

func startPostgres(settings []string) (*Server, error) {
	program, err := postgresBinary("postgres")
	if err != nil {
		return nil, err
	}
	return firstToStart(func() (*Server, error) { return newPostgres(program, settings) })
}

// processCluster is the one cluster of a test binary that runs without
// withservers. Nobody closes it: the watchdog does when the process ends.
var processCluster = sync.OnceValues(func() (*Server, error) { return StartPostgres() })

func newPostgres(program string, settings []string) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cred, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := newCluster(cred)
	if err != nil {
		return nil, err
	}
	dsn := fmt.Sprintf("postgres://takeback@%s/postgres?sslmode=disable", net.JoinHostPort("127.0.0.1", port))
	argv := []string{
		program, "-D", filepath.Join(dir, "data"), "-p", port, "-k", dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300",
		"-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "shared_buffers=64MB",
	}
	for _, setting := range settings {
		argv = append(argv, "-c", setting)
	}
	return &Server{
		program: "postgres", url: dsn, dir: dir, cred: cred,
		// SIGQUIT is PostgreSQL's "immediate shutdown": no checkpoint, and recovery from
		// the log at the next start, as after a crash. SIGKILL would leave its children
		// behind, which block the next start.
		crash: syscall.SIGQUIT, argv: argv,
		answers: func(ctx context.Context) error { return pingPostgres(ctx, dsn) },
	}, nil
}

// newCluster makes a folder with an empty cluster in it. Anyone on this
// machine may connect while the test runs: it holds made-up data only.
func newCluster(cred *syscall.Credential) (string, error) {
	initdb, err := postgresBinary("initdb")
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "takeback-postgres-")
	if err != nil {
		return "", fmt.Errorf("make a folder for postgres: %w", err)
	}
	if cred != nil {
		if err := os.Chown(dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return "", fmt.Errorf("hand the folder to the user of postgres: %w", err)
		}
	}
	cmd := exec.CommandContext(context.Background(), initdb, "-D", filepath.Join(dir, "data"), "-U", "takeback",
		"-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("make a cluster with initdb: %w\n%s", err, out)
	}
	return dir, nil
}

// unprivileged names the user the server runs as: PostgreSQL refuses root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("postgres refuses to run as root, and there is no user postgres or nobody to run it as")
}

func pingPostgres(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// freshDatabase creates a database with a random name and drops it when the
// test ends, together with whatever is still connected.
// shared returns the DSN of the cluster that tests share.
func shared() (string, error) {
	if admin := os.Getenv(AdminEnv); admin != "" {
		return admin, nil
	}
	s, err := processCluster()
	if err != nil {
		return "", err
	}
	return s.URL(), nil
}

func testDatabase(tb testing.TB, template string) string {
	tb.Helper()
	admin, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	dsn, err := createDatabase(admin, template)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := execute(admin, "DROP DATABASE IF EXISTS "+nameOf(dsn)+" WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return dsn
}

// nameOf returns the name of the database of a DSN that this package made.
func nameOf(dsn string) string {
	name, _, _ := strings.Cut(path.Base(dsn), "?")
	return name
}

func createDatabase(admin, template string) (string, error) {
	dsn, err := url.Parse(admin)
	if err != nil {
		return "", fmt.Errorf("%s is not a URL: %w", AdminEnv, err)
	}
	name := "takeback_" + strings.ToLower(rand.Text())
	dsn.Path = "/" + name
	return dsn.String(), execute(admin, "CREATE DATABASE "+name+" TEMPLATE "+template)
}

func execute(dsn, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
