package store

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A clock that is set ahead or back is followed, never faster than twice and never slower
// than half as fast as time passes, until it is met.
func TestTheClockNeverJumps(t *testing.T) {
	for _, jump := range []time.Duration{2 * time.Hour, -2 * time.Hour, 3 * time.Second, -time.Millisecond} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var by atomic.Int64
				wall := func() time.Time { return time.Now().Add(time.Duration(by.Load())) }
				c := newClock(wall)
				by.Store(int64(jump))
				last := c.now()
				for range 4*60*60 + 10 {
					time.Sleep(time.Second)
					now := c.now()
					if step := now.Sub(last); step < time.Second/2 || step > 2*time.Second {
						t.Fatalf("in a second the clock went on by %s", step)
					}
					last = now
				}
				if off := wall().Sub(last); off != 0 {
					t.Errorf("after four hours it is still off by %s", off)
				}
			})
		})
	}
}
