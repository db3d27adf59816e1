package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// batch is the work on what one claim brought: recalls of one conversation.
type batch struct {
	*worker
	app     *app
	limits  platforms.Limits
	begin   context.Context // when it has ended, no call is begun
	until   time.Time       // nor after this, for the lease runs
	settled []models.Settlement
	paused  bool // the platform wants less: nothing more is called
	// revived are recalls that are a rule's alone again, for who joined has no right any more.
	revived map[models.RecallID]bool
	reading reading // of messages that were read again
}

// errNotCalled says that no call left, for a reason of our own.
var errNotCalled = errors.New("no call left")

// The calls to a platform, as the metrics name them.
const (
	opRecall   = "recall"
	opVerify   = "verify"   // looks, and reads again
	opAudience = "audience" // asks who could see messages
	opRole     = "role"     // asks for the right of whoever asked
)

// call is a method of an adapter that takes an order.
type call func(context.Context, platforms.Order) ([]platforms.Outcome, error)

// look finds out about those that may be gone already, settles what that
// decides, and returns what has to be sent, in the order of the claims.
func (b *batch) look(ctx context.Context, claims []models.RecallClaim) []models.RecallClaim {
	resend := make(map[models.RecallID]bool)
	for part := range b.parts(claims, func(c models.RecallClaim) bool { return c.Was != models.Queued }) {
		b.lookAt(ctx, part, resend)
	}
	return slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool {
		return c.Was != models.Queued && !resend[c.ID]
	})
}

// lookAt settles what looking decides, and marks what has to be sent.
func (b *batch) lookAt(ctx context.Context, part []models.RecallClaim, resend map[models.RecallID]bool) {
	outcomes, err := b.verify(ctx, part)
	if err != nil {
		b.settleAll(ctx, part, err, afterLook)
		return
	}
	for i, c := range part {
		s, send := looked(c, outcomes[i], b.limits, b.clock.now())
		switch {
		case send && c.LegalHold:
			s, send = keptByHold(c, outcomes[i], b.clock.now()), false
		case send && c.Barred:
			s, send = barred(c, b.clock.now()), false
		}
		if send {
			resend[c.ID] = true
			continue
		}
		b.note(ctx, s, outcomes[i])
	}
}

// verify asks the platform where it can be asked.
func (b *batch) verify(ctx context.Context, part []models.RecallClaim) ([]platforms.Outcome, error) {
	if b.limits.Proves || b.limits.History {
		return b.call(ctx, opVerify, b.app.adapter.Verify, part)
	}
	outcomes := make([]platforms.Outcome, len(part))
	for i := range outcomes {
		outcomes[i].State = platforms.Unsure
	}
	return outcomes, nil
}

// send takes messages back. What a breaker stopped since it was found waits.
func (b *batch) send(ctx context.Context, claims []models.RecallClaim) {
	for _, c := range claims {
		if c.Barred {
			b.put(barred(c, b.clock.now()))
		}
	}
	claims = slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool { return c.Barred })
	for part := range b.parts(b.before(ctx, claims), func(models.RecallClaim) bool { return true }) {
		outcomes, err := b.call(ctx, opRecall, b.app.adapter.Recall, part)
		if err != nil {
			b.settleAll(ctx, part, err, afterCall)
			continue
		}
		for i, c := range part {
			b.note(ctx, answered(c, outcomes[i], b.clock.now()), outcomes[i])
		}
	}
}

// parts cuts the claims that match into orders that the platform takes: not more
// than Limits.Batch items, with one reason. What has the same reason goes together.
func (b *batch) parts(claims []models.RecallClaim, match func(models.RecallClaim) bool) iter.Seq[[]models.RecallClaim] {
	var reasons []string
	same := make(map[string][]models.RecallClaim)
	for _, c := range claims {
		if !match(c) {
			continue
		}
		if _, ok := same[c.Text]; !ok {
			reasons = append(reasons, c.Text)
		}
		same[c.Text] = append(same[c.Text], c)
	}
	return func(yield func([]models.RecallClaim) bool) {
		for _, reason := range reasons {
			for part := range slices.Chunk(same[reason], b.limits.Batch) {
				if !yield(part) {
					return
				}
			}
		}
	}
}

