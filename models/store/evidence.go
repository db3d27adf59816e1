package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// KeepEvidence stores who could see the messages of claimed recalls of one
// conversation and who had read them, before their calls leave. It returns the
// recalls that are still held under their fences: a call for another must not
// leave, for it ended meanwhile or is somebody else's.
func (s *Store) KeepEvidence(ctx context.Context, c models.ConversationID, found []models.Evidence) ([]models.RecallID, error) {
	var held []models.RecallID
	err := s.write(ctx, func(u *unit) error {
		held = held[:0]
		for _, e := range found {
			ok, err := u.keepEvidence(string(c), e)
			if err != nil {
				return fmt.Errorf("recall %s: %w", e.Recall, err)
			}
			if ok {
				held = append(held, e.Recall)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep evidence: %w", err)
	}
	return held, nil
}

func (u *unit) keepEvidence(conversation string, e models.Evidence) (bool, error) {
	n, err := u.execCount("UPDATE recalls SET members = ?, evidence_at = ? WHERE id = ? AND fence = ? AND ended_at = 0",
		int64(e.Members), u.now.UnixMilli(), string(e.Recall), int64(e.Fence))
	if err != nil || n == 0 || e.Read == nil {
		return n > 0, err
	}
	for _, reader := range e.Read.Readers {
		if err := u.readBy(conversation, *e.Read, reader, u.now); err != nil {
			return false, err
		}
	}
	return true, u.readBy(conversation, *e.Read, "", u.now)
}
