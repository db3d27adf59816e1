package jobs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// lone runs Jobs on one recall for a while and returns what became of it.
func lone(t *testing.T, m *memory, c *chat, d time.Duration) models.Recall {
	t.Helper()
	id := m.add(group(1), 1)[0]
	j := node(t, with(m, c))
	j.Ring(group(1).ID)
	time.Sleep(d)
	synctest.Wait()
	m.sound(t)
	return m.recall(id)
}

func failing(class platforms.Class, applied bool, times int) func(int, platforms.Order) ([]platforms.Outcome, bool, error) {
	return func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
		if n > times {
			return nil, false, nil
		}
		return nil, applied, &platforms.CallError{Op: "recall", Class: class, Words: "Trouble."}
	}
}

func TestRecallIsProvedByLooking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		r := lone(t, newMemory(), c, 10*time.Second)
		if r.State != models.Accepted || c.looks != 0 {
			t.Errorf("after 10 s: %s, %d looks; want accepted and none, for the event may still come", r.State, c.looks)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		if r := lone(t, newMemory(), newChat(), 40*time.Second); r.State != models.Confirmed || r.Attempts != 1 {
			t.Errorf("after 40 s: %s after %d attempts, want confirmed after 1", r.State, r.Attempts)
		}
	})
}

func TestLostAnswersAreLookedForFirst(t *testing.T) {
	tests := []struct {
		name    string
		applied bool
		calls   int
		want    models.RecallState
	}{
		{"applied", true, 1, models.Confirmed},
		{"not applied", false, 2, models.Confirmed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChat()
				c.fault = failing(platforms.Lost, tt.applied, 1)
				r := lone(t, newMemory(), c, time.Minute)
				if calls, _ := c.count(); calls != tt.calls || r.State != tt.want {
					t.Errorf("%d calls, %s; want %d, %s", calls, r.State, tt.calls, tt.want)
				}
				if twice := c.twice(); len(twice) > 0 {
					t.Errorf("taken back twice: %v", twice)
				}
			})
		})
	}
}

func TestTroubleIsTriedAgain(t *testing.T) {
	for _, class := range []platforms.Class{platforms.Transient, platforms.RateLimit, platforms.Setup} {
		t.Run(string(class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChat()
				c.fault = failing(class, false, 2)
				r := lone(t, newMemory(), c, 5*time.Minute)
				if r.State != models.Confirmed || r.Attempts != 3 {
					t.Errorf("%s after %d attempts, want confirmed after 3", r.State, r.Attempts)
				}
			})
		})
	}
}

func TestPanicOfAnAdapterIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		m, c := newMemory(), newChat()
		c.fault = func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
			if n == 1 {
				panic("4111 1111 1111 1111")
			}
			return nil, false, nil
		}
		id := m.add(group(1), 1)[0]
		o := with(m, c)
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		node(t, o)
		time.Sleep(time.Second)
		synctest.Wait()
		if r := m.recall(id); r.State != models.Unknown {
			t.Errorf("after a panic: %s, want unknown", r.State)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if r := m.recall(id); r.State != models.Confirmed {
			t.Errorf("in the end: %s, want confirmed", r.State)
		}
		if s := log.String(); !strings.Contains(s, "adapter panicked") || strings.Contains(s, "4111") {
			t.Errorf("log does not tell of the panic, or tells its value:\n%s", s)
		}
	})
}

func TestAnswersThatDoNotFitAreNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChat()
		c.fault = func(n int, o platforms.Order) ([]platforms.Outcome, bool, error) {
			if n == 1 {
				return []platforms.Outcome{}, true, nil
			}
			return nil, false, nil
		}
		r := lone(t, newMemory(), c, time.Minute)
		if calls, _ := c.count(); calls != 1 || r.State != models.Confirmed {
			t.Errorf("%d calls, %s; want 1, confirmed", calls, r.State)
		}
	})
}

func TestThrottlingPausesTheApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.fault = func(n int, o platforms.Order) ([]platforms.Outcome, bool, error) {
			if n > 1 {
				return nil, false, nil
			}
			out := make([]platforms.Outcome, len(o.Items))
			for i := range out {
				out[i] = platforms.Outcome{State: platforms.Throttled, Code: "60007", RetryAfter: 8 * time.Second}
			}
			return out, false, nil
		}
		m.add(group(1), 40)
		j := node(t, with(m, c))
		j.Ring(group(1).ID)
		time.Sleep(time.Second)
		before, _ := c.count() // all 40 messages may be under way when the first no is heard
		time.Sleep(6 * time.Second)
		if calls, _ := c.count(); before > 4 || calls != before {
			t.Errorf("%d calls, and %d within the pause, want at most 4 and none", before, calls-before)
		}
		settled(t, m, 10*time.Second)
		m.sound(t)
	})
}

func TestBreakerStopsCallsToADeadPlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.fault = failing(platforms.Transient, false, 20)
		for n := range 30 {
			m.add(group(n), 1)
		}
		o := with(m, c)
		o.Concurrency = 1
		node(t, o)
		time.Sleep(4 * time.Second)
		if calls, _ := c.count(); calls != breakAfter {
			t.Errorf("%d calls while the breaker was to be open, want %d", calls, breakAfter)
		}
		settled(t, m, 10*time.Minute)
		m.sound(t)
		if twice := c.twice(); len(twice) > 0 {
			t.Errorf("taken back twice: %v", twice)
		}
	})
}

func TestDirectChatsAreCalledOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.limits.Batch = 1
		m.add(group(1), 3)
		node(t, with(m, c))
		settled(t, m, time.Second)
		if diff := cmp.Diff([]int{1, 1, 1}, c.sizes); diff != "" {
			t.Errorf("items by call (-want +got):\n%s", diff)
		}
	})
}

func TestOneOrderHasOneReason(t *testing.T) {
	var claims []models.RecallClaim
	for _, text := range []string{"a", "a", "b", "a"} {
		claims = append(claims, models.RecallClaim{Recall: models.Recall{Text: text}})
	}
	b := &batch{limits: platforms.Limits{Batch: 2}}
	var sizes []int
	for part := range b.parts(claims, func(models.RecallClaim) bool { return true }) {
		sizes = append(sizes, len(part))
	}
	if diff := cmp.Diff([]int{2, 1, 1}, sizes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAppThatIsNotConfiguredWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		other := group(1)
		other.App = "gone"
		id := m.add(other, 1)[0]
		node(t, with(m, c))
		time.Sleep(10 * time.Second)
		if r := m.recall(id); r.State != models.Queued || r.Explanation == "" {
			t.Errorf("%s (%q), want queued with an explanation", r.State, r.Explanation)
		}
		m.sound(t)
	})
}

func TestResultsSurviveATroubledDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.fault = func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
			if n == 1 {
				m.fail(errDatabase)
				time.AfterFunc(10*time.Second, func() { m.fail(nil) })
			}
			return nil, false, nil
		}
		r := lone(t, m, c, 2*time.Minute)
		if calls, _ := c.count(); calls != 1 || r.State != models.Confirmed {
			t.Errorf("%d calls, %s; want 1 and confirmed: the lease ran out and the message was looked for", calls, r.State)
		}
	})
}

func TestOldFencesChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		id := m.add(group(1), 1)[0]
		c.fault = func(int, platforms.Order) ([]platforms.Outcome, bool, error) {
			m.change(id, func(r *row) { r.State, r.fence = models.Confirmed, r.fence+1 }) // the removal event was faster
			return nil, false, nil
		}
		node(t, with(m, c))
		time.Sleep(time.Minute)
		if r := m.recall(id); r.State != models.Confirmed {
			t.Errorf("%s, want it confirmed as the event said", r.State)
		}
		m.sound(t)
	})
}

func TestErrorsOfTheStoreAreNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		m.add(group(1), 5)
		m.fail(errors.New("disk is full"))
		j := node(t, with(m, c))
		j.Ring(group(1).ID)
		time.Sleep(5 * time.Second)
		m.fail(nil)
		settled(t, m, 3*time.Second)
	})
}

func TestStopFinishesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.took = 4 * time.Second
		m.add(group(1), 30)
		o := with(m, c)
		o.Concurrency = 1 // or all three batches would be in flight
		j, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if err := j.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("stopping took %s, want the 3 s of the call in flight", took-time.Second)
		}
		want := map[models.RecallState]int{models.Accepted: 10, models.Queued: 20}
		if diff := cmp.Diff(want, m.states()); diff != "" {
			t.Errorf("after the stop (-want +got):\n%s", diff)
		}
		if err := j.Run(t.Context()); err == nil {
			t.Error("it ran twice")
		}
	})
}

// An adapter that ignores its context must not keep the process from stopping
// cleanly: its own timeout ends it, and nobody knows what became of the call.
func TestStopCutsOffWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.took = time.Hour
		id := m.add(group(1), 1)[0]
		j, err := New(with(m, c))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := j.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(start); took > 12*time.Second {
			t.Errorf("stopping took %s", took)
		}
		if r := m.recall(id); r.State != models.Unknown {
			t.Errorf("%s, want unknown", r.State)
		}
	})
}

func TestWaitingForTheRateIsGivenBackAtAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.limits.Batch = 1
		for n := range 10 {
			m.add(group(n), 1)
		}
		o := with(m, c)
		o.Rates["main"] = 1
		j, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if err := j.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		want := map[models.RecallState]int{models.Accepted: 1, models.Queued: 9}
		if diff := cmp.Diff(want, m.states()); diff != "" {
			t.Errorf("after the stop (-want +got):\n%s", diff)
		}
	})
}

func TestBadSetUpIsToldOnceAndRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		m, c := newMemory(), newChat()
		c.fault = failing(platforms.Setup, false, 4)
		m.add(group(1), 1)
		m.add(group(2), 1)
		o := with(m, c)
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		node(t, o)
		settled(t, m, 5*time.Minute)
		synctest.Wait()
		if n := strings.Count(log.String(), "refuses the app as it is set up"); n != 1 {
			t.Errorf("the set-up was complained about %d times, want once:\n%s", n, log.String())
		}
		m.sound(t)
	})
}

// What is past its deadline is not called for, and the last try before is made.
func TestDeadlineEndsTheTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.fault = failing(platforms.Transient, false, 1000)
		id := m.add(group(1), 1)[0]
		deadline := time.Now().Add(2 * time.Minute)
		m.change(id, func(r *row) { r.Deadline = deadline })
		node(t, with(m, c))
		time.Sleep(10 * time.Minute)
		calls := c.times()
		if r := m.recall(id); r.State != models.Expired {
			t.Errorf("%s, want expired", r.State)
		}
		last := calls[len(calls)-1]
		if last.After(deadline) || last.Before(deadline.Add(-30*time.Second)) {
			t.Errorf("the last of %d calls left %s before the deadline", len(calls), deadline.Sub(last))
		}
		m.sound(t)
	})
}

// A lease runs from the claim, whenever its answer comes: one that comes when it is
// nearly over, or over, begins no call, for somebody else may have the recall by then.
func TestAClaimThatIsAnsweredLateCallsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c, began := newMemory(), newChat(), time.Now()
		m.slow = func() time.Duration {
			if slowly := lease - time.Second; len(c.times()) == 0 && time.Since(began) < slowly {
				return slowly
			}
			return 0
		}
		id := m.add(group(1), 1)[0]
		j := node(t, with(m, c))
		j.Ring(group(1).ID)
		time.Sleep(lease + 2*time.Minute)
		synctest.Wait()
		for _, at := range c.times() {
			if at.Sub(began) < lease {
				t.Errorf("called %s after the claim, whose lease is %s", at.Sub(began), lease)
			}
		}
		if r := m.recall(id); r.State != models.Confirmed || r.Attempts != 1 {
			t.Errorf("in the end: %s after %d attempts, want confirmed after 1", r.State, r.Attempts)
		}
		m.sound(t)
	})
}
