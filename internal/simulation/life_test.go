package simulation

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/webhooks"
)

// node is a place where a process of takeback runs, one life after another.
type node struct {
	name  string
	life  *life // nil: it is dead
	count int
}

// life is one process. Nothing of it outlives it.
type life struct {
	world *world
	node  *node
	id    string
	dead  bool   // guarded by world.mu; set by acts
	stops bool   // it was told to stop
	open  []*ask // calls that were not answered yet

	ctx    context.Context
	cancel context.CancelFunc
	intake *webhooks.Handler
	jobs   *jobs.Jobs
	ended  chan struct{}

	take   func(context.Context, models.ConversationID) // nil: nobody listens to the queue yet
	taking sync.WaitGroup
}

const (
	app        = "main"
	pathSecret = "an-unguessable-part-of-the-url"
)

// start begins a life, which knows nothing but what the database says.
func (w *world) start(n *node) {
	n.count++
	l := &life{world: w, node: n, id: fmt.Sprintf("%s%d", n.name, n.count), ended: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	line := wire{life: l}
	store := link{life: l}
	var err error
	l.jobs, err = jobs.New(jobs.Options{
		Queue: doorbell{l}, Store: store, Judge: again{l}, Logger: slog.New(slog.DiscardHandler),
		Adapters: map[string]platforms.Adapter{app: line}, Rates: map[string]int{app: w.chat.rate},
		Reread: map[string]jobs.Reread{app: w.chat.reread}, Concurrency: w.chat.places, Sweep: w.chat.sweep,
	})
	if err != nil {
		panic(err) // the options are these alone
	}
	l.intake = webhooks.New(webhooks.Options{
		Apps:   []webhooks.App{{ID: app, PathSecret: pathSecret, Adapter: line, Receiver: line}},
		Keeper: store, Judge: func() webhooks.Judge { return w.chat.rules }, Ring: l.jobs.Ring,
		Standings: forgetful{}, MaxBody: 1 << 10, GateBudget: time.Second, GateLate: webhooks.Deliver, Now: time.Now,
	})
	n.life = l
	w.lives = append(w.lives, l)
	w.tell("%s starts", l.id)
	go func() {
		defer close(l.ended)
		_ = l.jobs.Run(l.ctx) // it ends with its context, which is no failure
	}()
}

// crash ends a life in the middle of whatever it did, and begins another one later.
func (w *world) crash(l *life) {
	if l.dead {
		return
	}
	w.seen.crashes++
	w.tell("%s dies", l.id)
	w.end(l)
	if !l.stops {
		w.in(100*time.Millisecond+w.below(6*time.Second), func() { w.start(l.node) })
	}
}

// end ends a life, and what it has to do with the world.
func (w *world) end(l *life) {
	w.mu.Lock()
	l.dead = true
	w.mu.Unlock()
	if l.node.life == l {
		l.node.life = nil
	}
	for _, a := range l.open {
		w.answer(a, errDead)
	}
	l.cancel()
}

// alive is one of the processes that run, or nil.
func (w *world) alive() *life {
	n := w.nodes[w.chance.IntN(len(w.nodes))]
	return n.life
}

// forgetful are no roles.
type forgetful struct{}

func (forgetful) Drop(string, string) {}

// serve takes a webhook in, as the HTTP server does, and says what it was answered.
func (l *life) serve(d *delivery, try int) {
	ctx, cancel := context.WithTimeout(context.WithValue(l.ctx, ofDelivery{}, d.n+1), hangUp)
	defer cancel()
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/webhooks/"+app+"/"+pathSecret, bytes.NewReader([]byte(strconv.Itoa(d.n))))
	rec := httptest.NewRecorder()
	l.intake.ServeHTTP(rec, req)
	w := l.world
	_ = l.call(context.WithoutCancel(ctx), &ask{
		what:   fmt.Sprintf("answer %d of delivery %d", rec.Code, d.n),
		leaves: func() { w.answered(l, d, rec.Code) },
		arrive: func(a *ask) {
			if rec.Code == http.StatusOK && try == d.tries {
				d.over = true
			}
			w.answer(a, nil)
		},
	})
}

// backfill takes in what history says, and holds it to what that promises.
func (l *life) backfill(d *delivery) {
	ctx := context.WithValue(l.ctx, ofDelivery{}, d.n+1)
	_, err := l.intake.Backfill(ctx, app, eventsOf(d))
	code := http.StatusOK
	if err != nil {
		code = http.StatusServiceUnavailable
	}
	_ = l.call(context.WithoutCancel(ctx), &ask{
		what:   fmt.Sprintf("take in history %d: %d", d.n, code),
		leaves: func() { l.world.answered(l, d, code) },
		arrive: func(a *ask) { l.world.answer(a, nil) },
	})
}

// eventsOf are the events of a delivery, which whoever gets them may change.
func eventsOf(d *delivery) []models.Event {
	events := slices.Clone(d.events)
	for i, e := range events {
		if e.Message != nil {
			m := *e.Message
			events[i].Message = &m
		}
	}
	return events
}

// doorbell is the queue of a life: rings get lost, come twice, late, and to any node.
type doorbell struct{ *life }

// Put implements jobs.Queue.
func (q doorbell) Put(ctx context.Context, c models.ConversationID) bool {
	taken, err := told(func(taken *bool) error {
		return q.call(ctx, &ask{what: "ring " + string(c), arrive: func(a *ask) {
			*taken = q.world.rung(c)
			q.world.answer(a, nil)
		}})
	})
	return err == nil && taken
}

// rung reports whether the queue took a ring, which says little of whether it comes.
func (w *world) rung(c models.ConversationID) bool {
	if w.happens(8) {
		return false
	}
	for range btoi(!w.happens(8)) + btoi(w.happens(8)) {
		w.in(w.way(), func() { w.ring(c) })
	}
	return true
}

func (w *world) ring(c models.ConversationID) {
	l := w.alive()
	if l == nil || l.take == nil || l.ctx.Err() != nil {
		return
	}
	l.taking.Go(func() { l.take(l.ctx, c) })
}

// Serve implements jobs.Queue.
func (q doorbell) Serve(ctx context.Context, take func(context.Context, models.ConversationID)) error {
	q.take = take
	<-ctx.Done()
	q.taking.Wait()
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