// call makes one call when rate limit and breaker let it. With a nil error there
// is one outcome per recall; errNotCalled says that no call was made.
func (b *batch) call(ctx context.Context, op string, f call, part []models.RecallClaim) ([]platforms.Outcome, error) {
	if b.paused {
		return nil, fmt.Errorf("%w: the app is paused", errNotCalled)
	}
	if err := b.await(ctx, op, part); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotCalled, err)
	}
	if err := b.mayLeave(ctx, op, part); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotCalled, err)
	}
	outcomes, err := b.app.breaker[endpointOf(op, part[0].Conversation.Kind)].Execute(func() ([]platforms.Outcome, error) {
		began := time.Now()
		outcomes, err := b.callNow(ctx, op, f, part)
		b.traceCall(op, part, began, outcomes, err)
		return outcomes, err
	})
	if refused(err) {
		return nil, fmt.Errorf("%w: %w", errNotCalled, err)
	}
	if err == nil {
		b.app.alarmed.Store(false)
	}
	return outcomes, err
}

// mayLeave asks in the last moment whether a breaker or a legal hold stops one of the
// recalls, or it is over: they may have waited for the rate limit since they were
// claimed. Then none of the call leaves, and those that may are claimed again.
func (b *batch) mayLeave(ctx context.Context, op string, part []models.RecallClaim) error {
	if op != opRecall {
		return nil
	}
	ids := make([]models.RecallID, len(part))
	for i, c := range part {
		ids[i] = c.ID
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	stopped, err := b.store.BarredRecalls(ctx, ids)
	if err != nil {
		return fmt.Errorf("ask whether a call may leave: %w", err)
	}
	if len(stopped) > 0 {
		return errors.New("a breaker is open, a message under a legal hold, or a recall over")
	}
	return nil
}

// await waits for the rate limit, for as long as a call may still be begun.
func (b *batch) await(ctx context.Context, op string, part []models.RecallClaim) error {
	if err := b.begin.Err(); err != nil {
		return fmt.Errorf("begin a call: %w", err)
	}
	ctx, cancel := context.WithDeadline(ctx, b.until)
	defer cancel()
	stop := context.AfterFunc(b.begin, cancel) //nolint:contextcheck // it is to end before ctx does
	defer stop()
	return b.app.gates[op].wait(ctx, rankOf(part))
}

func (b *batch) callNow(ctx context.Context, op string, f call, part []models.RecallClaim) (outcomes []platforms.Outcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	defer b.metrics.called(b.app.id, op, time.Now())
	defer b.caught(b.app, &err)
	outcomes, err = f(ctx, orderOf(part))
	if err == nil && len(outcomes) != len(part) {
		err = &platforms.CallError{Op: op, Class: platforms.Lost, Words: "The answer did not fit the question."}
	}
	return outcomes, err
}

func orderOf(part []models.RecallClaim) platforms.Order {
	o := platforms.Order{Conversation: part[0].Conversation, Reason: part[0].Text}
	for _, c := range part {
		o.Items = append(o.Items, platforms.Item{Ref: c.Ref, Sender: c.Sender, SentAt: c.SentAtPlatform})
	}
	return o
}

// note keeps a settlement, and heeds a platform that wants less.
func (b *batch) note(ctx context.Context, s models.Settlement, o platforms.Outcome) {
	b.put(s)
	if o.State == platforms.Throttled {
		b.throttle(ctx, o.RetryAfter, cmp.Or(o.Code, string(platforms.Throttled)))
	}
}

func (b *batch) throttle(ctx context.Context, after time.Duration, code string) {
	if b.paused {
		return
	}
	b.paused = true
	b.metrics.throttled.WithLabelValues(b.app.id).Inc()
	b.pause(ctx, b.app, max(after, throttlePause), code)
}

// settleAll settles recalls of which an error says that nothing is known.
func (b *batch) settleAll(ctx context.Context, part []models.RecallClaim, err error, after afterwards) {
	b.heed(ctx, err)
	for _, c := range part {
		b.put(failed(c, err, after, b.clock.now()))
	}
}

// heed pauses the app where the platform wants less, or nothing at all.
func (b *batch) heed(ctx context.Context, err error) {
	class := classOf(err)
	code := cmp.Or(codeOf(err), string(class))
	if class == platforms.RateLimit {
		b.throttle(ctx, retryAfter(err), code)
	}
	if class == platforms.Setup {
		b.paused = true
		b.alarm(b.app, err)
		b.pause(ctx, b.app, setupPause, code)
	}
}
