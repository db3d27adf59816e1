package jobs

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// claimed is a first or a later call's claim, made a second ago.
func claimed(was models.RecallState, attempts int) models.RecallClaim {
	c := models.RecallClaim{Was: was, Fence: attempts}
	c.ID, c.Attempts, c.SentAt = "r", attempts, noon.Add(-time.Second)
	return c
}

// ending is what the tables of these tests say of a settlement.
type ending struct {
	State models.RecallState
	Wait  time.Duration
}

func endingOf(s models.Settlement) ending {
	if s.DueAt.IsZero() {
		return ending{State: s.State}
	}
	return ending{s.State, s.DueAt.Sub(noon)}
}

func TestAnswersToACall(t *testing.T) {
	first, second := claimed(models.Queued, 1), claimed(models.Queued, 2)
	unknown, crashed := claimed(models.Unknown, 1), claimed(models.Sent, 2)
	posted := func(c models.RecallClaim, ago time.Duration) models.RecallClaim {
		c.SentAtPlatform = noon.Add(-ago)
		return c
	}
	tests := []struct {
		name  string
		claim models.RecallClaim
		out   platforms.Outcome
		want  ending
	}{
		{"recalled", first, platforms.Outcome{State: platforms.Recalled}, ending{models.Accepted, 30 * time.Second}},
		{"recalled on a repeat", unknown, platforms.Outcome{State: platforms.Recalled}, ending{models.Accepted, 30 * time.Second}},
		{"hidden", first, platforms.Outcome{State: platforms.Hidden}, ending{models.Accepted, 30 * time.Second}},
		{"gone before", first, platforms.Outcome{State: platforms.WasGone}, ending{State: models.AlreadyGone}},
		{"gone before, after a failed call", second, platforms.Outcome{State: platforms.WasGone}, ending{State: models.AlreadyGone}},
		{"gone by a call nobody knew of", unknown, platforms.Outcome{State: platforms.WasGone}, ending{models.Accepted, 30 * time.Second}},
		{"gone by a crashed node's call", crashed, platforms.Outcome{State: platforms.WasGone}, ending{models.Accepted, 30 * time.Second}},
		{"not found at first", first, platforms.Outcome{State: platforms.NotFound}, ending{models.Queued, 3 * time.Second}},
		{"not found again", second, platforms.Outcome{State: platforms.NotFound}, ending{State: models.AlreadyGone}},
		{"not found on a repeat", unknown, platforms.Outcome{State: platforms.NotFound}, ending{State: models.AlreadyGone}},
		{"not found, posted a moment ago", posted(first, 2*time.Second), platforms.Outcome{State: platforms.NotFound}, ending{models.Queued, 3 * time.Second}},
		{"not found again, posted a moment ago", posted(second, 5*time.Second), platforms.Outcome{State: platforms.NotFound}, ending{models.Unknown, 3 * time.Second}},
		{"not found on a repeat, posted a moment ago", posted(unknown, 5*time.Second), platforms.Outcome{State: platforms.NotFound}, ending{models.Unknown, 3 * time.Second}},
		{"not found again, posted a while ago", posted(second, freshFor), platforms.Outcome{State: platforms.NotFound}, ending{State: models.AlreadyGone}},
		{"not found for the last time", posted(claimed(models.Unknown, mostSends), time.Second), platforms.Outcome{State: platforms.NotFound}, ending{State: models.AlreadyGone}},
		{"refused", first, platforms.Outcome{State: platforms.Refused}, ending{State: models.Refused}},
		{"too late", first, platforms.Outcome{State: platforms.TooLate}, ending{State: models.Expired}},
		{"throttled", first, platforms.Outcome{State: platforms.Throttled}, ending{models.Queued, time.Second}},
		{"throttled for long", first, platforms.Outcome{State: platforms.Throttled, RetryAfter: 9 * time.Second}, ending{models.Queued, 9 * time.Second}},
		{"throttled on a repeat", unknown, platforms.Outcome{State: platforms.Throttled}, ending{models.Unknown, time.Second}},
		{"throttled after a crash", crashed, platforms.Outcome{State: platforms.Throttled}, ending{models.Unknown, time.Second}},
		{"unsure", first, platforms.Outcome{State: platforms.Unsure}, ending{models.Unknown, 3 * time.Second}},
		{"present makes no sense", first, platforms.Outcome{State: platforms.Present}, ending{models.Unknown, 3 * time.Second}},
		{"no word of ours", first, platforms.Outcome{State: "odd"}, ending{models.Unknown, 3 * time.Second}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := answered(tt.claim, tt.out, noon)
			if diff := cmp.Diff(tt.want, endingOf(s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !s.Called || s.Explanation == "" || s.Fence != tt.claim.Fence {
				t.Errorf("settlement = %+v, want it called, explained and under its fence", s)
			}
		})
	}
}

func TestWhatALookShows(t *testing.T) {
	proof := platforms.Limits{Proves: true, History: true}
	harmless := platforms.Limits{HarmlessRetry: true}
	unknown, crashed := claimed(models.Unknown, 1), claimed(models.Sent, 2)
	old := claimed(models.Unknown, 1)
	old.SentAt = noon.Add(-time.Hour)
	tried := claimed(models.Unknown, 1)
	tried.SentAt, tried.Looks = noon.Add(-time.Minute), mostTries-2
	almost := tried
	almost.Looks--
	called := claimed(models.Unknown, mostSends)
	deaths := claimed(models.Sent, mostDeaths)
	deaths.SentAt = noon.Add(-handAfter)
	quick := deaths
	quick.SentAt = noon.Add(-handAfter + time.Second)
	ancient := old
	ancient.SentAt = noon.Add(-25 * time.Hour)
	tests := []struct {
		name   string
		claim  models.RecallClaim
		state  platforms.State
		limits platforms.Limits
		want   ending
		send   bool
		asks   bool
	}{
		{"accepted and gone", accepted(time.Minute), platforms.WasGone, proof, ending{State: models.Confirmed}, false, false},
		{"accepted and still there, early", accepted(30 * time.Second), platforms.Present, proof, ending{models.Accepted, 30 * time.Second}, false, false},
		{"accepted and still there", accepted(time.Minute), platforms.Present, proof, ending{models.Unknown, 0}, false, false},
		{"accepted and out of sight", accepted(40 * time.Second), platforms.NotFound, proof, ending{models.Accepted, 40 * time.Second}, false, false},
		{"accepted, nobody can tell", accepted(time.Hour), platforms.Unsure, proof, ending{models.Accepted, time.Hour}, false, false},
		{"accepted, never proved", accepted(25 * time.Hour), platforms.Unsure, proof, ending{models.Accepted, noLook}, false, false},
		{"accepted, looks throttled", accepted(time.Minute), platforms.Throttled, proof, ending{models.Accepted, time.Second}, false, false},
		{"unknown and gone", unknown, platforms.WasGone, proof, ending{State: models.Confirmed}, false, false},
		{"unknown and hidden", unknown, platforms.Hidden, proof, ending{State: models.Confirmed}, false, false},
		{"unknown and still there", unknown, platforms.Present, proof, ending{}, true, false},
		{"crashed and still there", crashed, platforms.Present, proof, ending{}, true, false},
		{"crashed and gone", crashed, platforms.WasGone, proof, ending{State: models.Confirmed}, false, false},
		{"crashed, nobody can tell", crashed, platforms.Unsure, proof, ending{models.Unknown, 3 * time.Second}, false, false},
		{"unknown, nobody can tell", unknown, platforms.Unsure, proof, ending{models.Unknown, 3 * time.Second}, false, false},
		{"unknown for an hour", old, platforms.NotFound, proof, ending{models.Unknown, 10 * time.Minute}, false, true},
		{"unknown for a day", ancient, platforms.NotFound, proof, ending{models.Unknown, noLook}, false, true},
		{"unknown, a second recall does no harm", unknown, platforms.Unsure, harmless, ending{}, true, false},
		{"sent often, still there", claimed(models.Unknown, mostSends), platforms.Present, proof, ending{State: models.Failed}, false, false},
		{"claimed by some that died, still there", claimed(models.Sent, mostSends), platforms.Present, proof, ending{}, true, false},
		{"claimed by many that died within minutes, still there", quick, platforms.Present, proof, ending{}, true, false},
		{"claimed by many that died, still there", deaths, platforms.Present, proof, ending{State: models.Failed}, false, false},
		{"unknown, one try before a person is asked", almost, platforms.NotFound, proof, ending{models.Unknown, time.Minute}, false, false},
		{"unknown, tried often enough", tried, platforms.NotFound, proof, ending{models.Unknown, 10 * time.Minute}, false, true},
		{"called often enough, though it does no harm", called, platforms.Unsure, harmless, ending{models.Unknown, 3 * time.Second}, false, false},
		{"tried often enough, still there", tried, platforms.Present, proof, ending{}, true, false},
		{"tried often enough, and gone", tried, platforms.WasGone, proof, ending{State: models.Confirmed}, false, false},
		{"looks throttled after a crash", crashed, platforms.Throttled, proof, ending{models.Unknown, time.Second}, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, send := looked(tt.claim, platforms.Outcome{State: tt.state}, tt.limits, noon)
			if diff := cmp.Diff(tt.want, endingOf(s)); diff != "" || send != tt.send || (s.Ask != "") != tt.asks {
				t.Errorf("send = %v, want %v, asks %q (-want +got):\n%s", send, tt.send, s.Ask, diff)
			}
		})
	}
}

