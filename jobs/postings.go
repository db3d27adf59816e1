package jobs

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// PostingStore is what posting needs of the database. *store.Store is one.
type PostingStore interface {
	// ClaimPostings leases up to limit due postings.
	ClaimPostings(ctx context.Context, limit int, lease time.Duration) ([]models.PostingClaim, error)
	// SettlePosting writes what was learned of a claimed posting and gives its lease
	// back. Under a fence that is no longer the newest it changes nothing.
	SettlePosting(ctx context.Context, st models.PostingSettlement) (applied bool, err error)
	// PostingBacklog counts postings that are not over, by state.
	PostingBacklog(ctx context.Context) (map[models.PostingState]int64, error)
}

const (
	postsAtOnce  = 16 // claimed together
	postsAbreast = 4  // worked on at the same time
	postRate     = 20 // calls a second and app, apart from the rate of recalls
)

// poster posts what takeback itself has to say, each once: with one number for all
// tries, by which the platform knows a repetition, and after a call of which
// nobody knows by looking before calling again.
type poster struct {
	clock   clock
	every   time.Duration
	store   PostingStore
	apps    map[string]*postingApp
	metrics *metrics
	log     *slog.Logger
	rung    chan struct{}
	blind   bool // the last claim could not be made
}

// postingApp is one connection to a platform, as far as we post there.
type postingApp struct {
	id      string
	adapter platforms.Adapter
	poster  platforms.Poster // nil: the platform has no way to post
	limit   limiter
	rests   atomic.Int64 // until then, in Unix milliseconds, nothing is called
	alarmed atomic.Bool
}

func newPoster(o Options, c *connection, m *metrics) *poster {
	p := &poster{
		clock: o.Now, every: o.Sweep, store: o.Postings, apps: map[string]*postingApp{}, metrics: m, log: o.Logger, rung: make(chan struct{}, 1),
	}
	for id, adapter := range o.Adapters {
		a := &postingApp{id: id, adapter: adapter, limit: newLimiter(c, id+":postings", postRate)}
		a.poster, _ = adapter.(platforms.Poster)
		p.apps[id] = a
	}
	return p
}

// ring has the poster look soon. It never blocks.
func (p *poster) ring() {
	select {
	case p.rung <- struct{}{}:
	default:
	}
}

// run posts what is due until ctx ends, and finishes what is under way.
func (p *poster) run(ctx context.Context) error {
	if p.store == nil {
		return nil
	}
	for {
		for p.round(ctx) {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(p.every):
		case <-p.rung:
		}
	}
}

// round works on what one claim brings and reports whether there may be more.
func (p *poster) round(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	claims, err := p.store.ClaimPostings(ctx, postsAtOnce, lease)
	p.saw(ctx, err)
	if err != nil || len(claims) == 0 {
		return false
	}
	var g errgroup.Group
	g.SetLimit(postsAbreast)
	until := time.Now().Add(beginTime)
	for _, c := range claims {
		g.Go(func() error {
			p.settle(ctx, c, p.attempt(ctx, c, until))
			return nil
		})
	}
	_ = g.Wait() // no part of it fails
	return len(claims) == postsAtOnce
}

// saw tells when postings cannot be claimed, and when they can again.
func (p *poster) saw(ctx context.Context, err error) {
	if err != nil && !p.blind && ctx.Err() == nil {
		p.log.ErrorContext(ctx, "postings were not claimed", slog.Any("error", err))
	}
	p.blind = err != nil
}

// settle writes down what became of a posting, trying for as long as its lease lasts.
func (p *poster) settle(ctx context.Context, c models.PostingClaim, st models.PostingSettlement) {
	ctx = context.WithoutCancel(ctx) // a stop must not lose what the platform said
	var err error
	for try := range 3 {
		if err = p.settleOnce(ctx, st); err == nil {
			p.metrics.postings.WithLabelValues(c.App, string(c.Kind), string(st.State)).Inc()
			return
		}
		time.Sleep(time.Duration(try+1) * 100 * time.Millisecond)
	}
	p.log.ErrorContext(ctx, "what became of a posting was not written", slog.String("posting", string(c.ID)), slog.Any("error", err))
}

func (p *poster) settleOnce(ctx context.Context, st models.PostingSettlement) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	applied, err := p.store.SettlePosting(ctx, st)
	if err == nil && !applied {
		p.log.InfoContext(ctx, "a posting was settled by somebody else", slog.String("posting", string(st.Posting)))
	}
	return err
}

