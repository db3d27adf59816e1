package jobs

import (
	"cmp"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	proofAfter    = 30 * time.Second    // an accepted recall without its removal event is looked at
	stillThere    = time.Minute         // readable for so long after the platform's yes: it is sent again
	soon          = 3 * time.Second     // for a second try, or a first look at what nobody knows
	longestLook   = 10 * time.Minute    // between two looks at what nobody knows
	givenUp       = 24 * time.Hour      // after which looking has shown nothing and a person has to
	noLook        = 30 * 24 * time.Hour // in effect: only an event changes it
	throttlePause = time.Second
	setupPause    = time.Minute
	freshFor      = 20 * time.Second // after posting, "no such message" may come too early to be true
	mostSends     = 5                // calls that the platform took while the message stayed
	mostDeaths    = 50               // claims by processes that died before they knew: the call need never have left
	mostTries     = 12               // calls and looks after which a person is asked about what nobody knows
	handAfter     = 15 * time.Minute // and the time after which one is asked in any case
)

// answer is a row of the table of answers to a call.
type answer struct {
	to     models.RecallState
	repeat models.RecallState // instead of to, where an earlier call of ours may have been applied
	first  models.RecallState // instead of to, on the first call of all
	fresh  models.RecallState // instead of to, while the message is fresh
	wait   time.Duration      // until it is worked on again, where it is not over
	words  string
	again  string // the words for repeat
}

// answers says what becomes of a recall when the platform answered a call for it.
//
// Gone on a repeated call is most likely our own earlier doing, so it counts as
// accepted and is then looked for. A message that the platform does not know gets
// one more try, for a recall can overtake its message on the way through the
// platform's servers; queued rather than unknown, since the call surely did nothing.
// One that was posted moments ago is looked for before it is called gone.
var answers = map[platforms.State]answer{
	platforms.Recalled: {to: models.Accepted, wait: proofAfter, words: "The platform took the message back."},
	platforms.Hidden:   {to: models.Accepted, wait: proofAfter, words: "The platform took the message out of its history; screens may still show it."},
	platforms.WasGone: {
		to: models.AlreadyGone, repeat: models.Accepted, wait: proofAfter,
		words: "The message was gone before our call.", again: "The message was gone, probably by our own earlier call.",
	},
	platforms.NotFound: {
		to: models.AlreadyGone, first: models.Queued, fresh: models.Unknown, wait: soon,
		words: "The platform knows no such message.", again: "The platform no longer knows the message; our own earlier call may have taken it back.",
	},
	platforms.Refused:   {to: models.Refused, words: "The platform refused."},
	platforms.TooLate:   {to: models.Expired, words: "The platform no longer takes this message back."},
	platforms.Throttled: {to: models.Queued, wait: throttlePause, words: "The platform asked us to slow down; it is tried again."},
	platforms.Unsure:    {to: models.Unknown, wait: soon, words: "The platform did not say whether the message is gone; it is looked at again."},
}

// answered turns the platform's answer to a call into a settlement.
func answered(c models.RecallClaim, o platforms.Outcome, now time.Time) models.Settlement {
	row, ok := answers[o.State]
	if !ok { // Present has no meaning here, and neither has a word we do not know
		row = answers[platforms.Unsure]
	}
	s := settlement(c, row.to, o)
	s.Explanation, s.Called = cmp.Or(o.Explanation, row.words), true
	fresh := row.fresh != "" && now.Sub(c.SentAtPlatform) < freshFor && c.Attempts < mostSends
	if fresh {
		s.State = row.fresh
	}
	if c.Was == models.Queued && c.Attempts <= 1 {
		s.State = cmp.Or(row.first, s.State)
	}
	if c.Was != models.Queued {
		s.State = cmp.Or(row.repeat, s.State)
		s.Explanation = cmp.Or(row.again, s.Explanation)
	}
	if s.State == models.Queued {
		s.State = waiting(c)
	}
	if s.State.Terminal() {
		return s
	}
	s.DueAt = before(c, now, max(row.wait, o.RetryAfter))
	if s.State == models.Unknown && (o.State == platforms.Unsure || fresh) {
		s.DueAt = before(c, now, lookAgain(c, now))
	}
	return s
}

func settlement(c models.RecallClaim, to models.RecallState, o platforms.Outcome) models.Settlement {
	return models.Settlement{Recall: c.ID, Fence: c.Fence, State: to, Code: o.Code, Explanation: o.Explanation}
}

// waiting is the state of a recall for which nothing changed. One that may have
// been applied stays unknown, or the next worker would send it without looking.
func waiting(c models.RecallClaim) models.RecallState {
	if c.Was == models.Sent {
		return models.Unknown
	}
	return c.Was
}

// looked turns what looking for a message showed into a settlement, or says that
// it has to be sent.
func looked(c models.RecallClaim, o platforms.Outcome, l platforms.Limits, now time.Time) (models.Settlement, bool) {
	switch {
	case gone(o.State):
		s := settlement(c, models.Confirmed, o)
		s.Explanation = cmp.Or(o.Explanation, "The platform's history shows that the message is gone.")
		return s, false
	case o.State == platforms.Throttled:
		s := settlement(c, waiting(c), o)
		s.DueAt = before(c, now, max(o.RetryAfter, throttlePause))
		s.Explanation = cmp.Or(c.Explanation, answers[platforms.Throttled].words)
		return s, false
	case c.Was == models.Accepted:
		return proofless(c, o, now), false
	}
	return unproved(c, o, l, now)
}

