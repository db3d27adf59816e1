package simulation

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

// world is everything around the core, and what happens in it.
type world struct {
	chance  *rand.Rand // drawn from by acts alone, so that their order decides
	began   time.Time
	calm    bool // nothing fails any more
	agenda  agenda
	planned int // acts that were ever on it
	journal *journal
	seen    *tally
	wrongs  []string

	data  *database
	chat  *chat
	nodes []*node
	lives []*life

	acting sync.Mutex // held while the world changes

	mu   sync.Mutex
	asks []*ask // made since the world last looked; guarded by mu
	wake chan struct{}
}

// ask is a call of the core to what is around it. The one who calls waits until it
// is answered.
type ask struct {
	by     *life
	of     int // the delivery that it is made for, counted from 1; 0: none
	what   string
	leaves func()      // at the moment of the call; may be nil
	denied func()      // when the platform surely did nothing; may be nil
	never  func() bool // whether the platform will not have it, now or later; may be nil
	arrive func(*ask)  // when it gets to where it goes
	done   chan struct{}
	over   bool
	err    error
}

// ofDelivery is the key under which a context tells for which delivery something is done.
type ofDelivery struct{}

var errDead = errors.New("the process is dead")

// call makes a call and waits for its answer, for as long as ctx says. An answer that
// comes later is lost, and what the call did stays done.
func (l *life) call(ctx context.Context, a *ask) error {
	a.by, a.done = l, make(chan struct{})
	a.of, _ = ctx.Value(ofDelivery{}).(int)
	if err := ctx.Err(); err != nil {
		return err
	}
	if !l.world.put(a) {
		return errDead
	}
	select {
	case <-a.done:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *world) put(a *ask) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.by.dead {
		return false
	}
	w.asks = append(w.asks, a)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return true
}

// answer ends a call; the act that does so does nothing after it.
func (w *world) answer(a *ask, err error) {
	if a.over {
		return
	}
	a.over, a.err = true, err
	close(a.done)
}

func (w *world) answerIn(d time.Duration, a *ask, err error) {
	w.in(d, func() { w.answer(a, err) })
}

// run lets things happen until enough of them have. It reports false where that does not
// come within a time.
func (w *world) run(enough func() bool, within time.Duration) bool {
	end := time.Now().Add(within)
	for {
		synctest.Wait()
		w.see(w.take)
		if enough() {
			return true
		}
		now := time.Now()
		if now.After(end) {
			return false
		}
		next := end.Add(1)
		if len(w.agenda) > 0 {
			next = w.agenda[0].at
		}
		if next.After(now) {
			w.wait(next.Sub(now))
			continue
		}
		act := heap.Pop(&w.agenda).(act) //nolint:forcetypeassert // it holds nothing else
		w.see(act.do)
	}
}

// see does something while nothing else happens: an act, or a look of the core's at what
// needs no call.
func (w *world) see(do func()) {
	w.acting.Lock()
	defer w.acting.Unlock()
	do()
}

// wait lets time pass, until somebody calls.
func (w *world) wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.wake:
	}
}

// take puts the calls that came in an order of their own and sends them on their way.
func (w *world) take() {
	w.mu.Lock()
	asks := w.asks
	w.asks = nil
	w.mu.Unlock()
	slices.SortStableFunc(asks, func(a, b *ask) int {
		return cmp.Or(cmp.Compare(a.by.id, b.by.id), cmp.Compare(a.of, b.of), cmp.Compare(a.what, b.what))
	})
	for _, a := range asks {
		if a.by.dead { // since the call was made
			w.answer(a, errDead)
			continue
		}
		a.by.open = append(slices.DeleteFunc(a.by.open, func(o *ask) bool { return o.over }), a)
		if a.leaves != nil {
			a.leaves()
		}
		w.in(w.way(), func() {
			if !a.by.dead {
				a.arrive(a)
			}
		})
	}
}

// way is how long a call, or an answer, is on its way: most often some milliseconds,
// and never the same time twice.
func (w *world) way() time.Duration {
	d := 50*time.Microsecond + w.below(4*time.Millisecond)
	switch {
	case w.happens(40):
		d += w.below(2 * time.Second)
	case w.happens(400):
		d += w.below(40 * time.Second)
	}
	return d
}

// happens says of something that goes wrong once in so many times whether it does now.
func (w *world) happens(once int) bool { return w.chance.IntN(once) == 0 && !w.calm }

func (w *world) below(d time.Duration) time.Duration {
	return time.Duration(w.chance.Int64N(int64(d)))
}

// in puts something on the agenda.
func (w *world) in(d time.Duration, do func()) {
	w.planned++
	heap.Push(&w.agenda, act{time.Now().Add(d), w.planned, do})
}

// wrong notes that a law was broken.
func (w *world) wrong(format string, args ...any) {
	w.wrongs = append(w.wrongs, fmt.Sprintf(format, args...))
	w.tell("WRONG: "+format, args...)
}

// tell writes into the journal what happened.
func (w *world) tell(format string, args ...any) {
	w.journal.line(time.Since(w.began), format, args...)
}

// act is something that happens at a time.
type act struct {
	at time.Time
	n  int // of two at one time, which comes first
	do func()
}

// agenda is what is to happen, soonest first; a heap.
type agenda []act

func (a agenda) Len() int      { return len(a) }
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(a[i].at.Compare(a[j].at), cmp.Compare(a[i].n, a[j].n)) < 0
}

// Push implements heap.Interface.
func (a *agenda) Push(x any) { *a = append(*a, x.(act)) } //nolint:forcetypeassert // ours alone

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}
