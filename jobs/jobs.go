package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Store is what jobs needs of the database. *store.Store is one.
type Store interface {
	// DueRecalls guesses what ClaimRecalls would give, and leases nothing. None means
	// that nothing is due here.
	DueRecalls(ctx context.Context, c models.ConversationID, limit int) ([]models.RecallClaim, error)
	// ClaimRecalls leases up to limit due recalls of one conversation, and keeps who could
	// see the messages of those among them that get their first call. A nil slice
	// means that nothing is due here, or that somebody else has it.
	ClaimRecalls(ctx context.Context, c models.ConversationID, limit int, lease time.Duration, seen ...models.Evidence) ([]models.RecallClaim, error)
	// Settle writes what was learned of claimed recalls and gives their leases back.
	// A settlement under a fence that is no longer the newest changes nothing.
	Settle(ctx context.Context, settlements []models.Settlement) (applied int, err error)
	// DueConversations lists conversations that have due recalls, gravest first.
	DueConversations(ctx context.Context, limit int) ([]models.Conversation, error)
	// PauseApp keeps every node from claiming recalls of an app until then.
	PauseApp(ctx context.Context, app string, until time.Time, code string) error
	// Backlog counts recalls that are not over, by state.
	Backlog(ctx context.Context) (map[models.RecallState]int64, error)
	// BarredRecalls returns which of some recalls an open breaker stops, or a legal hold,
	// and which are over.
	BarredRecalls(ctx context.Context, ids []models.RecallID) ([]models.RecallID, error)
	// WithdrawStopped ends automatic recalls that an open breaker stops before they left.
	WithdrawStopped(ctx context.Context) (ended int, err error)
	// ReleaseHeld queues the recalls whose hold is over.
	ReleaseHeld(ctx context.Context) (released int, err error)
	// ForgetSignIns removes tries to sign in that count no more.
	ForgetSignIns(ctx context.Context) (gone int, err error)
	// KeepEvidence stores who could see the messages of claimed recalls of one conversation,
	// and returns those that are still held under their fences.
	KeepEvidence(ctx context.Context, c models.ConversationID, found []models.Evidence) (held []models.RecallID, err error)
	// OpenBreakers lists the breakers that stop automatic recalls.
	OpenBreakers(ctx context.Context) ([]models.Breaker, error)
}

// Options says what Jobs works with. Store and Adapters are required.
type Options struct {
	Redis       Redis
	Queue       Queue // carries rings from node to node; nil: tasks in Redis, of which with one nothing is asked
	Store       Store
	Hooks       []Hook                       // endpoints of other systems
	HookStore   HookStore                    // what they are told; nil: nothing
	Postings    PostingStore                 // what takeback itself has to post; nil: nothing
	Adapters    map[string]platforms.Adapter // by app id
	Rates       map[string]int               // calls per second by app, all nodes together; default 100
	Concurrency int                          // conversations worked on at once; default 16
	Sweep       time.Duration                // default 2 s
	Now         func() time.Time             // by which the store judges what is due; default time.Now
	Logger      *slog.Logger                 // default slog.Default()
	Judge       Judge                        // judges again before automatic recalls leave; nil: they leave unread
	Reread      map[string]Reread            // by app id; default RereadAuto
	Roles       Roles                        // default: asks the adapters
	Registry    prometheus.Registerer        // where own metrics go; nil: nowhere
	Announce    func(models.Change)          // told of breakers that opened or closed on any node; may be nil
	Sweeps      SweepStore                   // nil: this node runs no sweeps
	Staff       Staff                        // whose messages sweeps leave alone; required with Sweeps
	Coverage    *Coverage                    // how missed messages are found; nil: not
	Retention   models.Retention             // for how long things are kept
	Retain      RetentionStore               // nil: this node removes nothing
	Tracer      Tracer                       // told what messages pass on their way back; nil: nothing is traced
}

func (o Options) withDefaults() Options {
	o.Concurrency = cmp.Or(o.Concurrency, 16)
	o.Sweep = cmp.Or(o.Sweep, 2*time.Second)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Roles == nil {
		o.Roles = platforms.NewStandings(o.Adapters)
	}
	if o.Announce == nil {
		o.Announce = func(models.Change) {}
	}
	return o
}

// grace is how long a stop waits for calls in flight.
const grace = 10 * time.Second

