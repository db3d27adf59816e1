package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/beat"
)

type serveCmd struct {
	configFlag
}

// Help shows examples.
func (serveCmd) Help() string {
	return `  takeback serve --config takeback.yaml
  TAKEBACK_LISTEN=127.0.0.1:9000 takeback serve

Exit code 0: it was told to stop. 1: it failed. 2: the settings are wrong. 3: a flush
to the disk of an SQLite database failed; look at the disk, then start it again.`
}

// Run serves until the process is told to stop.
func (s serveCmd) Run(ctx context.Context, c terminal) error {
	conf, err := s.load()
	if err != nil {
		return err
	}
	if err := noCoreDumps(); err != nil {
		return err
	}
	log := newLogger(conf.Log, c.err)
	a, err := newApp(ctx, conf, log)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "takeback serves", slog.String("url", a.URL()), slog.Any("config", conf), slog.String("version", version))
	if len(conf.Apps) == 0 {
		log.WarnContext(ctx, "no app is configured: nothing will call; see takeback.example.yaml")
	}
	if err := offerFirstLogin(ctx, a.store, a.publicURL(), c.err); err != nil {
		a.abandon()
		return fmt.Errorf("offer the first login: %w", err)
	}
	beat.Shift(time.Duration(rand.Int64N(int64(time.Second))))
	a.paced = os.Getenv("GOGC") == "" // who sets it knows better
	return a.Run(ctx)
}

// newLogger logs to w as configured.
func newLogger(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
