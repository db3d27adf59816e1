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

// notify orders what people are told of a recall: once, whatever becomes of it later.
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
		if err := u.orderNotice(r, n); err != nil {
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
func (u *unit) orderNotice(r *recallRow, n models.Notice) error {
	told, err := u.told(r, n)
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
	}, models.TextElements(text))
}

// told counts the notices of the last hour to the same account, or in the same conversation.
func (u *unit) told(r *recallRow, n models.Notice) (int, error) {
	q := u.tx.Model(&postingRow{}).Where("ordered_at > ? AND kind = ?", u.now.Add(-time.Hour).UnixMilli(), string(n.Kind))
	if n.Account != "" {
		q = q.Where("app = ? AND account = ? AND account <> ''", r.App, n.Account)
	} else {
		q = q.Where("conversation_id = ? AND account = ''", r.ConversationID)
	}
	var told int64
	err := q.Count(&told).Error
	return int(told), clean(err)
}
