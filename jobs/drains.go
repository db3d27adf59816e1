package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// place is a conversation as far as we know it before the first claim.
type place struct {
	id   models.ConversationID
	app  string // empty: not known yet
	kind models.ConversationKind
	rung time.Time // when the ring came; zero: it did not come here
}

// turn works on one batch of a conversation. It returns the place with what it
// learned, and whether there may be more. Calls end with ctx; when begin has
// ended, nothing new is begun.
type turn func(ctx, begin context.Context, p place) (place, bool)

// drains are the conversations that this node works on, each by one goroutine at
// a time and for one batch at a turn. What has more to do goes to the end of the
// line, so that a flooded conversation does not hold up the others.
type drains struct {
	turn    turn
	limit   int
	metrics *metrics

	mu      sync.Mutex
	all     map[models.ConversationID]*drain
	fresh   []*drain // rung for since their last turn
	backlog []*drain // from the sweep, or with more to do
	streak  int      // how many fresh ones went before the backlog in a row
	running int
	state   lifeState

	ctx, begin  context.Context // as turn gets them
	cut, finish context.CancelFunc
	idle        sync.WaitGroup // the goroutines
}

// drain is one conversation's.
type drain struct {
	place
	running bool
	again   bool          // rung for while it was running
	looked  chan struct{} // closed after the first turn
}

type lifeState int

const (
	unstarted lifeState = iota // takes conversations, works on none
	working
	stopped // takes none
)

// longestLine bounds the conversations that wait. What is above it, the sweeper
// finds again.
const longestLine = 10_000

// freshFirst is how many rings are served before one of the backlog: a person may
// wait for a ring, but nothing may starve.
const freshFirst = 3

func newDrains(limit int, t turn, m *metrics) *drains {
	d := &drains{turn: t, limit: limit, metrics: m, all: make(map[models.ConversationID]*drain)}
	d.ctx, d.cut = context.WithCancel(context.Background())
	d.begin, d.finish = context.WithCancel(d.ctx)
	return d
}

// ring has a conversation looked at soon. The channel is closed when it was.
func (d *drains) ring(c models.ConversationID, rung time.Time) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr := d.add(place{id: c, rung: rung}, &d.fresh)
	d.spawn()
	return dr
}

// sweep has a conversation looked at when its turn comes.
func (d *drains) sweep(c models.Conversation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.all[c.ID]; ok {
		return
	}
	d.add(place{id: c.ID, app: c.App, kind: c.Kind}, &d.backlog)
	d.spawn()
}

// again reports whether a conversation is here already; then it will be looked at
// after now at least once.
func (d *drains) again(c models.ConversationID, rung time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr, ok := d.all[c]
	if ok {
		d.nudge(dr, rung)
	}
	return ok
}

// nudge is a ring for a conversation that is here: it moves to the fresh ones, or
// gets another turn after the one that runs.
func (d *drains) nudge(dr *drain, rung time.Time) {
	dr.again = dr.again || dr.running
	if dr.rung.IsZero() {
		dr.rung = rung
	}
	if i := slices.Index(d.backlog, dr); i >= 0 {
		d.backlog = slices.Delete(d.backlog, i, i+1)
		d.fresh = append(d.fresh, dr)
	}
}

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (d *drains) add(p place, line *[]*drain) <-chan struct{} {
	if dr, ok := d.all[p.id]; ok {
		d.nudge(dr, p.rung)
		return dr.looked
	}
	if d.state == stopped || len(d.all) >= longestLine {
		return closed
	}
	dr := &drain{place: p, looked: make(chan struct{})}
	d.all[p.id] = dr
	*line = append(*line, dr)
	return dr.looked
}

func (d *drains) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = working
	d.spawn()
}

// spawn starts as many goroutines as there are places and waiting conversations.
func (d *drains) spawn() {
	for d.state == working && d.running < min(d.limit, d.running+len(d.fresh)+len(d.backlog)) {
		dr, p := d.pop()
		d.running++
		d.idle.Go(func() { d.work(dr, p) })
	}
}

// pop takes the next in line; nil when nobody waits.
func (d *drains) pop() (*drain, place) {
	line := &d.backlog
	d.streak++
	if len(d.fresh) > 0 && (d.streak <= freshFirst || len(d.backlog) == 0) {
		line = &d.fresh
	} else {
		d.streak = 0
	}
	if len(*line) == 0 || d.state != working {
		return nil, place{}
	}
	dr := (*line)[0]
	(*line)[0] = nil
	*line = (*line)[1:]
	p := dr.place
	dr.running, dr.again, dr.rung = true, false, time.Time{}
	return dr, p
}

// work takes turns until nobody waits.
func (d *drains) work(dr *drain, p place) {
	for dr != nil {
		learned, more := d.turn(d.ctx, d.begin, p)
		dr, p = d.next(dr, learned, more)
	}
}

// next puts a conversation back in line or lets it go, and returns the next one.
func (d *drains) next(dr *drain, learned place, more bool) (*drain, place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr.app, dr.kind, dr.running = learned.app, learned.kind, false
	dr.wasLooked()
	if (more || dr.again) && d.state == working {
		d.backlog = append(d.backlog, dr)
	} else {
		delete(d.all, dr.id)
	}
	n, p := d.pop()
	if n == nil {
		d.running--
	}
	return n, p
}

func (dr *drain) wasLooked() {
	select {
	case <-dr.looked:
	default:
		close(dr.looked)
	}
}

// stop lets the running turns finish, for as long as patience goes; then it cuts
// their calls off, which ends them as "nobody knows".
func (d *drains) stop(patience time.Duration) {
	d.empty()
	d.finish()
	timer := time.AfterFunc(patience, d.cut)
	d.idle.Wait()
	timer.Stop()
	d.cut()
}

// empty sends away whoever waits.
func (d *drains) empty() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = stopped
	for _, dr := range slices.Concat(d.fresh, d.backlog) {
		dr.wasLooked()
		delete(d.all, dr.id)
	}
	d.fresh, d.backlog = nil, nil
}

// waiting is how many conversations are here.
func (d *drains) waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.all)
}
