package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
)

// countEvery is how often it is looked whether a slot can be counted.
const countEvery = time.Minute

// slotStore is *store.Store.
type slotStore interface {
	// CountSlots counts the next slots that are over, and says whether there are more.
	CountSlots(ctx context.Context) (more bool, err error)
}

// slotCounter keeps the figures up that the console's numbers are added up from.
type slotCounter struct {
	store slotStore
	log   *slog.Logger
}

// Run counts until ctx ends.
func (c *slotCounter) Run(ctx context.Context) error {
	for {
		c.count(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(countEvery):
		}
	}
}

// count counts all that can be counted. What fails is tried again at the next look.
func (c *slotCounter) count(ctx context.Context) {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = c.store.CountSlots(ctx); err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "what became of recalls was not counted", slog.Any("error", err))
			return
		}
	}
}