func accepted(ago time.Duration) models.RecallClaim {
	c := claimed(models.Accepted, 1)
	c.AcceptedAt, c.Explanation = noon.Add(-ago), "The platform took the message back."
	return c
}

func TestFailures(t *testing.T) {
	first, unknown := claimed(models.Queued, 1), claimed(models.Unknown, 1)
	of := func(class platforms.Class, after time.Duration) error {
		return fmt.Errorf("recall: %w", &platforms.CallError{Class: class, RetryAfter: after, Code: "60007"})
	}
	tests := []struct {
		name   string
		claim  models.RecallClaim
		err    error
		after  afterwards
		want   models.RecallState
		lo, hi time.Duration
		called bool
	}{
		{"unreachable", first, of(platforms.Transient, 0), afterCall, models.Queued, 0, 1100 * time.Millisecond, true},
		{"unreachable often", claimed(models.Queued, 30), of(platforms.Transient, 0), afterCall, models.Queued, 0, 61 * time.Second, true},
		{"slow down", first, of(platforms.RateLimit, 0), afterCall, models.Queued, time.Second, time.Second, true},
		{"slow down for long", first, of(platforms.RateLimit, 7*time.Second), afterCall, models.Queued, 7 * time.Second, 7 * time.Second, true},
		{"never", first, of(platforms.Permanent, 0), afterCall, models.Failed, 0, 0, true},
		{"set-up", first, of(platforms.Setup, 0), afterCall, models.Queued, time.Minute, time.Minute, true},
		{"lost answer", first, of(platforms.Lost, 0), afterCall, models.Unknown, 3 * time.Second, 3 * time.Second, true},
		{"an error we do not know", first, errors.New("odd"), afterCall, models.Unknown, 3 * time.Second, 3 * time.Second, true},
		{"a class we do not know", first, of("odd", 0), afterCall, models.Unknown, 3 * time.Second, 3 * time.Second, true},
		{"held back", first, errNotCalled, afterCall, models.Queued, time.Second, 2 * time.Second, false},
		{"held back, may have been applied", unknown, errNotCalled, afterCall, models.Unknown, time.Second, 2 * time.Second, false},
		{"unreachable, may have been applied", unknown, of(platforms.Transient, 0), afterCall, models.Unknown, 3 * time.Second, 3 * time.Second, true},
		{"look lost", unknown, of(platforms.Lost, 0), afterLook, models.Unknown, 3 * time.Second, 3 * time.Second, false},
		{"look refused for good", unknown, of(platforms.Permanent, 0), afterLook, models.Unknown, 3 * time.Second, time.Minute, false},
		{"look after the platform's yes", accepted(time.Minute), of(platforms.Lost, 0), afterLook, models.Accepted, time.Minute, time.Minute, false},
		{"look after a crash", claimed(models.Sent, 2), of(platforms.Transient, 0), afterLook, models.Unknown, 3 * time.Second, 4 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := failed(tt.claim, tt.err, tt.after, noon)
			if s.State != tt.want || s.Called != tt.called || s.Explanation == "" {
				t.Errorf("settlement = %+v, want state %s, called %v, explained", s, tt.want, tt.called)
			}
			if wait := endingOf(s).Wait; wait < tt.lo || wait > tt.hi {
				t.Errorf("waits %s, want %s to %s", wait, tt.lo, tt.hi)
			}
		})
	}
}

