package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

var errAway = &platforms.CallError{Op: "post", Class: platforms.Transient, Words: "The platform is away."}

func lost() error {
	return &platforms.CallError{Op: "post", Class: platforms.Lost, Words: "The answer was lost."}
}

// trial is one attempt at one posting.
type trial struct {
	name   string
	was    models.PostingState // default queued
	age    time.Duration       // since the first call, and since it was ordered
	tries  int                 // calls that left, this one with them; default 1
	notice bool                // it is for one account
	drops  time.Duration       // how long the platform drops repetitions
	blind  bool                // the platform has no history
	posts  any                 // what the call that posts brings: a state or an error; nil: it is not made
	shows  any                 // what looking brings
	want   models.PostingState
	wait   time.Duration // until it is tried again; zero: it is over
	calls  []string
	counts bool // a call left that may have posted it
	own    bool // in our own name from now on
	rests  time.Duration
}

var trials = []trial{
	{name: "posted", posts: platforms.PostDone, want: models.PostingPosted, calls: []string{opPost}, counts: true},
	{name: "dropped", posts: platforms.PostDropped, want: models.PostingQueued, wait: dropPause, calls: []string{opPost}, counts: true},
	{name: "refused", posts: platforms.PostRefused, want: models.PostingFailed, calls: []string{opPost}, counts: true},
	{name: "not in this name", posts: platforms.PostForbidden, want: models.PostingQueued, wait: time.Millisecond, calls: []string{opPost}, counts: true, own: true},
	{name: "not sure", posts: platforms.PostUnsure, want: models.PostingUnknown, wait: seekAfter, calls: []string{opPost}, counts: true},
	{name: "an answer nobody knows", posts: platforms.PostState("?"), want: models.PostingUnknown, wait: seekAfter, calls: []string{opPost}, counts: true},
	{name: "away", posts: platforms.Transient, want: models.PostingQueued, wait: -1, calls: []string{opPost}, rests: firstBackoff},
	{name: "throttled", posts: platforms.RateLimit, want: models.PostingQueued, wait: throttlePause, calls: []string{opPost}, rests: throttlePause},
	{name: "not as it is set up", posts: platforms.Setup, want: models.PostingQueued, wait: setupPause, calls: []string{opPost}, rests: setupPause},
	{name: "never", posts: platforms.Permanent, want: models.PostingFailed, calls: []string{opPost}},
	{name: "answer lost", posts: platforms.Lost, want: models.PostingUnknown, wait: seekAfter, calls: []string{opPost}, counts: true},
	{name: "some error", posts: errors.New("?"), want: models.PostingUnknown, wait: seekAfter, calls: []string{opPost}, counts: true},
	{name: "too old", age: longestPosting + time.Hour, want: models.PostingFailed},

	{name: "a second call posted it", tries: 2, posts: platforms.PostDone, shows: platforms.PostDone, want: models.PostingPosted, calls: []string{opPost, opSeek}, counts: true},
	{name: "a second call says so and history does not", tries: 2, posts: platforms.PostDone, shows: platforms.PostAbsent, want: models.PostingUnknown, wait: seekAfter, calls: []string{opPost, opSeek}, counts: true},
	{name: "a second call, and history cannot be read", tries: 2, posts: platforms.PostDone, shows: platforms.Lost, want: models.PostingPosted, calls: []string{opPost, opSeek}, counts: true},

	{name: "found", was: models.PostingUnknown, age: time.Minute, shows: platforms.PostDone, want: models.PostingPosted, calls: []string{opSeek}, counts: true},
	{name: "the worker died and it is there", was: models.PostingSent, age: time.Minute, shows: platforms.PostDone, want: models.PostingPosted, calls: []string{opSeek}, counts: true},
	{name: "the worker died and it is not there", was: models.PostingSent, age: time.Minute, shows: platforms.PostAbsent, posts: platforms.PostDone, want: models.PostingPosted, calls: []string{opSeek, opPost}, counts: true},
	{name: "not there, and lost again", was: models.PostingUnknown, age: time.Minute, shows: platforms.PostAbsent, posts: platforms.Lost, want: models.PostingUnknown, wait: 15 * time.Second, calls: []string{opSeek, opPost}, counts: true},
	{name: "surely not there after a day", was: models.PostingUnknown, age: longestPosting + time.Hour, shows: platforms.PostAbsent, want: models.PostingFailed, calls: []string{opSeek}},
	{name: "nobody knows yet", was: models.PostingUnknown, age: time.Hour, shows: platforms.PostUnsure, want: models.PostingUnknown, wait: longestLook, calls: []string{opSeek}, counts: true},
	{name: "nobody knows after a day", was: models.PostingUnknown, age: longestPosting, shows: platforms.PostUnsure, want: models.PostingUnknown, calls: []string{opSeek}},
	{name: "nobody knows, and there is no history", was: models.PostingUnknown, age: time.Minute, blind: true, shows: platforms.PostUnsure, want: models.PostingUnknown, calls: []string{opSeek}},
	{name: "looking fails", was: models.PostingUnknown, age: time.Minute, shows: platforms.Transient, want: models.PostingUnknown, wait: 15 * time.Second, calls: []string{opSeek}, rests: firstBackoff},
	{name: "looking is refused for good", was: models.PostingUnknown, age: time.Minute, shows: platforms.Permanent, want: models.PostingUnknown, wait: 15 * time.Second, calls: []string{opSeek}},

	{name: "a repetition does no harm", was: models.PostingUnknown, age: time.Minute, blind: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, posts: platforms.PostDone, want: models.PostingPosted, calls: []string{opSeek, opPost}, counts: true},
	{name: "no repetition any more", was: models.PostingUnknown, age: 4 * time.Minute, blind: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, want: models.PostingUnknown, calls: []string{opSeek}},
	{name: "no repetition of a notice", was: models.PostingUnknown, age: time.Minute, notice: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, want: models.PostingUnknown, wait: 15 * time.Second, calls: []string{opSeek}, counts: true},
	{name: "a refused repetition says nothing of the first", was: models.PostingSent, age: time.Minute, blind: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, posts: platforms.PostRefused, want: models.PostingUnknown, calls: []string{opSeek, opPost}, counts: true},
	{name: "nor does one that is not accepted", was: models.PostingSent, age: time.Minute, blind: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, posts: platforms.Permanent, want: models.PostingUnknown, calls: []string{opSeek, opPost}},
	{name: "nor one that was dropped", was: models.PostingSent, age: time.Minute, blind: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, posts: platforms.PostDropped, want: models.PostingUnknown, wait: dropPause, calls: []string{opSeek, opPost}, counts: true},
	{name: "nor one that is not let in this name", was: models.PostingSent, age: time.Minute, blind: true, drops: 5 * time.Minute, shows: platforms.PostUnsure, posts: platforms.PostForbidden, want: models.PostingUnknown, wait: time.Millisecond, calls: []string{opSeek, opPost}, counts: true},
}

