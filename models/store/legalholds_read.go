package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// holdIsOn is the condition that a hold is on a message.
const holdIsOn = `h.app = m.app AND (h.kind = 'message' AND h.thing = m.id
	OR h.kind = 'conversation' AND h.thing = m.conversation_id OR h.kind = 'sender' AND h.thing = m.sender)`

// holdStands is the condition that a hold keeps at a time.
const holdStands = "h.lifted_at = 0 AND (h.until = 0 OR h.until > ?)"

// underHold is the condition that a hold is on the message of a recall at a time.
const underHold = `EXISTS (SELECT 1 FROM messages m JOIN legal_holds h ON ` + holdIsOn + `
	WHERE m.id = recalls.message_id AND ` + holdStands + `)`

// LegalHold returns one hold.
func (s *Store) LegalHold(ctx context.Context, id models.LegalHoldID) (models.LegalHold, error) {
	var r legalHoldRow
	if err := first(s.reader(ctx).Where("id = ?", string(id)), &r); err != nil {
		return models.LegalHold{}, fmt.Errorf("legal hold %s: %w", id, err)
	}
	return s.legalHoldModel(&r), nil
}

// LegalHolds lists holds, newest first, and returns the cursor of the next page,
// empty at the end. Callers check that the asker may see them.
func (s *Store) LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, string, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, "", err
	}
	q := where(where(where(s.reader(ctx), "app = ?", f.App), "thing = ?", f.Thing), "kind = ?", string(f.Kind))
	if f.Open {
		q = q.Where("lifted_at = 0 AND (until = 0 OR until > ?)", now)
	}
	q, limit, err := page(q, f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []legalHoldRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("legal holds: %w", clean(err))
	}
	found, next := cut(found, limit, func(r legalHoldRow) string { return r.ID })
	out := make([]models.LegalHold, len(found))
	for i := range found {
		out[i] = s.legalHoldModel(&found[i])
	}
	return out, next, nil
}

// LegalHoldsOn lists the holds that are on a message, and those that were, oldest
// first, without the reasons that people gave.
func (s *Store) LegalHoldsOn(ctx context.Context, id models.MessageID) ([]models.LegalHold, error) {
	var found []legalHoldRow
	err := s.reader(ctx).Raw(`SELECT `+columnsOf(legalHoldRow{}, "h")+` FROM legal_holds h JOIN messages m ON `+holdIsOn+`
		WHERE m.id = ? ORDER BY h.id LIMIT ?`, string(id), models.MaxLimit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("legal holds on message %s: %w", id, clean(err))
	}
	out := make([]models.LegalHold, len(found))
	for i := range found {
		out[i] = found[i].model()
	}
	return out, nil
}

// StandingHolds returns the oldest hold that is on each of some messages now, without
// the reasons that people gave; a message that none is on is absent.
func (s *Store) StandingHolds(ctx context.Context, ids []models.MessageID) (map[models.MessageID]models.LegalHold, error) {
	now, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	found, err := holdsOn(s.reader(ctx), now, idsOf(ids, func(id models.MessageID) string { return string(id) })...)
	if err != nil {
		return nil, err
	}
	on := make(map[models.MessageID]models.LegalHold, len(found))
	for id, r := range found {
		on[models.MessageID(id)] = r.model()
	}
	return on, nil
}

// holdsOn returns the oldest hold that is on each of some messages at a time.
func holdsOn(db *gorm.DB, now int64, messages ...string) (map[string]*legalHoldRow, error) {
	type heldRow struct {
		Hold      legalHoldRow `gorm:"embedded"`
		MessageID string
	}
	var found []heldRow
	err := db.Raw(`SELECT `+columnsOf(legalHoldRow{}, "h")+`, m.id AS message_id FROM legal_holds h JOIN messages m ON `+holdIsOn+`
		WHERE m.id IN ? AND `+holdStands+` ORDER BY h.id DESC`, messages, now).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("legal holds: %w", clean(err))
	}
	on := make(map[string]*legalHoldRow, len(found))
	for i := range found {
		on[found[i].MessageID] = &found[i].Hold
	}
	return on, nil
}

// holdOn returns the hold that is on a message, nil for none. It sees what was
// committed before this statement.
func (u *unit) holdOn(message string) (*legalHoldRow, error) {
	now, err := u.clock()
	if err != nil {
		return nil, err
	}
	on, err := holdsOn(u.tx, now, message)
	return on[message], err
}

// notUnderHold refuses where a hold is on a message that is in the chat: what is gone
// has an obstacle of its own. Whoever calls it has written nothing.
func (u *unit) notUnderHold(m messageRow) error {
	if m.State != string(models.Visible) {
		return nil
	}
	r, err := u.holdOn(m.ID)
	if err != nil || r == nil {
		return err
	}
	return refuse(r.model().Err())
}

// heldBack reports whether an error is the refusal of a legal hold.
func heldBack(err error) bool { return errors.Is(err, models.ErrLegalHold) }
