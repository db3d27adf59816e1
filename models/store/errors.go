package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// databaseError is a driver's error without what it may quote. PostgreSQL puts
// row values into detail and message, pgx puts parameters into encoding errors.
type databaseError struct {
	text   string
	unique bool // a unique index refused the row
	again  bool // the transaction lost a race and may simply be tried again
	flush  bool // the disk did not confirm what was written
}

// Error says what kind of failure it was.
func (e *databaseError) Error() string { return "database: " + e.text }

// Unwrap returns ErrFlush where it was that.
func (e *databaseError) Unwrap() error {
	if e.flush {
		return ErrFlush
	}
	return nil
}

// clean turns an error of gorm or a driver into one that is safe to print. Our
// own errors pass.
func clean(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) {
		return models.ErrNotFound
	}
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return cleanSQLite(e)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return cleanPostgres(e)
	}
	if harmless(err) {
		return err
	}
	return &databaseError{text: fmt.Sprintf("unexpected failure (%T)", err)}
}

func cleanSQLite(e sqlite3.Error) error {
	return &databaseError{
		text:   fmt.Sprintf("sqlite code %d (%s)", int(e.ExtendedCode), e.ExtendedCode.Error()),
		unique: e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey,
		again:  e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked,
		flush:  unflushed(e),
	}
}

// The SQLSTATEs that matter: unique_violation, serialization_failure, deadlock_detected, and
// feature_not_supported where a statement that was prepared finds its table changed. The
// driver then forgets it, so that the next try prepares it anew.
func cleanPostgres(e *pgconn.PgError) error {
	text := "postgres SQLSTATE " + e.Code
	if e.ConstraintName != "" {
		text += " on " + e.ConstraintName
	}
	return &databaseError{
		text:   text,
		unique: e.Code == "23505",
		again:  e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03" || e.Code == "0A000" && e.Routine == "RevalidateCachedQuery",
	}
}

// harmless reports whether the text of an error can hold no value of a row.
func harmless(err error) bool {
	for _, known := range []error{
		models.ErrNotFound, models.ErrConflict, models.ErrBusy, models.ErrInvalid, models.ErrForbidden,
		context.Canceled, sql.ErrTxDone,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	if _, ok := errors.AsType[*databaseError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*refusal](err); ok {
		return true
	}
	return unreachable(err)
}

// unreachable reports whether an error says that the database could not be
// talked to at all, whatever was to be written.
func unreachable(err error) bool {
	for _, known := range []error{
		context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, sql.ErrConnDone, driver.ErrBadConn,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

func isUnique(err error) bool {
	e, ok := errors.AsType[*databaseError](err)
	return ok && e.unique
}

func isAgain(err error) bool {
	e, ok := errors.AsType[*databaseError](err)
	return ok && e.again
}
