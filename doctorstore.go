package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// lookAtDatabase looks at the database, its schema, settings and clock, and whether
// the keys are its own.
func lookAtDatabase(ctx context.Context, conf config.Config) []symptom {
	if open := openToOthers(conf); open != nil {
		return []symptom{*open}
	}
	c, err := store.Examine(ctx, store.Options{Database: withPassword(conf.Database, conf.DatabasePassword)})
	if errors.Is(err, store.ErrNoDatabase) {
		return []symptom{warns("database", "the first start makes it", "there is none yet at %s", placeOf(conf))}
	}
	if err != nil {
		return []symptom{fails("database", databaseHelp(err), "%s: %s", placeOf(conf), sentence(err))}
	}
	found := append([]symptom{fine("database", "%s answers", placeOf(conf))}, judgeSchema(c))
	for _, s := range c.Unsafe {
		found = append(found, fails("database", "set it so in postgresql.conf, or for the user", "%s is %s, and has to be %s", s.Name, s.Is, s.Wanted))
	}
	if !strings.HasPrefix(conf.Database, "sqlite:") {
		found = append(found, judgeClock("clock", "the database", c.Ahead))
	}
	if c.Version == c.Needs {
		found = append(found, lookInside(ctx, conf)...)
	}
	return found
}

// openToOthers finds a database file that others on the machine may read.
func openToOthers(conf config.Config) *symptom {
	path, _ := strings.CutPrefix(conf.Database, "sqlite:")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	c := fails("database", "chmod 600 it", "%s has mode %04o: others may read or write it", path, info.Mode().Perm())
	return &c
}

// placeOf names the database without a password.
func placeOf(conf config.Config) string {
	before, rest, ok := strings.Cut(conf.Database, "@")
	scheme, user, named := strings.Cut(before, "://")
	if !ok || !named {
		return conf.Database
	}
	user, _, _ = strings.Cut(user, ":")
	rest, _, _ = strings.Cut(rest, "?")
	return scheme + "://" + user + "@" + rest
}

// databaseHelp says what to do about a database that does not open.
func databaseHelp(err error) string {
	for part, do := range map[string]string{
		"SQLSTATE 28":    "correct the user or the password (database_password_file)",
		"SQLSTATE 3D000": "make the database, or correct its name",
		"SQLSTATE 53300": "it has no connection left: raise max_connections",
		"SQLSTATE 42501": "the user has to own the database",
		"sqlite code 26": "it is no SQLite database: name another file, or restore a backup",
		"sqlite code 11": "it is damaged: restore a backup",
	} {
		if strings.Contains(err.Error(), part) {
			return do
		}
	}
	return "see that it runs and can be reached from here, and what its log says"
}

func judgeSchema(c store.Condition) symptom {
	switch {
	case c.Version > c.Needs:
		return fails("schema", "start a newer takeback", "the database has schema %d and this program knows up to %d", c.Version, c.Needs)
	case c.Version < c.Needs:
		return warns("schema", "the next start brings it up, or: takeback migrate", "the database has schema %d, this program needs %d", c.Version, c.Needs)
	}
	return fine("schema", "the database has schema %d, as this program needs", c.Version)
}

// lookInside sees whether the keys open what is sealed in the database, and whether
// it can be written.
func lookInside(ctx context.Context, conf config.Config) []symptom {
	keys, err := seal.Load(conf.Keys)
	if err != nil {
		return nil // said already
	}
	o := storeOptionsWith(conf, keys)
	o.Node = "doctor"
	s, err := store.Open(ctx, o)
	if err != nil {
		return []symptom{fails("database", databaseHelp(err), "%s", sentence(err))}
	}
	defer func() { _ = s.Close() }()
	found := []symptom{fine("sealing", "the keys open what is kept in the database")}
	if err := s.Opens(ctx); errors.Is(err, seal.ErrSeal) {
		found[0] = fails("sealing", "name the keyset that belongs to the database with the setting keys", "the database was sealed with other keys than those in %s", conf.Keys)
	} else if err != nil {
		found[0] = fails("sealing", databaseHelp(err), "%s", sentence(err))
	}
	if err := s.Ready(ctx); err != nil {
		return append(found, fails("database", "see whether its disk is full, or it is read-only", "it takes no writes: %s", sentence(err)))
	}
	return append(found, fine("database", "it takes writes"), lookAtRetention(ctx, conf, s))
}

// lateRound is after how long without a round of retention somebody should look.
const lateRound = 3 * time.Hour

// lookAtRetention sees whether what is too old is removed.
func lookAtRetention(ctx context.Context, conf config.Config, s *store.Store) symptom {
	if retentionOf(conf).Forever() {
		return fine("retention", "everything is kept for ever, as retention says")
	}
	at, err := s.RetentionReached(ctx)
	switch {
	case err != nil:
		return fails("retention", databaseHelp(err), "%s", sentence(err))
	case at.IsZero():
		return fine("retention", "nothing was removed yet: the service does so within its first minutes")
	case time.Since(at) > lateRound:
		return warns("retention", "start the service; if it runs, its log says why", "what is too old was last removed at %s", at.Format(time.RFC3339))
	}
	return fine("retention", "what is too old was removed at %s", at.Format(time.RFC3339))
}

const (
	farClock  = 5 * time.Second
	lostClock = 30 * time.Second // the platform's webhooks are refused from 60 on
)

// judgeClock says whether our clock goes with another's.
func judgeClock(name, whose string, ahead time.Duration) symptom {
	const do = "set the clock of this machine by NTP (or theirs, if it is yours)"
	off := fmt.Sprintf("the clock of %s is %s ahead of ours", whose, ahead.Round(time.Millisecond))
	switch {
	case ahead.Abs() > lostClock:
		return fails(name, do, "%s", off)
	case ahead.Abs() > farClock:
		return warns(name, do, "%s", off)
	}
	return fine(name, "that of %s and ours are %s apart", whose, ahead.Abs().Round(time.Millisecond))
}

// lookAtRedis asks Redis how it is.
func lookAtRedis(ctx context.Context, conf config.Config) []symptom {
	c, err := jobs.LookAtRedis(ctx, redisOf(conf))
	switch {
	case err != nil:
		return []symptom{fails("redis", "see that it runs, can be reached from here and has this password (redis_password_file); until then recalls are slower, none is lost", "%s", err)}
	case c.Version == "":
		return []symptom{fine("redis", "embedded: this is for one node")}
	case c.Evicts != "":
		return []symptom{warns("redis", "set maxmemory-policy noeviction", "Redis %s drops what was put into it when it is full (%s)", c.Version, c.Evicts)}
	}
	return []symptom{fine("redis", "Redis %s answers", c.Version)}
}