// Jobs is the part of a node that works recalls off.
type Jobs struct {
	log       *slog.Logger
	redis     *connection
	rope      *rope
	drains    *drains
	sweeper   *sweeper
	poster    *poster
	hooker    *hooker
	sweeps    *sweeps    // nil: none are run
	seeker    *seeker    // nil: nobody looks for missed messages
	retention *retention // nil: nothing is made room for or removed here
	metrics   *metrics
	queue     Queue
	ran       atomic.Bool
}

// New puts the parts together. It does not talk to Redis, which may come later
// or never; an error means that the options do not make sense.
func New(o Options) (*Jobs, error) {
	o = o.withDefaults()
	if o.Store == nil {
		return nil, errors.New("jobs need a store")
	}
	b := newBell()
	conn, err := connect(o.Redis, b, o.Logger)
	if err != nil {
		return nil, fmt.Errorf("prepare redis: %w", err)
	}
	m, err := newMetrics(o, conn)
	if err != nil {
		conn.close()
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	w := newWorker(o, conn, m)
	j := &Jobs{log: o.Logger, redis: conn, metrics: m, poster: newPoster(o, conn, m), hooker: newHooker(o, m)}
	w.after = j.poster.ring
	j.drains = newDrains(o.Concurrency, w.turn, m)
	w.full = j.drains.widen
	if j.queue = o.Queue; j.queue == nil {
		j.queue = newTasks(conn, b, o)
	}
	j.rope = newRope(j.queue, j.drains, m)
	j.sweeper = &sweeper{
		every: o.Sweep, store: o.Store, drains: j.drains, metrics: m, log: o.Logger,
		watch: newWatch(o, m),
	}
	if o.Sweeps != nil {
		j.sweeps = &sweeps{store: o.Sweeps, staff: o.Staff, ring: j.Ring, log: o.Logger}
	}
	if o.Retain != nil {
		j.retention = &retention{store: o.Retain, keep: o.Retention, metrics: m, log: o.Logger}
	}
	if o.Coverage != nil {
		if j.seeker, err = newSeeker(o, conn, m); err != nil {
			conn.close()
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return j, nil
}

// Ring says that a conversation has work: for this node where it has a free place, else
// for the queue. It never blocks and never fails its caller: what it cannot hand on, the
// sweeper finds.
func (j *Jobs) Ring(c models.ConversationID) { j.rope.pull(c) }

// RingNow says that a person asked for something in a conversation and waits for
// it: it goes before all that nobody waits for, on this node and past the queue.
// It never blocks and never fails its caller.
func (j *Jobs) RingNow(c models.ConversationID) {
	j.metrics.rings.WithLabelValues("urgent").Inc()
	j.drains.ring(c, time.Now(), urgentLine)
}

// Healthy says what is wrong with Redis, if anything. Being without it is a
// degraded state and not a failure: this node then works its own rings and
// whatever the sweeper finds.
func (j *Jobs) Healthy() error { return j.redis.healthy() }

// Run works until ctx ends. Then it claims nothing more, finishes or gives back
// what is claimed within 10 seconds, and returns. It can run once.
func (j *Jobs) Run(ctx context.Context) error {
	if j.ran.Swap(true) {
		return errors.New("jobs ran before")
	}
	defer j.redis.close()
	j.drains.start()
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return j.queue.Serve(ctx, j.answer) })
	parts.Go(func() error { return j.rope.run(ctx) })
	parts.Go(func() error { return j.sweeper.run(ctx) })
	parts.Go(func() error { return j.poster.run(ctx) })
	parts.Go(func() error { return j.hooker.run(ctx) })
	if j.sweeps != nil {
		parts.Go(func() error { return j.sweeps.run(ctx) })
	}
	if j.retention != nil {
		parts.Go(func() error { return j.retention.run(ctx) })
	}
	if j.seeker != nil {
		parts.Go(func() error { return j.seeker.run(ctx) })
	}
	<-ctx.Done()
	j.drains.stop(grace)
	return parts.Wait()
}

// answer takes a ring from the queue. It stays for the first turn of the conversation,
// so that a busy node leaves rings to others.
func (j *Jobs) answer(ctx context.Context, c models.ConversationID) {
	if c == "" {
		return
	}
	select {
	case <-j.drains.ring(c, j.rope.recollect(c), freshLine):
	case <-ctx.Done():
	case <-time.After(taskTime / 2):
	}
}
