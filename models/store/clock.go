package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
)

// clock is the time by which everything is judged that is kept. On PostgreSQL it is the
// database's, which all nodes share, however wrong their own may be. On SQLite it is this
// machine's, except that it never jumps: where the machine's clock is set, ours runs up to
// twice as fast, or half as fast, until the two are together again. So no lease runs out, or
// lasts, because somebody set a clock, and what ends at a time does not end all at once.
type clock struct {
	wall func() time.Time // what this machine shows

	mu     sync.Mutex // guards what follows
	shown  time.Time
	at     time.Time // when that was, by the time that passes on this machine whatever is set
	shared bool      // shown is the database's
}

// rereadEvery is how often the clock of PostgreSQL is read again: clocks drift.
const rereadEvery = 10 * time.Second

func newClock(wall func() time.Time) *clock {
	return &clock{wall: wall, shown: wall().Round(0), at: time.Now()}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	passed := time.Since(c.at)
	if c.shared {
		return c.shown.Add(passed)
	}
	c.at, c.shown = c.at.Add(passed), c.shown.Add(passed)
	if behind := c.wall().Round(0).Sub(c.shown); behind > 0 {
		c.shown = c.shown.Add(min(behind, passed))
	} else {
		c.shown = c.shown.Add(max(behind, -passed/2))
	}
	return c.shown
}

// share takes over what all nodes go by.
func (c *clock) share(shown, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.at, c.shared = shown, at, true
}

// Now is the time by which everything is judged that is kept. What is to be kept until a
// time, or is compared with one, is reckoned by it and not by this machine's clock.
func (s *Store) Now() time.Time { return s.opts.Now().UTC() }

// readClock takes over the clock of PostgreSQL.
func (s *Store) readClock(ctx context.Context) error {
	if s.time == nil || s.db.dialect != postgresDialect {
		return nil
	}
	shown, at, err := s.db.time(ctx)
	if err != nil {
		return fmt.Errorf("read the clock of the database: %w", err)
	}
	s.time.share(shown, at)
	return nil
}

// time reads the database's clock, and says when it showed that by ours: half-way between
// question and answer.
func (d *database) time(ctx context.Context) (shown, at time.Time, err error) {
	var ms int64
	asked := time.Now()
	err = d.read.WithContext(ctx).Raw("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").Scan(&ms).Error
	return time.UnixMilli(ms), asked.Add(time.Since(asked) / 2), clean(err)
}

// keepTime reads the clock of PostgreSQL again and again until ctx ends. While it cannot be
// read ours goes on.
func (s *Store) keepTime(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.Next(rereadEvery):
			_ = s.readClock(ctx)
		}
	}
}
