package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const recallCall = "group_open_http_svc/group_msg_recall"

// proof reports whether the large proofs are to run at their full size, and what
// takes time is to be judged.
func proof() bool { return os.Getenv("PROOF") != "" }

// backlogRun is two processes with a backlog of recalls, and a platform that
// shuts its door to whoever calls too often.
type backlogRun struct {
	groups, each   int // recalls: groups times each
	people         int // recalls of moderators in the middle
	rate, platform int // calls a second: ours, and what the platform takes

	nodes []*child
	redis *testservers.Server
	sim   *tencentsim.Sim
	lines *journal
	store *store.Store
}

// A backlog is worked off by two processes at the rate that was set, and never
// faster than the platform allows in any second; what people ask for meanwhile
// goes first.
func TestBacklogLeavesFastAndFairly(t *testing.T) {
	r := &backlogRun{groups: 12, each: 50, people: 6, rate: 30, platform: 40}
	if proof() {
		r = &backlogRun{groups: 200, each: 100, people: 60, rate: 160, platform: 200}
		if rate, err := strconv.Atoi(os.Getenv("PROOF_RATE")); err == nil { // what the machine can keep up with
			r.rate, r.platform = rate, rate*200/160
		}
	}
	r.begin(t)
	r.fill(t)
	took := r.drain(t)
	r.judge(t, took)
}

func (r *backlogRun) begin(t *testing.T) {
	t.Helper()
	front := &swap{}
	chat := httptest.NewServer(front)
	t.Cleanup(chat.Close)
	conf := testConfig(t, storetest.Postgres(t), chat.URL)
	r.redis = testservers.RedisServer(t)
	conf.Redis = []string{r.redis.URL()}
	conf.Apps[0].Tencent.Rate = r.rate
	binary := build(t)
	for _, name := range []string{"one", "two"} {
		conf.Node = name
		r.nodes = append(r.nodes, newChild(t, binary, conf))
	}
	r.lines = &journal{}
	tc := conf.Apps[0].Tencent
	var err error
	r.sim, err = tencentsim.New(tencentsim.Options{
		SDKAppID: tc.SDKAppID, Key: tc.SecretKey.Reveal(), Admin: tc.Admin, Journal: r.lines,
		WebhookURL: r.nodes[0].webhooks(), WebhookToken: tc.WebhookToken.Reveal(),
		Rate: r.platform, Ban: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.sim.Close)
	front.set(r.sim.Handler())
	r.nodes[0].start(t)
	t.Cleanup(func() { r.nodes[0].kill(t) })
	r.store, err = openStore(t.Context(), conf, func(o *store.Options) { o.Node = "watcher" })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.store.Close() })
}

// fill posts what is to be taken back while the platform wants no calls.
func (r *backlogRun) fill(t *testing.T) {
	t.Helper()
	r.sim.SetFaults(tencentsim.Faults{Throttle: 1})
	for g := range r.groups {
		spec := tencentsim.GroupSpec{ID: fmt.Sprintf("g%d", g), Type: tencentsim.Meeting, Owner: "olga", Members: map[string]tencentsim.Role{"bob": ""}}
		if err := r.sim.CreateGroup(spec); err != nil {
			t.Fatal(err)
		}
	}
	for i := range r.groups * r.each {
		r.post(t, i%r.groups, fmt.Sprintf("%s, order %d", card(), i))
	}
	for i := range r.people { // their numbers follow those of the cards
		r.post(t, i%r.groups, fmt.Sprintf("lunch at %d?", i))
	}
	if err := r.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := r.left(t); n != r.groups*r.each {
		t.Fatalf("%d recalls wait, want %d", n, r.groups*r.each)
	}
}

func (r *backlogRun) post(t *testing.T, group int, text string) {
	t.Helper()
	if _, err := r.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", group), From: "bob", Text: text}); err != nil {
		t.Fatal(err)
	}
}

// left is how many recalls have not left.
func (r *backlogRun) left(t *testing.T) int {
	t.Helper()
	b, err := r.store.Backlog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(b[models.Queued] + b[models.Sent] + b[models.Unknown])
}

