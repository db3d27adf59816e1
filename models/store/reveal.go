package store

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Reveal returns a message for a person to read in plain text. Who and what for
// is in the audit, and committed, before the content is returned; without a
// purpose nothing is revealed.
func (s *Store) Reveal(ctx context.Context, scope models.Scope, id models.MessageID, actor, purpose string) (models.Message, error) {
	if actor == "" || purpose == "" {
		return models.Message{}, fmt.Errorf("a reveal needs an actor and a purpose: %w", models.ErrInvalid)
	}
	err := s.write(ctx, func(u *unit) error {
		m, err := u.s.messageIn(u.tx, scope, id)
		if err != nil {
			return missing(err, "message", string(id))
		}
		if m.ErasedAt != 0 {
			return refuse(fmt.Errorf("its content was erased at %s, and nobody can read it any more: %w",
				fromMillis(m.ErasedAt).Format(time.RFC3339), models.ErrConflict))
		}
		return u.revealed(m.ID, actor, purpose)
	})
	if err != nil {
		return models.Message{}, fmt.Errorf("reveal: %w", err)
	}
	m, err := s.Message(ctx, scope, id)
	if err == nil && m.Unopened {
		return models.Message{}, fmt.Errorf("reveal: its content cannot be opened: it was changed in the database, or its key is not in the keyset: %w", models.ErrConflict)
	}
	return m, err
}

func (u *unit) revealed(message, actor, purpose string) error {
	id := u.id()
	err := u.exec("INSERT INTO reveals (id, message_id, actor, purpose, at) VALUES (?, ?, ?, ?, ?)",
		id, message, actor, u.s.sealText(purpose, "reveals", "purpose", id), u.now.UnixMilli())
	if err != nil {
		return err
	}
	return u.record(models.AuditEntry{
		Actor: actor, Action: "message.revealed", Subject: "message", Thing: message,
		Details: map[string]string{"reveal": id, "purpose_digest": u.s.noteDigest(purpose)},
	})
}
