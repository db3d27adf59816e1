package testservers_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	client "github.com/redis/go-redis/v9"

	"github.com/takeback-chat/takeback/internal/testservers"
)

func TestPostgresGivesEachTestItsOwnDatabase(t *testing.T) {
	first, second := testservers.Postgres(t), testservers.Postgres(t)
	if first == second {
		t.Fatalf("two calls gave the same database %s", first)
	}
	query(t, first, "CREATE TABLE things (id int)")
	if got := query(t, second, "SELECT count(*)::text FROM pg_tables WHERE tablename = 'things'"); got != "0" {
		t.Errorf("the second database sees %s tables of the first, want 0", got)
	}
	if got := query(t, first, "SHOW fsync"); got != "on" {
		t.Errorf("fsync is %q, want on", got)
	}
}

func TestPostgresIsDroppedWithItsTest(t *testing.T) {
	var dsn string
	t.Run("user", func(t *testing.T) { dsn = testservers.Postgres(t) })
	if _, err := pgx.Connect(t.Context(), dsn); err == nil {
		t.Errorf("the database outlived its test")
	}
}

func TestPostgresServerKeepsCommittedRowsAcrossACrash(t *testing.T) {
	s := testservers.PostgresServer(t)
	query(t, s.URL(), "CREATE TABLE things AS SELECT 42 AS id")
	s.Kill()
	if _, err := pgx.Connect(t.Context(), s.URL()); err == nil {
		t.Fatal("a killed server still answers")
	}
	s.Restart()
	if got := query(t, s.URL(), "SELECT id::text FROM things"); got != "42" {
		t.Errorf("after the crash the row is %q, want 42", got)
	}
}

func TestRedisServerForgetsAcrossARestart(t *testing.T) {
	s := testservers.RedisServer(t)
	redis(t, s, "SET word kept", "+OK")
	redis(t, s, "GET word", "$4")
	s.Kill()
	s.Restart()
	redis(t, s, "GET word", "$-1")
}

func TestRedisServerWithAppendOnlyFileRemembers(t *testing.T) {
	s := testservers.RedisServer(t, "--appendonly", "yes", "--appendfsync", "always")
	redis(t, s, "SET word kept", "+OK")
	s.Shutdown()
	s.Restart()
	redis(t, s, "GET word", "$4")
}

func TestFrozenRedisTakesConnectionsButDoesNotAnswer(t *testing.T) {
	s := testservers.RedisServer(t)
	s.Freeze()
	if line, err := ask(s, "PING", 100*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a frozen server answered %q, %v", line, err)
	}
	s.Thaw()
	redis(t, s, "PING", "+PONG")
}

func TestRedisClusterTakesWritesAsACluster(t *testing.T) {
	c := client.NewClusterClient(&client.ClusterOptions{Addrs: []string{testservers.RedisCluster(t)}})
	defer c.Close()
	if err := c.Set(t.Context(), "word", "kept", 0).Err(); err != nil {
		t.Errorf("SET: %v", err)
	}
}

func TestRedisSentinelNamesItsMaster(t *testing.T) {
	master, sentinel := testservers.RedisSentinel(t)
	c := client.NewFailoverClient(&client.FailoverOptions{MasterName: master, SentinelAddrs: []string{sentinel}})
	defer c.Close()
	if err := c.Set(t.Context(), "word", "kept", 0).Err(); err != nil {
		t.Errorf("SET: %v", err)
	}
}

// TestNothingOutlivesTheProcess kills a process that runs servers and sees
// the servers go. The process is this test binary once more.
func TestNothingOutlivesTheProcess(t *testing.T) {
	if os.Getenv("TESTSERVERS_CHILD") != "" {
		os.Stdout.WriteString(testservers.RedisServer(t).URL() + "\n" + testservers.PostgresServer(t).URL() + "\n")
		select {} // until killed
	}
	child := exec.Command(os.Args[0], "-test.run=^TestNothingOutlivesTheProcess$")
	child.Env = append(os.Environ(), "TESTSERVERS_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var hosts []string
	for len(hosts) < 2 && lines.Scan() {
		hosts = append(hosts, host(t, lines.Text()))
	}
	if len(hosts) < 2 {
		t.Fatalf("the child names %d servers, want 2: %v", len(hosts), lines.Err())
	}
	_ = child.Process.Signal(syscall.SIGKILL)
	_ = child.Wait()
	for _, h := range hosts {
		awaitSilence(t, h)
	}
}

// awaitSilence holds a connection open and returns when the server breaks it.
func awaitSilence(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return // gone already
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the server at %s outlived the process that started it", address)
	}
}

func query(t *testing.T, dsn, statement string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connect to %s: %v", dsn, err)
	}
	defer conn.Close(ctx)
	var got string
	if err := conn.QueryRow(ctx, statement).Scan(&got); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("%s: %v", statement, err)
	}
	return got
}

func redis(t *testing.T, s *testservers.Server, command, want string) {
	t.Helper()
	if got, err := ask(s, command, 20*time.Second); got != want || err != nil {
		t.Errorf("%s answers %q, %v, want %q", command, got, err, want)
	}
}

// ask sends one line and returns the first line of the answer.
func ask(s *testservers.Server, command string, limit time.Duration) (string, error) {
	u, err := url.Parse(s.URL())
	if err != nil {
		return "", err
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(limit))
	if _, err := conn.Write([]byte(command + "\r\n")); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

func host(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