// brings turns what a trial wants into an answer of the platform.
func brings(what any) (platforms.Posted, error) {
	switch v := what.(type) {
	case platforms.PostState:
		return platforms.Posted{State: v, Ref: "7", Code: "0"}, nil
	case platforms.Class:
		return platforms.Posted{}, &platforms.CallError{Op: "post", Class: v, Code: "9", Words: "It went wrong."}
	case error:
		return platforms.Posted{}, v
	}
	return platforms.Posted{}, errors.New("this call should not be made")
}

func (tt trial) claim() models.PostingClaim {
	o := newOutbox()
	o.add(1)
	c := models.PostingClaim{Posting: o.first(), Was: models.PostingQueued, Fence: 3}
	if tt.was != "" {
		c.Was = tt.was
	}
	c.State, c.Attempts = models.PostingSent, max(tt.tries, 1)
	c.SentAt, c.OrderedAt = time.Now().Add(-tt.age), time.Now().Add(-tt.age)
	if tt.notice {
		c.Account, c.Sender, c.Kind = "alice", "", models.NoticePosting
	}
	return c
}

// testPoster is a poster that has not been started.
func testPoster(t *testing.T, m *mouth) *poster {
	t.Helper()
	j, err := New(Options{
		Store: newMemory(), Postings: newOutbox(), Adapters: map[string]platforms.Adapter{"main": m}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.redis.close)
	return j.poster
}

func TestWhatBecomesOfAPosting(t *testing.T) {
	for _, tt := range trials {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMouth()
				m.limits.DropsRepeats, m.limits.History = tt.drops, !tt.blind
				m.answer = func(int, platforms.Posting) (platforms.Posted, bool, error) {
					got, err := brings(tt.posts)
					return got, false, err
				}
				m.sight = func(int, platforms.Posting) (platforms.Posted, error) { return brings(tt.shows) }
				p := testPoster(t, m)
				st := p.attempt(t.Context(), tt.claim(), time.Now().Add(beginTime))
				if diff := cmp.Diff(tt.calls, m.called, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				if st.State != tt.want || st.Called != tt.counts || st.OwnName != tt.own || st.Fence != 3 || st.Explanation == "" {
					t.Errorf("settled as %+v, want %s", st, tt.want)
				}
				if wait := time.Until(st.DueAt); tt.wait == 0 != st.DueAt.IsZero() || tt.wait > 0 && wait.Round(time.Second/2) != tt.wait.Round(time.Second/2) || tt.wait < 0 && wait > time.Minute {
					t.Errorf("due in %s, want %s", wait, tt.wait)
				}
				if rests := p.apps["main"].rests.Load(); tt.rests == 0 != (rests == 0) || rests != 0 && time.Until(time.UnixMilli(rests)) > tt.rests {
					t.Errorf("the app rests until %d, want for %s", rests, tt.rests)
				}
			})
		})
	}
}

func TestPostingsWaitForWhatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMouth()
		p := testPoster(t, m)
		until := time.Now().Add(beginTime)
		elsewhere := trial{was: models.PostingUnknown}.claim()
		elsewhere.App = "another"
		if st := p.attempt(t.Context(), elsewhere, until); st.State != models.PostingUnknown || time.Until(st.DueAt) != setupPause {
			t.Errorf("an app that is not configured: %+v", st)
		}
		p.apps["main"].rests.Store(time.Now().Add(time.Minute).UnixMilli())
		if st := p.attempt(t.Context(), trial{}.claim(), until); st.State != models.PostingQueued || time.Until(st.DueAt).Round(time.Second) != time.Minute {
			t.Errorf("an app that rests: %+v", st)
		}
		p.apps["main"].poster = nil
		if st := p.attempt(t.Context(), trial{}.claim(), until); st.State != models.PostingFailed {
			t.Errorf("a platform that cannot be posted to: %+v", st)
		}
		if calls, _ := m.seen(); len(calls) != 0 {
			t.Errorf("calls: %v", calls)
		}
	})
}

// postingNode starts a node that posts, and stops it with the test.
func postingNode(t *testing.T, m *mouth, o *outbox) {
	t.Helper()
	node(t, Options{Store: newMemory(), Postings: o, Adapters: map[string]platforms.Adapter{"main": m}})
}

func allPosted(t *testing.T, o *outbox, patience time.Duration) {
	t.Helper()
	select {
	case <-o.ended:
	case <-time.After(patience):
		states, _ := o.states()
		t.Fatalf("after %s: %v", patience, states)
	}
}

func thereOnce(t *testing.T, o *outbox, m *mouth) {
	t.Helper()
	states, wrongs := o.states()
	if diff := cmp.Diff(map[models.PostingState]int{models.PostingPosted: len(o.rows)}, states); diff != "" {
		t.Errorf("postings (-want +got):\n%s", diff)
	}
	if len(wrongs) != 0 {
		t.Errorf("settled against the rules: %v", wrongs)
	}
	_, there := m.seen()
	for _, p := range o.rows {
		if n := there[p.Random]; n != 1 {
			t.Errorf("%s is there %d times", p.ID, n)
		}
	}
}

