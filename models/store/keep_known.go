package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// maxConflicts is how many other contents are kept aside for one message.
const maxConflicts = 20

// fill gives a tombstone the message whose removal was heard of first. It stays
// removed, so there is nothing to recall and nothing to look at.
func (u *unit) fill(w *work, e *event) error {
	m, d := e.in.Event.Message, &e.in.Decision
	sealed := u.s.keys.Seal(e.encoded, "messages", "content", e.row.ID)
	n, err := u.execCount(`UPDATE messages SET sender = ?, operator = ?, sent_at = ?, received_at = ?, edited_at = ?,
		state = ?, inspection = ?, content = ?, digest = ?, verdict = ?, rule = ?, policy = ?, deadline = ?, ephemeral = ?
		WHERE id = ? AND state = ?`,
		m.Sender, m.Operator, millis(m.SentAt), u.s.received(m).UnixMilli(), millis(m.EditedAt),
		string(models.Removed), string(inspection(m)), sealed, e.digest,
		string(cmp.Or(d.Verdict, models.VerdictAllow)), d.Rule, int64(d.Policy), millis(m.Deadline), flag(m.Ephemeral),
		e.row.ID, string(models.Tombstone))
	if err != nil {
		return fmt.Errorf("fill tombstone %s: %w", e.row.ID, err)
	}
	if n == 0 { // a twin in this transaction was first
		e.kept.Result = models.KeptDuplicate
		return nil
	}
	e.kept.Result = models.KeptUpdate
	if err := u.countedLate(e.conv.id, e.row.ID); err != nil {
		return err
	}
	u.sight(e)
	u.addFindings(w, e, 1)
	u.changed(models.MessageChanged, e.row.ID, e.kept.Message, e.model())
	return u.spread(w, e)
}

// original meets a message as it was first posted, after an edit of it. It is
// known from before the edit, or, when the edit overtook it, kept as revision 0.
func (u *unit) original(w *work, e *event) error {
	var n int64
	err := u.tx.Model(&revisionRow{}).Where("message_id = ? AND digest = ?", e.row.ID, e.digest).Count(&n).Error
	if err != nil {
		return fmt.Errorf("look for revision: %w", clean(err))
	}
	if n > 0 {
		e.kept.Result = models.KeptDuplicate
		return nil
	}
	if e.row.Revision > 1 {
		return u.conflict(e) // what was first is known, and is not this
	}
	return u.overtaken(w, e)
}

// overtaken keeps the first content of a message of which an edit came before
// it, and does what was decided of it: people saw it, and what they saw does not
// depend on which of the two came here first.
func (u *unit) overtaken(w *work, e *event) error {
	m, d := e.in.Event.Message, &e.in.Decision
	id := u.id()
	n, err := u.execCount(`INSERT INTO revisions (id, message_id, revision, edited_at, inspection, content, digest,
		verdict, rule, policy, replaced_at) VALUES (?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, e.row.ID, string(inspection(m)), u.s.keys.Seal(e.encoded, "revisions", "content", id), e.digest,
		string(cmp.Or(d.Verdict, models.VerdictAllow)), d.Rule, int64(d.Policy), u.now.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep what was posted before an edit: %w", err)
	}
	if n == 0 {
		return u.conflict(e) // another first content is known
	}
	e.kept.Result = models.KeptUpdate
	if err := u.originate(e); err != nil {
		return err
	}
	u.addFindings(w, e, 0)
	return u.follows(w, e, false)
}

// originate gives a message that is known from an edit what only its first posting
// tells: who wrote it and when, and until when it can be recalled.
func (u *unit) originate(e *event) error {
	m := e.in.Event.Message
	err := u.exec("UPDATE messages SET sender = ?, operator = ?, sent_at = ?, deadline = ?, ephemeral = ? WHERE id = ?",
		m.Sender, m.Operator, millis(m.SentAt), millis(m.Deadline), flag(m.Ephemeral), e.row.ID)
	if err != nil {
		return fmt.Errorf("complete message %s: %w", e.row.ID, err)
	}
	var row messageRow
	if err := first(u.locked(false).Where("id = ?", e.row.ID), &row); err != nil {
		return fmt.Errorf("message %s: %w", e.row.ID, err)
	}
	e.in = asStored(e.in, row)
	return nil
}

// conflict keeps another content for a known message aside; the first stays.
func (u *unit) conflict(e *event) error {
	if err := u.renewed(e); err != nil {
		return err
	}
	e.kept.Result = models.KeptConflict
	var n int64
	if err := u.tx.Model(&conflictRow{}).Where("message_id = ?", e.row.ID).Count(&n).Error; err != nil {
		return fmt.Errorf("count conflicts: %w", clean(err))
	}
	if n >= maxConflicts {
		return nil
	}
	id := u.id()
	n, err := u.execCount(`INSERT INTO conflicts (id, message_id, digest, sender, content, at)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, e.row.ID, e.digest, e.in.Event.Message.Sender,
		u.s.keys.Seal(e.encoded, "conflicts", "content", id), u.now.UnixMilli())
	if err != nil || n == 0 { // the same content was kept aside before
		return err
	}
	u.changed(models.ConflictKept, id, e.kept.Message, e.model())
	return u.record(models.AuditEntry{
		Actor: "platform", Action: "message.conflict", Subject: "message", Thing: e.row.ID,
		Details: map[string]string{"conflict": id},
	})
}

