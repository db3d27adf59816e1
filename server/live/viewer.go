package live

import (
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	// Interval is the least time between two batches of a viewer.
	Interval = 200 * time.Millisecond
	// Waiting is how many different things may wait for a viewer before it has
	// fallen behind.
	Waiting = 1000
)

// Viewer receives changes in batches. Its methods are safe for concurrent use.
type Viewer struct {
	hub   *Hub
	shows func(models.Change) bool
	out   chan []models.Change // holds one batch; written and closed under mu only

	mu      sync.Mutex // guards everything below
	pending []models.Change
	index   map[thing]int // where a thing stands in pending
	behind  bool          // pending overflowed; the next batch is the empty one
	lost    bool
	closed  bool
	last    time.Time // of the batch handed out last
	timer   *time.Timer
	armed   bool // the timer runs
}

// thing is what changes are told apart by: of two changes of one thing, the
// later is enough.
type thing struct {
	kind models.ChangeKind
	id   string
}

func newViewer(h *Hub, shows func(models.Change) bool) *Viewer {
	return &Viewer{hub: h, shows: shows, out: make(chan []models.Change, 1), index: map[thing]int{}}
}

// C is where the batches come: at most one every Interval, every thing at most
// once in it, in the order in which things first changed. A nil batch with Lost
// true means: changes were dropped, reload. The channel is closed by Close.
func (v *Viewer) C() <-chan []models.Change { return v.out }

// Lost reports whether changes were dropped since it was last asked.
func (v *Viewer) Lost() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	lost := v.lost
	v.lost = false
	return lost
}

// Close ends the viewer and closes its channel. Closing twice does no harm.
func (v *Viewer) Close() {
	v.hub.drop(v)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return
	}
	v.closed = true
	if v.timer != nil {
		v.timer.Stop()
	}
	close(v.out)
}

func (v *Viewer) add(c models.Change) {
	if v.shows != nil && !v.shows(c) {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return
	}
	v.note(c)
	if !v.armed {
		v.arm(max(0, Interval-time.Since(v.last)))
	}
}

// note puts a change among those that wait, or drops all that wait when there
// are too many. v.mu is held.
func (v *Viewer) note(c models.Change) {
	key := thing{c.Kind, c.ID}
	at, known := v.index[key]
	switch {
	case v.behind:
	case known:
		v.pending[at] = c
	case len(v.pending) >= Waiting:
		v.behind, v.pending = true, nil
		clear(v.index)
	default:
		v.index[key] = len(v.pending)
		v.pending = append(v.pending, c)
	}
}

// arm sets the timer; it never fires in the caller's goroutine, so that what is
// committed in one go arrives in one batch. v.mu is held.
func (v *Viewer) arm(wait time.Duration) {
	v.armed = true
	if v.timer == nil {
		v.timer = time.AfterFunc(wait, v.flush)
		return
	}
	v.timer.Reset(wait)
}

// flush hands out what waits, or tries again later where the last batch was not
// taken yet.
func (v *Viewer) flush() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.armed = false
	if v.closed || (len(v.pending) == 0 && !v.behind) {
		return
	}
	select {
	case v.out <- v.pending: // nil when it fell behind
		v.lost = v.lost || v.behind
		v.behind, v.pending, v.last = false, nil, time.Now()
		clear(v.index)
	default:
		v.arm(Interval)
	}
}
