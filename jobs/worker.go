package jobs

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	// lease is how long claimed recalls are ours. It covers the wait for the rate
	// limit, a look, a call and writing down what came of it.
	lease = 30 * time.Second
	// callTime bounds one call to a platform.
	callTime = 6 * time.Second
	// beginTime is how long after its claim a batch may still begin a call.
	beginTime = 14 * time.Second
	// settleTime bounds one try at writing the results.
	settleTime = 3 * time.Second
)

// worker takes messages of one conversation back, a batch at a time.
type worker struct {
	clock   clock
	store   Store
	apps    map[string]*app
	judge   Judge
	roles   Roles
	widest  int // the largest batch that any platform takes
	metrics *metrics
	tracer  Tracer // nil: nothing is traced
	log     *slog.Logger
	after   func()                      // called when results were written: something may follow from them
	full    func(models.ConversationID) // called when a claim brought as much as it could: there may be more
}

// app is one connection to a platform, and how we treat it.
type app struct {
	id      string
	adapter platforms.Adapter
	reread  Reread
	gates   map[string]*gate // by op: each has a rate of its own at the platform
	breaker map[endpoint]*gobreaker.CircuitBreaker[[]platforms.Outcome]
	alarmed atomic.Bool // about its set-up, until a call succeeds
}

func newWorker(o Options, c *connection, m *metrics) *worker {
	w := &worker{clock: o.Now, store: o.Store, judge: o.Judge, roles: o.Roles, apps: make(map[string]*app), widest: 1, metrics: m, tracer: o.Tracer, log: o.Logger, after: func() {}, full: func(models.ConversationID) {}}
	for id, adapter := range o.Adapters {
		w.apps[id] = newApp(o, c, m, id, adapter)
		for _, kind := range models.ConversationKinds {
			w.widest = max(w.widest, adapter.Limits(kind).Batch)
		}
	}
	return w
}

func newApp(o Options, c *connection, m *metrics, id string, adapter platforms.Adapter) *app {
	a := &app{id: id, adapter: adapter, reread: cmp.Or(o.Reread[id], RereadAuto), gates: make(map[string]*gate), breaker: newBreakers(id, m, o.Logger)}
	a.gates[opRecall] = newGate(newLimiter(c, id, o.Rates[id]))
	for _, op := range []string{opVerify, opAudience} {
		a.gates[op] = newGate(newLimiter(c, id+":"+op, o.Rates[id]))
	}
	return a
}

// turn claims one batch of a conversation and works on it.
func (w *worker) turn(ctx, begin context.Context, p place) (place, bool) {
	if begin.Err() != nil || w.broken(p) {
		return p, false
	}
	size := w.batch(p)
	due, err := w.store.DueRecalls(ctx, p.id, size)
	if err != nil {
		w.log.ErrorContext(ctx, "due recalls were not looked for", slog.String("conversation", string(p.id)), slog.Any("error", err))
	}
	if len(due) == 0 {
		return p, false
	}
	seen, read := w.ahead(ctx, begin, due)
	until := time.Now().Add(beginTime) // the lease runs from now, whenever the claim is answered
	claims, err := w.store.ClaimRecalls(ctx, p.id, size, lease, seen...)
	if err != nil {
		w.log.ErrorContext(ctx, "recalls were not claimed", slog.String("conversation", string(p.id)), slog.Any("error", err))
		return p, false
	}
	if len(claims) == 0 {
		return p, false
	}
	w.metrics.claimed(p.rung)
	w.traceClaims(claims)
	if len(claims) == size {
		w.full(p.id)
	}
	p.app, p.kind = claims[0].App, claims[0].Conversation.Kind
	return p, w.settle(ctx, w.work(ctx, begin, until, claims, read))
}

// broken reports whether calls for a conversation would not leave, so that nothing
// is claimed for them. Of one not seen before that is not known.
func (w *worker) broken(p place) bool {
	a, ok := w.apps[p.app]
	return ok && a.breaker[endpointOf(opRecall, p.kind)].State() == gobreaker.StateOpen
}

// batch is how many recalls to claim: what the platform takes in one call, or
// while we do not know which platform it is, the most that any takes.
func (w *worker) batch(p place) int {
	if a, ok := w.apps[p.app]; ok {
		return max(1, a.adapter.Limits(p.kind).Batch)
	}
	return w.widest
}

// work calls the platform for claimed recalls and says what becomes of each. No call
// is begun after until.
func (w *worker) work(ctx, begin context.Context, until time.Time, claims []models.RecallClaim, read reading) []models.Settlement {
	a, ok := w.apps[claims[0].App]
	if !ok {
		w.log.ErrorContext(ctx, "recalls wait for an app that is not configured", slog.String("app", claims[0].App))
		return holdAll(claims, w.clock.now().Add(setupPause), "The app of this conversation is not configured.")
	}
	b := w.batchOf(begin, a, until, claims, read)
	b.send(ctx, b.look(ctx, claims))
	return b.settled
}

func (w *worker) batchOf(begin context.Context, a *app, until time.Time, claims []models.RecallClaim, read reading) *batch {
	b := &batch{
		worker: w, app: a, begin: begin, until: until, revived: make(map[models.RecallID]bool),
		limits: a.adapter.Limits(claims[0].Conversation.Kind), reading: read,
	}
	b.limits.Batch = max(1, b.limits.Batch)
	return b
}

// settle writes results down, trying for as long as the leases last. What cannot
// be written is found again as "sent" when its lease has expired, and looked for.
func (w *worker) settle(ctx context.Context, s []models.Settlement) bool {
	ctx = context.WithoutCancel(ctx) // a stop must not lose what the platform said
	var err error
	for try := range 3 {
		if err = w.settleOnce(ctx, s); err == nil {
			w.after()
			return true
		}
		time.Sleep(time.Duration(try+1) * 100 * time.Millisecond)
	}
	w.log.ErrorContext(ctx, "results of recalls were not written", slog.Int("recalls", len(s)), slog.Any("error", err))
	return false
}

func (w *worker) settleOnce(ctx context.Context, s []models.Settlement) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	n, err := w.store.Settle(ctx, s)
	if err != nil {
		return fmt.Errorf("settle %d recalls: %w", len(s), err)
	}
	if n < len(s) {
		w.log.InfoContext(ctx, "recalls were settled by somebody else", slog.Int("recalls", len(s)-n))
	}
	return nil
}

// pause keeps every node from claiming recalls of an app for a while.
func (w *worker) pause(ctx context.Context, a *app, d time.Duration, code string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err := w.store.PauseApp(ctx, a.id, w.clock.now().Add(d), code); err != nil {
		w.log.ErrorContext(ctx, "app was not paused", slog.String("app", a.id), slog.Any("error", err))
	}
}

// alarm tells the operator once that an app is not set up right.
func (w *worker) alarm(a *app, err error) {
	if !a.alarmed.Swap(true) {
		w.log.Error("platform refuses the app as it is set up; its recalls wait", slog.String("app", a.id), slog.Any("error", err))
	}
}

// caught turns a panic of an adapter into an error. The value may hold what people
// wrote, so only its type and the stack are told.
func (w *worker) caught(a *app, err *error) {
	v := recover()
	if v == nil {
		return
	}
	w.log.Error("adapter panicked", slog.String("app", a.id), slog.String("type", fmt.Sprintf("%T", v)), slog.String("stack", string(debug.Stack())))
	*err = &platforms.CallError{Op: "call", Class: platforms.Lost, Words: "The adapter failed in the middle of the call."}
}
