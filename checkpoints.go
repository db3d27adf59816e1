package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// checkpointStore is *store.Store.
type checkpointStore interface {
	// Checkpoint says where all chains of the audit stand now.
	Checkpoint(ctx context.Context) (models.AuditCheckpoint, error)
}

// checkpoints writes down, outside the database, how far the audit got.
type checkpoints struct {
	store checkpointStore
	key   checkpointKey
	file  string // empty: the log alone
	every time.Duration
	log   *slog.Logger
	last  []models.AuditHead
	when  prometheus.Gauge
}

func newCheckpoints(conf config.Config, keys *seal.Keyring, s checkpointStore, log *slog.Logger, r prometheus.Registerer) (*checkpoints, error) {
	key, err := auditKey(conf, keys)
	if err != nil {
		return nil, err
	}
	when := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "takeback_audit_checkpoint_timestamp_seconds",
		Help: "When this node last wrote down, or found unchanged, how far the audit got.",
	})
	if err := r.Register(when); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return &checkpoints{store: s, key: key, file: conf.Audit.Checkpoints, every: cmp.Or(conf.Audit.Every, time.Minute), log: log, when: when}, nil
}

// Run writes checkpoints until ctx ends, and one more at the end.
func (c *checkpoints) Run(ctx context.Context) error {
	for {
		c.look(ctx)
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			c.look(ctx)
			return nil
		case <-beat.Next(c.every):
		}
	}
}

// look writes a checkpoint if the audit got further. What fails is tried again.
func (c *checkpoints) look(ctx context.Context) {
	if err := c.write(ctx); err != nil && ctx.Err() == nil {
		c.log.ErrorContext(ctx, "no checkpoint of the audit was written", slog.Any("error", err))
	}
}

func (c *checkpoints) write(ctx context.Context) error {
	point, err := c.store.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(point.Heads, c.last, sameHead) {
		line, err := point.Sign(c.key.private)
		if err != nil {
			return err
		}
		if err := addLine(c.file, line); err != nil {
			return err
		}
		c.log.InfoContext(ctx, "audit checkpoint", slog.String("checkpoint", line))
		c.last = point.Heads
	}
	c.when.SetToCurrentTime()
	return nil
}

func sameHead(a, b models.AuditHead) bool { return a.Chain == b.Chain && a.Seq == b.Seq }
