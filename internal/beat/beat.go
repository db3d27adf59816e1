// Package beat has everything that looks again and again look at the same moments, so
// that a process at rest wakes up once for all of it: waking up is most of what it spends
// its time with.
package beat

import (
	"sync/atomic"
	"time"
)

// shift is by how many nanoseconds the beats of this process come after whole seconds.
var shift atomic.Int64

// Shift has the beats of this process come so much after whole seconds, so that nodes
// whose clocks agree do not all ask their database at once.
func Shift(by time.Duration) { shift.Store(int64(by)) }

// Next returns a channel that gets the time at the next beat. Beats come once in every d,
// at the same moments for all who wait for the same d, and those of 2 s with every other
// one of 1 s. One that comes in less than a hundredth of d is passed over: where a clock
// is slowed down, it is the one that was just waited for.
func Next(d time.Duration) <-chan time.Time { return time.After(Until(d)) }

// Until is how long it takes until what Next waits for.
func Until(d time.Duration) time.Duration { return until(time.Now(), d) }

func until(now time.Time, d time.Duration) time.Duration {
	at := now.Round(0).Add(-time.Duration(shift.Load()))
	left := at.Truncate(d).Add(d).Sub(at)
	if left < d/100 {
		left += d
	}
	return left
}
