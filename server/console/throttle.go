package console

import (
	"sync"
	"time"
)

const (
	freeTries = 5           // failures before the first wait
	longest   = time.Minute // the longest wait
	forgetIn  = 15 * time.Minute
	maxTries  = 10_000 // bounds the memory; past it the counts start anew
)

// throttle slows down guessing at the sign-in. It counts failures of a name
// from one address, so that nobody can lock another person out from elsewhere;
// waits grow to a minute and never become a lock.
type throttle struct {
	now func() time.Time

	mu    sync.Mutex // guards tries
	tries map[try]tried
}

type try struct{ name, address string }

type tried struct {
	failures int
	last     time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, tries: map[try]tried{}}
}

// wait says how long t has to wait before its next try; 0: not at all.
func (t *throttle) wait(who try) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen, ok := t.tries[who]
	if !ok || seen.failures < freeTries {
		return 0
	}
	pause := min(longest, time.Second<<min(seen.failures-freeTries, 6))
	return max(0, seen.last.Add(pause).Sub(t.now()))
}

// failed counts a failure of who, and says how many there were.
func (t *throttle) failed(who try) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.tries) >= maxTries {
		clear(t.tries)
	}
	seen := t.tries[who]
	if t.now().Sub(seen.last) > forgetIn {
		seen.failures = 0
	}
	t.tries[who] = tried{seen.failures + 1, t.now()}
	return seen.failures + 1
}

// passed forgets the failures of who.
func (t *throttle) passed(who try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, who)
}
