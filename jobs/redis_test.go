package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

func TestRedisChoices(t *testing.T) {
	secret := "hush" + "-hush"
	tests := []struct {
		name  string
		redis Redis
		want  string // of the addresses; empty: embedded
		bad   bool
	}{
		{"nothing", Redis{}, "", false},
		{"embedded", Redis{Embedded: true}, "", false},
		{"url", Redis{URL: "redis://u:" + secret + "@redis.example:7000/3"}, "redis.example:7000", false},
		{"tls", Redis{URL: "rediss://redis.example"}, "redis.example:6379", false},
		{"socket", Redis{URL: "unix:///run/redis.sock"}, "/run/redis.sock", false},
		{"sentinel", Redis{Sentinel: Sentinel{Master: "m", Addrs: []string{"a:1", "b:2"}}, TLS: true}, "a:1,b:2", false},
		{"cluster", Redis{Cluster: []string{"a:1"}, Username: "u", Password: secret}, "a:1", false},
		{"two", Redis{Embedded: true, URL: "redis://a"}, "", true},
		{"sentinel without a master", Redis{Sentinel: Sentinel{Addrs: []string{"a:1"}}}, "", true},
		{"sentinel without addresses", Redis{Sentinel: Sentinel{Master: "m"}}, "", true},
		{"not a url", Redis{URL: "redis://u:" + secret + "@a:port"}, "", true},
		{"other scheme", Redis{URL: "http://u:" + secret + "@a"}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := tt.redis.options()
			if (err != nil) != tt.bad || (err != nil && strings.Contains(err.Error(), secret)) {
				t.Fatalf("error = %v, want one: %v, and without the password", err, tt.bad)
			}
			if o == nil {
				if tt.want != "" {
					t.Error("embedded, want a real one")
				}
				return
			}
			if got := strings.Join(o.Addrs, ","); got != tt.want {
				t.Errorf("addresses = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"no store":  {},
		"bad redis": {Store: newMemory(), Redis: Redis{Embedded: true, URL: "redis://a"}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// crowd puts n recalls into as many conversations as there are tens of them.
func crowd(m *memory, n int) []models.Conversation {
	var all []models.Conversation
	for g := range n / 10 {
		m.add(group(g), 10)
		all = append(all, group(g))
	}
	return all
}

func onRedis(m *memory, c *chat, url string) Options {
	o := with(m, c)
	o.Redis = Redis{URL: url}
	return o
}

// once fails the test unless every message was taken back exactly once.
func once(t *testing.T, m *memory, c *chat, want int) {
	t.Helper()
	m.sound(t)
	if _, gone := c.count(); gone != want {
		t.Errorf("%d messages are gone, want %d", gone, want)
	}
	if twice := c.twice(); len(twice) > 0 {
		t.Errorf("%d messages were called for twice", len(twice))
	}
}

func TestEveryKindOfRedis(t *testing.T) {
	kinds := map[string]Redis{
		"single":   {URL: testservers.Redis(t)},
		"cluster":  {Cluster: []string{testservers.RedisCluster(t)}},
		"sentinel": {Sentinel: sentinel(t)},
		"embedded": {},
	}
	for name, redis := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, c := newMemory(), newChat()
			o := with(m, c)
			o.Redis, o.Sweep = redis, time.Hour
			o.Concurrency, c.took = 1, time.Millisecond // or a place would be free for each ring
			registry := prometheus.NewRegistry()
			o.Registry = registry
			j := node(t, o)
			<-m.swept() // what is added from here on, only rings can find
			for _, conv := range crowd(m, 500) {
				j.Ring(conv.ID)
			}
			settled(t, m, 20*time.Second)
			once(t, m, c, 500)
			if err := j.Healthy(); err != nil {
				t.Errorf("Healthy: %v", err)
			}
			if n := gathered(t, registry)["takeback_rings_total way=queued"]; n < 10 {
				t.Errorf("%v of 50 rings went through Redis", n)
			}
		})
	}
}

func sentinel(t *testing.T) Sentinel {
	t.Helper()
	master, address := testservers.RedisSentinel(t)
	return Sentinel{Master: master, Addrs: []string{address}}
}

func TestRedisKilledInMidFlight(t *testing.T) {
	for name, hurt := range map[string]func(*testservers.Server){
		"killed": (*testservers.Server).Kill,
		"hung":   (*testservers.Server).Freeze,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testservers.RedisServer(t)
			m, c := newMemory(), newChat()
			c.fault = func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
				if n == 20 {
					hurt(server)
				}
				return nil, false, nil
			}
			j := node(t, onRedis(m, c, server.URL()))
			for _, conv := range crowd(m, 1000) {
				j.Ring(conv.ID)
			}
			settled(t, m, 30*time.Second)
			once(t, m, c, 1000)
		})
	}
}

