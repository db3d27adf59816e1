package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// spent is the time of the processor that the parts of a run have used. Beside the
// clock it says what something costs, whoever else uses the machine.
type spent struct{ nodes, database, test time.Duration }

// spending reads what was used so far, where the system tells it as Linux does.
func (r *backlogRun) spending(t *testing.T) (s spent) {
	t.Helper()
	for _, n := range r.nodes {
		s.nodes += processOf(n.cmd.Process.Pid).used
	}
	s.database = clusterTime(t, r.nodes[0].conf.Database)
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		t.Fatal(err)
	}
	s.test = time.Duration(own.Utime.Nano() + own.Stime.Nano())
	return s
}

// since says what was used since then, for each of some recalls.
func (s spent) since(then spent, recalls int) string {
	each := func(a, b time.Duration) time.Duration { return (a - b) / time.Duration(recalls) }
	nodes, database, test := each(s.nodes, then.nodes), each(s.database, then.database), each(s.test, then.test)
	return fmt.Sprintf("%s of the processor a recall: both processes %s, the database %s, the platform and the test %s",
		(nodes + database + test).Round(time.Microsecond), nodes.Round(time.Microsecond), database.Round(time.Microsecond), test.Round(time.Microsecond))
}

// process is what Linux tells of one.
type process struct {
	parent int
	used   time.Duration // by it, and by those of its children that have ended
}

const tick = time.Second / 100 // in which Linux counts

// processOf is zero where nothing is told.
func processOf(pid int) (p process) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return p
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // its name may hold anything
	number := func(i int) int { n, _ := strconv.Atoi(string(fields[i])); return n }
	p.parent = number(1)
	for i := 11; i <= 14; i++ {
		p.used += time.Duration(number(i)) * tick
	}
	return p
}

// clusterTime is what all processes of a PostgreSQL have used.
func clusterTime(t *testing.T, dsn string) time.Duration {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var pid int
	if err := conn.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	postmaster := processOf(pid).parent
	used := processOf(postmaster).used
	all, _ := filepath.Glob("/proc/[0-9]*") // a pattern of ours is a good one
	for _, dir := range all {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if p := processOf(pid); p.parent == postmaster {
			used += p.used
		}
	}
	return used
}