func gone(s platforms.State) bool {
	return s == platforms.WasGone || s == platforms.Recalled || s == platforms.Hidden
}

// proofless is for a recall that the platform accepted, of which a look has not
// shown that it is gone.
func proofless(c models.RecallClaim, o platforms.Outcome, now time.Time) models.Settlement {
	age := now.Sub(c.AcceptedAt)
	s := models.Settlement{Recall: c.ID, Fence: c.Fence, State: models.Accepted, Code: c.Code, Explanation: c.Explanation}
	switch {
	case o.State == platforms.Present && age >= stillThere:
		s.State, s.DueAt = models.Unknown, now
		s.Explanation = "The platform said yes, but the message can still be read."
	case age >= givenUp:
		s.DueAt = now.Add(noLook)
		s.Explanation = "The platform said yes; no proof that the message is gone has come."
	default: // as long again as it has been so far, so that looks become rarer
		s.DueAt = now.Add(max(age, proofAfter))
	}
	return s
}

// unproved is for a recall whose call may have been applied, where a look has not
// shown that the message is gone. What can still be read is sent again, and also
// what nobody can see, if a second recall does no harm.
func unproved(c models.RecallClaim, o platforms.Outcome, l platforms.Limits, now time.Time) (models.Settlement, bool) {
	if o.State == platforms.Present && spent(c, now) {
		s := settlement(c, models.Failed, o)
		s.Explanation = "The platform took our calls, but the message can still be read."
		return s, false
	}
	if o.State == platforms.Present || l.HarmlessRetry && c.Attempts < mostSends {
		return models.Settlement{}, true
	}
	s := settlement(c, models.Unknown, o)
	s.DueAt, s.Looked = before(c, now, lookAgain(c, now)), true
	s.Explanation = "Nobody can tell yet whether the message is gone; it is looked at again."
	return handed(s, c, now), false
}

// spent reports whether there were calls enough for a message that can still be read.
// Whoever died with one need not have made it: a service that is killed again and again
// must not have spent its calls without one, however fast it comes back.
func spent(c models.RecallClaim, now time.Time) bool {
	if c.Was == models.Sent {
		return c.Attempts >= mostDeaths && now.Sub(c.SentAt) >= handAfter
	}
	return c.Attempts >= mostSends
}

// handed gives what nobody knows to a person, after a number of tries or a while.
// It goes on being looked at, rarely, for the proof may still come.
func handed(s models.Settlement, c models.RecallClaim, now time.Time) models.Settlement {
	age := now.Sub(c.SentAt)
	if c.Attempts+c.Looks+1 < mostTries && age < handAfter {
		return s
	}
	s.Explanation = "Nobody can tell whether the message is gone; a person has to look."
	s.Ask, s.Why = s.Explanation, "unknown"
	s.DueAt = later(s.DueAt, before(c, now, longestLook))
	if age >= givenUp {
		s.DueAt = now.Add(noLook)
	}
	return s
}

// stays is for a recall that may have left, and for which nothing more is called.
func stays(c models.RecallClaim, now time.Time, words string) models.Settlement {
	return models.Settlement{
		Recall: c.ID, Fence: c.Fence, State: waiting(c), Code: c.Code, Explanation: words, Looked: true,
		DueAt: before(c, now, max(setupPause, lookAgain(c, now))),
	}
}

// barred is for a recall that a breaker keeps from being sent, or sent again.
func barred(c models.RecallClaim, now time.Time) models.Settlement {
	return models.Settlement{
		Recall: c.ID, Fence: c.Fence, State: waiting(c), Code: c.Code, DueAt: before(c, now, setupPause),
		Explanation: "A breaker is open: nothing more is called for this message unless a person asks.",
	}
}

// keptByHold is for a recall that may have left before a legal hold came onto its
// message, of which a look has not shown that it is gone. Nothing more is called for
// it. What can still be read a minute after the last call was not taken back by it.
func keptByHold(c models.RecallClaim, o platforms.Outcome, now time.Time) models.Settlement {
	if o.State == platforms.Present && now.Sub(c.SentAt) >= stillThere {
		s := settlement(c, models.Failed, o)
		s.Explanation, s.Why = "The message can still be read, and is under a legal hold: nothing more is called for it.", "legal_hold"
		if slices.ContainsFunc(c.Rights(), byPolicy) {
			s.Ask = s.Explanation
		}
		return s
	}
	s := settlement(c, models.Unknown, o)
	s.DueAt, s.Looked = before(c, now, lookAgain(c, now)), true
	s.Explanation = "The message is under a legal hold: it is looked for, and nothing more is called for it."
	return handed(s, c, now)
}

// lookHard is how long after the call looks come often: an answer that was lost, or
// the answer to a look, is no reason to leave anybody in doubt for long.
const (
	lookHard  = time.Minute
	oftenLook = 8 * time.Second
)

// lookAgain is when to look again at what nobody knows: often at first, then rarer
// and rarer.
func lookAgain(c models.RecallClaim, now time.Time) time.Duration {
	if c.SentAt.IsZero() {
		return soon
	}
	age := now.Sub(c.SentAt)
	if age < lookHard {
		return min(max(age, soon), oftenLook)
	}
	return min(age, longestLook)
}

// before is now plus d, or half-way to the deadline if that comes first, so that
// the last tries are not slept through.
func before(c models.RecallClaim, now time.Time, d time.Duration) time.Time {
	if left := c.Deadline.Sub(now); !c.Deadline.IsZero() && left > 0 {
		d = min(d, left/2)
	}
	return now.Add(d)
}
