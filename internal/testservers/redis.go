package testservers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Redis returns the URL of an empty Redis of this test's own, gone when the
// test ends.
func Redis(tb testing.TB) string {
	tb.Helper()
	return RedisServer(tb).URL()
}

// RedisServer starts a Redis of this test's own which the test may kill,
// freeze and restart. It keeps nothing across a restart unless the extra
// arguments ("--appendonly", "yes") say so.
func RedisServer(tb testing.TB, args ...string) *Server {
	tb.Helper()
	s, err := startRedis(args)
	if err != nil {
		tb.Fatal(err)
	}
	s.fail = tb.Fatalf
	tb.Cleanup(s.Close)
	return s
}

// StartRedis starts a private Redis. The caller closes it.
func StartRedis() (*Server, error) { return startRedis(nil) }

func startRedis(args []string) (*Server, error) {
	program, err := binary("redis-server", "redis-server")
	if err != nil {
		return nil, err
	}
	return firstToStart(func() (*Server, error) { return newRedis(program, args) })
}

func newRedis(program string, args []string) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "takeback-redis-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for redis-server: %w", err)
	}
	address := net.JoinHostPort("127.0.0.1", port)
	argv := []string{
		program, "--bind", "127.0.0.1", "--port", port, "--dir", dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no",
	}
	return &Server{
		program: "redis-server", url: "redis://" + address + "/0", dir: dir,
		argv: append(argv, args...), crash: syscall.SIGKILL,
		answers: func(ctx context.Context) error { return pingRedis(ctx, address) },
	}, nil
}

// pingRedis asks whether the server takes requests. A Redis that still loads
// its data answers with an error.
func pingRedis(ctx context.Context, address string) error {
	line, err := askRedis(ctx, address, "PING")
	if err == nil && !strings.HasPrefix(line, "+PONG") {
		err = errors.New("redis-server answers: " + line)
	}
	return err
}

// askRedis sends a command and returns the first line of the answer: all of the
// protocol that we need.
func askRedis(ctx context.Context, address, command string) (string, error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte(command + "\r\n")); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

// firstToStart tries three times, since a free port may be taken by somebody
// else between finding it and listening on it.
func firstToStart(prepare func() (*Server, error)) (*Server, error) {
	var failed error
	for range 3 {
		s, err := prepare()
		if err != nil {
			return nil, err
		}
		if failed = s.start(); failed == nil {
			return s, nil
		}
		s.Close()
		_ = os.RemoveAll(s.dir)
	}
	return nil, failed
}
