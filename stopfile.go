package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
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
	owed  bool // it was there, and the stop is not written yet
}

// Run looks until ctx ends.
func (f *stopFile) Run(ctx context.Context) error {
	if f.path == "" {
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(stopPoll):
			f.look(ctx)
		}
	}
}

// look stops automatic recalls if the file is there, or was, and they are not stopped
// yet. Where the stop cannot be written this process keeps them back until it is.
func (f *stopFile) look(ctx context.Context) {
	if f.path == "" {
		return
	}
	_, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) && !f.owed {
		f.told = false
		return
	}
	if err == nil || f.owed {
		f.owed = true
		err = f.stop(ctx)
		f.owed = err != nil
	}
	if err != nil && !f.told && ctx.Err() == nil {
		f.told = true
		f.log.ErrorContext(ctx, "the stop file did not stop automatic recalls", slog.Any("error", err))
	}
}

func (f *stopFile) stop(ctx context.Context) error {
	open, err := f.store.OpenBreakers(ctx)
	if err == nil && slices.ContainsFunc(open, func(b models.Breaker) bool { return b.Kind == models.StopBreaker }) {
		f.store.StopHere(false)
		return nil
	}
	f.store.StopHere(true)
	if _, err := f.store.StopRecalls(ctx, "stop-file", "The stop file is there."); err != nil {
		return err
	}
	f.store.StopHere(false)
	return nil
}
