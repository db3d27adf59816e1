package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// wrongClock is a clock of a machine that shows another time than the right one.
type wrongClock struct{ by atomic.Int64 }

func (c *wrongClock) set(by time.Duration) { c.by.Store(int64(by)) }

// now has nothing of what passes on the machine whatever is set: it jumps as a clock does.
func (c *wrongClock) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.by.Load())) }

// clockRun is a service on clocks that are wrong, with a platform on which the window of
// every recall closes before the clock that is ahead says so.
type clockRun struct {
	*world

	lines *journal
	said  int
}

const clockGroups = 10

func newClockRun(t *testing.T, database string, wall func() time.Time, change func(*config.Config)) *clockRun {
	t.Helper()
	r := &clockRun{lines: &journal{}}
	r.world = newWorldOn(t, database, slog.LevelWarn, wall, func(c *config.Config, o *tencentsim.Options) {
		o.GroupRate, o.BeforeSend, o.Journal, o.Rate = 1<<20, false, r.lines, 1<<20
		c.Apps[0].Tencent.Roaming = time.Hour
		change(c)
	})
	for g := range clockGroups {
		r.group(t, fmt.Sprintf("g%d", g))
	}
	// Answers take their time, so that calls are under way when a clock is set, and what the
	// platform refuses has to be done again at a time that is written down.
	r.sim.SetFaults(tencentsim.Faults{Seed: 3, Throttle: 0.2, SlowAnswer: 1, SlowFor: 200 * time.Millisecond})
	return r
}

// say posts card numbers, which are to be taken back.
func (r *clockRun) say(t *testing.T, n int) {
	t.Helper()
	for range n {
		r.post(t, fmt.Sprintf("g%d", r.said%clockGroups), "bob", card())
		r.said++
	}
}

// calls has the platform call a node.
func (r *clockRun) calls(t *testing.T, a *app) {
	t.Helper()
	if err := r.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := a.conf.Apps[0]
	r.sim.SetWebhook(a.URL()+"/webhooks/"+c.ID+"/"+c.PathSecret.Reveal(), c.Tencent.WebhookToken.Reveal())
}

// ends waits until every recall has ended, and checks that each is confirmed after one call.
func (r *clockRun) ends(t *testing.T) {
	t.Helper()
	var recalls []models.Recall
	eventually(t, func() string {
		recalls = allPages(t, func(p models.Page) ([]models.Recall, string, error) {
			return r.store.Recalls(t.Context(), everything, models.RecallFilter{Page: p})
		})
		open := 0
		for _, c := range recalls {
			if !c.State.Terminal() {
				open++
			}
		}
		if open > 0 || len(recalls) < r.said {
			return fmt.Sprintf("%d recalls of %d, %d have not ended\n%s", len(recalls), r.said, open, r.log.String())
		}
		return ""
	})
	for _, c := range recalls {
		if c.State != models.Confirmed {
			t.Errorf("the recall of %s/%s ended as %s: %s", c.Conversation.Ref, c.Ref, c.State, c.Explanation)
		}
	}
	calls := map[string]int{}
	for _, e := range r.lines.entries(t) {
		if e.Status == http.StatusUnauthorized {
			t.Errorf("%s was refused", e.Command)
		}
		if e.Command != recallCall || e.Status != http.StatusOK || e.Code != 0 {
			continue
		}
		for _, seq := range e.Seqs {
			calls[fmt.Sprintf("%s/%d", e.Group, seq)]++
		}
	}
	for key, n := range calls {
		if n != 1 {
			t.Errorf("message %s was called for %d times", key, n)
		}
	}
	t.Logf("proof: %d recalls, %d messages called for, none twice, none expired", len(recalls), len(calls))
}

// signedIn opens a session that ends half an hour after its last use.
func signedIn(t *testing.T, a *app, token string) {
	t.Helper()
	if err := a.store.Sessions().Commit(token, []byte("x"), a.wall().Add(30*time.Minute)); err != nil {
		t.Fatal(err)
	}
}

// staysIn checks that a session is alive.
func staysIn(t *testing.T, a *app, token string) {
	t.Helper()
	if _, ok, err := a.store.Sessions().Find(token); err != nil || !ok {
		t.Errorf("the session %s has ended: %v", token, err)
	}
}

// Of two nodes one is two hours ahead, or behind: what has to be done again is done in time
// by either, nothing is called for twice, no recall ends because of a clock, and who signed in
// at one node is signed in at the other.
func TestTwoNodesTwoHoursApart(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]time.Duration{"ahead": 2 * time.Hour, "behind": -2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := testservers.RedisServer(t)
			r := newClockRun(t, databases["PostgreSQL"](t), time.Now, func(c *config.Config) { c.Redis, c.Node = []string{redis.URL()}, "right" })
			conf, other := r.conf, &wrongClock{}
			conf.Node, conf.Intake.Strikes = "wrong", ""
			other.set(apart)
			second := &world{sim: r.sim}
			var err error
			if second.app, err = newAppAt(t.Context(), conf, slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelWarn})), other.now); err != nil {
				t.Fatal(err)
			}
			second.start(t)
			signedIn(t, r.app, "right")
			signedIn(t, second.app, "wrong")
			for n := range 6 { // each takes in what the platform posts
				r.calls(t, []*app{r.app, second.app}[n%2])
				r.say(t, 20)
				time.Sleep(200 * time.Millisecond)
			}
			r.ends(t)
			for _, token := range []string{"right", "wrong"} {
				staysIn(t, r.app, token)
				staysIn(t, second.app, token)
			}
			r.auditHolds(t)
		})
	}
}

// The clock of the only node is set two hours ahead and back while recalls are under way.
func TestAClockThatJumps(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		clock := &wrongClock{}
		r := newClockRun(t, database, clock.now, func(*config.Config) {})
		signedIn(t, r.app, "someone")
		for _, by := range []time.Duration{0, 2 * time.Hour, 0, -2 * time.Hour, 0, 2 * time.Hour} {
			clock.set(by)
			r.say(t, 30)
			time.Sleep(500 * time.Millisecond)
		}
		r.ends(t)
		staysIn(t, r.app, "someone")
		r.auditHolds(t)
	})
}