// drain lets the platform take calls again, starts the other process, has people
// ask for recalls in the middle, and returns how long each of those took.
func (r *backlogRun) drain(t *testing.T) []time.Duration {
	t.Helper()
	r.nodes[1].start(t)
	t.Cleanup(func() { r.nodes[1].kill(t) })
	before := r.spending(t)
	r.sim.SetFaults(tencentsim.Faults{})
	eventually(t, func() string {
		if r.sim.Calls().Recalled == 0 {
			return "nothing was taken back"
		}
		return ""
	})
	took := r.ask(t)
	if n := r.left(t); n < r.groups*r.each/4 {
		t.Errorf("only %d recalls still waited when the last person was served: not the middle of the backlog", n)
	}
	want := r.groups*r.each + r.people
	end := time.Now().Add(time.Minute + 2*time.Second*time.Duration(want/10/r.rate))
	for r.sim.Calls().Recalled < want && time.Now().Before(end) {
		time.Sleep(50 * time.Millisecond)
	}
	if n := r.sim.Calls().Recalled; n != want {
		t.Errorf("%d messages were taken back, want %d", n, want)
	}
	r.settle(t)
	t.Logf("proof: %s", r.spending(t).since(before, want))
	return took
}

// settle waits until the platform's word has come for all that was taken back.
func (r *backlogRun) settle(t *testing.T) {
	t.Helper()
	eventually(t, func() string {
		b, err := r.store.Backlog(t.Context())
		if err != nil {
			return err.Error()
		}
		for state, n := range b {
			if n > 0 {
				return fmt.Sprintf("%d recalls are %s", n, state)
			}
		}
		return ""
	})
}

// ask has people take back one message after another, at both processes.
func (r *backlogRun) ask(t *testing.T) []time.Duration {
	t.Helper()
	plain := (&world{app: &app{store: r.store}}).operator(t)
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	for i := range r.people {
		all.Go(func() {
			group, seq := i%r.groups, uint32(r.each+i/r.groups+1) //nolint:gosec // small
			c := client{"http://" + r.nodes[i%len(r.nodes)].conf.Listen}
			began := time.Now()
			status, body := c.call(t, plain, http.MethodPost, "/api/v1/recalls", map[string]any{
				"app": demoApp, "conversation": fmt.Sprintf("g%d", group), "refs": []string{itoa(seq)},
				"reason": map[string]any{"code": "wrong_recipient"},
			})
			if status != http.StatusAccepted {
				t.Errorf("recall %d of a person: answered %d %v", i, status, body)
				return
			}
			if _, err := r.sim.AwaitRecall(t.Context(), fmt.Sprintf("g%d", group), "", seq); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
		})
		time.Sleep(50 * time.Millisecond)
	}
	all.Wait()
	return took
}

// judge reads what the platform saw.
func (r *backlogRun) judge(t *testing.T, took []time.Duration) {
	t.Helper()
	var calls []time.Time
	for _, e := range r.lines.entries(t) {
		if e.Command == recallCall && e.Code == 0 {
			calls = append(calls, time.Unix(0, e.At))
		}
	}
	if bans := r.sim.Calls().Bans; bans > 0 {
		t.Errorf("the platform shut its door %d times", bans)
	}
	slices.SortFunc(calls, time.Time.Compare)
	slices.Sort(took)
	if len(calls) < 2 || len(took) != r.people {
		t.Fatalf("%d calls, %d of %d people served", len(calls), len(took), r.people)
	}
	rate := float64(len(calls)-1) / calls[len(calls)-1].Sub(calls[0]).Seconds()
	p99 := took[len(took)*99/100]
	t.Logf("proof: %d recalls in %d calls, %.1f calls/s of %d, at most %d in any second of %d; people waited p50 %s, p99 %s",
		r.groups*r.each+r.people, len(calls), rate, r.rate, densest(calls), r.platform, took[len(took)/2], p99)
	if proof() && (rate < 0.9*float64(r.rate) || p99 > time.Second) {
		t.Error("too slow: at least 90 % of the rate and a p99 of one second are promised")
	}
}

// densest is the most calls in any second of a sorted series.
func densest(calls []time.Time) int {
	most, from := 0, 0
	for i, at := range calls {
		for at.Sub(calls[from]) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}