func TestTheLastTriesAreNotSleptThrough(t *testing.T) {
	c := claimed(models.Queued, 20)
	c.Deadline = noon.Add(10 * time.Second)
	s := failed(c, &platforms.CallError{Class: platforms.Setup}, afterCall, noon)
	if want := noon.Add(5 * time.Second); !s.DueAt.Equal(want) {
		t.Errorf("due at %s, want half-way to the deadline, %s", s.DueAt, want)
	}
}

// Whatever a platform says, a settlement is a legal step of a recall's life, is
// worked on again unless it is over, and has a sentence for people.
func TestEverySettlementIsLegal(t *testing.T) {
	states := []platforms.State{
		platforms.Recalled, platforms.Hidden, platforms.WasGone, platforms.NotFound, platforms.Refused,
		platforms.TooLate, platforms.Throttled, platforms.Unsure, platforms.Present, "",
	}
	classes := []platforms.Class{platforms.Transient, platforms.RateLimit, platforms.Permanent, platforms.Setup, platforms.Lost, ""}
	rapid.Check(t, func(t *rapid.T) {
		c := accepted(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "age")))
		c.Was = rapid.SampledFrom([]models.RecallState{models.Queued, models.Sent, models.Unknown, models.Accepted}).Draw(t, "was")
		c.Attempts = rapid.IntRange(1, 100).Draw(t, "attempts")
		if rapid.Bool().Draw(t, "deadline") {
			c.Deadline = noon.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(t, "left")))
		}
		out := platforms.Outcome{State: rapid.SampledFrom(states).Draw(t, "outcome")}
		err := &platforms.CallError{Class: rapid.SampledFrom(classes).Draw(t, "class")}
		var s models.Settlement
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			if c.Was == models.Accepted {
				return // never sent
			}
			s = answered(c, out, noon)
		case 1:
			var send bool
			if c.Was == models.Queued {
				return // never looked for
			}
			if s, send = looked(c, out, platforms.Limits{HarmlessRetry: rapid.Bool().Draw(t, "harmless")}, noon); send {
				return
			}
		case 2:
			if c.Was == models.Accepted {
				return
			}
			s = failed(c, err, afterCall, noon)
		case 3:
			if c.Was == models.Queued {
				return
			}
			s = failed(c, err, afterLook, noon)
		case 4:
			if c.Was == models.Accepted {
				return
			}
			o := Opinion{Outcome: out, Changed: rapid.Bool().Draw(t, "changed")}
			c.Looks = rapid.IntRange(0, 10).Draw(t, "looks")
			s = reconsidered(c, o, noon)
		case 5:
			if c.Was == models.Accepted {
				return
			}
			s = unread(c, err, noon)
		case 6:
			if c.Was == models.Accepted {
				return
			}
			s = rapid.SampledFrom([]func(models.RecallClaim, time.Time) models.Settlement{unsaid, unentitled}).Draw(t, "right")(c, noon)
		case 7:
			if c.Was == models.Queued || c.Was == models.Accepted {
				return // ended by the claim, or never sent
			}
			s = keptByHold(c, out, noon)
		}
		legal(t, c, s)
	})
}

func legal(t *rapid.T, c models.RecallClaim, s models.Settlement) {
	from := c.Was
	if from == models.Queued {
		from = models.Sent // the claim wrote it before the call left
	}
	givenUp := s.State == models.Cancelled && c.Was == models.Queued && !s.Called
	if from != s.State && !from.CanBecome(s.State) && !givenUp {
		t.Fatalf("%s -> %s is no step of a recall's life", from, s.State)
	}
	if s.State == models.Sent {
		t.Fatalf("a settlement leaves the recall as sent")
	}
	if !s.State.Terminal() && s.DueAt.Before(noon) {
		t.Fatalf("-> %s is due at %s, before now", s.State, s.DueAt)
	}
	if s.Explanation == "" {
		t.Fatalf("-> %s without an explanation", s.State)
	}
	if s.Ask != "" && s.State != models.Unknown && s.State != models.Cancelled {
		t.Fatalf("a person is asked about what is %s", s.State)
	}
}
