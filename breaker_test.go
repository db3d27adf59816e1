package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// badPolicy takes everything back.
const badPolicy = `policy: bad
rules:
  - name: everything
    when: "true"
    verdict: recall
    reason: {code: policy_violation}
examples: []
`

// ruleCap is the cap of one rule in these tests.
const ruleCap = 20

// newBadRun is a service whose policy takes everything back.
func newBadRun(t *testing.T, binary, database string) *killRun {
	t.Helper()
	k := newKillRun(t, binary, database)
	k.env = append(k.env, "TAKEBACK_POLICY="+write(t, "policy.yaml", badPolicy), fmt.Sprintf("TAKEBACK_CAPS__RULE=%d", ruleCap))
	return k
}

// post posts n messages at once into ten groups.
func (k *killRun) post(t *testing.T, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if _, err := k.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", i%10), From: "bob", Text: "lunch at noon?"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := k.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A rule that matches everything meets 200 messages at once. At most as many as
// its cap allows are taken back, the others wait for people, and nothing leaves
// once it tripped: neither at once, nor after a kill.
func TestABadRuleDoesNotSweepAChat(t *testing.T) {
	binary := build(t)
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		k := newBadRun(t, binary, database)
		k.start(t)
		k.post(t, 7)
		eventually(t, func() string {
			if n := k.sim.Calls().Recalled; n != 7 {
				return fmt.Sprintf("%d messages are taken back, want the first 7", n)
			}
			return ""
		})
		k.post(t, 193)
		k.kill(t)
		k.start(t)
		k.post(t, 20)
		const posted = 7 + 193 + 20
		s := k.open(t)
		defer s.Close()
		var cases []models.Case
		var taken map[string]bool
		eventually(t, func() string {
			taken = map[string]bool{}
			for _, r := range k.recalls(t, s) {
				if r.State != models.Cancelled {
					taken[string(r.Message)] = true
				}
				if !r.State.Terminal() {
					return fmt.Sprintf("a recall is %s", r.State)
				}
			}
			cases = allPages(t, func(p models.Page) ([]models.Case, string, error) {
				return s.Cases(t.Context(), everything, models.CaseFilter{State: models.CaseOpen, Page: p})
			})
			if len(cases)+len(taken) != posted {
				return fmt.Sprintf("%d cases and %d taken back of %d messages", len(cases), len(taken), posted)
			}
			return ""
		})
		k.kill(t)
		for _, c := range cases {
			if taken[string(c.Message)] {
				t.Errorf("message %s was taken back and waits for a person", c.Message)
			}
		}
		open, _, err := s.Breakers(t.Context(), models.BreakerFilter{Open: true})
		if err != nil || len(open) != 1 || open[0].Rule != "everything" || open[0].Allowed != ruleCap {
			t.Fatalf("open breakers: %+v, %v", open, err)
		}
		k.checkCalls(t, open[0].TrippedAt)
		checkEnds(t, s, k.recalls(t, s))
		t.Logf("%d taken back, %d cases, %d stopped before they left", len(taken), len(cases), open[0].Stopped)
	})
}

// checkCalls compares the platform's journal with the moment of the trip.
func (k *killRun) checkCalls(t *testing.T, tripped time.Time) {
	t.Helper()
	_, called := k.lines.read(t)
	if len(called) > ruleCap || len(called) < 7 {
		t.Errorf("the platform was called for %d messages, want 7 to %d", len(called), ruleCap)
	}
	for _, e := range k.lines.entries(t) {
		if e.Command != "group_open_http_svc/group_msg_recall" {
			continue
		}
		// A call that was on the wire in that moment is a few milliseconds late.
		if late := time.Unix(0, e.At).Sub(tripped); late > 200*time.Millisecond {
			t.Errorf("a call for %d messages left %s after the breaker had tripped", len(e.Seqs), late)
		}
	}
	if n := k.sim.Calls().Recalled; n > ruleCap {
		t.Errorf("%d messages were taken back, the cap is %d", n, ruleCap)
	}
}
