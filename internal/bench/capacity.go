package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
)

// capacity measures what a message costs at each station, says what a site should hold
// by that, and looks what it does hold.
type capacity struct {
	b        bench
	watched  *testservers.Server // a PostgreSQL that counts statements
	postgres *testservers.Server // one that does not
	redis    *testservers.Server

	quiet, busy int           // messages a second at which costs are measured
	warm        time.Duration // before a run
	length      time.Duration // of it
	idleFor     time.Duration
	settle      time.Duration // after a run
	step        time.Duration // of the search for what is held
	tries       int           // at most, for each number of nodes
	nodes       []int
}

// costs of one kind of database.
type costs struct {
	name                 string
	quiet, busy, recalls cost // recalls: busy, with one in ten taken back
}

const (
	recalledShare = 0.1              // in the runs by which a recall is measured
	patience      = 20 * time.Minute // all of it; ten are enough where nothing else runs
)

func (b bench) capacity(ctx context.Context, page string, small bool) error {
	c := &capacity{
		b: b, quiet: 50, busy: 400, warm: 5 * time.Second, length: 20 * time.Second, idleFor: 10 * time.Second,
		settle: 3 * time.Second, step: 10 * time.Second, tries: 7, nodes: []int{1, 2, 4},
	}
	if small {
		c.busy, c.warm, c.length, c.idleFor, c.settle = 100, time.Second, 2*time.Second, time.Second, time.Second
		c.step, c.tries, c.nodes = time.Second, 1, []int{2}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.servers(); err != nil { //nolint:contextcheck // they outlive any one measurement
		return err
	}
	defer c.close()
	var out strings.Builder
	if err := c.run(ctx, &out); err != nil {
		return err
	}
	fmt.Print(out.String())
	return writePage(page, out.String())
}

func (c *capacity) servers() (err error) {
	if c.watched, err = testservers.StartPostgres("shared_preload_libraries=pg_stat_statements"); err != nil {
		return err
	}
	if c.postgres, err = testservers.StartPostgres(); err != nil {
		return err
	}
	c.redis, err = testservers.StartRedis()
	return err
}

func (c *capacity) close() {
	for _, s := range []*testservers.Server{c.watched, c.postgres, c.redis} {
		if s != nil {
			s.Close()
		}
	}
}

func (c *capacity) run(ctx context.Context, out *strings.Builder) error {
	began := time.Now()
	sqlite, err := c.costsOf(ctx, "SQLite", false)
	if err != nil {
		return fmt.Errorf("costs with SQLite: %w", err)
	}
	postgres, err := c.costsOf(ctx, "PostgreSQL", true)
	if err != nil {
		return fmt.Errorf("costs with PostgreSQL: %w", err)
	}
	held, err := c.allHeld(ctx, sqlite, postgres)
	if err != nil {
		return fmt.Errorf("what is held: %w", err)
	}
	_, _ = fmt.Fprintf(out, "Measured %s with %s on %d cores of %s (%s/%s) that the nodes, PostgreSQL, Redis, the simulated platform and the load shared; it took %s. Only ratios carry over to another machine.\n\n",
		time.Now().UTC().Format("2006-01-02"), runtime.Version(), runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, time.Since(began).Round(time.Second))
	printCosts(out, sqlite, postgres)
	printStations(out, sqlite, postgres)
	printBytes(out, sqlite, postgres)
	printHeld(out, held)
	printGrowth(out, postgres)
	return nil
}

func (c *capacity) costsOf(ctx context.Context, name string, onPostgres bool) (found costs, err error) {
	found.name = name
	for _, run := range []struct {
		to      *cost
		rate    int
		secrets float64
	}{{&found.quiet, c.quiet, 0}, {&found.busy, c.busy, 0}, {&found.recalls, c.busy, recalledShare}} {
		o := offer{rate: run.rate, length: c.length, secrets: run.secrets, groups: peopleFor(run.rate)}
		if *run.to, err = c.measureCost(ctx, o, onPostgres); err != nil {
			return found, fmt.Errorf("%s: %w", o, err)
		}
	}
	return found, nil
}

// peopleFor is in how many groups one account each talks, so that each says something
// every four seconds.
func peopleFor(rate int) int { return 4 * rate }

// The tables stand between these lines of a page.
const (
	pageBegin = "<!-- measured: written by make capacity -->\n"
	pageEnd   = "<!-- end of what was measured -->\n"
)

// writePage puts the tables into a page that has the two marks.
func writePage(file, tables string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return err
	}
	page, err := between(string(text), tables)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// between replaces what stands between the marks.
func between(page, tables string) (string, error) {
	before, rest, ok := strings.Cut(page, pageBegin)
	_, after, ended := strings.Cut(rest, pageEnd)
	if !ok || !ended {
		return "", fmt.Errorf("the lines %q and %q are not there", pageBegin, pageEnd)
	}
	return before + pageBegin + "\n" + tables + "\n" + pageEnd + after, nil
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "an unknown processor"
	}
	_, rest, _ := strings.Cut(string(info), "model name")
	name, _, _ := strings.Cut(rest, "\n")
	return strings.TrimLeft(name, "\t :")
}
