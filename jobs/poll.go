package jobs

import (
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	pollEvery   = 2 * time.Second // how often a node looks for chats to read back
	pollMany    = 20              // chats read back in one look
	pollOverlap = time.Minute     // by which one reading overlaps the one before
)

// poll reads one-to-one chats back that are due: their messages have no numbers
// that would show what is missing.
func (s *seeker) poll(ctx context.Context, h *historian) {
	if !h.open() {
		return
	}
	due, err := s.Store.ClaimDue(ctx, h.id, []models.ConversationKind{models.Direct}, pollMany, h.window(), s.Cadence.Poll)
	if err != nil {
		s.failedTo(ctx, "find_chats", h, err)
		return
	}
	for _, d := range due {
		s.readBack(ctx, h, d)
	}
}

func (s *seeker) readBack(ctx context.Context, h *historian, d models.Due) {
	through, from := h.clock.now(), d.AskedAt.Add(-pollOverlap)
	if d.AskedAt.IsZero() {
		from = d.HeardAt.Add(-s.Cadence.Poll - pollOverlap)
	}
	if w := h.window(); from.Before(w) {
		from = w
	}
	var events []models.Event
	err := h.call(ctx, opHistory, 2, func(ctx context.Context) (err error) { // each end has its own view
		events, err = h.recent.Since(ctx, d.Conversation, from)
		return err
	})
	if err != nil {
		return // it is due again after a while, from the same moment on
	}
	missed, err := s.takeIn(ctx, h, d.Conversation, events)
	if err == nil {
		err = s.Store.Polled(ctx, d.Conversation.ID, through, missed, s.Cadence)
	}
	if err != nil {
		s.failedTo(ctx, "read_chat", h, err)
	}
}

// takeIn hands over what is not kept yet, and removals, and says how many
// messages had been missed.
func (s *seeker) takeIn(ctx context.Context, h *historian, c models.Conversation, events []models.Event) (int64, error) {
	var refs []string
	for _, e := range events {
		if e.Message != nil {
			refs = append(refs, e.Message.Ref)
		}
	}
	known, err := s.Store.KeptAmong(ctx, c.ID, refs)
	if err != nil {
		return 0, err
	}
	var fresh []models.Event
	for _, e := range events {
		if e.Message == nil || known[e.Message.Ref].IsZero() {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	kept, err := s.Intake().Backfill(ctx, h.id, fresh)
	missed := int64(0)
	for i, k := range kept {
		if fresh[i].Message != nil && k.Result == models.KeptNew {
			missed++
		}
	}
	s.metrics.accounted(h.id, models.ClosedHistory, missed)
	return missed, err
}
