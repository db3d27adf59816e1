package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
)

// site is some nodes with what they share.
type site struct {
	b        bench
	nodes    []*target
	metrics  []string // a listener of each
	database string   // of PostgreSQL; empty: SQLite
	postgres *testservers.Server
	redis    *testservers.Server
}

// open starts nodes on a fresh database. Without a PostgreSQL there is one, with SQLite
// and the Redis inside it.
func (b bench) open(ctx context.Context, nodes int, postgres, redis *testservers.Server) (*site, error) {
	s := &site{b: b, postgres: postgres, redis: redis}
	for i := range nodes {
		if err := s.add(ctx, i); err != nil {
			s.stop()
			return nil, err
		}
	}
	return s, nil
}

func (s *site) add(ctx context.Context, i int) error {
	metrics, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	own := []string{"TAKEBACK_METRICS_LISTEN=" + metrics, "TAKEBACK_NODE=node-" + strconv.Itoa(i)}
	if i == 0 {
		err = s.first(ctx, own)
	} else {
		err = s.another(ctx, own)
	}
	s.metrics = append(s.metrics, metrics)
	return err
}

func (s *site) first(ctx context.Context, own []string) error {
	cluster := ""
	if s.postgres != nil {
		cluster = s.postgres.URL()
		own = append(own, "TAKEBACK_REDIS="+s.redis.URL())
	}
	t, err := s.b.startService(ctx, cluster, own...)
	if err != nil {
		return err
	}
	s.nodes = append(s.nodes, t)
	for _, setting := range t.env {
		if dsn, ok := strings.CutPrefix(setting, "TAKEBACK_DATABASE="); ok && s.postgres != nil {
			s.database = dsn
		}
	}
	return nil
}

// another starts a node with the settings of the first one.
func (s *site) another(ctx context.Context, own []string) error {
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	t := &target{address: address, conf: s.nodes[0].conf, env: append(slices.Clone(s.nodes[0].env), own...)}
	t.env = append(t.env, "TAKEBACK_LISTEN="+address)
	s.nodes = append(s.nodes, t)
	return t.start(ctx, s.b.binary, "serve", "--config", t.conf)
}

// stop ends all nodes, the one with the folder last.
func (s *site) stop() {
	for _, t := range slices.Backward(s.nodes) {
		t.stop()
	}
}

// keys is the file with the keyset of the nodes.
func (s *site) keys() string { return filepath.Join(s.nodes[0].dir, "takeback.keys") }

// used is the time of the processor that each part has used so far.
type used struct{ nodes, postgres, redis time.Duration }

func (s *site) used() (u used, err error) {
	for _, t := range s.nodes {
		cpu, err := t.cpuTime()
		if err != nil {
			return u, err
		}
		u.nodes += cpu
	}
	if s.postgres == nil {
		return u, nil
	}
	if u.postgres, err = familyTime(s.postgres.Pid()); err != nil {
		return u, err
	}
	u.redis, err = familyTime(s.redis.Pid())
	return u, err
}

func (u used) minus(v used) used {
	return used{u.nodes - v.nodes, u.postgres - v.postgres, u.redis - v.redis}
}

func (u used) all() time.Duration { return u.nodes + u.postgres + u.redis }

// offer is what `takeback load` is told to do.
type offer struct {
	rate    int
	length  time.Duration
	secrets float64 // share of the messages that are taken back
	groups  int
}

// answer is what it saw, and used.
type answer struct {
	offered, answered, failed int
	perSecond                 float64
	p99                       time.Duration
	recalls                   int
	recallP99                 time.Duration
	cpu                       time.Duration
}

// drive offers load to all nodes, with a simulated platform behind them.
func (s *site) drive(ctx context.Context, o offer) (answer, error) {
	var urls []string
	for _, t := range s.nodes {
		urls = append(urls, "http://"+t.address)
	}
	load := exec.CommandContext(ctx, s.b.binary, "load", "--config", s.nodes[0].conf, "--simulator", "--url", strings.Join(urls, ","),
		"--rate", strconv.Itoa(o.rate), "--duration", o.length.String(), "--connections", "128",
		"--secrets", fmt.Sprint(o.secrets), "--groups", strconv.Itoa(o.groups))
	load.Env = s.nodes[0].env
	out, err := load.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w: %s", err, failed.Stderr)
		}
		return answer{}, fmt.Errorf("takeback load: %w", err)
	}
	a, err := readAnswers(string(out))
	a.cpu = load.ProcessState.UserTime() + load.ProcessState.SystemTime()
	return a, err
}

// readAnswers reads the table that `takeback load` prints.
func readAnswers(table string) (a answer, err error) {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		switch {
		case len(f) == 9 && f[0] == "webhooks":
			a.offered, _ = strconv.Atoi(f[1])
			a.answered, _ = strconv.Atoi(f[2])
			a.perSecond, _ = strconv.ParseFloat(f[3], 64)
			a.p99 = milliseconds(f[6])
			a.failed, _ = strconv.Atoi(f[8])
		case len(f) == 11 && f[0] == "to":
			a.recalls, _ = strconv.Atoi(f[4])
			a.recallP99 = milliseconds(f[8])
		}
	}
	if a.offered == 0 {
		return a, fmt.Errorf("takeback load printed no table: %s", table)
	}
	return a, nil
}

func milliseconds(text string) time.Duration {
	ms, _ := strconv.ParseFloat(text, 64)
	return time.Duration(ms * float64(time.Millisecond))
}
