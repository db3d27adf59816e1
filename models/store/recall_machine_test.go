package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

// TestRecallsKeepToTheirLife drives one recall after another through every
// operation in any order, and holds the store to a small model of what it knows.
func TestRecallsKeepToTheirLife(t *testing.T) {
	s := openSQLiteStore(t, Options{Node: "one"})
	run, actions, seen := 0, 0, map[[2]models.RecallState]int{}
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &recallMachine{t: rt, s: s, room: fmt.Sprintf("room-%d", run), seen: seen}
		m.post()
		rt.Repeat(map[string]func(*rapid.T){
			"claim":   m.claim,
			"settle":  m.settle,
			"stale":   m.settleStale,
			"work":    func(t *rapid.T) { m.claim(t); m.settle(t) },
			"cancel":  m.cancel,
			"remove":  m.remove,
			"decide":  m.decide,
			"release": m.release,
			"late":    m.late,
			"stop":    m.stop,
			"":        func(t *rapid.T) { actions++; m.check(t) },
		})
	})
	visited(t, run, actions, seen)
	if report, err := s.VerifyAudit(t.Context()); err != nil || len(report.Broken) != 0 || report.Entries < int64(run) {
		t.Errorf("audit = %+v, %v", report, err)
	}
}

// visited checks that enough runs go through every transition that there is, from
// the states in which a recall can begin.
func visited(t *testing.T, runs, actions int, seen map[[2]models.RecallState]int) {
	t.Helper()
	var missing []string
	for _, e := range models.RecallEdges {
		if e.From != models.Requested && seen[[2]models.RecallState{e.From, e.To}] == 0 {
			missing = append(missing, fmt.Sprintf("%s to %s", e.From, e.To))
		}
	}
	t.Logf("proof: %d actions in %d runs: %d kinds of transition", actions, runs, len(seen))
	if runs >= 3000 && len(missing) > 0 {
		t.Errorf("never seen: %v", missing)
	}
}

// recallMachine is what must be true of the recalls of one message.
type recallMachine struct {
	t    *rapid.T
	s    *Store
	room string

	message models.MessageID
	place   models.ConversationID
	current models.RecallID
	state   models.RecallState
	gone    bool
	claims  []models.RecallClaim // every claim ever given out for the current recall
	live    int                  // fence of the lease in force; 0: none
	stale   []models.RecallClaim // claims that count no more
	own     bool                 // nobody but the rule stands behind it
	over    bool                 // the platform's window has closed
	seen    map[[2]models.RecallState]int
	yes     bool // the platform's answer is on record
	await   int  // fence under which its answer is still awaited after the proof; 0: none
	ended   map[models.RecallID]models.RecallState
}

var scopeAll = models.Scope{All: true}

func (m *recallMachine) event(kind models.EventKind) models.Judged {
	return models.Judged{Event: models.Event{
		Kind: kind, Conversation: models.Conversation{Kind: models.Group, Ref: m.room, Group: m.room},
	}}
}

func (m *recallMachine) keep(e models.Judged) models.Kept {
	kept, err := m.s.Keep(m.t.Context(), "main", []models.Judged{e})
	if err != nil {
		m.t.Fatal(err)
	}
	return kept[0]
}

func (m *recallMachine) post() {
	e := m.event(models.EventPosted)
	e.Event.Message = &models.Message{Ref: "1", Sender: "alice"}
	e.Decision = models.Decision{Verdict: models.VerdictRecall, Rule: "cards", Reason: models.Reason{Code: models.Abuse}}
	held := rapid.Bool().Draw(m.t, "held")
	if held {
		e.Decision.Hold = time.Millisecond
	}
	kept := m.keep(e)
	m.message, m.place, m.ended = kept.Message, kept.Conversation, map[models.RecallID]models.RecallState{}
	m.begin(kept.Recall)
	if m.own = true; held {
		m.state = models.Held
	}
}

func (m *recallMachine) begin(id models.RecallID) {
	m.stale = append(m.stale, m.claims...)
	m.own, m.over = false, false
	m.current, m.state, m.claims, m.live, m.yes, m.await = id, models.Queued, nil, 0, false, 0
}

