package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// MessagesNamed returns the messages of one conversation that have one of some refs, in
// no order.
func (s *Store) MessagesNamed(ctx context.Context, scope models.Scope, in models.ConversationID, refs []string) ([]models.Message, error) {
	if len(refs) > models.MaxLimit {
		return nil, fmt.Errorf("at most %d messages at once: %w", models.MaxLimit, models.ErrInvalid)
	}
	var found []messageRow
	err := scoped(s.reader(ctx), scope, "conversation_id").
		Where("conversation_id = ? AND ref IN ?", string(in), refs).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages of conversation %s: %w", in, clean(err))
	}
	return s.messageModels(s.reader(ctx), found)
}

// HolesWithin lists the holes, open or closed, that lie within some numbers of a
// conversation or reach into them, the lowest first. The caller has made sure that
// the conversation may be shown, and asks for models.MaxLimit numbers at most.
func (s *Store) HolesWithin(ctx context.Context, c models.ConversationID, r models.Range) ([]models.Hole, error) {
	if r.Len() > models.MaxLimit {
		return nil, fmt.Errorf("at most %d numbers at once: %w", models.MaxLimit, models.ErrInvalid)
	}
	of := func() *gorm.DB { return s.reader(ctx).Where("conversation_id = ?", string(c)) }
	var found, before []holeRow
	err := of().Where("first < ?", r.First).Order("first DESC").Limit(1).Find(&before).Error
	if err == nil {
		err = of().Where("first BETWEEN ? AND ?", r.First, r.Last).Order("first").Limit(models.MaxLimit).Find(&found).Error
	}
	if err != nil {
		return nil, fmt.Errorf("holes of conversation %s: %w", c, clean(err))
	}
	if len(before) == 1 && before[0].Last >= r.First {
		found = append(before, found...)
	}
	holes := make([]models.Hole, len(found))
	for i, h := range found {
		holes[i] = h.model()
	}
	return holes, nil
}

// OpenHolesOf lists the latest open holes of each of some conversations, the highest
// first. The caller has made sure that they may be shown.
func (s *Store) OpenHolesOf(ctx context.Context, ids []models.ConversationID) (map[models.ConversationID][]models.Hole, error) {
	var found []holeRow
	err := s.reader(ctx).Raw(`SELECT `+columnsOf(holeRow{}, "latest")+` FROM (SELECT `+columnsOf(holeRow{}, "h")+`,
			row_number() OVER (PARTITION BY conversation_id ORDER BY first DESC) AS nth
			FROM holes h WHERE h.closed_at = 0 AND h.conversation_id IN ?) AS latest
		WHERE nth <= ? ORDER BY conversation_id, first DESC`, ids, lastHoles).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("open holes of conversations: %w", clean(err))
	}
	by := map[models.ConversationID][]models.Hole{}
	for _, h := range found {
		by[models.ConversationID(h.ConversationID)] = append(by[models.ConversationID(h.ConversationID)], h.model())
	}
	return by, nil
}
