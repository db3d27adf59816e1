package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

const postgresConns = 10

// openPostgres opens a PostgreSQL database by its address.
func openPostgres(ctx context.Context, address string, log *slog.Logger) (*database, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		// The cause quotes the address, and with it perhaps a password.
		return nil, fmt.Errorf("the address of the PostgreSQL database does not parse: %w", models.ErrInvalid)
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "takeback"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
	pool := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(uncompiled))
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig(log))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", clean(err)), pool.Close())
	}
	if err := assertDurable(ctx, db); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &database{dialect: postgresDialect, write: db, read: db}, nil
}

// uncompiled has PostgreSQL run the statements of a connection as they are. Over many
// partitions it takes them for expensive, and compiles for seconds what runs for a millisecond.
func uncompiled(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET jit = off")
	return err
}

// assertDurable refuses a session whose commits may be lost after they were
// answered.
func assertDurable(ctx context.Context, db *gorm.DB) error {
	var commit string
	if err := db.WithContext(ctx).Raw("SHOW synchronous_commit").Scan(&commit).Error; err != nil {
		return fmt.Errorf("read setting synchronous_commit of the database: %w", clean(err))
	}
	if commit == "off" {
		return fmt.Errorf("the database has synchronous_commit=off, so a commit may be lost: %w", models.ErrInvalid)
	}
	return nil
}
