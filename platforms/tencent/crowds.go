package tencent

import (
	"sync"
	"time"
)

const (
	crowdFor = time.Minute      // a member count is believed so long
	quietFor = 10 * time.Minute // a group without receipts is not asked so long
	// maxCrowds bounds the memory of groups; past it, it starts anew.
	maxCrowds = 100_000
)

// crowds remembers how many are in groups, and which groups have no receipts.
type crowds struct {
	now func() time.Time

	mu     sync.Mutex // guards both
	counts map[string]crowd
	mute   map[string]time.Time // until when
}

type crowd struct {
	members int
	until   time.Time
}

func newCrowds(now func() time.Time) *crowds {
	return &crowds{now: now, counts: map[string]crowd{}, mute: map[string]time.Time{}}
}

// members returns how many are in a group, where that was asked lately.
func (c *crowds) members(group string) (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.counts[group]
	if !ok || !c.now().Before(g.until) {
		return -1, false
	}
	return g.members, true
}

func (c *crowds) keep(group string, members int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.counts) >= maxCrowds {
		clear(c.counts)
	}
	c.counts[group] = crowd{members, c.now().Add(crowdFor)}
}

// silent reports whether a group was lately found to have no receipts.
func (c *crowds) silent(group string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Before(c.mute[group])
}

func (c *crowds) quiet(group string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.mute) >= maxCrowds {
		clear(c.mute)
	}
	c.mute[group] = c.now().Add(quietFor)
}
