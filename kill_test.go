package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// killRounds is how often the service is killed on each database; the
// environment variable KILLS says otherwise.
const killRounds = 8

func rounds(t *testing.T) int {
	t.Helper()
	asked := os.Getenv("KILLS")
	if asked == "" {
		return killRounds
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		t.Fatalf("KILLS=%s is not a number of kills", asked)
	}
	return n
}

// The service is killed without warning, again and again, while people talk.
// Seen from outside: nothing answered 200 is missing, no recall is lost, no
// outcome is doubled, no call left without a recall on record.
func TestKilledUnderLoad(t *testing.T) {
	binary := build(t)
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		k := newKillRun(t, binary, database)
		k.storm(t)
		k.settle(t)
		k.check(t)
	})
}

// killRun is one service that is killed, and what lives on around it.
type killRun struct {
	*child
	rounds int
	sim    *tencentsim.Sim
	lines  *journal

	drivenOn string // how long what was under way at the last kill took to be driven on

	moderated map[string]bool // messages that a moderator may have asked to be taken back; true: was promised
}

func newKillRun(t *testing.T, binary, database string) *killRun {
	t.Helper()
	front := &swap{}
	chat := httptest.NewServer(front)
	t.Cleanup(chat.Close)
	k := &killRun{child: newChild(t, binary, testConfig(t, database, chat.URL)), rounds: rounds(t), lines: &journal{}}
	tc := k.conf.Apps[0].Tencent
	sim, err := tencentsim.New(tencentsim.Options{
		SDKAppID: tc.SDKAppID, Key: tc.SecretKey.Reveal(), Admin: tc.Admin, Journal: k.lines, GroupRate: 1 << 20,
		WebhookURL: k.webhooks(), WebhookToken: tc.WebhookToken.Reveal(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	front.set(sim.Handler())
	k.sim = sim
	// Answers take their time and some are lost, so that kills meet calls in flight.
	sim.SetFaults(tencentsim.Faults{SlowAnswer: 1, SlowFor: 60 * time.Millisecond, LostAnswer: 0.05})
	for g := range 10 {
		spec := tencentsim.GroupSpec{ID: fmt.Sprintf("g%d", g), Type: tencentsim.Meeting, Owner: "olga", Members: map[string]tencentsim.Role{"bob": ""}}
		if err := sim.CreateGroup(spec); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// storm kills the service in every round at a random moment while people talk.
func (k *killRun) storm(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var talk sync.WaitGroup
	talk.Go(func() { k.talk(ctx) })
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range k.rounds {
		k.start(t)
		time.Sleep(time.Duration(50+random.IntN(400)) * time.Millisecond)
		k.kill(t)
	}
	stop()
	talk.Wait()
}

// talk posts about 150 messages a second, one in five with a card number.
func (k *killRun) talk(ctx context.Context) {
	tick := time.NewTicker(7 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		text := fmt.Sprintf("message %d", n)
		if n%5 == 0 {
			text = card()
		}
		_, _ = k.sim.Post(ctx, tencentsim.Post{Group: fmt.Sprintf("g%d", n%10), From: "bob", Text: text})
	}
}

// settle lets the service live until every recall has ended.
func (k *killRun) settle(t *testing.T) {
	t.Helper()
	if err := k.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := k.open(t)
	under := k.underWay(t, s)
	began := time.Now()
	k.start(t)
	ready := time.Since(began)
	for left := under; len(left) > 0; time.Sleep(20 * time.Millisecond) {
		if left = stillUnderWay(left, k.recalls(t, s)); time.Since(began) > 25*time.Second { // a lease lasts for 30
			t.Errorf("%d recalls that were under way at the last kill wait for their leases to run out", len(left))
			break
		}
	}
	k.drivenOn = fmt.Sprintf("ready again after %s, %d recalls under way driven on after %s",
		ready.Round(time.Millisecond), len(under), time.Since(began).Round(time.Millisecond))
	within(t, 2*time.Minute, func() string {
		open := 0
		for _, r := range k.recalls(t, s) {
			if !r.State.Terminal() {
				open++
			}
		}
		if open > 0 {
			return fmt.Sprintf("%d recalls have not ended\n%s", open, k.errOut.String())
		}
		return ""
	})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	k.kill(t)
}

// underWay are the recalls that a dead process may have called for.
func (k *killRun) underWay(t *testing.T, s *store.Store) map[models.RecallID]int {
	t.Helper()
	under := map[models.RecallID]int{}
	for _, r := range k.recalls(t, s) {
		if r.State == models.Sent {
			under[r.ID] = r.Attempts
		}
	}
	return under
}

// stillUnderWay are those that nobody has taken up since.
func stillUnderWay(under map[models.RecallID]int, recalls []models.Recall) map[models.RecallID]int {
	left := map[models.RecallID]int{}
	for _, r := range recalls {
		if attempts, ok := under[r.ID]; ok && r.State == models.Sent && r.Attempts == attempts {
			left[r.ID] = attempts
		}
	}
	return left
}

func (k *killRun) open(t *testing.T) *store.Store {
	t.Helper()
	s, err := openStore(t.Context(), k.conf, func(o *store.Options) { o.Node = "checker" })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var everything = models.Scope{All: true}

func (k *killRun) recalls(t *testing.T, s *store.Store) []models.Recall {
	t.Helper()
	return allPages(t, func(p models.Page) ([]models.Recall, string, error) {
		return s.Recalls(t.Context(), everything, models.RecallFilter{Page: p})
	})
}

// allPages reads a list to its end.
func allPages[T any](t *testing.T, list func(models.Page) ([]T, string, error)) []T {
	t.Helper()
	var all []T
	page := models.Page{Limit: models.MaxLimit}
	for {
		items, next, err := list(page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, items...)
		if next == "" {
			return all
		}
		page.Cursor = next
	}
}

// check compares the journal of the platform with the database, and takes care that
// there was something to compare.
func (k *killRun) check(t *testing.T) {
	t.Helper()
	acked, called := k.compare(t)
	if len(acked) < 100 || len(called) < 20 {
		t.Fatalf("%d deliveries answered and %d messages called back: too few to prove anything", len(acked), len(called))
	}
	t.Logf("proof: %d kills: %d answered, %d messages called for, %d calls; %s", k.rounds, len(acked), len(called), sum(called), k.drivenOn)
}

// compare compares the journal of the platform with the database, and returns how often
// each message was answered 200 and called for.
func (k *killRun) compare(t *testing.T) (acked, called map[string]int) {
	t.Helper()
	s := k.open(t)
	defer s.Close()
	messages := allPages(t, func(p models.Page) ([]models.Message, string, error) {
		return s.Messages(t.Context(), everything, models.MessageFilter{Page: p})
	})
	recalls := k.recalls(t, s)
	kept, byMessage := map[string]models.Message{}, map[string]models.Recall{}
	for _, m := range messages {
		key := m.Conversation.Ref + "/" + m.Ref
		if _, twice := kept[key]; twice {
			t.Errorf("message %s is kept twice", key)
		}
		kept[key] = m
	}
	for _, r := range recalls {
		key := r.Conversation.Ref + "/" + r.Ref
		if _, twice := byMessage[key]; twice {
			t.Errorf("message %s has two recalls", key)
		}
		byMessage[key] = r
	}
	acked, called = k.lines.read(t)
	k.checkAcked(t, acked, kept, byMessage)
	for key := range called {
		if _, ok := byMessage[key]; !ok {
			t.Errorf("a call left for %s without a recall on record", key)
		}
	}
	checkEnds(t, s, recalls)
	return acked, called
}

// checkAcked: what was answered 200 is kept, and taken back if it had to be.
func (k *killRun) checkAcked(t *testing.T, acked map[string]int, kept map[string]models.Message, recalls map[string]models.Recall) {
	t.Helper()
	for key := range acked {
		if _, ok := kept[key]; !ok {
			t.Errorf("message %s was answered 200 and is missing", key)
			continue
		}
		group, seq, _ := strings.Cut(key, "/")
		n, err := strconv.ParseUint(seq, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := k.sim.Message(group, "", uint32(n))
		promised, asked := k.moderated[key]
		secret := m.Text == card() || promised
		r, recalled := recalls[key]
		switch {
		case secret && !recalled:
			t.Errorf("message %s holds a card, or a recall was promised, and has none", key)
		case !secret && !asked && (recalled || m.State == tencentsim.Recalled):
			t.Errorf("message %s is innocent and was taken back by rule %q: %v", key, r.Rule, kept[key].Findings)
		case recalled && (m.State != tencentsim.Recalled || (r.State != models.Confirmed && r.State != models.AlreadyGone)):
			t.Errorf("message %s: the recall says %s (%s, %s), the platform says %v", key, r.State, r.Code, r.Explanation, m.State)
		}
	}
}

// checkEnds: the audit holds, and says of every recall exactly once how it ended.
func checkEnds(t *testing.T, s *store.Store, recalls []models.Recall) {
	t.Helper()
	report, err := s.VerifyAudit(t.Context())
	if err != nil || len(report.Broken) > 0 {
		t.Fatalf("audit: %+v, %v", report, err)
	}
	entries := allPages(t, func(p models.Page) ([]models.AuditEntry, string, error) {
		return s.Audit(t.Context(), models.AuditFilter{Page: p})
	})
	ends := map[string]int{}
	for _, e := range entries {
		state, ok := strings.CutPrefix(e.Action, "recall.")
		if ok && models.RecallState(state).Terminal() {
			ends[e.Thing]++
		}
	}
	for _, r := range recalls {
		// What was never delivered is read back at any time, and may be under way.
		if n := ends[string(r.ID)]; n > 1 || (n == 1) != r.State.Terminal() {
			t.Errorf("recall %s is %s and ended %d times in the audit", r.ID, r.State, n)
		}
	}
}

func sum(counts map[string]int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

// journal collects the simulator's journal.
type journal struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

// Write takes a line.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.Write(line)
}

// read returns how often each message, by group/seq, was answered 200 and was
// called for by a recall.
func (j *journal) read(t *testing.T) (acked, called map[string]int) {
	t.Helper()
	acked, called = map[string]int{}, map[string]int{}
	for _, e := range j.entries(t) {
		for _, seq := range e.Seqs {
			key := fmt.Sprintf("%s/%d", e.Group, seq)
			switch {
			case e.Command == "Group.CallbackAfterSendMsg" && e.Status == http.StatusOK:
				acked[key]++
			case e.Command == "group_open_http_svc/group_msg_recall":
				called[key]++
			}
		}
	}
	return acked, called
}

func (j *journal) entries(t *testing.T) []tencentsim.JournalEntry {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []tencentsim.JournalEntry
	for line := range bytes.Lines(j.lines.Bytes()) {
		var e tencentsim.JournalEntry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}
