package jobs

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"golang.org/x/time/rate"
)

// defaultRate is in calls a second, well below what any platform we know allows.
const defaultRate = 100

// limiter lets calls of one app through at the platform's rate. wait returns nil
// when a call may leave, and an error when none will before ctx ends.
type limiter interface {
	wait(ctx context.Context) error
}

// newLimiter shares the rate among nodes through Redis. The embedded Redis stands
// for one node alone, and its clock is too coarse for this.
func newLimiter(c *connection, app string, perSecond int) limiter {
	r, burst := split(cmp.Or(max(perSecond, 0), defaultRate))
	own := rate.NewLimiter(rate.Limit(r), burst)
	if c.embedded != nil {
		return local{own}
	}
	return &shared{
		redis: c, rate: redis_rate.NewLimiter(c.client), key: "takeback:" + app, own: own,
		limit: redis_rate.Limit{Rate: r, Burst: burst, Period: time.Second},
	}
}

// split parts a limit into a steady rate and a burst. Both schemes let rate plus
// burst through within one second, so the two together must not pass the limit.
// The burst makes up for moments in which nobody asked, and is small, since it is
// lost to the rate.
func split(perSecond int) (steady, burst int) {
	burst = max(1, perSecond/20)
	return max(1, perSecond-burst), burst
}

type local struct{ *rate.Limiter }

func (l local) wait(ctx context.Context) error { return l.Wait(ctx) }

// shared asks Redis, and without Redis keeps to this node's part of the rate.
type shared struct {
	redis *connection
	rate  *redis_rate.Limiter
	key   string
	limit redis_rate.Limit
	own   *rate.Limiter
}

func (s *shared) wait(ctx context.Context) error {
	for s.redis.up() {
		after, err := s.ask(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("wait for the rate limit: %w", context.Cause(ctx))
		case err != nil:
			s.redis.saw(err)
		case after <= 0:
			return nil
		default:
			hold(ctx, nil, after)
		}
	}
	nodes := max(1, int(s.redis.nodes.Load()))
	s.own.SetLimit(rate.Limit(float64(s.limit.Rate) / float64(nodes)))
	s.own.SetBurst(max(1, s.limit.Burst/nodes))
	return s.own.Wait(ctx)
}

// ask takes a call from the common rate, or says how long to wait before asking again.
func (s *shared) ask(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := s.rate.Allow(ctx, s.key, s.limit)
	if err != nil || r.Allowed > 0 {
		return 0, err
	}
	return max(r.RetryAfter, time.Millisecond), nil
}
