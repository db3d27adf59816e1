package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// replaceTries is how often a partition is tried to be replaced that others are busy with.
const replaceTries = 20

// replace puts a partition that has only what stays in the place of one, which is detached.
// What stays is copied first, while others work on; then it is looked over again with nobody
// at work, which takes as long as there is of it.
func (s *Store) replace(ctx context.Context, round models.RetentionRound, kind *partitioning, p partition, kept query) error {
	if err := s.write(ctx, func(u *unit) error { return u.ours(round) }); err != nil {
		return err
	}
	before, err := s.copyKept(ctx, p, kept)
	for range replaceTries {
		if err != nil {
			break
		}
		if err = s.reshape(ctx, func(tx *gorm.DB) error { return kind.exchange(tx, round, p, kept, before) }); !isAgain(clean(err)) {
			return err
		}
		err = ctx.Err()
		pause(ctx, 200*time.Millisecond)
	}
	if err == nil {
		err = fmt.Errorf("others are busy with %s: %w", p.name, models.ErrBusy)
	}
	return err
}

// next is the name of the partition that is to come in the place of one.
func (p partition) next() string { return p.name + "_next" }

// copyKept copies what stays of a partition, and names a transaction that had not begun
// before: what it and later ones write may be missing.
func (s *Store) copyKept(ctx context.Context, p partition, kept query) (before string, err error) {
	err = s.db.shape.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := readOne(tx, "SELECT ((pg_snapshot_xmin(pg_current_snapshot())::text)::bigint & 4294967295)::text", &before); err != nil {
			return err
		}
		return all(
			tx,
			query{text: "DROP TABLE IF EXISTS " + p.next()}, // of a node that died
			query{text: "CREATE TABLE " + p.next() + " (LIKE " + p.name + " INCLUDING ALL)"},
			query{"INSERT INTO " + p.next() + " SELECT * FROM " + p.name + " WHERE id IN (" + kept.text + ")", kept.args},
		)
	})
	return before, err
}

func all(tx *gorm.DB, queries ...query) error {
	for _, q := range queries {
		if err := tx.Exec(q.text, q.args...).Error; err != nil {
			return err
		}
	}
	return nil
}

// exchange looks over what was copied of a partition, and puts it in its place.
func (k *partitioning) exchange(tx *gorm.DB, round models.RetentionRound, p partition, kept query, before string) error {
	var ours int64
	err := tx.Raw("SELECT count(*) FROM retention_rounds WHERE id = 1 AND fence = ?", round.Fence).Scan(&ours).Error
	if err == nil && ours == 0 {
		err = errRoundLost
	}
	if err != nil {
		return err
	}
	from := "MINVALUE"
	if p.from != "" {
		from = "'" + p.from + "'"
	}
	names := strings.NewReplacer("{all}", k.table, "{old}", p.name, "{new}", p.next(), "{gone}", k.table+detached+strings.TrimPrefix(p.name, k.table+"_"),
		"{bounds}", "FROM ("+from+") TO ('"+p.to+"')")
	queries := []query{
		{text: "LOCK TABLE {all} IN ACCESS EXCLUSIVE MODE"},
		{"DELETE FROM {new} n USING {old} o WHERE o.id = n.id AND age(o.xmin) <= age(?::text::xid)", []any{before}},
		{text: "DELETE FROM {new} n WHERE NOT EXISTS (SELECT 1 FROM {old} o WHERE o.id = n.id)"},
		{"INSERT INTO {new} SELECT o.* FROM {old} o WHERE o.id IN (" + kept.text + ") AND NOT EXISTS (SELECT 1 FROM {new} n WHERE n.id = o.id)", kept.args},
		{text: "ALTER TABLE {all} DETACH PARTITION {old}"},
		{text: "ALTER TABLE {old} RENAME TO {gone}"},
		{text: "ALTER TABLE {new} RENAME TO {old}"},
		{text: "ALTER TABLE {all} ATTACH PARTITION {old} FOR VALUES {bounds}"},
	}
	for _, statement := range k.also {
		queries = append(queries, query{text: strings.ReplaceAll(statement, "%s", "{old}")})
	}
	for i := range queries {
		queries[i].text = names.Replace(queries[i].text)
	}
	return all(tx, queries...)
}

