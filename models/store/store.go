package store

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// DefaultQueueSize is how many writes may wait when Options.QueueSize is 0.
const DefaultQueueSize = 4096

// Options is what a store needs. Database and Keys are required.
type Options struct {
	Database  string              // "sqlite:PATH" or "postgres://user@host/db?..."
	Keys      *seal.Keyring       // seals content, notes, policies and sessions
	Node      string              // names this process's audit chain; default: the host name
	Now       func() time.Time    // the time, whatever clocks say; default: as Wall and the database say
	Wall      func() time.Time    // what the clock of this machine shows; default time.Now
	Announce  func(models.Change) // told of changes after their commit, by the writer: must neither block nor write; may be nil
	Hooks     []models.Hook       // endpoints of other systems that are told what becomes of things
	Notices   Notices             // who is told what becomes of recalls; may be nil
	Tracer    Tracer              // told of the ends of recalls; may be nil
	Caps      models.Caps         // of automatic recalls; the zero value caps nothing
	QueueSize int                 // writes that may wait; default DefaultQueueSize
	Migrate   bool                // bring the schema up to date in Open; otherwise only check it
	MakeNew   bool                // give an empty database its schema in Open
	Logger    *slog.Logger        // default: discards

	wholeFrom int64 // partitions of so many rows go at once; default wholeFrom
}

func (o Options) withDefaults() (Options, error) {
	if o.Keys == nil {
		return o, fmt.Errorf("the store needs a keyring: %w", models.ErrInvalid)
	}
	if o.Node == "" {
		host, err := os.Hostname()
		if err != nil {
			return o, fmt.Errorf("name of this node: %w", err)
		}
		o.Node = host
	}
	o.QueueSize, o.wholeFrom = cmp.Or(o.QueueSize, DefaultQueueSize), cmp.Or(o.wholeFrom, wholeFrom)
	if o.Wall == nil && o.Now != nil {
		o.Wall = o.Now
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Announce == nil {
		o.Announce = func(models.Change) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// dialect is a kind of database.
type dialect string

const (
	sqliteDialect   dialect = "sqlite"
	postgresDialect dialect = "postgres"
)

// database is an open database.
type database struct {
	dialect dialect
	write   *gorm.DB // the writer's, which works by keys
	read    *gorm.DB // of all that reads
	shape   *gorm.DB // of what changes tables and goes through whole ones; another name of one of those

	presence presence // of this process, once it works on recalls
}

// openDatabase opens the database that an address names.
func openDatabase(ctx context.Context, o Options) (*database, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case strings.HasPrefix(o.Database, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(o.Database, "sqlite:"), o.Logger)
	case strings.HasPrefix(o.Database, "postgres://"), strings.HasPrefix(o.Database, "postgresql://"):
		return openPostgres(ctx, o.Database, o.Logger)
	}
	// The address may hold a password, so it is not repeated here.
	return nil, fmt.Errorf("the database must be sqlite:PATH or postgres://...: %w", models.ErrInvalid)
}

func (d *database) close() error {
	err := closePool(d.write)
	if rerr := closePool(d.read); err == nil {
		err = rerr
	}
	return err
}

func closePool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return clean(err)
	}
	return clean(pool.Close())
}

// Store keeps everything. It is safe for concurrent use.
type Store struct {
	opts      Options
	db        *database
	keys      *seal.Keyring
	ids       models.IDClock // of everything but messages
	msgIDs    models.IDClock // of messages, whose moments are those of their deliveries
	time      *clock         // nil: Options.Now says the time
	writer    *writer
	sightings sightings
	unopened  toldOnce    // the messages and notes that could not be opened
	stopped   atomic.Bool // automatic recalls are, in this process
	close     func() error
}

// Open opens the database, checks that it is safe to keep things in, brings
// its schema up to date or checks it, and starts the writer. A schema newer
// than this program is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, db, o); err != nil {
		_ = db.close()
		return nil, err
	}
	s := &Store{opts: o, db: db, keys: o.Keys}
	if s.opts.Now == nil {
		s.time = newClock(o.Wall)
		s.opts.Now = s.time.now
	}
	if err := s.readClock(ctx); err != nil {
		_ = db.close()
		return nil, err
	}
	if err := s.MakePartitions(ctx); err != nil { // it is tried again later, and the rest takes what comes
		o.Logger.WarnContext(ctx, "partitions of the time to come were not made", slog.Any("error", err))
	}
	s.writer = newWriter(s) //nolint:contextcheck // the writer outlives the context of Open
	s.close = sync.OnceValue(func() error {
		s.writer.stop()
		db.presence.close()
		return db.close()
	})
	return s, nil
}

func prepare(ctx context.Context, db *database, o Options) error {
	if o.Migrate {
		if err := settleLog(db); err != nil {
			return err
		}
		_, _, err := migrateUp(ctx, db)
		return err
	}
	return checkVersion(ctx, db, o.MakeNew)
}

// Migrate brings the schema up to date and says from and to which version.
// Several processes may do so at once.
func Migrate(ctx context.Context, o Options) (from, to int64, err error) {
	db, err := openDatabase(ctx, o)
	if err != nil {
		return 0, 0, err
	}
	from, to, err = migrateUp(ctx, db)
	if cerr := db.close(); err == nil {
		err = cerr
	}
	return from, to, err
}

// Close lets the waiting writes finish, takes no new ones, and closes the
// database.
func (s *Store) Close() error { return s.close() }

// Ready reports whether the database answers a read and takes a write.
func (s *Store) Ready(ctx context.Context) error {
	var one int
	if err := s.reader(ctx).Raw("SELECT 1").Scan(&one).Error; err != nil {
		return fmt.Errorf("read from the database: %w", clean(err))
	}
	// A transaction that changes nothing proves that the writer lives and that the
	// database is neither locked nor read-only.
	return s.write(ctx, func(u *unit) error {
		return u.exec("UPDATE pauses SET until = until WHERE app = ''")
	})
}

// reader returns a session of the reading pool.
func (s *Store) reader(ctx context.Context) *gorm.DB { return s.db.read.WithContext(ctx) }

// glance is a reader for what is asked again and again and answered at once from an index.
// For a question that may be cut short SQLite's driver starts a goroutine, which costs more
// than the answer: there ctx bounds nothing.
func (s *Store) glance(ctx context.Context) *gorm.DB {
	if s.db.dialect == sqliteDialect {
		ctx = context.WithoutCancel(ctx)
	}
	return s.reader(ctx)
}

// some reports whether q finds anything. What looks for work again and again asks first: a
// transaction that finds nothing still waits among those that write, and keeps the
// write-ahead log of SQLite from being emptied.
func some(q *gorm.DB) (bool, error) {
	var one []int
	if err := q.Select("1").Limit(1).Scan(&one).Error; err != nil {
		return false, clean(err)
	}
	return len(one) > 0, nil
}

// now returns the time, cut to what the database keeps.
func (s *Store) now() time.Time { return s.opts.Now().Truncate(time.Millisecond).UTC() }