// attempt does what can be done for a posting now and says what becomes of it.
func (p *poster) attempt(ctx context.Context, c models.PostingClaim, until time.Time) models.PostingSettlement {
	a, ok := p.apps[c.App]
	now := p.clock.now()
	switch {
	case !ok:
		return postponed(c, now.Add(setupPause), "The app of this conversation is not configured.")
	case a.poster == nil:
		return postingOver(c, models.PostingFailed, "The platform has no way to post a message.")
	case now.UnixMilli() < a.rests.Load():
		return postponed(c, time.UnixMilli(a.rests.Load()), "Waiting: the platform asked for patience, or does not answer.")
	}
	work := posting{p, a, c, orderOfPosting(c), until}
	if c.Was == models.PostingQueued {
		return work.post(ctx)
	}
	return work.look(ctx)
}

func orderOfPosting(c models.PostingClaim) platforms.Posting {
	return platforms.Posting{
		Conversation: c.Conversation, Account: c.Account, Sender: c.Sender, Named: c.Named,
		Texts: c.Texts(), Random: c.Random, Since: c.SentAt,
	}
}

// posting is the work on one claimed posting.
type posting struct {
	*poster
	app   *postingApp
	claim models.PostingClaim
	order platforms.Posting
	until time.Time // no call begins after this, for the lease runs
}

// The calls, as the metrics name them.
const (
	opPost = "post"
	opSeek = "seek"
)

const nobodyCanTell = "Nobody can tell whether it was posted; a person has to look."

// look finds out whether a posting of which nobody knows is there. It is posted
// again where it surely is not, or where the platform would drop a second one.
func (w *posting) look(ctx context.Context) models.PostingSettlement {
	got, err := w.call(ctx, opSeek, w.app.poster.Seek)
	if err != nil {
		return w.failed(err, false)
	}
	age := w.clock.since(w.claim.SentAt)
	limits := w.app.adapter.Limits(w.claim.Conversation.Kind)
	switch {
	case got.State == platforms.PostDone:
		return w.done(got)
	case got.State == platforms.PostAbsent:
		return w.post(ctx)
	case w.claim.Account == "" && age < limits.DropsRepeats-time.Minute:
		return w.repeat(ctx)
	case age >= longestPosting, !limits.History:
		return postingOver(w.claim, models.PostingUnknown, nobodyCanTell)
	}
	return w.unknown(got.Code, cmp.Or(got.Explanation, postingAnswers[platforms.PostUnsure].words))
}

// repeat posts again what may be there already, while the platform would drop a
// second one. Where it does not take the second, that says nothing of the first.
func (w *posting) repeat(ctx context.Context) models.PostingSettlement {
	st := w.post(ctx)
	switch st.State {
	case models.PostingFailed:
		st.State, st.Explanation = models.PostingUnknown, nobodyCanTell
	case models.PostingQueued:
		st.State, st.OwnName = models.PostingUnknown, false
	default:
	}
	return st
}

// post posts, or says why that could not be done.
func (w *posting) post(ctx context.Context) models.PostingSettlement {
	if w.clock.since(w.claim.OrderedAt) > longestPosting {
		return postingOver(w.claim, models.PostingFailed, "It could not be posted within a day.")
	}
	got, err := w.call(ctx, opPost, w.app.poster.Post)
	if err != nil {
		return w.failed(err, true)
	}
	w.app.alarmed.Store(false)
	if got.State == platforms.PostDone && w.claim.Attempts > 1 {
		return w.checked(ctx, got)
	}
	return w.answered(got)
}

// checked looks whether a second call posted anything: the platform may have
// taken it for a repetition of a first one that it had dropped.
func (w *posting) checked(ctx context.Context, got platforms.Posted) models.PostingSettlement {
	seen, err := w.call(ctx, opSeek, w.app.poster.Seek)
	if err == nil && seen.State == platforms.PostAbsent {
		return w.unknown(got.Code, "The platform said that it was posted, but its history does not show it.")
	}
	return w.done(got)
}

// call makes one call when the rate limit lets it.
func (w *posting) call(ctx context.Context, op string, f func(context.Context, platforms.Posting) (platforms.Posted, error)) (got platforms.Posted, err error) {
	waiting, cancel := context.WithDeadline(ctx, w.until)
	defer cancel()
	if err := w.app.limit.wait(waiting); err != nil {
		return got, fmt.Errorf("%w: %w", errNotCalled, err)
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), callTime) // a stop lets it finish
	defer stop()
	defer w.metrics.called(w.app.id, op, time.Now())
	defer w.caught(&err)
	return f(ctx, w.order)
}

// caught turns a panic of an adapter into an error, as worker.caught does.
func (w *posting) caught(err *error) {
	if v := recover(); v != nil {
		w.log.Error("adapter panicked", slog.String("app", w.app.id), slog.String("type", fmt.Sprintf("%T", v)))
		*err = &platforms.CallError{Op: opPost, Class: platforms.Lost, Words: "The adapter failed in the middle of the call."}
	}
}
