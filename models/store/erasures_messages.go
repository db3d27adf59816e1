package store

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// eraseAtOnce is how many messages or rows one transaction of an erasure works on.
const eraseAtOnce = 200

// messages erases what the account posted.
func (e *erasing) messages(ctx context.Context) error {
	for after := ""; ; {
		var ids []string
		err := e.reader(ctx).Model(&messageRow{}).Where("sender = ? AND app = ? AND id > ?", e.order.Account, e.order.App, after).
			Order("id").Limit(eraseAtOnce).Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("messages of the account: %w", clean(err))
		}
		if len(ids) == 0 {
			return nil
		}
		after = ids[len(ids)-1]
		if err := e.batch(ctx, ids); err != nil {
			return err
		}
	}
}

// batch erases some messages, or counts them.
func (e *erasing) batch(ctx context.Context, ids []string) error {
	before := e.did
	if e.dry {
		return e.weigh(&unit{s: e.Store, tx: e.reader(ctx), now: e.now()}, ids)
	}
	return e.write(ctx, func(u *unit) error {
		e.did = before
		var locked []messageRow
		if err := u.locked(false).Select("id").Where("id IN ?", ids).Order("id").Find(&locked).Error; err != nil {
			return fmt.Errorf("lock messages: %w", clean(err))
		}
		return e.weigh(u, ids)
	})
}

// weigh tells what may go from what stays, and erases or counts the former.
func (e *erasing) weigh(u *unit, ids []string) error {
	now, err := u.clock()
	if err != nil {
		return err
	}
	found, err := ages(u.tx, now, 0, "WHERE m.id IN ?", ids)
	if err != nil {
		return err
	}
	var free []agedRow
	for _, m := range found {
		switch {
		case m.Held != 0:
			e.did.Held++
		case m.Busy != 0:
			e.did.Busy++
		default:
			free = append(free, m)
		}
	}
	e.did.Messages += int64(len(free))
	if e.dry || len(free) == 0 {
		return e.count(u, free)
	}
	return e.eraseMessages(u, free)
}

// count says what would go with messages.
func (e *erasing) count(u *unit, free []agedRow) error {
	if len(free) == 0 {
		return nil
	}
	ids := idsOf(free, func(m agedRow) string { return m.ID })
	var findings, reads int64
	if err := u.tx.Model(&findingRow{}).Where("message_id IN ?", ids).Count(&findings).Error; err != nil {
		return clean(err)
	}
	err := u.tx.Raw(`SELECT count(*) FROM messages m JOIN reads r ON r.conversation_id = m.conversation_id AND r.ref = m.ref
		WHERE m.id IN ? AND r.reader <> ?`, ids, e.order.Account).Scan(&reads).Error // their own are counted with the rest
	e.did.Findings, e.did.Reads = e.did.Findings+findings, e.did.Reads+reads
	return clean(err)
}

func (e *erasing) eraseMessages(u *unit, free []agedRow) error {
	ids := idsOf(free, func(m agedRow) string { return m.ID })
	if err := u.eraseContent(ids); err != nil {
		return err
	}
	findings, err := u.execCount("UPDATE findings SET mask = '', fingerprint = '', parts = '' WHERE message_id IN ?", ids)
	if err != nil {
		return err
	}
	e.did.Findings += findings
	read, err := u.forgetReads(free)
	if err != nil {
		return err
	}
	e.did.Reads += read
	nothing := []byte{}
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{"UPDATE revisions SET digest = ? WHERE message_id IN ?", []any{nothing, ids}},
		{"UPDATE decisions SET note = ? WHERE message_id IN ?", []any{nothing, ids}},
		{"UPDATE cases SET note = ?, request_note = ? WHERE message_id IN ?", []any{nothing, nothing, ids}},
		{"DELETE FROM case_notes WHERE case_id IN (SELECT id FROM cases WHERE message_id IN ?)", []any{ids}},
		{"UPDATE reveals SET purpose = ? WHERE message_id IN ?", []any{nothing, ids}},
		{"UPDATE postings SET digest = ? WHERE recall_id IN (SELECT id FROM recalls WHERE message_id IN ?)", []any{nothing, ids}},
		{"UPDATE recalls SET note = ?, sender = ? WHERE message_id IN ?", []any{nothing, e.alias, ids}},
		{"UPDATE sweep_items SET sender = ? WHERE message_id IN ?", []any{e.alias, ids}},
		{"UPDATE messages SET sender = ?, digest = ? WHERE id IN ?", []any{e.alias, nothing, ids}},
	} {
		if err := u.exec(s.statement, s.args...); err != nil {
			return fmt.Errorf("erase messages: %w", err)
		}
	}
	for _, m := range free {
		u.changed(models.MessageChanged, m.ID, models.MessageID(m.ID), models.Conversation{ID: models.ConversationID(m.ConversationID), App: e.order.App})
	}
	return nil
}
