package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/takeback-chat/takeback/models"
)

// unit is one transaction of the writer: what is written in it, and what the
// process may believe once it is committed.
type unit struct {
	s   *Store
	ctx context.Context //nolint:containedctx // a unit lives as long as its transaction
	tx  *gorm.DB
	now time.Time

	places   map[place]*conversation // learnt in this transaction
	touched  map[string]struct{}     // conversations that gained messages
	sighted  []sighted               // messages that were delivered
	byID     map[string]models.Conversation
	kept     map[models.MessageID]string // ids that the intake gave to messages, and theirs here
	tally    *tally                      // of automatic recalls; nil: not asked for
	news     []news                      // what people may be told
	tellings []telling                   // what they are told
	hushed   map[addressee]quiet         // who turned out to have had all notices
	hand     *hand                       // the recalls of operations that are run together; nil: none are
	head     *chainHead                  // of the audit; nil: not known
	entries  rows                        // of the audit
	changes  []models.Change
	ends     []models.Station // of recalls, for traces
}

func (s *Store) newUnit(ctx context.Context, tx *gorm.DB) *unit {
	return &unit{
		s: s, ctx: ctx, tx: tx, now: s.now(),
		places: map[place]*conversation{}, touched: map[string]struct{}{}, byID: map[string]models.Conversation{},
		kept: map[models.MessageID]string{}, hushed: map[addressee]quiet{},
		head: s.writer.head.clone(), entries: rows{table: auditTable},
	}
}

// exec runs a statement with ? for parameters.
func (u *unit) exec(sql string, args ...any) error {
	_, err := u.execCount(sql, args...)
	return err
}

// execCount runs a statement with ? for parameters and says how many rows it touched.
func (u *unit) execCount(sql string, args ...any) (int64, error) {
	res := u.tx.Exec(sql, args...)
	return res.RowsAffected, clean(res.Error)
}

// execRaw runs a statement in the database's own parameter style, past gorm's builder.
func (u *unit) execRaw(sql string, args ...any) (int64, error) {
	res, err := u.tx.Statement.ConnPool.ExecContext(u.ctx, sql, args...)
	if err != nil {
		return 0, clean(err)
	}
	n, err := res.RowsAffected()
	return n, clean(err)
}

// locked adds the row lock that keeps what is read true until the commit.
// SQLite has no need of it: nobody else writes.
func (u *unit) locked(skip bool) *gorm.DB {
	if u.s.db.dialect == sqliteDialect {
		return u.tx
	}
	lock := clause.Locking{Strength: clause.LockingStrengthUpdate}
	if skip {
		lock.Options = clause.LockingOptionsSkipLocked
	}
	return u.tx.Clauses(lock)
}

// in is the condition that a column is one of the texts that list wrote, for statements
// whose number of values differs and whose text should not. PostgreSQL is given an
// array: it would rather read a whole table than look up what a function returns.
func (u *unit) in(column string) string { return u.s.db.dialect.in(column) }

func (d dialect) in(column string) string { return column + d.among(d.listed()) }

// among is a condition on the first column of a query.
func (u *unit) among(query string) string { return u.s.db.dialect.among(query) }

func (d dialect) among(query string) string {
	if d == sqliteDialect {
		return " IN (" + query + ")"
	}
	return " = ANY(ARRAY(" + query + "))"
}

// listed is a query of the texts that list wrote.
func (u *unit) listed() string { return u.s.db.dialect.listed() }

func (d dialect) listed() string {
	if d == sqliteDialect {
		return "SELECT value FROM json_each(?)"
	}
	return "SELECT jsonb_array_elements_text(?::jsonb)"
}

// list writes ids for in.
func list(ids []string) string {
	b, _ := json.Marshal(ids) // texts of ours always are
	if ids == nil {
		return "[]"
	}
	return string(b)
}

// clock returns the time by which leases and due times are judged: the
// database's on PostgreSQL, which all nodes share.
func (u *unit) clock() (int64, error) {
	if u.s.db.dialect == sqliteDialect {
		return u.now.UnixMilli(), nil
	}
	var ms int64
	err := readOne(u.tx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", &ms)
	return ms, err
}

// alone makes this transaction the only one, over all nodes, under a number until
// its commit, and returns the moment at which it became so by the clock that all
// nodes share: what others wrote under the number is earlier.
func (u *unit) alone(number int64) (now int64, err error) {
	if u.s.db.dialect == sqliteDialect {
		return u.now.UnixMilli(), nil // nobody else writes
	}
	// The lock is volatile, so it is taken before the clock is read.
	err = u.tx.Raw(`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint
		FROM (SELECT pg_advisory_xact_lock(?)) AS locked`, number).Scan(&now).Error
	return now, clean(err)
}

// first loads one row into out; nothing found is models.ErrNotFound.
func first(db *gorm.DB, out any) error {
	res := db.Limit(1).Find(out)
	if res.Error != nil {
		return clean(res.Error)
	}
	if res.RowsAffected == 0 {
		return models.ErrNotFound
	}
	return nil
}

// id returns a fresh id for this moment.
func (u *unit) id() string { return u.s.ids.At(u.now) }

// changed notes what is announced after the commit.
func (u *unit) changed(kind models.ChangeKind, id string, m models.MessageID, c models.Conversation) {
	u.changes = append(u.changes, models.Change{
		Kind: kind, ID: id, Message: m, App: c.App, Conversation: c, At: u.now,
	})
}

// finish writes what was only collected.
func (u *unit) finish() error {
	if err := u.flushTally(); err != nil {
		return err
	}
	if err := u.flushNews(); err != nil {
		return err
	}
	if err := u.flushTellings(); err != nil {
		return err
	}
	return u.flushAudit()
}

// committed makes what the transaction learnt known to the process.
func (u *unit) committed() {
	w := u.s.writer
	w.head = u.head
	w.learn(u.places)
	w.learnQuiet(u.hushed)
	w.counts.touch(u.touched, u.now)
	u.s.sightings.add(u.sighted, u.now)
	for _, c := range u.changes {
		u.s.opts.Announce(c)
	}
	for _, end := range u.ends {
		u.s.opts.Tracer.Passed(end)
	}
}

// refusal is an answer of an operation that has written nothing: the others in
// its transaction need not be rolled back for it.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// refuse answers an operation with err. Whoever calls it has written nothing.
func refuse(err error) error { return &refusal{err} }

// missing turns a row that is not there into a refusal that names it.
func missing(err error, what, id string) error {
	if errors.Is(err, models.ErrNotFound) {
		return refuse(fmt.Errorf("%s %s: %w", what, id, models.ErrNotFound))
	}
	return err
}
