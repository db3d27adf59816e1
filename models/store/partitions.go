package store

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// partitioning says how a table is partitioned on PostgreSQL: by its ids, which begin with
// the time, at edges that are whole widths from 1970.
type partitioning struct {
	table  string
	width  time.Duration
	unique string // an index of its own on each partition, which cannot span them
	keys   string // the columns of it
	also   []string
}

const (
	messagesWidth = 7 * 24 * time.Hour
	auditWidth    = 4 * messagesWidth
	widthsAhead   = 1 // partitions are there for so long before they are needed
)

// partitionings lists the partitioned tables. In what else a partition needs, %s is its name.
var partitionings = []partitioning{
	{table: "messages", width: messagesWidth, unique: "ref", keys: "conversation_id, ref"},
	{table: "audit", width: auditWidth, unique: "chain", keys: "chain, seq", also: []string{
		"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
	}},
}

// messagesPartitions and auditPartitions are how those tables are partitioned.
var messagesPartitions, auditPartitions = &partitionings[0], &partitionings[1]

// partition is one of them, as the catalogue knows it. Ids in it are from on, and below to.
type partition struct {
	name     string
	from, to string // both empty: the rest, which takes what no other does
	rows     int64  // about how many there are
}

func (p partition) rest() bool { return p.to == "" }

// edge is the number of the partition that a moment belongs to.
func (p *partitioning) edge(t time.Time) int64 { return t.UnixMilli() / p.width.Milliseconds() }

// after is the first edge behind a moment.
func (p *partitioning) after(t time.Time) time.Time {
	return time.UnixMilli((p.edge(t) + 1) * p.width.Milliseconds()).UTC()
}

// MakePartitions makes the partitions of the time to come, on PostgreSQL; there is nothing
// to make on SQLite. Any number of nodes may do so at once. It is done when a store is
// opened and has to be done again every few days: what comes when none is there is kept in
// one that takes the rest, and stays there.
func (s *Store) MakePartitions(ctx context.Context) error {
	if s.db.dialect == sqliteDialect {
		return nil
	}
	now, err := s.clock(ctx)
	if err != nil {
		return err
	}
	for i := range partitionings {
		for made := true; made; {
			if made, err = s.makePartition(ctx, &partitionings[i], fromMillis(now)); err != nil {
				return fmt.Errorf("make a partition of %s: %w", partitionings[i].table, clean(err))
			}
		}
	}
	return nil
}

// partitionsLock is the advisory lock under which partitions come and go.
const partitionsLock = 7246112

// makePartition makes the next partition of a table, if it will be needed soon.
func (s *Store) makePartition(ctx context.Context, p *partitioning, now time.Time) (made bool, err error) {
	until := now.Add(widthsAhead * p.width)
	if newest, err := newestEdge(s.reader(ctx), p); err != nil || newest.After(until) {
		return false, err
	}
	err = s.reshape(ctx, func(tx *gorm.DB) error {
		from, err := newestEdge(tx, p)
		if made = err == nil && !from.After(until); err != nil || !made {
			return err
		}
		return p.make(tx, from)
	})
	return made, err
}

// reshape runs what changes partitions: alone over all nodes, and rather not at all than
// with others waiting long behind it.
func (s *Store) reshape(ctx context.Context, do func(tx *gorm.DB) error) error {
	return s.db.shape.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, prepare := range []string{fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", partitionsLock), "SET LOCAL lock_timeout = '500ms'"} {
			if err := tx.Exec(prepare).Error; err != nil {
				return err
			}
		}
		return do(tx)
	})
}

// newestEdge is where the last partition of a table ends, and what the rest took behind it.
func newestEdge(db *gorm.DB, p *partitioning) (time.Time, error) {
	found, err := partitionsOf(db, p.table)
	if err != nil {
		return time.Time{}, err
	}
	var newest time.Time
	for _, each := range found {
		if at := models.IDTime(each.to); at.After(newest) {
			newest = at
		}
	}
	var strays string
	err = readOne(db, "SELECT coalesce(max(id), '') FROM "+p.table+"_rest WHERE id >= '"+models.FirstID(newest)+"'", &strays)
	if err == nil && strays != "" {
		newest = p.after(models.IDTime(strays))
	}
	return newest, err
}

// make makes the partition that begins at a moment. It is filled by nobody before it is
// attached, which others of the table do not wait for.
func (p *partitioning) make(tx *gorm.DB, from time.Time) error {
	name := p.table + "_" + from.Format("20060102")
	for _, statement := range append([]string{
		"CREATE TABLE %s (LIKE " + p.table + " INCLUDING ALL)",
		"CREATE UNIQUE INDEX %s_" + p.unique + " ON %s (" + p.keys + ")",
		"ALTER TABLE " + p.table + " ATTACH PARTITION %s FOR VALUES FROM ('" + models.FirstID(from) + "') TO ('" + models.FirstID(p.after(from)) + "')",
	}, p.also...) {
		if err := tx.Exec(strings.ReplaceAll(statement, "%s", name)).Error; err != nil {
			return err
		}
	}
	return nil
}

var bounds = regexp.MustCompile(`^FOR VALUES FROM \((?:MINVALUE|'([0-9a-f-]+)')\) TO \('([0-9a-f-]+)'\)$`)

// partitionsOf lists the partitions of a table in the order of their times, the rest last.
func partitionsOf(db *gorm.DB, table string) ([]partition, error) {
	var found []struct {
		Name  string
		Bound string
		Rows  int64
	}
	err := db.Raw(`SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound,
			CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / 512 END::bigint AS rows
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(?)`, table).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("partitions of %s: %w", table, clean(err))
	}
	out := make([]partition, len(found))
	for i, f := range found {
		out[i] = partition{name: f.Name, rows: f.Rows}
		if ends := bounds.FindStringSubmatch(f.Bound); ends != nil {
			out[i].from, out[i].to = ends[1], ends[2]
		}
	}
	slices.SortFunc(out, func(a, b partition) int {
		return cmp.Or(cmp.Compare(flag(a.rest()), flag(b.rest())), cmp.Compare(a.to, b.to))
	})
	return out, nil
}
