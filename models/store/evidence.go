package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// KeepEvidence stores who could see the messages of claimed recalls of one
// conversation and who had read them, before their calls leave. It returns the
// recalls that are still held under their fences: a call for another must not
// leave, for it ended meanwhile or is somebody else's.
func (s *Store) KeepEvidence(ctx context.Context, c models.ConversationID, found []models.Evidence) ([]models.RecallID, error) {
	var held []models.RecallID
	ids := idsOf(found, func(e models.Evidence) string { return string(e.Recall) })
	err := s.writeTogether(ctx, ids, func(u *unit) (err error) {
		held, err = u.keepEvidence(string(c), found)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep evidence: %w", err)
	}
	return held, nil
}

// evidenceOfRecalls is what evidence changes of a recall.
var evidenceOfRecalls = &table{name: "recalls", keys: 1, columns: slices.Concat(texts("id"), numbers("members", "evidence_at"))}

func (u *unit) keepEvidence(conversation string, found []models.Evidence) ([]models.RecallID, error) {
	var held []models.RecallID
	batch := rows{table: evidenceOfRecalls}
	for _, e := range found {
		r, ok := u.hand.recalls[string(e.Recall)]
		if !ok || r.EndedAt != 0 || r.Fence != int64(e.Fence) {
			continue
		}
		held = append(held, e.Recall)
		r.Members, r.EvidenceAt = int64(e.Members), u.now.UnixMilli()
		batch.add(r.ID, r.Members, r.EvidenceAt)
		if err := u.keepReads(conversation, e.Read); err != nil {
			return nil, fmt.Errorf("recall %s: %w", e.Recall, err)
		}
	}
	_, err := u.update(&batch)
	return held, err
}

// sawBefore puts into a recall that is about to be claimed who could see its message.
func (u *unit) sawBefore(r *recallRow, seen []models.Evidence) error {
	i := slices.IndexFunc(seen, func(e models.Evidence) bool { return string(e.Recall) == r.ID })
	if i < 0 {
		return nil
	}
	r.Members, r.EvidenceAt = int64(seen[i].Members), u.now.UnixMilli()
	if err := u.keepReads(r.ConversationID, seen[i].Read); err != nil {
		return fmt.Errorf("recall %s: %w", r.ID, err)
	}
	return nil
}

func (u *unit) keepReads(conversation string, read *models.Read) error {
	if read == nil {
		return nil
	}
	for _, reader := range read.Readers {
		if err := u.readBy(conversation, *read, reader, u.now); err != nil {
			return err
		}
	}
	return u.readBy(conversation, *read, "", u.now)
}
