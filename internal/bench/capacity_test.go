package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every file that a station names is there, so that work does not move to another
// station unseen when a file is renamed.
func TestFilesOfStationsAreThere(t *testing.T) {
	checked := 0
	for _, s := range stations {
		for _, begins := range s.files {
			if strings.HasPrefix(begins, "github.com/") || strings.HasPrefix(begins, "net/") || begins == "runtime/" {
				continue // not ours
			}
			checked++
			found, err := filepath.Glob("../../" + begins + "*")
			if err != nil || len(found) == 0 {
				t.Errorf("%s names %s, and no file begins so (%v)", s.name, begins, err)
			}
		}
	}
	if checked < 40 {
		t.Errorf("%d files are named", checked)
	}
}

func TestStationOfAStack(t *testing.T) {
	const own = "github.com/takeback-chat/takeback/"
	for name, test := range map[string]struct {
		want  string
		stack []string
	}{
		"the innermost counts":            {"sealing", []string{own + "models/store/seal/keyring.go", own + "models/store/insert.go", own + "models/store/writer.go"}},
		"an allocation is whose it is":    {"judging", []string{"runtime/malloc.go", own + "rules/dfa/set.go", own + "webhooks/visit.go", "net/http/server.go"}},
		"a driver is whose query it runs": {"parts of a value", []string{"github.com/jackc/pgx/v5/conn.go", own + "models/store/around.go", own + "webhooks/take.go"}},
		"the longest name counts":         {"confirm", []string{own + "jobs/reread.go", own + "jobs/worker.go"}},
		"a file of no station":            {"recall", []string{own + "models/store/read.go", own + "jobs/worker.go"}},
		"an answer's syscall":             {"intake", []string{"internal/poll/fd_unix.go", "net/net.go", "net/http/server.go"}},
		"the collector":                   {"Go's runtime", []string{"runtime/mgcmark.go", "runtime/mgc.go"}},
		"somebody else":                   {restOfIt, []string{"runtime/chan.go", "database/sql/sql.go"}},
	} {
		if got := stationOf(test.stack); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestTracesAreSharedOut(t *testing.T) {
	f, err := os.Open("testdata/traces.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := readTraces(f)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Duration{"judging": 20 * time.Millisecond, "sealing": 1500 * time.Millisecond, "Go's runtime": 30 * time.Millisecond}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What takeback load prints, as loadStats.print of the program writes it.
func TestAnswersAreRead(t *testing.T) {
	got, err := readAnswers(`                offered  answered  per second  p50 ms  p90 ms  p99 ms  max ms  errors
       webhooks     6800      6799         400     1.9     7.1   199.5   250.0       1
  to recall call      680       540          32   101.0   240.2   400.1   420.0     140
error: timeout: 1
`)
	want := answer{
		offered: 6800, answered: 6799, failed: 1, perSecond: 400, p99: 199500 * time.Microsecond,
		recalls: 540, recallP99: 400100 * time.Microsecond,
	}
	if err != nil || got != want {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
	if _, err := readAnswers("nothing of the kind"); err == nil {
		t.Error("no table was read as one")
	}
}

func TestWhatWasMeasuredIsPutBetweenTheMarks(t *testing.T) {
	page := "before\n" + pageBegin + "old\n" + pageEnd + "after\n"
	got, err := between(page, "new\n")
	if want := "before\n" + pageBegin + "\nnew\n\n" + pageEnd + "after\n"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	for _, lacks := range []string{"", pageBegin, pageEnd} {
		if got, err := between(lacks, "new\n"); err == nil {
			t.Errorf("%q became %q", lacks, got)
		}
	}
	if docs, err := os.ReadFile("../../docs/capacity.md"); err != nil {
		t.Error(err)
	} else if _, err := between(string(docs), ""); err != nil {
		t.Error(err)
	}
}

// The arithmetic of the page, on figures that can be done by hand.
func TestTheModelIsItsArithmetic(t *testing.T) {
	run := func(secrets float64, recalls int, nodes, postgres time.Duration) cost {
		return cost{
			offer:  offer{rate: 100, length: 10 * time.Second, secrets: secrets},
			answer: answer{answered: 1000, recalls: recalls, cpu: time.Second},
			used:   used{nodes: nodes, postgres: postgres},
			idle:   used{nodes: 100 * time.Millisecond},
		}
	}
	c := costs{busy: run(0, 0, 1100*time.Millisecond, time.Second), recalls: run(0.1, 100, 1600*time.Millisecond, 1500*time.Millisecond)}
	if got, want := c.busy.each(), (used{nodes: time.Millisecond, postgres: time.Millisecond}); got != want {
		t.Errorf("a message costs %v, want %v", got, want)
	}
	if got, want := c.recalls.eachRecall(c.busy), (used{nodes: 5 * time.Millisecond, postgres: 5 * time.Millisecond}); got != want {
		t.Errorf("a recall costs %v, want %v", got, want)
	}
	// 1 ms of the node, 1 of PostgreSQL, 1 of the load, and a hundredth of a recall's 10 ms.
	if got, want := c.sum(), 3100*time.Microsecond; got != want {
		t.Errorf("with its share of recalls it costs %v, want %v", got, want)
	}
}

func TestDigits(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.0149: "0.015", 1.94: "1.9", 9.7: "9.7", 97: "97", 1108.57: "1109"} {
		if got := digits(x); got != want {
			t.Errorf("digits(%v) = %s, want %s", x, got, want)
		}
	}
}
