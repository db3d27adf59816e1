package store

import (
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Notices says who is told what becomes of recalls; the policy in force. It is
// asked by the writer, and must neither block nor write.
type Notices interface {
	// Wants reports whether anybody is told at all, so that nothing is read in vain.
	Wants(gone bool) bool
	// Notices says what people are told.
	Notices(models.Happening) []models.Notice
}

// telling is what is told of a recall at the end of its transaction.
type telling struct {
	recall recallRow
	notice models.Notice
}

// noticesLock is the number of the lock on PostgreSQL under which notices are
// counted and ordered. SQLite has one writer anyway.
const noticesLock = 0x7461_6b65_7465_6c6c

// notify has people told of a recall: once, whatever becomes of it later.
func (u *unit) notify(r *recallRow, gone bool, why string) error {
	rule := u.s.opts.Notices
	if rule == nil || !rule.Wants(gone) {
		return nil
	}
	h, err := u.happening(r, gone, why)
	if err != nil {
		return err
	}
	for _, n := range rule.Notices(h) {
		u.tellings = append(u.tellings, telling{*r, n})
	}
	return nil
}

// flushTellings orders the notices of the transaction. It does so last, and under a
// lock, so that each transaction counts those of all before it on every node, and
// none that holds the lock waits for what another one holds.
func (u *unit) flushTellings() error {
	if len(u.tellings) == 0 {
		return nil
	}
	now, err := u.alone(noticesLock)
	if err != nil {
		return fmt.Errorf("lock notices: %w", err)
	}
	for i := range u.tellings {
		r, n := &u.tellings[i].recall, u.tellings[i].notice
		if err := u.orderNotice(r, n, now); err != nil {
			return fmt.Errorf("notice of recall %s: %w", r.ID, err)
		}
	}
	return nil
}

// happening collects what a notice may be made of.
func (u *unit) happening(r *recallRow, gone bool, why string) (models.Happening, error) {
	h := models.Happening{Gone: gone, Why: why}
	var err error
	if h.Recall, err = u.recallModel(*r); err != nil || !gone {
		return h, err
	}
	var m messageRow
	if err := first(u.tx.Where("id = ?", r.MessageID), &m); err != nil {
		return h, fmt.Errorf("message %s: %w", r.MessageID, err)
	}
	if h.Elements, err = u.s.openContent(m.Content, "messages", m.ID); err != nil {
		return h, err
	}
	var found []findingRow
	if err := u.tx.Where("message_id = ?", m.ID).Order("id").Find(&found).Error; err != nil {
		return h, fmt.Errorf("findings of message %s: %w", m.ID, clean(err))
	}
	for _, f := range found {
		h.Findings = append(h.Findings, f.model())
	}
	return h, nil
}

// orderNotice orders one notice, or, once there were as many as there may be in an
// hour, the line that says so, and then nothing.
func (u *unit) orderNotice(r *recallRow, n models.Notice, now int64) error {
	told, err := u.told(r, n, now-time.Hour.Milliseconds())
	if err != nil || told > n.Most {
		return err
	}
	text := n.Text
	if told == n.Most {
		text = n.Last
	}
	return u.order(postingRow{
		RecallID: r.ID, MessageID: r.MessageID, ConversationID: r.ConversationID, App: r.App, Kind: string(n.Kind),
		Account: n.Account, Language: string(n.Language), State: string(models.PostingQueued), OrderedBy: string(models.ByPolicy),
		OrderedAt: now,
	}, models.TextElements(text))
}

// told counts the notices since a moment to the same account, or in the same conversation.
func (u *unit) told(r *recallRow, n models.Notice, since int64) (int, error) {
	q := u.tx.Model(&postingRow{}).Where("ordered_at > ? AND kind = ?", since, string(n.Kind))
	if n.Account != "" {
		q = q.Where("app = ? AND account = ? AND account <> ''", r.App, n.Account)
	} else {
		q = q.Where("conversation_id = ? AND account = ''", r.ConversationID)
	}
	var told int64
	err := q.Count(&told).Error
	return int(told), clean(err)
}
