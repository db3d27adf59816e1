package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// stopPoll is how often a node looks for the stop file.
const stopPoll = 200 * time.Millisecond

// stopFile stops automatic recalls while a file is there: for whoever reaches the
// machine and nothing else. Removing it does not start them: that takes a reason.
type stopFile struct {
	path  string
	store *store.Store
	log   *slog.Logger
	told  bool // that it could not be looked at, or that stopping failed
}

// Run looks until ctx ends.
func (f *stopFile) Run(ctx context.Context) error {
	if f.path == "" {
		return nil
	}
	tick := time.NewTicker(stopPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f.look(ctx)
		}
	}
}

// look stops automatic recalls if the file is there and they are not stopped yet.
func (f *stopFile) look(ctx context.Context) {
	if f.path == "" {
		return
	}
	_, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.told = false
		return
	}
	if err == nil {
		err = f.stop(ctx)
	}
	if err != nil && !f.told && ctx.Err() == nil {
		f.told = true
		f.log.ErrorContext(ctx, "the stop file did not stop automatic recalls", slog.Any("error", err))
	}
}

func (f *stopFile) stop(ctx context.Context) error {
	open, err := f.store.OpenBreakers(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(open, func(b models.Breaker) bool { return b.Kind == models.StopBreaker }) {
		return nil
	}
	_, err = f.store.StopRecalls(ctx, "stop-file", "The stop file is there.")
	return err
}
