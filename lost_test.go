package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// lostSeed starts the dice of what is lost.
const lostSeed = 7

// The platform does what it is asked and loses three answers in ten. Every recall
// ends as the platform's truth, within a minute, and hardly any is called for
// twice. PROOF=1 runs it with 5,000.
func TestLostAnswersLeadToNoWrongOutcome(t *testing.T) {
	n := 300
	if os.Getenv("PROOF") != "" {
		n = 5000
	}
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		lines := &journal{}
		w := newWorld(t, database, func(_ *config.Config, o *tencentsim.Options) {
			o.GroupRate, o.BeforeSend, o.Journal = 1<<20, false, lines
		})
		for g := range 10 {
			w.group(t, fmt.Sprintf("g%d", g))
		}
		w.sim.SetFaults(tencentsim.Faults{Seed: lostSeed, LostAnswer: 0.3})
		begin := time.Now()
		for i := range n {
			w.post(t, fmt.Sprintf("g%d", i%10), "bob", card())
		}
		posted := time.Now()
		var recalls []models.Recall
		eventuallyIn(t, 2*time.Minute, func() string {
			backlog, err := w.store.Backlog(t.Context()) // listing them all each time would slow down what is measured
			if err != nil || len(backlog) > 0 {
				return fmt.Sprintf("not over are %v, %v", backlog, err)
			}
			recalls = allPages(t, func(p models.Page) ([]models.Recall, string, error) {
				return w.store.Recalls(t.Context(), everything, models.RecallFilter{Page: p})
			})
			open := slices.ContainsFunc(recalls, func(r models.Recall) bool { return !r.State.Terminal() })
			if open || len(recalls) < n {
				return fmt.Sprintf("%d recalls of %d, all over: %t", len(recalls), n, !open)
			}
			return ""
		})
		took := time.Since(posted)
		violations := w.wrongOutcomes(t, recalls) + lines.calledTooOften(t)
		if proof() && took > time.Minute {
			violations++
			t.Errorf("the last recall was over %s after the last message", took)
		}
		w.auditHolds(t)
		t.Logf("proof: %d recalls, seed %d, %d violations, %.1f s, the last one %.1f s after the last message",
			n, lostSeed, violations, time.Since(begin).Seconds(), took.Seconds())
	})
}

// wrongOutcomes counts the recalls that say something else than the platform.
func (w *world) wrongOutcomes(t *testing.T, recalls []models.Recall) (wrong int) {
	t.Helper()
	for _, r := range recalls {
		var seq uint32
		if _, err := fmt.Sscan(r.Ref, &seq); err != nil {
			t.Fatal(err)
		}
		m, _ := w.sim.Message(r.Conversation.Ref, "", seq)
		gone := m.State == tencentsim.Recalled
		if gone != (r.State == models.Confirmed) || !gone && r.State != models.Cancelled {
			wrong++
			t.Errorf("message %s of %s: the recall says %s, the platform %s", r.Ref, r.Conversation.Ref, r.State, m.State)
		}
	}
	return wrong
}

// calledTooOften checks that messages of which an answer was lost were called for
// twice at most on average.
func (j *journal) calledTooOften(t *testing.T) int {
	t.Helper()
	calls, affected := map[string]int{}, map[string]bool{}
	for _, e := range j.entries(t) {
		if e.Command != recallCommand || e.Status != http.StatusOK {
			continue
		}
		for _, seq := range e.Seqs {
			key := fmt.Sprintf("%s/%d", e.Group, seq)
			calls[key]++
			affected[key] = affected[key] || e.Fault == "lost_answer"
		}
	}
	sum, lost := 0, 0
	for key := range affected {
		if affected[key] {
			lost++
			sum += calls[key]
		}
	}
	t.Logf("%d messages of which an answer was lost, %d calls for them", lost, sum)
	if lost == 0 || sum > 2*lost {
		t.Errorf("%d calls for %d messages of which an answer was lost, want two each at most", sum, lost)
		return 1
	}
	return 0
}
