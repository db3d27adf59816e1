package jobs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Reread says of which automatic recalls the message is read again from the
// platform's history, and judged again, before they leave.
type Reread string

// The ways of reading again.
const (
	RereadAuto   Reread = "auto" // where a webhook can be forged and history can be read; the default
	RereadAlways Reread = "always"
	RereadNever  Reread = "never"
)

// Judge judges again the messages that a rule takes back, by what the platform
// shows of them.
type Judge interface {
	// Rejudge reads the messages of some recalls of one conversation with read, which
	// returns one copy per item, and gives one opinion per recall, in their order.
	Rejudge(ctx context.Context, claims []models.RecallClaim, read Read) ([]Opinion, error)
}

// Read reads messages of one conversation from the platform's history.
type Read func(ctx context.Context, items []platforms.Item) ([]platforms.Copy, error)

// Opinion is what judging a message again came to.
type Opinion struct {
	platforms.Outcome      // what the platform shows
	Stands            bool // it is the message that was judged, and the policy takes it back
	Changed           bool // it says something else than was judged
}

// mostRereads is how often a message is read again, more and more rarely, before
// a person is asked: some minutes in all.
const mostRereads = 10

// What reading again came to, as people read it.
const (
	rereadChanged = "The platform shows another text than the one that a rule matched; nothing was taken back, a person has to look."
	rereadMilder  = "Read again, the message is not one that the policy takes back; nothing was taken back, a person has to look."
	rereadSilent  = "The platform did not show the message again; nothing was taken back, a person has to look."
	rereadBlind   = "The platform keeps no history from which the message could be read again; nothing was taken back, a person has to look."
	rereadWaits   = "The message could not be read again yet; it is tried again before anything leaves."
)

// rereads reports whether messages are read again before their automatic recalls.
func (a *app) rereads(l platforms.Limits) bool {
	switch a.reread {
	case RereadAlways:
		return true
	case RereadNever:
		return false
	case RereadAuto:
	}
	return !l.SignedBody && l.History
}

// reread returns the recalls whose messages are what was judged, and those that
// need not be read again. The others are settled.
func (b *batch) reread(ctx context.Context, claims []models.RecallClaim) []models.RecallClaim {
	doubtful := slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool { return !b.doubtful(c) })
	if len(doubtful) == 0 || b.judge == nil || !b.app.rereads(b.limits) {
		return claims
	}
	stand := b.judged(ctx, doubtful)
	return slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool { return b.doubtful(c) && !stand[c.ID] })
}

// doubtful reports whether nothing but a webhook says that a rule matches. One whose
// evidence is on record stood once, just before a call: what its sender has edited
// out since then does not save it.
func (b *batch) doubtful(c models.RecallClaim) bool {
	return c.Automatic && (c.EvidenceAt.IsZero() || b.revived[c.ID])
}

// judged reads messages again and says which stand; the others are settled.
func (b *batch) judged(ctx context.Context, claims []models.RecallClaim) map[models.RecallID]bool {
	stand := make(map[models.RecallID]bool)
	r, ok := b.app.adapter.(platforms.Rereader)
	if !ok || !b.limits.History {
		for _, c := range claims {
			b.put(doubted(c, rereadBlind, b.clock.now()))
		}
		return stand
	}
	b.readAgain(ctx, r, claims)
	for _, c := range claims {
		switch was := b.reading[c.ID]; {
		case was.err != nil:
			b.put(unread(c, was.err, b.clock.now()))
		case was.Stands:
			stand[c.ID] = true
		default:
			b.note(ctx, reconsidered(c, was.Opinion, b.clock.now()), was.Outcome)
		}
	}
	return stand
}

// reading is what reading messages again came to, by their recalls: an opinion, or why
// there is none.
type reading map[models.RecallID]read

type read struct {
	Opinion
	err error
}

