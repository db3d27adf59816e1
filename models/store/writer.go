package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/internal/failpoint"
	"github.com/takeback-chat/takeback/models"
)

const (
	maxBatch     = 256              // operations in one transaction
	writeTimeout = 30 * time.Second // of one transaction on PostgreSQL
	retries      = 5                // of an operation that lost a race
	idleAfter    = 2 * time.Second  // without writes the write-ahead log is emptied
	maxPlaces    = 100_000          // conversations remembered; past it the memory starts anew
)

// errClosed says that the store takes no writes any more; another node may.
var errClosed = fmt.Errorf("the store is closed: %w", models.ErrBusy)

// operation is one write that waits for its commit: a delivery to be kept, a claim, or
// anything else as a function. A function may run more than once, and sets its
// results anew each time.
type operation struct {
	keep    *delivery
	claim   *claiming
	run     func(*unit) error
	recalls []string // that run works on, of which it needs no more than is in the unit's hand
	err     error
	done    chan struct{}
}

// writer is the goroutine through which all writes of the process go. It takes
// what waits, without lingering for more, and commits it as one transaction.
type writer struct {
	s     *Store
	queue chan *operation
	quit  chan struct{} // closed: take no more
	ended chan struct{} // closed: the goroutine is gone

	failed chan struct{} // closed: a flush failed, and broken says how
	broken error

	// What follows belongs to the goroutine.
	places map[place]*conversation
	heard  time.Time // when it was last asked which conversations were dissolved
	head   *chainHead
	sql    map[statement]string
	counts counts
	quiet  map[addressee]quiet // who has had all notices of the hour
	dirty  bool                // written since the last checkpoint
	ops    int                 // done since the length of the write-ahead log was looked at
}

type statement struct {
	table *table
	rows  int
}

func newWriter(s *Store) *writer {
	w := &writer{
		s: s, queue: make(chan *operation, s.opts.QueueSize),
		quit: make(chan struct{}), ended: make(chan struct{}), failed: make(chan struct{}),
		places: map[place]*conversation{}, sql: map[statement]string{}, counts: counts{}, quiet: map[addressee]quiet{},
	}
	go w.loop()
	return w
}

// stop lets what waits finish and ends the goroutine.
func (w *writer) stop() {
	close(w.quit)
	<-w.ended
}

// write hands a function to the writer and waits for its commit. It waits for a
// place in the queue as long as ctx allows; once it has one, the end of ctx ends
// the waiting, not the write.
func (s *Store) write(ctx context.Context, run func(*unit) error) error {
	return s.submit(ctx, &operation{run: run, done: make(chan struct{})})
}

// writeTogether is write for a function that works on some recalls and finds them in
// the hand of the unit: all that do so in one transaction share their statements.
func (s *Store) writeTogether(ctx context.Context, recalls []string, run func(*unit) error) error {
	if len(recalls) == 0 {
		return nil
	}
	return s.submit(ctx, &operation{run: run, recalls: recalls, done: make(chan struct{})})
}