func TestRedisDownAtStart(t *testing.T) {
	server := testservers.RedisServer(t)
	server.Kill()
	m, c := newMemory(), newChat()
	j := node(t, onRedis(m, c, server.URL()))
	convs := crowd(m, 100)
	start := time.Now()
	for _, conv := range convs {
		j.Ring(conv.ID)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("ringing took %s", took)
	}
	settled(t, m, 5*time.Second)
	once(t, m, c, 100)
	if err := j.Healthy(); err == nil {
		t.Error("Healthy says nothing of Redis being away")
	}
}

// Two nodes ring, one Redis, and sweeps that are too rare to help.
func TestTwoNodesNeverCallTwice(t *testing.T) {
	for name, redis := range map[string]Redis{"one redis": {URL: testservers.Redis(t)}, "one embedded each": {}} {
		t.Run(name, func(t *testing.T) {
			m, c := newMemory(), newChat()
			c.took = time.Millisecond
			o := with(m, c)
			o.Redis = redis
			a, b := node(t, o), node(t, o)
			for _, conv := range crowd(m, 1000) {
				a.Ring(conv.ID)
				b.Ring(conv.ID)
			}
			settled(t, m, 30*time.Second)
			once(t, m, c, 1000)
		})
	}
}

// A ring on one node is worked on by another when the first one cannot.
func TestRingReachesTheOtherNode(t *testing.T) {
	m, c := newMemory(), newChat()
	url := testservers.Redis(t)
	o := onRedis(m, c, url)
	o.Sweep = time.Hour
	node(t, o)
	<-m.swept()

	ringer, err := New(o) // it does not run: only its rope does
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ringer.rope.run(ctx) }()
	m.add(group(1), 3)
	ringer.Ring(group(1).ID)
	settled(t, m, 5*time.Second)
	once(t, m, c, 3)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	ringer.redis.close()
}

// A name that a dead node left behind keeps no ring from being worked on.
func TestTakenNameLosesNoRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		o := with(m, c)
		o.Sweep = time.Hour
		j := node(t, o)
		time.Sleep(time.Second)
		for slot := range slots {
			for shard := range shards {
				key := fmt.Sprintf("asynq:{%s}:t:drain:%d:%d", queueName, shard, slot)
				j.redis.embedded.HSet(key, "state", "active")
			}
		}
		m.add(group(1), 3)
		j.Ring(group(1).ID)
		settled(t, m, time.Second)
		once(t, m, c, 3)
	})
}

// The embedded Redis keeps a little of every key name for ever.
func TestNamesOfTasksAreBounded(t *testing.T) {
	names := make(map[string]bool)
	for n := range 20_000 {
		at := time.Unix(int64(n), 0)
		names[taskID(models.ConversationID(models.NewID()), at)] = true
	}
	if len(names) > shards*slots {
		t.Errorf("%d names, want at most %d", len(names), shards*slots)
	}
}

func TestFrozenRedisHoldsNobodyUp(t *testing.T) {
	server := testservers.RedisServer(t)
	m, c := newMemory(), newChat()
	o := onRedis(m, c, server.URL())
	o.Sweep = time.Hour
	o.Logger = slog.New(slog.DiscardHandler)
	j := node(t, o)
	<-m.swept()
	server.Freeze()
	convs := crowd(m, 50)
	start := time.Now()
	for _, conv := range convs {
		j.Ring(conv.ID)
	}
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("ringing took %s", took)
	}
	settled(t, m, 5*time.Second)
	once(t, m, c, 50)
	server.Thaw()
}

// Rings are coalesced, bounded, and wait for Run.
func TestRopeHasAnEnd(t *testing.T) {
	o := with(newMemory(), newChat())
	registry := prometheus.NewRegistry()
	o.Registry = registry
	j, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer j.redis.close()
	for range 2 {
		for n := range ropeLength {
			j.Ring(group(n).ID)
		}
	}
	j.Ring("")
	j.Ring(group(ropeLength).ID)
	if n := len(j.rope.order); n != ropeLength {
		t.Errorf("%d rings wait, want %d", n, ropeLength)
	}
	if n := gathered(t, registry)["takeback_rings_total way=left_to_sweep"]; n != 1 {
		t.Errorf("%v rings were left to the sweep, want 1", n)
	}
}

func TestRedisComesBack(t *testing.T) {
	server := testservers.RedisServer(t)
	m, c := newMemory(), newChat()
	j := node(t, onRedis(m, c, server.URL()))
	server.Kill()
	m.add(group(1), 1)
	j.Ring(group(1).ID)
	settled(t, m, 5*time.Second)
	server.Restart()
	j.redis.ask(t.Context())
	if err := j.Healthy(); err != nil {
		t.Errorf("Redis is back, and Healthy says %v", err)
	}
}
