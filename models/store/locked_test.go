package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Sixteen write and eight read one SQLite file through four stores, as the service
// and commands beside it do, while somebody reads for as long as it takes, and a command
// writes for longer than a write is tried again. Nobody is told that the database is locked,
// and nothing is lost.
func TestNobodySeesALockedDatabase(t *testing.T) {
	t.Parallel()
	length := time.Second
	if os.Getenv("PROOF") != "" {
		length = time.Minute
	}
	c := newCrowd(t, 4)
	endLong := c.longRead(t)
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() { c.until(ctx, &c.writes, func(ctx context.Context, i int) error { return c.write(ctx, n, i) }) })
	}
	for n := range 8 {
		all.Go(func() { c.until(ctx, &c.reads, func(ctx context.Context, _ int) error { return c.read(ctx, n) }) })
	}
	all.Go(func() { c.longWrite(ctx) })
	all.Wait()
	endLong()
	violations := c.told.Load()
	if err := c.count(c.stores[0].db.read); err != nil {
		violations++
		t.Error(err)
	}
	t.Logf("proof: 16 writers %d writes, 8 readers %d reads, 1 long read, %d violations, %.0f s",
		c.writes.Load(), c.reads.Load(), violations, time.Since(began).Seconds())
	if c.writes.Load() < 16 || c.reads.Load() < 8 {
		t.Error("too little was done to prove anything")
	}
}

// crowd is several stores of one file, and those who use them.
type crowd struct {
	t             *testing.T
	file          string
	stores        []*Store
	writes, reads atomic.Int64
	told          atomic.Int64 // how often somebody was told of an error
}

func newCrowd(t *testing.T, stores int) *crowd {
	t.Helper()
	c := &crowd{t: t, file: freshSQLite(t)}
	o := Options{Database: c.file, Keys: testKeys(t), Migrate: true}
	for n := range stores {
		o.Node = fmt.Sprintf("node-%d", n)
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		c.stores = append(c.stores, s)
	}
	return c
}

// until does something again and again until ctx ends, and never less than once.
func (c *crowd) until(ctx context.Context, count *atomic.Int64, do func(ctx context.Context, i int) error) {
	for i := 0; i == 0 || ctx.Err() == nil; i++ {
		if err := do(context.WithoutCancel(ctx), i); err != nil {
			c.told.Add(1)
			c.t.Error(err)
			return
		}
		count.Add(1)
	}
}

func (c *crowd) write(ctx context.Context, n, i int) error {
	_, err := c.stores[n%len(c.stores)].Keep(ctx, "main", []models.Judged{{Event: models.Event{
		Kind: models.EventPosted, Conversation: models.Conversation{Kind: models.Group, Ref: "g", Group: "g"},
		Message: &models.Message{Ref: fmt.Sprintf("%d-%d", n, i), Sender: "a"},
	}}})
	return err
}

func (c *crowd) read(ctx context.Context, n int) error {
	_, _, err := c.stores[n%len(c.stores)].Messages(ctx, models.Scope{All: true}, models.MessageFilter{})
	return err
}

// longRead begins to read and goes on until the returned function is called.
func (c *crowd) longRead(t *testing.T) (end func()) {
	t.Helper()
	tx := c.stores[0].db.read.Begin()
	if err := c.look(tx); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(c.look(tx), tx.Rollback().Error); err != nil {
			t.Error(err)
		}
	}
}

// longWrite keeps all others from writing for half a second.
func (c *crowd) longWrite(ctx context.Context) {
	db, err := sql.Open("sqlite3", "file:"+strings.TrimPrefix(c.file, "sqlite:")+"?_busy_timeout=5000&_txlock=immediate")
	if err != nil {
		c.t.Error(err)
		return
	}
	defer db.Close()
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		c.t.Error(err)
		return
	}
	time.Sleep(500 * time.Millisecond)
	if err := tx.Rollback(); err != nil {
		c.t.Error(err)
	}
}

// look finds nothing: the long read began before anything was written.
func (c *crowd) look(tx *gorm.DB) error {
	var n int64
	if err := tx.Raw("SELECT count(*) FROM messages").Scan(&n).Error; err != nil || n != 0 {
		return fmt.Errorf("the long read sees %d messages: %w", n, err)
	}
	return nil
}

// count compares what is there with what was answered.
func (c *crowd) count(db *gorm.DB) error {
	var n int64
	if err := db.Raw("SELECT count(*) FROM messages").Scan(&n).Error; err != nil || n != c.writes.Load() {
		return fmt.Errorf("%d messages are there of %d: %w", n, c.writes.Load(), err)
	}
	return nil
}
