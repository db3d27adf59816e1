package store

import (
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Where a case stands in the queue is a number in its row, and the queue is read
// by an index over it. The number does not change with the time (models.Case.Rank),
// only with what becomes of the case.

// rank is the place of a case as its row is now.
func (r caseRow) rank() int64 {
	return models.Case{
		Severity: models.Severity(r.Severity), OpenedAt: fromMillis(r.OpenedAt), Deadline: fromMillis(r.Deadline),
		Unread: r.Unread != 0, EscalatedAt: fromMillis(r.EscalatedAt),
	}.Rank()
}

// place gives a new case its place. Where the opener does not know the message as
// it is kept, it is looked up.
func (u *unit) place(r *caseRow) error {
	if r.Unread == 0 {
		var m messageRow
		err := first(u.tx.Select("conversation_id", "ref", "sent_at", "deadline", "sender").Where("id = ?", r.MessageID), &m)
		if err != nil {
			return fmt.Errorf("message of a new case: %w", err)
		}
		r.Deadline = m.Deadline
		if r.Unread, err = u.unread(m); err != nil {
			return err
		}
	}
	r.Place = r.rank()
	return nil
}

// unread is 1 where nobody but the sender is known to have read a message.
func (u *unit) unread(m messageRow) (int64, error) {
	var n int64
	err := u.tx.Model(&readRow{}).Where("conversation_id = ? AND reader <> ? AND (ref = ? AND (reader <> '' OR seen > 0) OR ref = '' AND through >= ?)",
		m.ConversationID, m.Sender, m.Ref, m.SentAt).Limit(1).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("who read a message: %w", clean(err))
	}
	return flag(n == 0), nil
}

// readCases lets the waiting cases of messages that were just read fall back.
func (u *unit) readCases(conversation string, r models.Read, reader string) error {
	if r.Count <= 0 && reader == "" {
		return nil
	}
	which, vars := "ref = ?", []any{r.Ref}
	if !r.Through.IsZero() {
		which, vars = "sent_at <= ? AND sender <> ?", []any{millis(r.Through), reader}
	}
	var found []caseRow
	err := u.tx.Where("conversation_id = ? AND decided_at = 0 AND unread = 1", conversation).
		Where("message_id IN (SELECT id FROM messages WHERE conversation_id = ? AND "+which+")", append([]any{conversation}, vars...)...).
		Find(&found).Error
	if err != nil {
		return fmt.Errorf("cases of what was read: %w", clean(err))
	}
	for _, c := range found {
		c.Unread = 0
		if err := u.exec("UPDATE cases SET unread = 0, place = ? WHERE id = ?", c.rank(), c.ID); err != nil {
			return fmt.Errorf("case of what was read: %w", err)
		}
	}
	return nil
}

// lockedBy returns who else works on a case; empty for nobody.
func (r caseRow) lockedBy(actor string, now time.Time) string {
	return models.Case{
		State: models.CaseState(r.State), ClaimedBy: r.ClaimedBy, ClaimedUntil: fromMillis(r.ClaimedUntil),
	}.LockedBy(actor, now)
}

// taken says who works on a case, and until when nobody else can.
func taken(who string, until int64) error {
	return fmt.Errorf("%s works on it until %s: %w", who, fromMillis(until).Format(time.RFC3339), models.ErrConflict)
}
