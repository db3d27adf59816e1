package jobs

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// automatic makes recalls ones that only a rule stands behind, and that a
// breaker stops or not.
func automatic(m *memory, ids []models.RecallID, stopped bool) {
	for _, id := range ids {
		m.change(id, func(r *row) { r.Automatic, r.barred = true, stopped })
	}
}

// inTurn has eight recalls that are claimed and wait for a rate of one call a second,
// and says how many calls have left.
func inTurn(t *testing.T, byRule bool) (m *memory, c *chat, ids []models.RecallID, before int) {
	t.Helper()
	m, c = newMemory(), newChat()
	c.limits.Batch = 1
	o := with(m, c)
	o.Rates = map[string]int{"main": 1}
	for n := range 8 {
		ids = append(ids, m.add(group(n+1), 1)...)
	}
	if byRule {
		automatic(m, ids, false)
	}
	j := node(t, o)
	for n := range 8 {
		j.Ring(group(n + 1).ID)
	}
	time.Sleep(1500 * time.Millisecond)
	before, _ = c.count()
	return m, c, ids, before
}

// A breaker opens while claimed recalls wait for the rate limit: they do not leave.
func TestABreakerStopsWhatWasClaimedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c, ids, before := inTurn(t, true)
		automatic(m, ids, true)
		time.Sleep(time.Minute)
		synctest.Wait()
		if calls, _ := c.count(); calls != before || calls == 0 || calls == 8 {
			t.Errorf("%d calls left, %d of them before the breaker opened", calls, before)
		}
		m.sound(t)
	})
}

// What may have been sent is looked for, and not sent again while a breaker is open.
func TestABreakerStopsSendingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.fault = func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
			return nil, false, &platforms.CallError{Op: "recall", Class: platforms.Lost, Words: "Trouble."}
		}
		ids := m.add(group(1), 1)
		automatic(m, ids, false)
		node(t, with(m, c))
		time.Sleep(time.Second)
		automatic(m, ids, true)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		calls, _ := c.count()
		if r := m.recall(ids[0]); calls != 1 || c.looks == 0 || r.State != models.Unknown {
			t.Errorf("%d calls, %d looks, %s; want one call, looks, unknown", calls, c.looks, r.State)
		}
		automatic(m, ids, false)
		c.mu.Lock()
		c.fault = nil
		c.mu.Unlock()
		time.Sleep(15 * time.Minute)
		if r := m.recall(ids[0]); r.State != models.Confirmed {
			t.Errorf("after the reset it is %s, want confirmed", r.State)
		}
		m.sound(t)
	})
}

// A legal hold comes while claimed recalls wait for the rate limit: they do not
// leave, whoever asked for them.
func TestALegalHoldStopsWhatWasClaimedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c, ids, before := inTurn(t, false)
		for _, id := range ids {
			m.change(id, func(r *row) { r.legal = true })
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if calls, _ := c.count(); calls != before || calls == 0 || calls == 8 {
			t.Errorf("%d calls left, %d of them before the hold", calls, before)
		}
		if n := m.states()[models.Cancelled]; n != 8-before {
			t.Errorf("%d were cancelled, want %d", n, 8-before)
		}
		m.sound(t)
	})
}

// What may have been sent before a legal hold is looked for. Where the message is
// still there nothing more is called for, it ends, and a person is asked where a rule
// wanted it gone.
func TestALegalHoldStopsSendingAgain(t *testing.T) {
	for name, authority := range map[string]models.Authority{"a rule's": models.ByPolicy, "an operator's": models.ByOperator} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, c := newMemory(), newChat()
				c.fault = func(int, platforms.Order) ([]platforms.Outcome, bool, error) {
					return nil, false, &platforms.CallError{Op: "recall", Class: platforms.Lost, Words: "Trouble."}
				}
				id := m.add(group(1), 1)[0]
				m.change(id, func(r *row) { r.Authority = authority })
				node(t, with(m, c))
				time.Sleep(time.Second)
				m.change(id, func(r *row) { r.legal = true })
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				calls, _ := c.count()
				r := m.recall(id)
				if calls != 1 || c.looks == 0 || r.State != models.Failed || !strings.Contains(r.Explanation, "under a legal hold") {
					t.Errorf("%d calls, %d looks, %s, %q; want one call, looks, failed", calls, c.looks, r.State, r.Explanation)
				}
				if asked := len(m.asked) == 1; asked != (authority == models.ByPolicy) {
					t.Errorf("a person was asked: %v", m.asked)
				}
				m.sound(t)
			})
		})
	}
}

func TestTheSweeperLetsGoWhatWasHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		id := m.add(group(1), 1)[0]
		m.change(id, func(r *row) { r.State, r.DueAt = models.Held, time.Now().Add(30*time.Second) })
		node(t, with(m, c))
		time.Sleep(29 * time.Second)
		if calls, _ := c.count(); calls != 0 {
			t.Errorf("%d calls left before the hold was over", calls)
		}
		time.Sleep(4 * time.Second)
		if calls, _ := c.count(); calls != 1 {
			t.Errorf("%d calls left after it, want 1", calls)
		}
	})
}

func TestEveryNodeRaisesTheAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		var mu sync.Mutex
		var told []string
		m := newMemory()
		o := with(m, newChat())
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		registry := prometheus.NewPedanticRegistry()
		o.Registry = registry
		o.Announce = func(c models.Change) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, string(c.Kind)+" "+c.ID)
		}
		m.open = []models.Breaker{
			{ID: "b1", Kind: models.RuleBreaker, Rule: "cards", Cap: models.CapRule, Allowed: 20, TrippedBy: "policy"},
			{ID: "b2", Kind: models.StopBreaker, TrippedBy: "moderator:eve"},
		}
		node(t, o)
		time.Sleep(5 * time.Second)
		values := gathered(t, registry)
		for kind, want := range map[string]float64{"rule": 1, "all": 0, "stop": 1} {
			if got, ok := values["takeback_recall_breakers_open kind="+kind]; !ok || got != want {
				t.Errorf("open breakers of kind %s: %v, want %v", kind, got, want)
			}
		}
		m.mu.Lock()
		m.open = m.open[:1]
		m.mu.Unlock()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if got := strings.Join(told, ", "); got != "breaker b1, breaker b2, breaker b2" {
			t.Errorf("announced %q", got)
		}
		for _, want := range []string{`level=ERROR msg="automatic recalls are stopped" breaker=b1 kind=rule by=policy rule=cards cap=rule allowed=20`, `msg="automatic recalls go on" breaker=b2`} {
			if strings.Count(log.String(), want) != 1 {
				t.Errorf("the log does not say once: %s\n%s", want, log.String())
			}
		}
	})
}

// What ends while it waits for the rate limit, since the platform told that its message
// is gone, is not called for.
func TestWhatEndsBeforeItsCallDoesNotLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c, ids, before := inTurn(t, false)
		for _, id := range ids {
			m.change(id, func(r *row) {
				if r.State == models.Sent {
					r.State = models.Confirmed
					r.fence++
				}
			})
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		states := m.states()
		if calls, _ := c.count(); calls != before || calls == 0 || states[models.Confirmed] == 0 {
			t.Errorf("%d calls left, %d of them before the ends; %v", calls, before, states)
		}
	})
}
