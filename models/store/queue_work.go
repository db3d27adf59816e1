package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// ClaimCase makes a waiting case actor's for a while, or for a while longer. An
// error wraps models.ErrConflict where somebody else works on it, or it is decided;
// the case is returned as it stands. Only a claim that is new is announced.
func (s *Store) ClaimCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, during time.Duration) (models.Case, error) {
	return s.workOnCase(ctx, "claim", scope, id, actor, func(u *unit, r caseRow) error {
		if r.ClaimedBy != actor || u.now.UnixMilli() >= r.ClaimedUntil {
			if err := u.caseChanged(r); err != nil {
				return err
			}
		}
		return u.exec("UPDATE cases SET claimed_by = ?, claimed_until = ? WHERE id = ?", actor, u.now.Add(during).UnixMilli(), r.ID)
	})
}

// ReleaseCase gives a case up that actor works on. One that is not actor's stays.
func (s *Store) ReleaseCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) error {
	_, err := s.workOnCase(ctx, "release", scope, id, actor, func(u *unit, r caseRow) error {
		return errors.Join(u.unclaim(r, actor), u.caseChanged(r))
	})
	if errors.Is(err, models.ErrConflict) {
		return nil
	}
	return err
}

func (u *unit) unclaim(r caseRow, actor string) error {
	return u.exec("UPDATE cases SET claimed_by = '', claimed_until = 0 WHERE id = ? AND claimed_by = ?", r.ID, actor)
}

// SkipCase leaves a waiting case out of actor's queue for good, and gives it up.
// Others see it as before.
func (s *Store) SkipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.workOnCase(ctx, "skip", scope, id, actor, func(u *unit, r caseRow) error {
		err := u.exec("INSERT INTO case_skips (actor, case_id, at) VALUES (?, ?, ?) ON CONFLICT (actor, case_id) DO NOTHING",
			actor, r.ID, u.now.UnixMilli())
		return errors.Join(err, u.unclaim(r, actor), u.caseChanged(r))
	})
}

// UnskipCase puts a case back into actor's queue.
func (s *Store) UnskipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error) {
	return s.workOnCase(ctx, "take up", scope, id, actor, func(u *unit, r caseRow) error {
		return errors.Join(u.exec("DELETE FROM case_skips WHERE actor = ? AND case_id = ?", actor, r.ID), u.caseChanged(r))
	})
}

// ParkCase sets a waiting case aside for everybody until a time, or takes it up
// again (a zero time), with the note that goes with it.
func (s *Store) ParkCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, until time.Time, note string) (models.Case, error) {
	return s.workOnCase(ctx, "park", scope, id, actor, func(u *unit, r caseRow) error {
		by, action := actor, "case.parked"
		if until.IsZero() {
			by, action = "", "case.taken_up"
		}
		err := u.exec("UPDATE cases SET parked_by = ?, parked_until = ? WHERE id = ?", by, millis(until), r.ID)
		details := map[string]string{}
		if !until.IsZero() {
			details["until"] = until.UTC().Format(time.RFC3339)
		}
		return errors.Join(err, u.unclaim(r, actor), u.noteCase(r, actor, action, note, details))
	})
}

// EscalateCase asks for another pair of eyes: the case goes up in the queue and out
// of actor's own, with the note that goes with it.
func (s *Store) EscalateCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error) {
	return s.workOnCase(ctx, "escalate", scope, id, actor, func(u *unit, r caseRow) error {
		if r.EscalatedAt == 0 {
			r.EscalatedAt = u.now.UnixMilli()
			if err := u.exec("UPDATE cases SET escalated_by = ?, escalated_at = ?, place = ? WHERE id = ?", actor, r.EscalatedAt, r.rank(), r.ID); err != nil {
				return err
			}
		}
		return errors.Join(u.unclaim(r, actor), u.noteCase(r, actor, "case.escalated", note, map[string]string{}))
	})
}

// NoteCase writes a note to a waiting case.
func (s *Store) NoteCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error) {
	return s.workOnCase(ctx, "note", scope, id, actor, func(u *unit, r caseRow) error {
		return u.noteCase(r, actor, "case.noted", note, map[string]string{})
	})
}

// noteCase keeps a note, sealed, and records what was done with the case.
func (u *unit) noteCase(r caseRow, actor, action, note string, details map[string]string) error {
	details["message"] = r.MessageID
	if note != "" {
		id := u.id()
		err := u.exec("INSERT INTO case_notes (id, case_id, actor, at, note) VALUES (?, ?, ?, ?, ?)",
			id, r.ID, actor, u.now.UnixMilli(), u.s.sealText(note, "case_notes", "note", id))
		if err != nil {
			return fmt.Errorf("keep a note: %w", err)
		}
		details["note_digest"] = u.s.noteDigest(note)
	}
	if err := u.caseChanged(r); err != nil {
		return err
	}
	return u.record(models.AuditEntry{Actor: actor, Action: action, Subject: "case", Thing: r.ID, Details: details})
}

// workOnCase does something with a waiting case on which nobody else works.
func (s *Store) workOnCase(
	ctx context.Context, what string, scope models.Scope, id models.CaseID, actor string, do func(*unit, caseRow) error,
) (c models.Case, err error) {
	err = s.write(ctx, func(u *unit) error {
		r, err := u.lockedCase(scope, id)
		if err != nil {
			return err
		}
		if c, err = u.caseModel(r.ID); err != nil {
			return err
		}
		if err := u.free(r, actor); err != nil {
			return err
		}
		if err := do(u, r); err != nil {
			return err
		}
		c, err = u.caseModel(r.ID)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("%s case %s: %w", what, id, err)
	}
	return c, nil
}

// free refuses work on a case that is decided, or on which somebody else works.
func (u *unit) free(r caseRow, actor string) error {
	if r.DecidedAt != 0 {
		return refuse(lost(&r))
	}
	if who := r.lockedBy(actor, u.now); who != "" {
		return refuse(taken(who, r.ClaimedUntil))
	}
	return nil
}

func (u *unit) caseChanged(r caseRow) error {
	conversation, err := u.conversationByID(r.ConversationID)
	if err != nil {
		return err
	}
	u.changed(models.CaseChanged, r.ID, models.MessageID(r.MessageID), conversation)
	return nil
}

// CaseNotes lists what was written to a case, the oldest first.
func (s *Store) CaseNotes(ctx context.Context, scope models.Scope, id models.CaseID) ([]models.CaseNote, error) {
	if _, err := s.Case(ctx, scope, id); err != nil {
		return nil, err
	}
	var found []caseNoteRow
	if err := s.reader(ctx).Where("case_id = ?", string(id)).Order("id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("notes of case %s: %w", id, clean(err))
	}
	notes := make([]models.CaseNote, len(found))
	for i, r := range found {
		notes[i] = models.CaseNote{Actor: r.Actor, At: fromMillis(r.At), Text: s.openNote(r.Note, "case_notes", r.ID)}
	}
	return notes, nil
}
