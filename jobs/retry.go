package jobs

import (
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	shortestBackoff = 50 * time.Millisecond
	firstBackoff    = time.Second
	longestBackoff  = time.Minute
	held            = platforms.Class("held") // no call left, for a reason of our own
)

// failure is a row of the table of failures.
type failure struct {
	to     models.RecallState // Queued: wait in the state it had; see waiting
	wait   time.Duration      // zero: back-off
	jitter bool               // up to as long again, so that what was held together does not come back together
	words  string
}

// failures says what becomes of a recall when a call brought an error.
var failures = map[platforms.Class]failure{
	platforms.Transient: {to: models.Queued, words: "The platform could not be reached; it is tried again."},
	platforms.RateLimit: {to: models.Queued, wait: throttlePause, words: "The platform asked us to slow down; it is tried again."},
	platforms.Permanent: {to: models.Failed, words: "The platform does not accept this request."},
	platforms.Setup:     {to: models.Queued, wait: setupPause, words: "The platform refuses the app as it is set up; an operator has to look."},
	platforms.Lost:      {to: models.Unknown, wait: soon, words: "The answer was lost; whether the message is gone is looked at."},
	held:                {to: models.Queued, wait: time.Second, jitter: true, words: "Waiting: too many calls, or the platform is not answering."},
}

// afterwards says which kind of call failed.
type afterwards bool

const (
	afterCall afterwards = true  // of a recall
	afterLook afterwards = false // of looking: it changes nothing of what is known
)

// failed turns an error into a settlement. No failure is an end except one that
// would come again for ever.
func failed(c models.RecallClaim, err error, after afterwards, now time.Time) models.Settlement {
	class := classOf(err)
	row := failures[class]
	s := models.Settlement{Recall: c.ID, Fence: c.Fence, State: row.to, Code: codeOf(err), Explanation: wordsOf(err, row.words)}
	s.Called = after == afterCall && class != held
	if after == afterLook || s.State == models.Queued {
		s.State = waiting(c)
	}
	if s.State.Terminal() {
		return s
	}
	s.DueAt = before(c, now, waitAfter(c, row, err))
	switch {
	case s.State == models.Accepted: // people are told what the platform said, not how our looking goes
		s.Code, s.Explanation = c.Code, c.Explanation
		s.DueAt = now.Add(max(now.Sub(c.AcceptedAt), proofAfter))
	case s.State == models.Unknown && class != held:
		s.DueAt = later(s.DueAt, before(c, now, lookAgain(c, now)))
		s.Looked = after == afterLook
		s = handed(s, c, now)
	}
	return s
}

func waitAfter(c models.RecallClaim, row failure, err error) time.Duration {
	switch {
	case row.wait == 0:
		return backoffOf(c, c.Attempts)
	case row.jitter:
		return row.wait + jitter(c, row.wait)
	}
	return max(row.wait, retryAfter(err))
}

// backoff doubles with every attempt, with full jitter so that what failed
// together does not come back together.
func backoff(attempts int) time.Duration { return shortestBackoff + rand.N(doubled(attempts)) }

// backoffOf is that of a recall after a number of tries.
func backoffOf(c models.RecallClaim, tries int) time.Duration {
	return shortestBackoff + jitter(c, doubled(tries))
}

func doubled(attempts int) time.Duration {
	return min(firstBackoff<<min(max(attempts-1, 0), 6), longestBackoff)
}

// jitter is a time below another one that follows from the recall and its fence alone:
// recalls that failed together come back apart, and what a worker settles of a claim
// is the same whenever the same things happened.
func jitter(c models.RecallClaim, below time.Duration) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.ID))                                                                 // never fails
	return time.Duration(rand.New(rand.NewPCG(h.Sum64(), uint64(c.Fence))).Int64N(int64(below))) //nolint:gosec // nothing secret
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func classOf(err error) platforms.Class {
	if errors.Is(err, errNotCalled) {
		return held
	}
	c := platforms.ClassOf(err)
	if _, ok := failures[c]; !ok {
		return platforms.Lost
	}
	return c
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*platforms.CallError](err); ok {
		return e.Code
	}
	return ""
}

func wordsOf(err error, words string) string {
	if e, ok := errors.AsType[*platforms.CallError](err); ok && e.Words != "" {
		return e.Words
	}
	return words
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*platforms.CallError](err); ok {
		return e.RetryAfter
	}
	return 0
}

// holdAll settles recalls for which nothing could be done.
func holdAll(claims []models.RecallClaim, due time.Time, words string) []models.Settlement {
	var held []models.Settlement
	for _, c := range claims {
		held = append(held, models.Settlement{
			Recall: c.ID, Fence: c.Fence, State: waiting(c), Code: c.Code, Explanation: words, DueAt: due,
		})
	}
	return held
}
