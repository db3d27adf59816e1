package jobs

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	// longestPosting is how long a posting is tried: nobody wants to be told of
	// yesterday.
	longestPosting = 24 * time.Hour
	// seekAfter is when a posting is looked for of which nobody knows. A call that was
	// cut off may still be on its way through the platform for some seconds.
	seekAfter = 5 * time.Second
	// dropPause is how long to wait after the platform dropped a posting.
	dropPause = 2 * time.Second
)

// postingRow is a row of the table of answers to a call that posts.
type postingRow struct {
	to    models.PostingState
	wait  time.Duration // until it is tried again, where it is not over
	words string
}

// postingAnswers says what becomes of a posting when the platform answered.
var postingAnswers = map[platforms.PostState]postingRow{
	platforms.PostDone:      {to: models.PostingPosted, words: "The platform posted it."},
	platforms.PostDropped:   {to: models.PostingQueued, wait: dropPause, words: "The platform dropped it; it is tried again."},
	platforms.PostRefused:   {to: models.PostingFailed, words: "The platform refused it."},
	platforms.PostForbidden: {to: models.PostingQueued, wait: time.Millisecond, words: "Not in this sender's name; our own account says it."},
	platforms.PostUnsure:    {to: models.PostingUnknown, wait: seekAfter, words: "The platform did not say whether it was posted; it is looked for."},
}

// postingFailures says what becomes of a posting when a call brought an error.
var postingFailures = map[platforms.Class]postingRow{
	platforms.Transient: {to: models.PostingQueued, words: "The platform could not be reached; it is tried again."},
	platforms.RateLimit: {to: models.PostingQueued, wait: throttlePause, words: "The platform asked us to slow down; it is tried again."},
	platforms.Permanent: {to: models.PostingFailed, words: "The platform does not accept this request."},
	platforms.Setup:     {to: models.PostingQueued, wait: setupPause, words: "The platform refuses the app as it is set up; an operator has to look."},
	platforms.Lost:      {to: models.PostingUnknown, wait: seekAfter, words: "The answer was lost; it is looked for."},
	held:                {to: models.PostingQueued, wait: time.Second, words: "Waiting: too many calls."},
}

// answered turns the platform's answer to a call into a settlement.
func (w *posting) answered(got platforms.Posted) models.PostingSettlement {
	row, ok := postingAnswers[got.State]
	if !ok {
		row = postingAnswers[platforms.PostUnsure]
	}
	switch row.to {
	case models.PostingPosted:
		return w.done(got)
	case models.PostingUnknown:
		return w.unknown(got.Code, cmp.Or(got.Explanation, row.words))
	default:
	}
	st := settlementOf(w.claim, row.to)
	st.Code, st.Explanation, st.Called = got.Code, cmp.Or(got.Explanation, row.words), true
	st.OwnName = got.State == platforms.PostForbidden
	if row.wait > 0 {
		st.DueAt = w.clock.now().Add(row.wait)
	}
	return st
}

// done is for a posting that is there.
func (w *posting) done(got platforms.Posted) models.PostingSettlement {
	st := settlementOf(w.claim, models.PostingPosted)
	st.Code, st.Ref, st.At, st.Called = got.Code, got.Ref, got.At, true
	st.Explanation = cmp.Or(got.Explanation, postingAnswers[platforms.PostDone].words)
	if window := w.app.adapter.Limits(w.claim.Conversation.Kind).Window; window > 0 && !got.At.IsZero() {
		st.Deadline = got.At.Add(window)
	}
	return st
}

// unknown is for a posting that may be there. It is looked for rarer and rarer.
func (w *posting) unknown(code, words string) models.PostingSettlement {
	st := settlementOf(w.claim, models.PostingUnknown)
	st.Code, st.Explanation, st.Called = code, words, true
	st.DueAt = w.clock.now().Add(w.lookAgain())
	return st
}

// lookAgain is when to look again for what nobody knows: rarer and rarer.
func (w *posting) lookAgain() time.Duration {
	return min(max(w.clock.since(w.claim.SentAt)/4, seekAfter), longestLook)
}

// failed turns an error into a settlement. called says that the call was one
// that posts, not one that looks.
func (w *posting) failed(err error, called bool) models.PostingSettlement {
	class := classOf(err)
	row := postingFailures[class]
	w.heed(class, err)
	if class == platforms.Permanent && !called {
		row = postingFailures[platforms.Lost] // that looking fails says nothing of what is there
	}
	st := settlementOf(w.claim, row.to)
	st.Code, st.Explanation = codeOf(err), wordsOf(err, row.words)
	st.Called = called && class == platforms.Lost
	if st.State == models.PostingQueued && w.claim.Was != models.PostingQueued {
		st.State = models.PostingUnknown // an earlier call may have been applied
	}
	if st.State == models.PostingFailed {
		return st
	}
	wait := max(row.wait, retryAfter(err))
	if wait == 0 {
		wait = backoff(w.claim.Attempts)
	}
	if st.State == models.PostingUnknown {
		wait = max(wait, w.lookAgain())
	}
	st.DueAt = w.clock.now().Add(wait)
	return st
}

// heed lets an app rest whose platform wants less, or nothing at all.
func (w *posting) heed(class platforms.Class, err error) {
	rest := retryAfter(err)
	switch class {
	case platforms.RateLimit:
		w.metrics.throttled.WithLabelValues(w.app.id).Inc()
		rest = max(rest, throttlePause)
	case platforms.Transient:
		rest = max(rest, firstBackoff)
	case platforms.Setup:
		rest = setupPause
		if !w.app.alarmed.Swap(true) {
			w.log.Error("platform refuses the app as it is set up; what we have to post waits", slog.String("app", w.app.id), slog.Any("error", err))
		}
	case platforms.Permanent, platforms.Lost:
	}
	if rest > 0 {
		w.app.rests.Store(w.clock.now().Add(rest).UnixMilli())
	}
}

func settlementOf(c models.PostingClaim, to models.PostingState) models.PostingSettlement {
	return models.PostingSettlement{Posting: c.ID, Fence: c.Fence, State: to}
}

// postponed is for a posting for which nothing was done.
func postponed(c models.PostingClaim, due time.Time, words string) models.PostingSettlement {
	st := settlementOf(c, models.PostingQueued)
	if c.Was != models.PostingQueued {
		st.State = models.PostingUnknown
	}
	st.Code, st.Explanation, st.DueAt = c.Code, words, due
	return st
}

// postingOver is for a posting for which nothing more is done.
func postingOver(c models.PostingClaim, to models.PostingState, words string) models.PostingSettlement {
	st := settlementOf(c, to)
	st.Code, st.Explanation = c.Code, words
	return st
}