func (s *Store) submit(ctx context.Context, op *operation) error {
	select {
	case s.writer.queue <- op:
	case <-s.writer.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.writer.wait(ctx, op)
}

// Full reports whether as many writes wait as may: what is to be kept now is refused.
func (s *Store) Full() bool { return len(s.writer.queue) == cap(s.writer.queue) }

// offer hands an operation over at once or says models.ErrBusy.
func (w *writer) offer(op *operation) error {
	select {
	case <-w.quit:
		return errClosed
	default:
	}
	select {
	case w.queue <- op:
		return nil
	default:
		return models.ErrBusy
	}
}

func (w *writer) wait(ctx context.Context, op *operation) error {
	select {
	case <-op.done:
		return op.err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
	}
	select {
	case <-op.done: // answered in the last moment
		return op.err
	default:
		return errClosed
	}
}

func (w *writer) loop() {
	defer close(w.ended)
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()
	roll := time.NewTicker(rollEvery)
	defer roll.Stop()
	for {
		select {
		case <-roll.C:
			w.rollUp()
		case op := <-w.queue:
			batch := w.gather(op)
			w.commit(batch)
			w.dirty = true
			w.shorten(len(batch))
			idle.Reset(idleAfter)
		case <-idle.C:
			w.rest()
		case <-w.quit:
			w.drain()
			w.rest()
			return
		}
	}
}

// gather takes what waits, up to maxBatch.
func (w *writer) gather(op *operation) []*operation {
	batch := []*operation{op}
	for len(batch) < maxBatch {
		select {
		case op := <-w.queue:
			batch = append(batch, op)
		default:
			return batch
		}
	}
	return batch
}

func (w *writer) drain() {
	for {
		select {
		case op := <-w.queue:
			w.commit(w.gather(op))
		default:
			return
		}
	}
}

// commit writes a batch as one transaction, or, where that fails, each
// operation in its own, so that a bad one fails alone. When the database cannot
// be reached all fail at once: each would wait for the same time-out.
func (w *writer) commit(batch []*operation) {
	err := w.attempt(batch)
	for _, op := range batch {
		switch {
		case err == nil:
		case unreachable(err):
			op.err = err
		default:
			if op.err = w.alone(op, err, len(batch) == 1); unreachable(op.err) {
				err = op.err
			}
		}
		close(op.done)
	}
}

// alone runs one operation in a transaction of its own. A lost race is run
// again; so is the first try within a batch, whoever's fault it was.
func (w *writer) alone(op *operation, err error, tried bool) error {
	for try := range retries {
		if tried && !isAgain(err) && !isUnique(err) {
			return err
		}
		if try > 0 {
			pause(context.Background(), time.Duration(try*try)*time.Millisecond)
		}
		if err = w.attempt([]*operation{op}); err == nil {
			return op.err
		}
		tried = true
	}
	return err
}

// attempt runs operations in one transaction. After an error nothing of it stays, and
// after a failed flush none is begun.
func (w *writer) attempt(batch []*operation) error {
	if w.broken != nil {
		return w.broken
	}
	ctx, cancel := w.context()
	defer cancel()
	var u *unit
	err := w.s.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		u = w.s.newUnit(ctx, tx)
		if err := u.run(batch); err != nil {
			return err
		}
		return failpoint.Hit("store.commit.before")
	})
	if err == nil {
		err = failpoint.Hit("store.commit.after") // as where the answer to a commit is lost
	}
	if err != nil {
		w.head = nil // another process may write to the same chain
		return w.heed(fmt.Errorf("write: %w", clean(err)))
	}
	u.committed()
	return nil
}

// context is free of any caller's: a commit is not undone because a client has
// gone. SQLite gets no deadline, since its driver starts a goroutine per
// statement for one; there the busy timeout bounds the waiting.
func (w *writer) context() (context.Context, context.CancelFunc) {
	if w.s.db.dialect == sqliteDialect {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), writeTimeout)
}

// run does all operations of a batch: the deliveries together, then what works on
// recalls that are known, together with what follows from removals, then the rest
// in turn, and the claims at the end.
func (u *unit) run(batch []*operation) error {
	var deliveries []*delivery
	var together, rest []*operation
	var claims []*claiming
	for _, op := range batch {
		op.err = nil
		switch {
		case op.keep != nil:
			deliveries = append(deliveries, op.keep)
		case op.claim != nil:
			claims = append(claims, op.claim)
		case len(op.recalls) > 0:
			together = append(together, op)
		default:
			rest = append(rest, op)
		}
	}
	gone, err := u.keep(deliveries)
	if err != nil {
		return err
	}
	if err := u.runTogether(gone, together); err != nil {
		return err
	}
	if err := u.answerAll(rest); err != nil {
		return err
	}
	if len(claims) > 0 {
		if err := u.claim(claims); err != nil {
			return err
		}
	}
	return u.finish()
}

func (u *unit) runTogether(gone []removal, ops []*operation) error {
	var ids, messages []string
	for _, op := range ops {
		ids = append(ids, op.recalls...)
	}
	for _, g := range gone {
		messages = append(messages, g.message)
	}
	if len(ids)+len(messages) == 0 {
		return nil
	}
	return u.together(func() error {
		if err := u.pickUp(ids, messages); err != nil {
			return err
		}
		if err := u.removalsFollow(gone); err != nil {
			return err
		}
		return u.answerAll(ops)
	})
}

func (u *unit) answerAll(ops []*operation) error {
	for _, op := range ops {
		if err := u.answer(op); err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) answer(op *operation) error {
	err := op.run(u)
	if r, ok := errors.AsType[*refusal](err); ok {
		op.err = r.err
		return nil
	}
	return err
}

// text returns the statement that inserts n rows, built once.
func (w *writer) text(t *table, n int, build func(*table, int) string) string {
	key := statement{t, n}
	sql, ok := w.sql[key]
	if !ok {
		sql = build(t, n)
		w.sql[key] = sql
	}
	return sql
}

// learn remembers conversations that are committed.
func (w *writer) learn(places map[place]*conversation) {
	if len(w.places)+len(places) > maxPlaces {
		clear(w.places)
	}
	maps.Copy(w.places, places)
}