// readAgain has those messages judged again that were not yet.
func (b *batch) readAgain(ctx context.Context, r platforms.Rereader, claims []models.RecallClaim) {
	claims = slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool {
		_, done := b.reading[c.ID]
		return done
	})
	if len(claims) == 0 {
		return
	}
	opinions, err := b.opinions(ctx, r, claims)
	if err != nil {
		b.heed(ctx, err)
		opinions = make([]Opinion, len(claims))
	}
	for i, c := range claims {
		b.reading[c.ID] = read{opinions[i], err}
	}
}

// opinions has messages judged again. An error is that of the platform, or says
// that no call left.
func (b *batch) opinions(ctx context.Context, r platforms.Rereader, claims []models.RecallClaim) ([]Opinion, error) {
	var failed error
	opinions, err := b.judge.Rejudge(ctx, claims, func(ctx context.Context, items []platforms.Item) (copies []platforms.Copy, err error) {
		_, failed = b.call(ctx, opVerify, func(ctx context.Context, o platforms.Order) ([]platforms.Outcome, error) {
			o.Items = items
			copies, err = r.Reread(ctx, o)
			return make([]platforms.Outcome, len(claims)), err
		}, claims)
		if failed == nil && len(copies) != len(items) {
			failed = &platforms.CallError{Op: opVerify, Class: platforms.Lost, Words: "The answer did not fit the question."}
		}
		return copies, failed
	})
	switch {
	case failed != nil:
		return nil, failed
	case err == nil && len(opinions) != len(claims):
		err = fmt.Errorf("%d opinions of %d messages", len(opinions), len(claims))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: judge again: %w", errNotCalled, err)
	}
	return opinions, nil
}

// reconsidered turns an opinion that keeps a recall from leaving into a settlement.
func reconsidered(c models.RecallClaim, o Opinion, now time.Time) models.Settlement {
	switch {
	case gone(o.State) && c.Was == models.Queued:
		s := settlement(c, models.AlreadyGone, o.Outcome)
		s.Explanation = cmp.Or(o.Explanation, answers[platforms.WasGone].words)
		return s
	case gone(o.State):
		s := settlement(c, models.Confirmed, o.Outcome)
		s.Explanation = cmp.Or(o.Explanation, "The platform's history shows that the message is gone.")
		return s
	case o.State == platforms.Present && o.Changed:
		return doubted(c, rereadChanged, now)
	case o.State == platforms.Present:
		return doubted(c, rereadMilder, now)
	case o.State == platforms.Throttled:
		s := settlement(c, waiting(c), o.Outcome)
		s.DueAt, s.Explanation = before(c, now, max(o.RetryAfter, throttlePause)), rereadWaits
		return s
	}
	return unseen(c, now)
}

// unread is for a recall whose message could not be read again.
func unread(c models.RecallClaim, err error, now time.Time) models.Settlement {
	if class := classOf(err); class == platforms.Lost || class == platforms.Permanent {
		return unseen(c, now)
	}
	s := failed(c, err, afterLook, now)
	s.Explanation = rereadWaits
	return s
}

// unseen is for a recall of whose message the platform showed nothing: after a
// number of tries a person is asked.
func unseen(c models.RecallClaim, now time.Time) models.Settlement {
	if c.Looks+1 >= mostRereads {
		return doubted(c, rereadSilent, now)
	}
	return models.Settlement{
		Recall: c.ID, Fence: c.Fence, State: waiting(c), Code: c.Code, Explanation: rereadWaits, Looked: true,
		DueAt: before(c, now, rereadAfter(c)),
	}
}

// rereadAfter is how long after a reading that showed nothing a message is read again:
// within seconds at first, since most likely an answer was lost.
func rereadAfter(c models.RecallClaim) time.Duration {
	n := c.Looks + 1
	if n <= 6 {
		return min(backoffOf(c, n), 8*time.Second)
	}
	return backoffOf(c, n)
}

// doubted gives a message to a person, since it may not be what a rule took it
// for. A recall that may have left before is not cancelled by that.
func doubted(c models.RecallClaim, words string, now time.Time) models.Settlement {
	s := models.Settlement{Recall: c.ID, Fence: c.Fence, State: models.Cancelled, Explanation: words}
	if c.Was != models.Queued {
		s = stays(c, now, words)
	}
	s.Why, s.Ask = "reread", words
	return s
}
