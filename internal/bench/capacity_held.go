package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// bound is how long the slowest of a hundred webhooks may take: a tenth of the time that
// the platform waits.
const bound = 200 * time.Millisecond

// ordinaryShare of the messages is taken back where it is measured what is held.
const ordinaryShare = 0.01

// held is what some nodes took, and what they should have by the model.
type held struct {
	name      string
	nodes     int
	predicted float64 // messages a second
	best      answer
	tried     int // rates
}

// sum is what a message costs all that shares the machine, one in a hundred recalled.
func (c costs) sum() time.Duration {
	recall := c.recalls.eachRecall(c.busy).all()
	return c.busy.each().all() + c.busy.loadEach() + time.Duration(ordinaryShare*float64(recall))
}

// predict is the model: the cores, less what idle nodes use, by the cost of a message.
func (c costs) predict(nodes int) float64 {
	idle := float64(nodes) * c.busy.idle.nodes.Seconds() / c.busy.offer.length.Seconds()
	return (float64(runtime.NumCPU()) - idle) / c.sum().Seconds()
}

func (c *capacity) allHeld(ctx context.Context, sqlite, postgres costs) ([]held, error) {
	one, err := c.heldBy(ctx, sqlite, 1, false)
	if err != nil {
		return nil, err
	}
	all := []held{one}
	for _, n := range c.nodes {
		h, err := c.heldBy(ctx, postgres, n, true)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

const (
	firstTry = 1.0  // of what is predicted
	nextTry  = 0.75 // of the last
)

// heldBy offers less and less until what is offered is answered in time; or, where that is
// so from the first, more and more until it is not.
func (c *capacity) heldBy(ctx context.Context, by costs, nodes int, onPostgres bool) (held, error) {
	h := held{name: by.name, nodes: nodes, predicted: by.predict(nodes)}
	rate, rising := firstTry*h.predicted, false
	for range c.tries {
		a, err := c.try(ctx, nodes, onPostgres, int(rate))
		if err != nil {
			return h, fmt.Errorf("%d nodes, %.0f a second: %w", nodes, rate, err)
		}
		h.tried++
		inTime := a.failed == 0 && a.p99 <= bound
		switch {
		case inTime && (rising || h.tried == 1):
			h.best, rising = a, true
			rate /= nextTry
		case inTime:
			h.best = a
			return h, nil
		case rising:
			return h, nil
		default:
			rate *= nextTry
		}
	}
	return h, nil
}

// try offers a rate to fresh nodes: what was too much before must not stand in the way. It
// does not count until the groups are known, which they are but once: thousands that are
// new within seconds would be all that is measured.
func (c *capacity) try(ctx context.Context, nodes int, onPostgres bool, rate int) (answer, error) {
	var s *site
	var err error
	if onPostgres {
		s, err = c.b.open(ctx, nodes, c.postgres, c.redis)
	} else {
		s, err = c.b.open(ctx, nodes, nil, nil)
	}
	if err != nil {
		return answer{}, err
	}
	defer s.stop()
	rate = max(rate, 1)
	o := offer{rate: rate, length: c.warm, secrets: ordinaryShare, groups: peopleFor(rate)}
	if a, err := s.drive(ctx, o); err != nil {
		return a, fmt.Errorf("before it: %w", err)
	}
	o.length = c.step
	return s.drive(ctx, o)
}
