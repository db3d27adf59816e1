package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	askEvery = time.Second // how often a node looks for conversations to ask for
	askLease = 30 * time.Second
	askMany  = 500 // conversations asked for in one look
)

// numbered are the kinds of conversation that may have numbers.
var numbered = []models.ConversationKind{models.Group, models.Topic}

// ask asks the platform for the newest numbers of conversations that are due:
// what was lost at their ends shows in no other way.
func (s *seeker) ask(ctx context.Context, h *historian) {
	if !h.open() {
		return
	}
	if h.anew() {
		if err := s.Store.AskAgain(ctx, h.id, h.window()); err != nil {
			h.again()
			s.failedTo(ctx, "ask_again", h, err)
			return
		}
	}
	for ctx.Err() == nil {
		due, err := s.Store.ClaimDue(ctx, h.id, numbered, askMany, h.window(), askLease)
		if err != nil {
			s.failedTo(ctx, "find_due", h, err)
			return
		}
		for _, part := range together(due, h) {
			if err := s.askFor(ctx, h, part); err != nil {
				return // the lease ends, and they are due again
			}
		}
		if len(due) < askMany {
			return
		}
	}
}

// together parts conversations into those of one call: groups, or topics of one
// community.
func together(due []models.Due, h *historian) [][]models.Due {
	var order []string
	by := map[string][]models.Due{}
	for _, d := range due {
		key := ""
		if d.Conversation.Kind == models.Topic {
			key = d.Conversation.Group
		}
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], d)
	}
	var parts [][]models.Due
	for _, key := range order {
		most := max(1, h.adapter.Limits(by[key][0].Conversation.Kind).Newest)
		parts = slices.AppendSeq(parts, slices.Chunk(by[key], most))
	}
	return parts
}

func (s *seeker) askFor(ctx context.Context, h *historian, part []models.Due) error {
	cs := make([]models.Conversation, len(part))
	for i, d := range part {
		cs[i] = d.Conversation
	}
	var newest []int64
	err := h.call(ctx, opNewest, 1, func(ctx context.Context) (err error) {
		newest, err = h.sequenced.Newest(ctx, cs)
		return err
	})
	if err != nil {
		return err
	}
	heard := make([]models.Newest, 0, len(part))
	for i, d := range part[:min(len(part), len(newest))] {
		first, _ := h.sequenced.Number(d.Conversation, d.FirstRef)
		heard = append(heard, models.Newest{Conversation: d.Conversation.ID, First: first, Number: newest[i]})
	}
	if err := s.Store.Heard(ctx, heard, h.window(), s.Cadence); err != nil {
		s.failedTo(ctx, "store_newest", h, err)
		return err
	}
	return nil
}
