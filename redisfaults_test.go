package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// redisFault is a way in which Redis fails; without mend it is over when strike returns.
type redisFault struct {
	strike func(*testing.T, *redisRun)
	mend   func(*testing.T, *redisRun)
}

var redisFaults = map[string]redisFault{
	"emptied again and again": {func(t *testing.T, r *redisRun) {
		t.Helper()
		for end := time.Now().Add(r.length); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			r.tell(t, "FLUSHALL")
		}
	}, nil},
	"killed, and empty when it is back": {func(t *testing.T, r *redisRun) {
		t.Helper()
		for end := time.Now().Add(r.length); time.Now().Before(end); time.Sleep(r.length / 4) {
			r.redis.Kill()
			r.redis.Restart()
		}
	}, nil},
	"away": {
		func(t *testing.T, r *redisRun) { t.Helper(); r.redis.Kill(); time.Sleep(r.length) },
		func(t *testing.T, r *redisRun) { t.Helper(); r.redis.Restart() },
	},
	"out of memory": {
		func(t *testing.T, r *redisRun) {
			t.Helper()
			r.tell(t, "CONFIG", "SET", "maxmemory", "1")
			time.Sleep(r.length)
		},
		func(t *testing.T, r *redisRun) { t.Helper(); r.tell(t, "CONFIG", "SET", "maxmemory", "0") },
	},
	"a black hole": {
		func(t *testing.T, r *redisRun) { t.Helper(); r.redis.Freeze(); time.Sleep(r.length) },
		func(t *testing.T, r *redisRun) { t.Helper(); r.redis.Thaw() },
	},
}

// inEveryRun are the faults of databases that every run of the tests has; a proof has all.
var inEveryRun = map[string]bool{
	"emptied again and again": true, "a black hole": true, "stopped at once, again and again": true,
}

// redisRun is two processes with recalls that are due, and a Redis that fails.
type redisRun struct {
	backlogRun

	length time.Duration // of the fault
}

// Whatever becomes of Redis, no recall is lost or made twice, no webhook is refused, and
// what people ask for leaves.
func TestRedisMayFailInAnyWay(t *testing.T) {
	for name, fault := range redisFaults {
		if !proof() && !inEveryRun[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if !proof() {
				t.Parallel()
			}
			r := &redisRun{backlogRun{groups: 8, each: 25, people: 2, rate: 160, platform: 1000}, time.Second}
			if proof() {
				r = &redisRun{backlogRun{groups: 100, each: 100, people: 20, rate: 160, platform: 1000}, time.Minute}
			}
			r.begin(t)
			r.nodes[1].start(t)
			t.Cleanup(func() { r.nodes[1].kill(t) })
			r.fill(t)
			r.fail(t, fault)
		})
	}
}

func (r *redisRun) fail(t *testing.T, fault redisFault) {
	t.Helper()
	var talk, people sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	said := 0
	talk.Go(func() { said = r.chat(ctx) })
	r.sim.SetFaults(tencentsim.Faults{})
	var took []time.Duration
	people.Go(func() { took = r.ask(t) })
	fault.strike(t, r)
	people.Wait()
	if fault.mend != nil {
		fault.mend(t, r)
	}
	began := time.Now()
	r.post(t, 0, card())
	want := r.groups*r.each + r.people + 1
	eventuallyIn(t, 2*time.Minute, func() string {
		if n := r.sim.Calls().Recalled; n != want {
			return fmt.Sprintf("%d are taken back, want %d", n, want)
		}
		return ""
	})
	back := time.Since(began)
	stop()
	talk.Wait()
	r.settle(t)
	r.look(t, took, back, said)
}

// chat posts ordinary messages until ctx ends, and returns how many.
func (r *redisRun) chat(ctx context.Context) (said int) {
	for ctx.Err() == nil {
		if _, err := r.sim.Post(ctx, tencentsim.Post{Group: "g1", From: "bob", Text: "see you at lunch"}); err == nil {
			said++
		}
		time.Sleep(20 * time.Millisecond)
	}
	return said
}

// look reads the platform's journal.
func (r *redisRun) look(t *testing.T, took []time.Duration, back time.Duration, said int) {
	t.Helper()
	if err := r.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused, called := 0, map[string]int{}
	for _, e := range r.lines.entries(t) {
		switch {
		case e.Command == "Group.CallbackAfterSendMsg" && e.Status != http.StatusOK:
			refused++
		case e.Command == recallCall && e.Code == 0:
			for _, seq := range e.Seqs {
				called[fmt.Sprintf("%s/%d", e.Group, seq)]++
			}
		}
	}
	if want := r.groups*r.each + r.people + 1; refused > 0 || len(called) != want || sum(called) != want {
		t.Errorf("%d webhooks were not answered 200; %d messages were called for, in %d calls, want %d", refused, len(called), sum(called), want)
	}
	slowest := slices.Max(took)
	t.Logf("proof: %d recalls, %d other messages, 0 lost, %d webhooks refused; a person waited at most %s, the last left %s after the fault",
		len(called), said, refused, slowest, back)
	if proof() && (slowest > 5*time.Second || back > 10*time.Second) {
		t.Error("too slow: a person waits 5 s at most, and it flows within 10 s")
	}
}

// tell gives Redis a command.
func (r *redisRun) tell(t *testing.T, words ...any) {
	t.Helper()
	o, err := redis.ParseURL(r.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer c.Close()
	if err := c.Do(t.Context(), words...).Err(); err != nil {
		t.Errorf("redis: %v", err)
	}
}