// detached is in the names of partitions that were replaced, behind that of their table.
const detached = "_gone_"

// forgetDetached removes a partition that was replaced, with who had read the messages that
// went with it.
func (s *Store) forgetDetached(ctx context.Context, round models.RetentionRound, _ models.Retention) (models.RetentionStep, error) {
	for i := range partitionings {
		table := partitionings[i].table
		var found []string
		err := s.reader(ctx).Raw(`SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
			AND starts_with(relname, ?) ORDER BY relname LIMIT 1`, table+detached).Scan(&found).Error
		if err != nil {
			return models.RetentionStep{}, err
		}
		if len(found) > 0 {
			return s.forgetOne(ctx, round, table, found[0])
		}
	}
	return models.RetentionStep{}, nil
}

func (s *Store) forgetOne(ctx context.Context, round models.RetentionRound, table, gone string) (step models.RetentionStep, err error) {
	stands := table + "_" + strings.TrimPrefix(gone, table+detached)
	if table == "audit" {
		err = s.reader(ctx).Raw("SELECT count(*) FROM " + gone + " g WHERE NOT EXISTS (SELECT 1 FROM " + stands + " s WHERE s.id = g.id)").Scan(&step.Entries).Error
	} else {
		step.Removed, err = s.forgetAllReads(ctx, round, gone, stands)
	}
	if err != nil {
		return models.RetentionStep{}, err
	}
	return step, s.reshape(ctx, func(tx *gorm.DB) error { return tx.Exec("DROP TABLE " + gone).Error })
}

// forgetChunk is how many messages are looked at at a time for who had read them.
const forgetChunk = 10_000

// forgetAllReads removes who had read the messages that went with a partition, and counts
// those messages.
func (s *Store) forgetAllReads(ctx context.Context, round models.RetentionRound, gone, stands string) (n int64, err error) {
	chunk := `WITH chunk AS MATERIALIZED (SELECT id, conversation_id, ref FROM ` + gone + ` WHERE id > ? ORDER BY id LIMIT ?),
		went AS MATERIALIZED (SELECT conversation_id, ref FROM chunk WHERE NOT EXISTS (SELECT 1 FROM ` + stands + ` s WHERE s.id = chunk.id)),
		unread AS (DELETE FROM reads r USING went w WHERE r.conversation_id = w.conversation_id AND r.ref = w.ref)
		SELECT (SELECT count(*) FROM went) AS went, coalesce((SELECT max(id) FROM chunk), '') AS last`
	for last := ""; ; {
		var did struct {
			Went int64
			Last string
		}
		err := s.write(ctx, func(u *unit) error { return u.ours(round) })
		if err == nil {
			err = s.db.shape.WithContext(ctx).Raw(chunk, last, forgetChunk).Scan(&did).Error
		}
		if err != nil || did.Last == "" {
			return n, err
		}
		n, last = n+did.Went, did.Last
	}
}

// dropEmpty removes partitions whose time is over and in which nothing is left.
func (s *Store) dropEmpty(ctx context.Context, round models.RetentionRound, _ models.Retention) (models.RetentionStep, error) {
	for i := range partitionings {
		found, err := partitionsOf(s.reader(ctx), partitionings[i].table)
		if err != nil {
			return models.RetentionStep{}, err
		}
		for _, p := range found {
			if !p.over(round.Now.Add(-emptyFor).UnixMilli()) {
				continue
			}
			if err := s.dropIfEmpty(ctx, partitionings[i].table, p); err != nil && !isAgain(clean(err)) {
				return models.RetentionStep{}, err
			}
		}
	}
	return models.RetentionStep{}, nil
}

// emptyFor is how long after its end a partition stays though nothing is in it.
const emptyFor = messagesWidth

func (s *Store) dropIfEmpty(ctx context.Context, table string, p partition) error {
	look := "SELECT NOT EXISTS (SELECT 1 FROM " + p.name + ")"
	var empty bool
	if err := s.reader(ctx).Raw(look).Scan(&empty).Error; err != nil || !empty {
		return err
	}
	return s.reshape(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE").Error; err != nil {
			return err
		}
		if err := tx.Raw(look).Scan(&empty).Error; err != nil || !empty {
			return err
		}
		return tx.Exec("DROP TABLE " + p.name).Error
	})
}
