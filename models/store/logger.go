package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// slowQuery is how long a statement may take before it is logged.
const slowQuery = 200 * time.Millisecond

// LevelStatements is the level of a log that has every statement, below that of any
// setting: for tests that look at what is asked of the database.
const LevelStatements = slog.LevelDebug - 4

// sqlLog writes gorm's log to slog: slow statements only, and never a value.
// Failures are not logged here; they are returned, and logged at the edges.
type sqlLog struct{ log *slog.Logger }

var (
	_ logger.Interface  = sqlLog{}
	_ gorm.ParamsFilter = sqlLog{}
)

// LogMode changes nothing: what is logged is fixed.
func (l sqlLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info drops the message: gorm's own messages may quote values.
func (sqlLog) Info(context.Context, string, ...any) {}

// Warn drops the message.
func (sqlLog) Warn(context.Context, string, ...any) {}

// Error drops the message.
func (sqlLog) Error(context.Context, string, ...any) {}

// ParamsFilter keeps parameters out of the SQL that Trace sees.
func (sqlLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace logs a statement that took long.
func (l sqlLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), _ error) {
	took := time.Since(begin)
	level := LevelStatements
	if took >= slowQuery {
		level = slog.LevelWarn
	}
	if !l.log.Enabled(ctx, level) {
		return
	}
	text, rows := fc()
	attrs := []slog.Attr{slog.String("sql", text), slog.Int64("rows", rows), slog.Duration("took", took)}
	if level == LevelStatements {
		l.log.LogAttrs(ctx, level, "query", attrs...)
		return
	}
	l.log.LogAttrs(ctx, level, "slow query", attrs...)
}

// filterRecorded keeps parameters also out of the SQL that gorm records itself, on its way
// to Trace: it does so for whatever is scanned, and knows of no filter there but its own.
var filterRecorded = sync.OnceFunc(func() { logger.RecorderParamsFilter = sqlLog{}.ParamsFilter })

// gormConfig is the same for both databases. Transactions are opened by the
// writer alone. Statements are cached by the drivers: gorm's own cache prepares
// again for every transaction.
func gormConfig(log *slog.Logger) *gorm.Config {
	filterRecorded()
	return &gorm.Config{
		SkipDefaultTransaction:                   true,
		QueryFields:                              true, // see columnsOf
		DisableForeignKeyConstraintWhenMigrating: true,
		Logger:                                   sqlLog{log},
	}
}
