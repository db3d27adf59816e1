package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// overrules reports whether a request goes past a person's word that the message
// may stay: it says so, or it is the sender's, whose message it is, or it comes
// from the one who gave that word.
func overrules(q models.RecallRequest, c *caseRow) bool {
	return q.Anyway || q.Authority == models.BySender || q.Actor == c.DecidedBy
}

// mayStay returns the case by which a person let the message stay as it is now, nil
// where nobody did. It is the newest case that counts, and one that was decided
// before an edit speaks of another text.
func (u *unit) mayStay(m messageRow) (*caseRow, error) {
	var r caseRow
	err := first(u.locked(false).Where("message_id = ?", m.ID).Order("id DESC"), &r)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil //nolint:nilnil // no case is a fact about a message, not a failure
	}
	if err != nil {
		return nil, fmt.Errorf("cases of message %s: %w", m.ID, err)
	}
	stays := r.DecidedAt > m.EditedAt && r.Verdict == string(models.VerdictAllow) && r.DecidedBy != models.PlatformDecides
	if !stays {
		return nil, nil //nolint:nilnil // as above
	}
	return &r, nil
}

// recallable reports whether a message can be taken back at a time, and if not, why.
func (u *unit) recallable(m messageRow, now time.Time) (ok bool, why string, err error) {
	c, err := u.conversationByID(m.ConversationID)
	if err != nil {
		return false, "", err
	}
	message := m.model()
	message.Conversation = c
	ok, why = message.Recallable(now)
	return ok, why, nil
}
