package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// HoldOutbox is the statement that keeps everything which waits from leaving: recalls,
// postings, and deliveries to other systems, also those that people asked for. It goes
// into the transaction that restores a backup, or what had been done since would be
// done again. StartRecalls lifts it.
const HoldOutbox = `INSERT INTO pauses (app, until, code) VALUES ('', 253402300799000, 'restored') ON CONFLICT (app) DO NOTHING`

// unheld is the condition that no backup was restored of which nobody has said yet
// that what waits in it may leave.
const unheld = "NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.app = '')"

// Restored puts on record that the database is that of a backup: everything that waits
// is held, automatic recalls are stopped with the reason, and the audit says so. Of
// what a rule had asked for each message becomes a case.
func (s *Store) Restored(ctx context.Context, actor, reason string, details map[string]string) error {
	err := s.write(ctx, func(u *unit) error {
		if err := u.exec(HoldOutbox); err != nil {
			return err
		}
		err := u.record(models.AuditEntry{Actor: actor, Action: "database.restored", Subject: "database", Thing: "database", Details: details})
		if err != nil {
			return err
		}
		_, err = u.stop(actor, reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("hold what waits in the restored database: %w", err)
	}
	return nil
}

// letGo lifts what Restored holds.
func (u *unit) letGo() error { return u.exec("DELETE FROM pauses WHERE app = ''") }

// Empty reports whether a database holds no table of anybody's.
func Empty(ctx context.Context, o Options) (bool, error) {
	db, err := openDatabase(ctx, o)
	if err != nil {
		return false, err
	}
	defer func() { _ = db.close() }()
	look := "SELECT count(*) FROM sqlite_master"
	if db.dialect == postgresDialect {
		look = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
	}
	var things int64
	if err := db.read.WithContext(ctx).Raw(look).Scan(&things).Error; err != nil {
		return false, fmt.Errorf("look into the database: %w", clean(err))
	}
	return things == 0, nil
}
