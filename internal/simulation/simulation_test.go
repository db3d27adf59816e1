package simulation

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// How many worlds there are in every run of the tests, and in a proof; and how many are
// made twice, or with goroutines that run as they like.
var (
	worlds = map[bool]uint64{false: 5000, true: 200_000}
	twice  = map[bool]uint64{false: 200, true: 10_000}
	loose  = map[bool]uint64{false: 100, true: 10_000}
)

func proof() bool { return os.Getenv("PROOF") == "1" }

const (
	talk     = 20 * time.Second // for how long people talk, and things fail
	patience = time.Hour        // within which all must have come to an end after that
)

// In no world is an acknowledged message lost, taken back without a committed reason,
// called for after its end, or told of otherwise than it was. SEED names one world,
// whose journal is printed, or with WORLDS the first of so many.
func TestCoreKeepsItsLawsInEveryWorld(t *testing.T) {
	alone(t)
	began, seen := time.Now(), newTally()
	first, n := uint64(0), worlds[proof()]
	if seed := os.Getenv("SEED"); seed != "" {
		first, n = number(t, seed), number(t, cmp.Or(os.Getenv("WORLDS"), "1"))
	}
	for seed := first; seed < first+n; seed++ {
		if wrongs, j := live(t, seed, n == 1, seen); len(wrongs) > 0 {
			t.Fatalf("world %d, again by SEED=%d go test -run '^%s$' ./internal/simulation:\n%s\n%s", seed, seed, t.Name(), wrongs, j)
		} else if n == 1 {
			t.Log(j)
		}
	}
	t.Logf("proof: %d worlds, %d deliveries answered, %d recalls, %d calls, %d deaths, %d commits of which nobody heard, %d void settlements, %d kinds of transition, journals %016x, %.0f s",
		seen.worlds, seen.answered, seen.recalls, seen.calls, seen.crashes, seen.unanswered, seen.fenced, len(seen.edges), seen.journals, time.Since(began).Seconds())
	if n >= worlds[false] {
		visited(t, seen)
	}
}

func number(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// alone leaves no choice to the scheduler of goroutines but what follows from what they
// do: one of them runs at a time, and nothing interrupts it.
func alone(t *testing.T) {
	t.Helper()
	inForce()
	procs, percent := runtime.GOMAXPROCS(1), debug.SetGCPercent(-1)
	t.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(percent)
	})
}

// rubbish is how many worlds are made until what they left is cleared away.
const rubbish = 128

// live makes the world of a seed and lets it run.
func live(t *testing.T, seed uint64, keep bool, seen *tally) (wrongs []string, j *journal) {
	t.Helper()
	if seen.worlds++; seen.worlds%rubbish == 0 {
		runtime.GC()
	}
	synctest.Test(t, func(*testing.T) {
		w := newWorld(seed, keep, seen)
		w.happen()
		wrongs, j = w.wrongs, w.journal
		seen.journals = seen.journals*31 + j.sum
	})
	return wrongs, j
}

func newWorld(seed uint64, keep bool, seen *tally) *world {
	w := &world{
		chance: rand.New(rand.NewPCG(seed, 1)), began: time.Now(), journal: &journal{keep: keep}, //nolint:gosec // it is to be the same again
		seen: seen, wake: make(chan struct{}, 1),
	}
	w.data, w.chat = newDatabase(w), newChat(w)
	for n := range 1 + w.chance.IntN(2) {
		w.nodes = append(w.nodes, &node{name: string(rune('a' + n))})
	}
	return w
}

// happen is the story of a world: people talk while things fail, then nothing fails any
// more, and all must come to its end.
func (w *world) happen() {
	for _, n := range w.nodes {
		w.in(w.below(3*time.Second), func() { w.start(n) })
	}
	w.story()
	w.run(func() bool { return time.Since(w.began) >= talk }, talk)
	w.calm = true
	w.tell("nothing fails any more")
	if !w.run(w.quiet, patience) {
		w.wrong("%s without a fault are not enough for all to come to an end", patience)
	}
	w.finish()
	w.journal.over = true
	for _, n := range w.nodes {
		n.life.cancel()
	}
	if !w.run(w.stopped, patience) {
		w.wrong("a process was told to stop, and runs still")
	}
	for _, l := range w.lives { // what webhooks wait for nobody hears any more
		w.end(l)
	}
	synctest.Wait()
	w.see(w.take)
}

// quiet reports whether all that was to come has come.
func (w *world) quiet() bool {
	return !slices.ContainsFunc(w.chat.deliveries, func(d *delivery) bool { return !d.over }) &&
		!slices.ContainsFunc(w.data.recalls, func(r *recall) bool { return !w.data.over(r) }) &&
		!slices.ContainsFunc(w.nodes, func(n *node) bool { return n.life == nil })
}

func (w *world) stopped() bool {
	for _, l := range w.lives {
		select {
		case <-l.ended:
		default:
			return false
		}
	}
	return true
}

// visited checks that the worlds go through what a recall's life has.
func visited(t *testing.T, seen *tally) {
	t.Helper()
	for _, e := range models.RecallEdges {
		told := e.From == models.Requested || e.From == models.Unknown && e.To == models.Queued // no recall is requested in the database, and nobody sends unknown ones back
		if !told && seen.edges[[2]models.RecallState{e.From, e.To}] == 0 {
			t.Errorf("in no world goes a recall from %s to %s", e.From, e.To)
		}
	}
}

// inForce are the rules in force: those that are built in, and one that holds.
var inForce = sync.OnceValue(func() *rules.Ruleset {
	engine, err := rules.New(rules.Builtin(), rules.Options{})
	if err != nil {
		panic(err) // they are built in
	}
	policy, err := rules.ParsePolicy("simulation.yaml", []byte(policy))
	if err != nil {
		panic(fmt.Sprint("the policy of the simulation: ", err))
	}
	return &rules.Ruleset{Engine: engine, Policy: policy, Version: 1}
})

const policy = `policy: simulation
mode: enforce
rules:
  - name: cards
    when: findings.exists(f, f.detector == "credit_card")
    verdict: recall
    reason: {code: sensitive_information}
  - name: addresses
    when: findings.exists(f, f.category == "contact")
    verdict: recall
    hold: 4s
    reason: {code: policy_violation}
  - name: numbers
    when: findings.exists(f, f.detector == "us_ssn")
    verdict: review
    reason: {code: sensitive_information}
`

// The same seed makes the same world, to the letter.
func TestAWorldIsTheSameEveryTime(t *testing.T) {
	alone(t)
	seen := newTally()
	for seed := range twice[proof()] {
		_, one := live(t, seed, true, seen)
		_, two := live(t, seed, true, seen)
		if one.sum != two.sum {
			t.Errorf("world %d is another one the second time (-first +second):\n%s", seed, diff.Diff(one.lines, two.lines))
		}
	}
}

// However goroutines run, the laws hold. This is for the race detector; which of them
// went first nobody can say afterwards, so a world that fails here need not do so again.
func TestLawsHoldHoweverGoroutinesRun(t *testing.T) {
	inForce()
	seen := newTally()
	for seed := range loose[proof()] {
		if wrongs, j := live(t, seed, true, seen); len(wrongs) > 0 {
			t.Fatalf("world %d, this time: %s\n%s", seed, wrongs, j)
		}
	}
}
