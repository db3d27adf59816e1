package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// cost is what a run of load took, in all.
type cost struct {
	offer  offer
	warm   int // messages before
	answer answer
	used   used
	idle   used // in as long a time without load
	stored stored
	places map[string]time.Duration // of the nodes' time, what each station used in the profile
	old    tidied
	memory int // bytes of the node, at the end
}

// stored is what a database had been told so far, and how large it is.
type stored struct {
	statements, commits, log int64 // log: bytes written ahead
	rows, indexes            int64 // bytes
}

// measureCost runs load on a fresh site.
func (c *capacity) measureCost(ctx context.Context, o offer, onPostgres bool) (cost, error) {
	s, err := c.openOne(ctx, onPostgres)
	if err != nil {
		return cost{}, err
	}
	defer s.stop()
	found := cost{offer: o}
	if err := c.prepare(ctx, s, &found); err != nil {
		return found, err
	}
	if err := c.measureRun(ctx, s, &found); err != nil {
		return found, err
	}
	s.halt()
	if onPostgres {
		found.old, err = s.tidy(ctx)
	} else {
		found.stored.rows, err = s.fileSize()
	}
	return found, err
}

// prepare lets a site see its first messages, which cost more than those after them, and
// sees what it costs when there are none.
func (c *capacity) prepare(ctx context.Context, s *site, found *cost) error {
	o := found.offer
	warm, err := s.drive(ctx, offer{o.rate, c.warm, o.secrets, o.groups})
	if err != nil {
		return err
	}
	found.warm = warm.answered
	if err := wait(ctx, c.settle); err != nil {
		return err
	}
	found.idle, err = s.idle(ctx, c.idleFor, o.length)
	return err
}

func (c *capacity) measureRun(ctx context.Context, s *site, found *cost) error {
	before, err := s.used()
	if err != nil {
		return err
	}
	was, err := s.stored(ctx)
	if err != nil {
		return err
	}
	if found.answer, found.places, err = s.profiled(ctx, found.offer); err != nil {
		return err
	}
	if found.answer.failed > 0 || found.answer.answered == 0 {
		return fmt.Errorf("%d of %d webhooks were answered: is the machine busy with something else?", found.answer.answered, found.answer.offered)
	}
	if err := wait(ctx, c.settle); err != nil { // recalls are confirmed, and figures of statements written
		return err
	}
	after, err := s.used()
	if err != nil {
		return err
	}
	if found.memory, err = s.nodes[0].resident(); err != nil {
		return err
	}
	now, err := s.stored(ctx)
	found.used, found.stored = after.minus(before), now.minus(was)
	return err
}

// profiled offers load and takes a profile of the first node meanwhile.
func (s *site) profiled(ctx context.Context, o offer) (a answer, places map[string]time.Duration, err error) {
	var both errgroup.Group
	both.Go(func() (err error) {
		places, err = profile(ctx, s.metrics[0], o.length-time.Second)
		return err
	})
	both.Go(func() (err error) {
		a, err = s.drive(ctx, o)
		return err
	})
	err = both.Wait()
	return a, places, err
}

// halt ends the nodes and leaves what they kept.
func (s *site) halt() {
	for _, t := range s.nodes {
		dir := t.dir
		t.dir = ""
		t.stop()
		t.dir = dir
	}
}

// fileSize is how large the file is when all is in it.
func (s *site) fileSize() (int64, error) {
	info, err := os.Stat(filepath.Join(s.nodes[0].dir, "takeback.db"))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (c *capacity) openOne(ctx context.Context, onPostgres bool) (*site, error) {
	if onPostgres {
		return c.b.open(ctx, 1, c.watched, c.redis)
	}
	return c.b.open(ctx, 1, nil, nil)
}

// idle is what a site uses in a time when it has nothing to do.
func (s *site) idle(ctx context.Context, measured, length time.Duration) (u used, err error) {
	before, err := s.used()
	if err != nil {
		return u, err
	}
	if err := wait(ctx, measured); err != nil {
		return u, err
	}
	after, err := s.used()
	u = after.minus(before)
	scale := func(d time.Duration) time.Duration {
		return time.Duration(float64(d) * length.Seconds() / measured.Seconds())
	}
	return used{scale(u.nodes), scale(u.postgres), scale(u.redis)}, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (s *site) stored(ctx context.Context) (stored, error) {
	if s.postgres == nil {
		return s.storedSQLite()
	}
	conn, err := pgx.Connect(ctx, s.database)
	if err != nil {
		return stored{}, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return stored{}, err
	}
	var r stored
	err = conn.QueryRow(ctx, `SELECT coalesce(sum(calls) FILTER (WHERE query NOT ILIKE 'commit%' AND query NOT ILIKE 'begin%'), 0)::bigint,
		coalesce(sum(calls) FILTER (WHERE query ILIKE 'commit%'), 0)::bigint,
		(pg_current_wal_lsn() - '0/0')::bigint,
		(SELECT sum(pg_table_size(relid)) FROM pg_stat_user_tables)::bigint,
		(SELECT sum(pg_indexes_size(relid)) FROM pg_stat_user_tables)::bigint
		FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`).
		Scan(&r.statements, &r.commits, &r.log, &r.rows, &r.indexes)
	return r, err
}

// storedSQLite is what was written to all files.
func (s *site) storedSQLite() (stored, error) {
	bytes, err := written(s.nodes[0].cmd.Process.Pid)
	return stored{log: bytes}, err
}

func (r stored) minus(v stored) stored {
	return stored{r.statements - v.statements, r.commits - v.commits, r.log - v.log, r.rows - v.rows, r.indexes - v.indexes}
}

// each is what a message of the run cost, beyond what an idle service costs.
func (c cost) each() used {
	u := c.used.minus(c.idle)
	n := time.Duration(max(c.answer.answered, 1))
	return used{u.nodes / n, u.postgres / n, u.redis / n}
}

// loadEach is what the load itself used for a message.
func (c cost) loadEach() time.Duration {
	return c.answer.cpu / time.Duration(max(c.answer.answered, 1))
}

// eachRecall is what a recall costs beyond its message: the difference to a run of the
// same rate in which nothing was taken back.
func (c cost) eachRecall(without cost) used {
	share := c.share()
	if share == 0 {
		return used{}
	}
	a, b := c.each(), without.each()
	of := func(d time.Duration) time.Duration { return time.Duration(max(float64(d)/share, 0)) }
	d := a.minus(b)
	return used{of(d.nodes), of(d.postgres), of(d.redis)}
}

// share is the part of the messages that were taken back.
func (c cost) share() float64 { return float64(c.answer.recalls) / float64(max(c.answer.answered, 1)) }

// at is what a station used for each of what passes it.
func (c cost) at(s station) time.Duration {
	var all time.Duration
	for _, d := range c.places {
		all += d
	}
	if all == 0 {
		return 0
	}
	n := float64(c.answer.answered)
	if s.each == perRecall {
		n = float64(c.answer.recalls)
	}
	return time.Duration(float64(c.used.nodes-c.idle.nodes) * float64(c.places[s.name]) / float64(all) / max(n, 1))
}

func (o offer) String() string {
	return fmt.Sprintf("%d a second, %.3g %% recalled", o.rate, o.secrets*100)
}