// The platform loses answers before and after it posts, takes calls and shows
// nothing, is away and asks for patience: each posting is there once all the same.
func TestEachPostingIsThereOnce(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // faults need no secrecy
			m, o := newMouth(), newOutbox()
			m.answer = func(int, platforms.Posting) (platforms.Posted, bool, error) {
				m.mu.Lock()
				defer m.mu.Unlock()
				switch chance.IntN(8) {
				case 0, 1:
					return platforms.Posted{}, true, lost()
				case 2:
					return platforms.Posted{}, false, lost()
				case 3:
					return platforms.Posted{State: platforms.PostDropped}, false, nil
				case 4:
					return platforms.Posted{}, false, errAway
				}
				return platforms.Posted{State: platforms.PostDone, Ref: "7", At: time.Now()}, true, nil
			}
			o.add(40)
			postingNode(t, m, o)
			allPosted(t, o, time.Hour)
			thereOnce(t, o, m)
		})
	}
}

// What became of a posting cannot be written for so long that its lease ends. It
// is found as sent and looked for, not posted again.
func TestADatabaseThatIsAwayPostsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, o := newMouth(), newOutbox()
		o.down = 3
		o.add(1)
		postingNode(t, m, o)
		allPosted(t, o, 10*time.Minute)
		thereOnce(t, o, m)
		if calls, _ := m.seen(); !cmp.Equal(calls, []string{opPost, opSeek}) {
			t.Errorf("calls: %v, want one that posts and a look", calls)
		}
	})
}

// The sender may not be posted for, so our own account says it.
func TestOurOwnAccountSpeaksForWhoeverMayNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, o := newMouth(), newOutbox()
		m.answer = func(n int, p platforms.Posting) (platforms.Posted, bool, error) {
			if p.Sender != "" {
				return platforms.Posted{State: platforms.PostForbidden}, false, nil
			}
			return platforms.Posted{State: platforms.PostDone, Ref: "7"}, true, nil
		}
		o.add(1)
		postingNode(t, m, o)
		allPosted(t, o, time.Minute)
		thereOnce(t, o, m)
		if diff := cmp.Diff([]string{"alice", ""}, m.names); diff != "" {
			t.Errorf("posted in the name of (-want +got):\n%s", diff)
		}
	})
}

func TestPostingIsGivenUpToAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, o := newMouth(), newOutbox()
		m.answer = func(int, platforms.Posting) (platforms.Posted, bool, error) { return platforms.Posted{}, true, lost() }
		m.sight = func(int, platforms.Posting) (platforms.Posted, error) {
			return platforms.Posted{State: platforms.PostUnsure}, nil
		}
		o.add(1)
		postingNode(t, m, o)
		time.Sleep(time.Hour)
		o.age(longestPosting - 2*time.Hour) // what lies between is more of the same, and takes minutes even here
		allPosted(t, o, 2*time.Hour)
		p := o.first()
		if p.State != models.PostingUnknown || p.EndedAt.IsZero() || p.Explanation == "" {
			t.Errorf("it ended as %+v", p)
		}
		calls, there := m.seen()
		if there[p.Random] != 1 || calls[0] != opPost || len(calls) < 20 || len(calls) > 60 {
			t.Errorf("there %d times after %d calls", there[p.Random], len(calls))
		}
	})
}

// A stop lets the calls finish that have left, writes what became of them, and
// begins no others.
func TestPostingStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, o := newMouth(), newOutbox()
		m.took = 2 * time.Second
		o.add(30)
		p := testPoster(t, m)
		p.store = o
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.run(ctx) }()
		time.Sleep(time.Second)
		cancel()
		start := time.Now()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > callTime {
			t.Errorf("a stop took %s", took)
		}
		calls, there := m.seen()
		if len(calls) != postsAbreast || len(there) != postsAbreast {
			t.Errorf("%d calls, %d posted, want %d", len(calls), len(there), postsAbreast)
		}
		states, wrongs := o.states()
		if diff := cmp.Diff(map[models.PostingState]int{models.PostingPosted: postsAbreast, models.PostingQueued: 30 - postsAbreast}, states); diff != "" || len(wrongs) != 0 {
			t.Errorf("postings (-want +got):\n%s%v", diff, wrongs)
		}
		for _, row := range o.rows {
			if row.State == models.PostingQueued && (row.Attempts != 0 || row.lease.After(time.Now())) {
				t.Errorf("%s was given back as %d tries, leased until %v", row.ID, row.Attempts, row.lease)
			}
		}
	})
}