// edited stores a new revision of a message. One that is not known is kept as
// it is now.
func (u *unit) edited(e *event) error {
	m := e.in.Event.Message
	var old messageRow
	err := first(u.locked(false).Where("conversation_id = ? AND ref = ?", e.conv.id, m.Ref), &old)
	if errors.Is(err, models.ErrNotFound) {
		return u.post([]*event{e})
	}
	if err != nil {
		return err
	}
	e.row = stored{old.ID, old.Digest, old.State, old.Revision, old.EditedAt, old.ErasedAt}
	u.know(e)
	e.kept.Message = models.MessageID(old.ID)
	w := u.newWork()
	switch {
	case old.State == string(models.Tombstone):
		err = u.fill(w, e)
	case millis(m.EditedAt) <= old.EditedAt, bytes.Equal(old.Digest, e.digest):
		e.kept.Result = models.KeptDuplicate
	default:
		err = u.revise(w, e, old)
	}
	if err != nil {
		return err
	}
	return w.flush(u)
}

// revise puts the old content among the revisions and the new one in its place.
// The findings of the old revision stay and are superseded by its number.
func (u *unit) revise(w *work, e *event, old messageRow) error {
	if err := u.keepRevision(old); err != nil {
		return err
	}
	m, d := e.in.Event.Message, &e.in.Decision
	err := u.exec(`UPDATE messages SET edited_at = ?, revision = ?, inspection = ?, content = ?, digest = ?,
		verdict = ?, rule = ?, policy = ?, erased_at = 0 WHERE id = ?`,
		millis(m.EditedAt), old.Revision+1, string(inspection(m)),
		u.s.keys.Seal(e.encoded, "messages", "content", old.ID), e.digest,
		string(cmp.Or(d.Verdict, models.VerdictAllow)), d.Rule, int64(d.Policy), old.ID)
	if err != nil {
		return fmt.Errorf("revise message %s: %w", old.ID, err)
	}
	e.kept.Result = models.KeptUpdate
	e.in = asStored(e.in, old)
	if err := u.outdateReplacement(old.ID); err != nil {
		return err
	}
	return u.judged(w, e, old.Revision+1, false)
}

// asStored returns a judged edit with what only the stored message knows: where
// it stands, and until when it can be recalled. The caller's own stays as it is.
func asStored(in *models.Judged, old messageRow) *models.Judged {
	next, m := *in, *in.Event.Message
	m.State, m.Sender = models.MessageState(old.State), old.Sender
	m.SentAt, m.Deadline, m.Ephemeral = fromMillis(old.SentAt), fromMillis(old.Deadline), old.Ephemeral != 0
	next.Event.Message = &m
	return &next
}

func (u *unit) keepRevision(old messageRow) error {
	id := u.id()
	sealed := u.s.sealedFor(old.Content, old.ID, id)
	err := u.exec(`INSERT INTO revisions (id, message_id, revision, edited_at, inspection, content, digest,
		verdict, rule, policy, replaced_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, old.ID, old.Revision, old.EditedAt, old.Inspection,
		sealed, old.Digest, old.Verdict, old.Rule, old.Policy, u.now.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep revision %d of message %s: %w", old.Revision, old.ID, err)
	}
	return nil
}

// sealedFor seals the content of a message anew for a row of its revisions. What was
// erased stays so, and what cannot be opened stays as it is.
func (s *Store) sealedFor(content []byte, message, revision string) []byte {
	if len(content) == 0 {
		return []byte{}
	}
	plain, err := s.keys.Open(content, "messages", "content", message)
	if err != nil {
		return content
	}
	return s.keys.Seal(plain, "revisions", "content", revision)
}
