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
// line, so that a flooded conversation does not hold up the others. There are two
// exceptions, in which one gets another turn beside the one that runs, and claims what
// that has not: a person waits for no turn, and where nobody waits, a conversation
// with much to do takes the places that are free.
type drains struct {
	turn    turn
	limit   int // of turns at once
	spare   int // and of more that are kept for persons
	metrics *metrics

	mu      sync.Mutex
	all     map[models.ConversationID]*drain
	lines   [3][]*drain
	streak  int // how many that were rung for went before the backlog in a row
	running int
	state   lifeState

	ctx, begin  context.Context // as turn gets them
	cut, finish context.CancelFunc
	idle        sync.WaitGroup // the goroutines
}

// line is where a conversation waits for its next turn.
type line int

const (
	urgentLine  line = iota // a person asked since its last turn
	freshLine               // rung for since its last turn
	backlogLine             // from the sweep, or with more to do
)

// drain is one conversation's.
type drain struct {
	place
	in      line // where it waits; while it is running: where it will, if again
	running bool
	again   bool          // rung for while it was running
	looked  chan struct{} // closed after the first turn
	beside  *drain        // the turn beside the one that runs, for a person; nil: none
	of      *drain        // whose turn this one is beside; nil: it is no such turn
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

// How many conversations that were rung for are served before one of the backlog:
// a person waits for the first, but nothing may starve.
const (
	urgentFirst = 12
	freshFirst  = 3
)

func newDrains(limit int, t turn, m *metrics) *drains {
	d := &drains{turn: t, limit: limit, spare: max(1, limit/4), metrics: m, all: make(map[models.ConversationID]*drain)}
	d.ctx, d.cut = context.WithCancel(context.Background())
	d.begin, d.finish = context.WithCancel(d.ctx)
	return d
}

// ring has a conversation looked at soon, or, where a person asked, before all
// that nobody waits for. The channel is closed when it was.
func (d *drains) ring(c models.ConversationID, rung time.Time, to line) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	looked := d.add(place{id: c, rung: rung}, to)
	d.spawn()
	return looked
}

// sweep has a conversation looked at when its turn comes.
func (d *drains) sweep(c models.Conversation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.all[c.ID]; ok {
		return
	}
	d.add(place{id: c.ID, app: c.App, kind: c.Kind}, backlogLine)
	d.spawn()
}

// takes starts a turn of a conversation that was rung for if a place is free and nobody
// waits for it, and reports whether it did.
func (d *drains) takes(c models.ConversationID, rung time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != working || d.running >= d.limit || d.inLine() > 0 {
		return false
	}
	d.add(place{id: c, rung: rung}, freshLine)
	d.spawn()
	return true
}

// again reports whether a conversation is here already; then it will be looked at
// after now at least once.
func (d *drains) again(c models.ConversationID, rung time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr, ok := d.all[c]
	if ok {
		d.nudge(dr, rung, freshLine)
	}
	return ok
}

// nudge is a ring for a conversation that is here: it moves forward, or gets
// another turn after the one that runs.
func (d *drains) nudge(dr *drain, rung time.Time, to line) {
	if dr.rung.IsZero() {
		dr.rung = rung
	}
	switch {
	case dr.running && to == urgentLine && dr.of == nil:
		d.addBeside(dr, rung)
		return
	case dr.running:
		dr.again, dr.in = true, min(dr.in, to)
		return
	case to >= dr.in:
		return
	}
	if i := slices.Index(d.lines[dr.in], dr); i >= 0 {
		d.lines[dr.in] = slices.Delete(d.lines[dr.in], i, i+1)
		d.queue(dr, to)
	}
}

// addBeside gives a conversation a turn beside the one that runs.
func (d *drains) addBeside(dr *drain, rung time.Time) {
	if dr.beside != nil {
		d.nudge(dr.beside, rung, urgentLine)
		return
	}
	p := dr.place
	p.rung = rung
	dr.beside = &drain{place: p, of: dr, looked: make(chan struct{})}
	d.queue(dr.beside, urgentLine)
}

// widen gives a conversation that had a full batch another turn beside the one that
// runs, if nobody else would take the place.
func (d *drains) widen(c models.ConversationID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr, ok := d.all[c]
	if !ok || d.inLine() > 0 || d.running >= d.limit {
		return
	}
	d.queue(&drain{place: dr.place, of: dr, looked: make(chan struct{})}, backlogLine)
	d.spawn()
}

func (d *drains) queue(dr *drain, to line) {
	dr.in = to
	d.lines[to] = append(d.lines[to], dr)
}

// inLine is how many wait for a turn.
func (d *drains) inLine() int {
	n := 0
	for _, l := range d.lines {
		n += len(l)
	}
	return n
}

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (d *drains) add(p place, to line) <-chan struct{} {
	if dr, ok := d.all[p.id]; ok {
		d.nudge(dr, p.rung, to)
		return dr.looked
	}
	if d.state == stopped || len(d.all) >= longestLine {
		return closed
	}
	dr := &drain{place: p, looked: make(chan struct{})}
	d.all[p.id] = dr
	d.queue(dr, to)
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
	for d.room() {
		dr, p := d.pop()
		d.running++
		d.idle.Go(func() { d.work(dr, p) })
	}
}

// room reports whether somebody waits and one more turn may run.
func (d *drains) room() bool {
	places := d.limit
	if len(d.lines[urgentLine]) > 0 {
		places += d.spare
	}
	return d.state == working && d.inLine() > 0 && d.running < places
}

// pop takes the next in line.
func (d *drains) pop() (*drain, place) {
	from := d.nextLine()
	dr := d.lines[from][0]
	d.lines[from][0] = nil
	d.lines[from] = d.lines[from][1:]
	p := dr.place
	dr.running, dr.again, dr.in, dr.rung = true, false, backlogLine, time.Time{}
	return dr, p
}

// nextLine is the line whose turn it is, the backlog's when nobody was rung for.
func (d *drains) nextLine() line {
	d.streak++
	waits := len(d.lines[backlogLine]) > 0
	switch {
	case len(d.lines[urgentLine]) > 0 && (d.streak <= urgentFirst || !waits):
		return urgentLine
	case len(d.lines[freshLine]) > 0 && (d.streak <= freshFirst || !waits):
		return freshLine
	}
	d.streak = 0
	return backlogLine
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
	switch {
	case d.state == working && (dr.again || more && dr.of == nil):
		d.queue(dr, dr.lineAfter())
	case dr.of != nil:
		if dr.of.beside == dr {
			dr.of.beside = nil
		}
	default:
		delete(d.all, dr.id)
	}
	d.running--
	if !d.room() {
		return nil, place{}
	}
	d.running++
	return d.pop()
}

// lineAfter is where a conversation waits after a turn. Only a person's ring takes
// it forward; another one has it looked at once more, when its turn comes.
func (dr *drain) lineAfter() line {
	if dr.again && dr.in == urgentLine {
		return urgentLine
	}
	return backlogLine
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
	for _, dr := range slices.Concat(d.lines[:]...) {
		dr.wasLooked()
		delete(d.all, dr.id)
	}
	d.lines = [3][]*drain{}
}

// waiting is how many conversations are here.
func (d *drains) waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.all)
}