func (m *recallMachine) become(next models.RecallState) {
	m.seen[[2]models.RecallState{m.state, next}]++
	if m.state = next; next.Terminal() {
		m.ended[m.current] = next
		m.live = 0
	}
}

// claim takes what is due; half of the leases are over at once.
func (m *recallMachine) claim(t *rapid.T) {
	lease := rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "lease")
	claims, err := m.s.ClaimRecalls(t.Context(), m.place, 5, lease)
	if err != nil {
		t.Fatal(err)
	}
	due := !m.state.Terminal() && m.state != models.Held && m.live == 0
	if due && m.over && m.state == models.Queued {
		m.become(models.Expired)
		due = false
	}
	if due != (len(claims) == 1) || len(claims) > 1 {
		t.Fatalf("%d claims of a recall that is %s (lease %d)", len(claims), m.state, m.live)
	}
	if !due {
		return
	}
	if claims[0].Was != m.state {
		t.Fatalf("claimed as %s, want %s", claims[0].Was, m.state)
	}
	m.claims = append(m.claims, claims[0])
	if lease > 0 {
		m.live = claims[0].Fence
	}
	if m.state == models.Queued {
		m.become(models.Sent)
	}
}

// release lets go what is held, once its time is over.
func (m *recallMachine) release(t *rapid.T) {
	time.Sleep(2 * time.Millisecond)
	if _, err := m.s.ReleaseHeld(t.Context()); err != nil { // of other runs too
		t.Fatal(err)
	}
	switch {
	case m.state == models.Held && m.over:
		m.become(models.Expired)
	case m.state == models.Held:
		m.become(models.Queued)
	}
}

// late closes the platform's window.
func (m *recallMachine) late(t *rapid.T) {
	if m.state.Terminal() {
		return
	}
	if err := m.s.db.write.Exec("UPDATE recalls SET deadline = 1 WHERE id = ?", string(m.current)).Error; err != nil {
		t.Fatal(err)
	}
	m.over = true
}

// stop stops everything automatic, and lets it go on.
func (m *recallMachine) stop(t *rapid.T) {
	_, err := m.s.StopRecalls(t.Context(), "eve", "")
	if err == nil {
		_, err = m.s.WithdrawStopped(t.Context())
	}
	if err == nil {
		_, err = m.s.StartRecalls(t.Context(), "eve", "it is over")
	}
	if err != nil {
		t.Fatal(err)
	}
	if m.own && (m.state == models.Held || m.state == models.Queued) {
		m.become(models.Cancelled)
	}
}

// settle answers any claim ever given out, old ones too, with any state.
func (m *recallMachine) settle(t *rapid.T) {
	if len(m.claims) == 0 {
		return
	}
	claim := m.claims[len(m.claims)-1]
	next := rapid.SampledFrom(models.RecallStates).Draw(t, "next")
	if rapid.Bool().Draw(t, "likely") { // or whole lives would be rare
		next = rapid.SampledFrom(m.likely()).Draw(t, "next")
	} else {
		claim = rapid.SampledFrom(m.claims).Draw(t, "claim")
	}
	called := rapid.Bool().Draw(t, "called")
	n, err := m.s.Settle(t.Context(), []models.Settlement{{Recall: claim.ID, Fence: claim.Fence, State: next, Called: called}})
	if err != nil {
		t.Fatal(err)
	}
	if next == models.Accepted && called && m.await != 0 && claim.Fence == m.await {
		if m.await = 0; n != 1 {
			t.Fatal("a yes after the proof was not put on record")
		}
		return
	}
	newest := claim.Fence == m.claims[len(m.claims)-1].Fence
	stays := next == m.state && (next == models.Accepted || next == models.Unknown)
	givenUp := next == models.Cancelled && m.state == models.Sent && !called
	can := stays || givenUp || next != models.Cancelled && m.state.CanBecome(next)
	want := newest && !m.state.Terminal() && can
	if want != (n == 1) {
		t.Fatalf("settling %s as %s under fence %d applied %d", m.state, next, claim.Fence, n)
	}
	if !want {
		return
	}
	if next != m.state {
		m.become(next)
	}
	m.yes = m.yes || next == models.Accepted
	m.outdate() // the fence went up: no claim of before counts
	m.gone = m.gone || next == models.Confirmed || next == models.AlreadyGone
}

