package beat

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// Whoever waits for a beat waits at most a little longer than it is long, and comes out
// at the same moments as all others.
func TestBeatsComeTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "d"))
		at := time.Unix(0, rapid.Int64Range(0, 2e18).Draw(t, "now"))
		left := until(at, d)
		if left < d/100 || left > d+d/100 {
			t.Fatalf("%s are left of %s", left, d)
		}
		if next := at.Add(left); !next.Truncate(d).Equal(next) {
			t.Fatalf("the next beat of %s after %s is %s", d, at, next)
		}
		if left == until(at, 2*d) {
			return
		}
		if after := at.Add(left); left+until(after, d) != until(at, 2*d) && left >= 2*d/100 {
			t.Fatalf("beats of %s do not come with every other one of %s", 2*d, d)
		}
	})
}

// Where a timer fires a little before its beat by a clock that is slowed down, the beat that
// was waited for does not come twice.
func TestABeatComesOnce(t *testing.T) {
	at := time.Unix(10, 0)
	if left := until(at.Add(-time.Millisecond), time.Second); left != time.Second+time.Millisecond {
		t.Errorf("a millisecond before a beat %s are left until the next", left)
	}
	if left := until(at.Add(-20*time.Millisecond), time.Second); left != 20*time.Millisecond {
		t.Errorf("20 ms before a beat %s are left until it", left)
	}
}

func TestWaitersWakeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		woken := make(chan time.Time, 3)
		for _, late := range []time.Duration{0, 300 * time.Millisecond, 999 * time.Millisecond} {
			go func() {
				time.Sleep(late)
				<-Next(2 * time.Second)
				woken <- time.Now()
			}()
		}
		first := <-woken
		for range 2 {
			if again := <-woken; !again.Equal(first) {
				t.Errorf("one woke up at %s, another at %s", first, again)
			}
		}
	})
}

func TestAShiftMovesAllBeats(t *testing.T) {
	Shift(300 * time.Millisecond)
	defer Shift(0)
	if left := until(time.Unix(10, 0), time.Second); left != 300*time.Millisecond {
		t.Errorf("%s are left, want 300ms", left)
	}
}
