package testservers

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// RedisCluster starts a cluster of one node, which holds all slots, and returns
// its host:port. Clients speak to it as to any cluster.
func RedisCluster(tb testing.TB) string {
	tb.Helper()
	bus, err := freePort() // by default it is the port plus 10000, which may be none
	if err != nil {
		tb.Fatal(err)
	}
	s := RedisServer(tb, "--cluster-enabled", "yes", "--cluster-port", bus)
	address := hostOf(tb, s)
	ctx, cancel := context.WithTimeout(tb.Context(), startLimit)
	defer cancel()
	if line, err := askRedis(ctx, address, "CLUSTER ADDSLOTSRANGE 0 16383"); err != nil || line != "+OK" {
		tb.Fatalf("give the slots to the cluster: %s, %v", line, err)
	}
	// A node takes writes about two seconds after it has its slots; until then it
	// answers CLUSTERDOWN.
	s.answers = func(ctx context.Context) error {
		line, err := askRedis(ctx, address, "SET ready yes")
		if err == nil && line != "+OK" {
			err = fmt.Errorf("redis-server answers: %s", line)
		}
		return err
	}
	if err := s.awaitAnswer(); err != nil {
		tb.Fatal(err)
	}
	return address
}

// RedisSentinel starts a Redis with a sentinel that watches it, and returns the
// master's name and the sentinel's host:port.
func RedisSentinel(tb testing.TB) (master, sentinel string) {
	tb.Helper()
	watched := hostOf(tb, RedisServer(tb))
	s, err := startSentinel(watched)
	if err != nil {
		tb.Fatal(err)
	}
	s.fail = tb.Fatalf
	tb.Cleanup(s.Close)
	return sentinelMaster, hostOf(tb, s)
}

const sentinelMaster = "takeback"

func startSentinel(watched string) (*Server, error) {
	program, err := binary("redis-server", "redis-server")
	if err != nil {
		return nil, err
	}
	return firstToStart(func() (*Server, error) {
		s, err := newRedis(program, nil)
		if err != nil {
			return nil, err
		}
		// A sentinel keeps what it learns in its configuration file, so it needs one.
		host, port, _ := strings.Cut(watched, ":")
		file := filepath.Join(s.dir, "sentinel.conf")
		conf := fmt.Sprintf("sentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %[1]s 1000\n", sentinelMaster, host, port)
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			return nil, fmt.Errorf("configure the sentinel: %w", err)
		}
		s.argv = append([]string{program, file, "--sentinel"}, s.argv[1:7]...) // bind, port and dir
		return s, nil
	})
}

func hostOf(tb testing.TB, s *Server) string {
	tb.Helper()
	u, err := url.Parse(s.URL())
	if err != nil {
		tb.Fatal(err)
	}
	return u.Host
}
