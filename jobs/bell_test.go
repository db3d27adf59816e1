package jobs

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

// counter counts asynq's dequeues, from outside of the hook under test.
type counter struct{ n atomic.Int64 }

func (*counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (*counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if len(cmd.Name()) >= 4 && cmd.Name()[:4] == "eval" {
			c.n.Add(1)
		}
		return next(ctx, cmd)
	}
}

// TestIdleAsksSeldom fails when the hook no longer knows asynq's dequeue script:
// then every idle node would send thousands of scripts a second.
func TestIdleAsksSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, err := New(with(newMemory(), newChat()))
		if err != nil {
			t.Fatal(err)
		}
		var scripts counter
		j.redis.client.AddHook(&scripts)
		const idle = 20 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), idle)
		defer cancel()
		if err := j.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		perSecond := float64(scripts.n.Load()) / idle.Seconds()
		if perSecond < 0.5 || perSecond > 4 {
			t.Errorf("%.1f scripts a second while idle, want about one to two", perSecond)
		}
	})
}

func TestRingBetweenLookAndWaitIsHeard(t *testing.T) {
	b := newBell()
	rung := b.heard()
	b.ring()
	select {
	case <-rung:
	default:
		t.Error("a ring after heard was not heard")
	}
	select {
	case <-b.heard():
		t.Error("one ring was heard twice")
	default:
	}
}

func TestMutedBellKeepsNobody(t *testing.T) {
	b := newBell()
	b.mute()
	b.mute()
	b.ring()
	select {
	case <-b.heard():
	default:
		t.Error("somebody would still wait")
	}
}

func TestHoldOfTheHook(t *testing.T) {
	dequeue := func() redis.Cmder {
		return redis.NewCmd(t.Context(), "evalsha", "sha", 4, "asynq:{q}:pending", "asynq:{q}:paused", "asynq:{q}:active", "asynq:{q}:lease", 1)
	}
	tests := []struct {
		name string
		cmd  redis.Cmder
		err  error
		ring time.Duration // after which the bell rings
		want time.Duration
	}{
		{"nothing to do", dequeue(), redis.Nil, time.Hour, longestHold},
		{"nothing to do, then a ring", dequeue(), redis.Nil, 100 * time.Millisecond, 100 * time.Millisecond},
		{"a task", dequeue(), nil, time.Hour, 0},
		{"trouble", dequeue(), errors.New("connection refused"), time.Hour, errorHold},
		{"trouble does not heed the bell", dequeue(), errors.New("connection refused"), time.Millisecond, errorHold},
		{"the script is not there yet", dequeue(), scriptError("NOSCRIPT No matching script."), time.Hour, 0},
		{"another script", redis.NewCmd(t.Context(), "evalsha", "sha", 2, "a:pending", "b:paused", "c:active", "d:lease"), redis.Nil, time.Hour, 0},
		{"other keys", redis.NewCmd(t.Context(), "evalsha", "sha", 4, "a", "b", "c", "d"), redis.Nil, time.Hour, 0},
		{"no script", redis.NewCmd(t.Context(), "get", "asynq:{q}:pending"), redis.Nil, time.Hour, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBell()
				bellTimer := time.AfterFunc(tt.ring, b.ring)
				defer bellTimer.Stop()
				start := time.Now()
				err := hook{b, longestHold}.ProcessHook(func(context.Context, redis.Cmder) error { return tt.err })(t.Context(), tt.cmd)
				if !errors.Is(err, tt.err) {
					t.Errorf("error = %v, want %v", err, tt.err)
				}
				if took := time.Since(start); took != tt.want {
					t.Errorf("held for %s, want %s", took, tt.want)
				}
			})
		})
	}
}

// scriptError is an error as Redis sends it.
type scriptError string

func (e scriptError) Error() string { return string(e) }
func (scriptError) RedisError()     {}
