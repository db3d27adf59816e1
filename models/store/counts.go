package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// How many messages a conversation has is not written with each message: nodes
// would wait for each other's row, and half of what a delivery writes would be
// counters. The row of a conversation holds the number of messages with ids
// below a border; what is above is counted when somebody asks, and now and then
// the border is moved up. A message's id begins with the time of its delivery,
// so a border in the past is one that nobody writes below any more.

const (
	rollEvery = time.Minute
	rollLag   = 10 * time.Minute // how far the border stays behind; more than a delivery ever waits
	rollChunk = 200              // conversations in one statement
)

// counts holds the conversations that gained messages since their border was
// moved, and when they last did, in unix milliseconds. What a crash forgets
// only leaves more to be counted on reading.
type counts map[string]int64

func (c counts) touch(ids map[string]struct{}, now time.Time) {
	if len(c)+len(ids) > maxPlaces {
		clear(c)
	}
	for id := range ids {
		c[id] = now.UnixMilli()
	}
}

// rollUp moves the borders of the conversations touched.
func (w *writer) rollUp() {
	if len(w.counts) == 0 {
		return
	}
	limit := w.s.now().Add(-rollLag)
	var ids []string
	for id, last := range w.counts {
		ids = append(ids, id)
		if last < limit.UnixMilli() {
			delete(w.counts, id)
		}
	}
	slices.Sort(ids) // nodes never wait for each other in a ring
	for chunk := range slices.Chunk(ids, rollChunk) {
		op := &operation{run: func(u *unit) error { return u.moveBorder(chunk, models.FirstID(limit)) }, done: make(chan struct{})}
		w.commit([]*operation{op})
		if op.err != nil {
			w.s.opts.Logger.Warn("messages were not counted", slog.Any("error", op.err))
		}
	}
}

func (u *unit) moveBorder(ids []string, to string) error {
	err := u.exec(`UPDATE conversations SET counted_to = ?, counted = counted + (
			SELECT count(*) FROM messages m WHERE m.conversation_id = conversations.id
			AND m.id >= conversations.counted_to AND m.id < ? AND m.inspection <> '')
		WHERE id IN ? AND counted_to < ?`, to, to, ids, to)
	if err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	return nil
}

// countedLate counts a message that became one below the border: a tombstone
// that was filled.
func (u *unit) countedLate(conversation, message string) error {
	err := u.exec("UPDATE conversations SET counted = counted + 1 WHERE id = ? AND counted_to > ?", conversation, message)
	if err != nil {
		return fmt.Errorf("count message %s: %w", message, err)
	}
	return nil
}

// tail is what stands above the border of a conversation.
type tail struct {
	ID       string
	Messages int64
	Last     string // the id of its last message
}

// counted completes conversations with their numbers of messages.
func (s *Store) counted(ctx context.Context, found []conversationRow) ([]models.Conversation, error) {
	out := make([]models.Conversation, len(found))
	if len(found) == 0 {
		return out, nil
	}
	var tails []tail
	err := s.reader(ctx).Raw(`SELECT c.id,
			(SELECT count(*) FROM messages m WHERE m.conversation_id = c.id AND m.id >= c.counted_to AND m.inspection <> '') AS messages,
			coalesce((SELECT max(m.id) FROM messages m WHERE m.conversation_id = c.id), '') AS last
		FROM conversations c WHERE c.id IN ?`, idsOf(found, func(r conversationRow) string { return r.ID })).Scan(&tails).Error
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", clean(err))
	}
	byID := make(map[string]tail, len(tails))
	for _, t := range tails {
		byID[t.ID] = t
	}
	for i, r := range found {
		t := byID[r.ID]
		out[i] = r.model()
		out[i].Messages, out[i].LastMessageAt = r.Counted+t.Messages, models.IDTime(t.Last)
	}
	return out, nil
}