// outdate lets no claim count any more.
func (m *recallMachine) outdate() {
	m.stale = append(m.stale, m.claims...)
	m.live, m.claims = 0, nil
}

// settleStale answers a claim of which the lease has passed on: that changes nothing,
// apart from a yes that comes after its proof.
func (m *recallMachine) settleStale(t *rapid.T) {
	if len(m.stale) == 0 {
		return
	}
	claim := rapid.SampledFrom(m.stale).Draw(t, "claim")
	next := rapid.SampledFrom(m.likely()).Draw(t, "next")
	n, err := m.s.Settle(t.Context(), []models.Settlement{{Recall: claim.ID, Fence: claim.Fence, State: next}})
	if err != nil || n != 0 {
		t.Fatalf("settling %s as %s under the old fence %d applied %d, %v", m.state, next, claim.Fence, n, err)
	}
}

// likely are the states to which a worker may take the recall; itself where there are none.
func (m *recallMachine) likely() []models.RecallState {
	var all []models.RecallState
	for _, next := range models.RecallStates {
		if m.state.MayBecome(next, models.CauseWorker) {
			all = append(all, next)
		}
	}
	if len(all) == 0 {
		return []models.RecallState{m.state}
	}
	return all
}

func (m *recallMachine) cancel(t *rapid.T) {
	_, err := m.s.CancelRecall(t.Context(), scopeAll, m.current, "eve", models.Reason{})
	if can := m.state.CanBecome(models.Cancelled); can != (err == nil) {
		t.Fatalf("cancelling a %s recall: %v", m.state, err)
	}
	if err == nil {
		m.become(models.Cancelled)
	}
}

func (m *recallMachine) remove(_ *rapid.T) {
	e := m.event(models.EventRemoved)
	e.Event.Refs = []string{"1"}
	m.keep(e)
	switch m.state {
	case models.Sent, models.Accepted, models.Unknown:
		if len(m.claims) > 0 && !m.yes {
			m.await = m.claims[len(m.claims)-1].Fence
		}
		m.become(models.Confirmed)
	case models.Queued, models.Held:
		m.become(models.AlreadyGone)
	default:
	}
	m.gone = true
}

func (m *recallMachine) decide(t *rapid.T) {
	res, err := m.s.Decide(t.Context(), scopeAll, []models.RecallRequest{{
		Message: m.message, Reason: models.Reason{Code: models.Abuse}, Actor: "eve",
		Authority: models.ByAdmin, Trigger: models.FromAPI,
	}})
	if err != nil {
		t.Fatal(err)
	}
	switch r := res[0]; {
	case !m.state.Terminal():
		if !r.Joined || r.Recall.ID != m.current {
			t.Fatalf("with an active recall: %+v", r)
		}
		if m.own = false; m.state == models.Held {
			m.become(models.Queued)
		}
	case m.gone:
		if r.Err == nil {
			t.Fatalf("a message that is gone: %+v", r)
		}
	default:
		if r.Err != nil || r.Joined {
			t.Fatalf("after %s: %+v", m.state, r)
		}
		m.begin(r.Recall.ID)
	}
}

func (m *recallMachine) check(t *rapid.T) {
	rs, _, err := m.s.Recalls(t.Context(), scopeAll, models.RecallFilter{Message: m.message})
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for _, r := range rs {
		if !r.State.Terminal() {
			active++
		}
		if r.State.Terminal() != !r.EndedAt.IsZero() || r.Attempts < 0 {
			t.Fatalf("recall = %+v", r)
		}
		want, over := m.ended[r.ID]
		if over && r.State != want || !over && r.State != m.state {
			t.Fatalf("recall %s is %s, the model says %s and %s", r.ID, r.State, want, m.state)
		}
	}
	if active > 1 {
		t.Fatalf("%d active recalls of one message", active)
	}
	if !slices.ContainsFunc(rs, func(r models.Recall) bool { return r.ID == m.current }) {
		t.Fatal("the recall is not listed")
	}
}
