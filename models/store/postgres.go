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

const (
	postgresReads  = 8
	postgresWrites = 2 // the writer's, and one to spare while another is being given up
)

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
	read, err := openPool(ctx, cfg, postgresReads, log, uncompiled)
	if err != nil {
		return nil, err
	}
	write, err := openPool(ctx, cfg, postgresWrites, log, func(ctx context.Context, conn *pgx.Conn) error {
		return errors.Join(uncompiled(ctx, conn), planned(ctx, conn))
	})
	if err != nil {
		return nil, errors.Join(err, closePool(read))
	}
	return &database{dialect: postgresDialect, write: write, read: read, shape: read, presence: &heldLock{config: cfg}}, nil
}

func openPool(ctx context.Context, cfg *pgx.ConnConfig, conns int, log *slog.Logger, prepare func(context.Context, *pgx.Conn) error) (*gorm.DB, error) {
	pool := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(prepare))
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig(log))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", clean(err)), pool.Close())
	}
	if err := assertDurable(ctx, db); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// uncompiled has PostgreSQL run the statements of a connection as they are. Over many
// partitions it takes them for expensive, and compiles for seconds what runs for a millisecond.
func uncompiled(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET jit = off")
	return err
}

// planned has PostgreSQL plan each statement of a connection once, and by an index. What is
// written goes by keys: a plan for the values at hand is the same each time, and takes longer
// to make than to run. One made while a table is empty (a new database, a new partition) would
// go through all of it, and stay until the table is analysed, a minute or a backlog later.
func planned(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
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
