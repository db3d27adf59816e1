package access

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// ErrTooMany says that somebody asks too often. Nothing was done; after the time
// that the refusal names it may be.
var ErrTooMany = errors.New("too many")

const (
	paceLimit = 20          // asks of one account
	paceSpan  = time.Minute // in this time, on one node
	maxPaces  = 10_000      // bounds the memory; past it the counts start anew
)

// pace bounds how often each of many ask for something.
type pace struct {
	now func() time.Time

	mu   sync.Mutex // guards asks
	asks map[string]asks
}

type asks struct {
	n     int
	since time.Time
}

func newPace(now func() time.Time) *pace { return &pace{now: now, asks: map[string]asks{}} }

// wait counts an ask of who; where that is one too many it says how long to wait.
func (p *pace) wait(who string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	a := p.asks[who]
	if now.Sub(a.since) >= paceSpan {
		a = asks{since: now}
	}
	if a.n >= paceLimit {
		return a.since.Add(paceSpan).Sub(now)
	}
	if len(p.asks) >= maxPaces {
		clear(p.asks)
	}
	a.n++
	p.asks[who] = a
	return 0
}

func tooMany(wait time.Duration) error {
	return &Refusal{Kind: ErrTooMany, Words: fmt.Sprintf(
		"That was asked for too often. Nothing was done; try again in %d seconds.", int(math.Ceil(wait.Seconds())),
	)}
}
