package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// Sweep returns one sweep with its progress. Callers check that the asker may
// see it: a sweep may speak of any conversation.
func (s *Store) Sweep(ctx context.Context, id models.SweepID) (models.Sweep, error) {
	var r sweepRow
	if err := first(s.reader(ctx).Where("id = ?", string(id)), &r); err != nil {
		return models.Sweep{}, fmt.Errorf("sweep %s: %w", id, err)
	}
	var err error
	sw := s.sweepModel(&r)
	sw.Progress, err = s.sweepProgress(ctx, id)
	return sw, err
}

// Sweeps lists sweeps without their progress, newest first, and returns the
// cursor of the next page, empty at the end. Callers check that the asker may
// see them.
func (s *Store) Sweeps(ctx context.Context, f models.SweepFilter) ([]models.Sweep, string, error) {
	q := where(where(s.reader(ctx), "actor = ?", f.Actor), "state = ?", string(f.State))
	q, limit, err := page(q, f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []sweepRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("sweeps: %w", clean(err))
	}
	found, next := cut(found, limit, func(r sweepRow) string { return r.ID })
	out := make([]models.Sweep, len(found))
	for i := range found {
		out[i] = s.sweepModel(&found[i])
	}
	return out, next, nil
}

// sweepProgress counts the messages of a sweep by what became of them.
func (s *Store) sweepProgress(ctx context.Context, id models.SweepID) (models.SweepProgress, error) {
	var counts []struct {
		State, Why, Recall string
		N                  int
	}
	err := s.reader(ctx).Raw(`SELECT i.state, i.why, coalesce(r.state, '') AS recall, count(*) AS n
		FROM sweep_items i LEFT JOIN recalls r ON r.id = i.recall_id AND i.recall_id <> ''
		WHERE i.sweep_id = ? GROUP BY i.state, i.why, coalesce(r.state, '')`, string(id)).Scan(&counts).Error
	if err != nil {
		return models.SweepProgress{}, fmt.Errorf("progress of sweep %s: %w", id, clean(err))
	}
	p := models.SweepProgress{
		Excluded: map[models.SweepWhy]int{}, Passed: map[models.SweepWhy]int{}, Recalls: map[models.RecallState]int{},
	}
	for _, c := range counts {
		switch models.SweepItemState(c.State) {
		case models.ItemExcluded:
			p.Excluded[models.SweepWhy(c.Why)] += c.N
		case models.ItemPassed:
			p.Passed[models.SweepWhy(c.Why)] += c.N
		case models.ItemAsked:
			p.Recalls[models.RecallState(c.Recall)] += c.N
		case models.ItemWaiting:
			p.Waiting += c.N
		}
	}
	return p, nil
}

// SweepItems lists the messages of a sweep, the newest first, and returns the
// cursor of the next page, empty at the end.
func (s *Store) SweepItems(ctx context.Context, id models.SweepID, f models.SweepItemFilter) ([]models.SweepItem, string, error) {
	limit, err := limitOf(f.Page)
	if err != nil {
		return nil, "", err
	}
	q := where(s.reader(ctx).Where("sweep_id = ?", string(id)), "state = ?", string(f.State))
	if f.Cursor != "" {
		after, err := decodeCursor(f.Cursor)
		if err != nil {
			return nil, "", err
		}
		q = q.Where("message_id < ?", after)
	}
	var found []sweepItemRow
	if err := q.Order("message_id DESC").Limit(limit + 1).Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("messages of sweep %s: %w", id, clean(err))
	}
	found, next := cut(found, limit, func(r sweepItemRow) string { return r.MessageID })
	out, err := s.sweepItems(ctx, found)
	return out, next, err
}

// SweepPlaces counts what a sweep takes back by conversation.
func (s *Store) SweepPlaces(ctx context.Context, id models.SweepID) ([]models.SweepPlace, error) {
	var counts []struct {
		ConversationID string
		N              int
	}
	err := s.reader(ctx).Model(&sweepItemRow{}).Select("conversation_id, count(*) AS n").
		Where("sweep_id = ? AND state <> ?", string(id), string(models.ItemExcluded)).
		Group("conversation_id").Order("conversation_id").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("conversations of sweep %s: %w", id, clean(err))
	}
	out := make([]models.SweepPlace, 0, len(counts))
	for chunk := range slices.Chunk(counts, sweepChunk) {
		ids := make([]string, len(chunk))
		for i, c := range chunk {
			ids[i] = c.ConversationID
		}
		places, err := conversationsByID(s.reader(ctx), ids)
		if err != nil {
			return nil, err
		}
		for _, c := range chunk {
			out = append(out, models.SweepPlace{Conversation: places[c.ConversationID], Chosen: c.N})
		}
	}
	return out, nil
}

// sweepItems completes rows with their conversations and the states of their recalls.
func (s *Store) sweepItems(ctx context.Context, found []sweepItemRow) ([]models.SweepItem, error) {
	places, err := conversationsByID(s.reader(ctx), idsOf(found, func(r sweepItemRow) string { return r.ConversationID }))
	if err != nil {
		return nil, err
	}
	var recalls []recallRow
	err = s.reader(ctx).Select("id", "state").Where("id IN ?", idsOf(found, func(r sweepItemRow) string { return r.RecallID })).
		Find(&recalls).Error
	if err != nil {
		return nil, fmt.Errorf("recalls of a sweep: %w", clean(err))
	}
	states := make(map[string]string, len(recalls))
	for _, r := range recalls {
		states[r.ID] = r.State
	}
	out := make([]models.SweepItem, len(found))
	for i, r := range found {
		out[i] = r.model()
		out[i].Conversation, out[i].RecallState = places[r.ConversationID], models.RecallState(states[r.RecallID])
	}
	return out, nil
}

// model returns the item without its conversation and the state of its recall.
func (r sweepItemRow) model() models.SweepItem {
	return models.SweepItem{
		Message: models.MessageID(r.MessageID), Sender: r.Sender, Revision: int(r.Revision),
		Authority: models.Authority(r.Authority), State: models.SweepItemState(r.State), Why: models.SweepWhy(r.Why),
		Recall: models.RecallID(r.RecallID),
	}
}

// sweepModel returns the sweep of a row, without its progress.
func (s *Store) sweepModel(r *sweepRow) models.Sweep {
	sw := models.Sweep{
		ID: models.SweepID(r.ID), SweepOrder: models.SweepOrder{
			Kind: models.SweepKind(r.Kind), App: r.App, Conversation: r.Conversation, Sender: r.Sender,
			Message: models.MessageID(r.MessageID), Since: fromMillis(r.Since), Until: fromMillis(r.Until),
			Reason: models.Reason{Code: models.ReasonCode(r.ReasonCode)},
		},
		State: models.SweepState(r.State), Actor: r.Actor, Account: models.Account{App: r.AccountApp, Name: r.Account},
		Trigger: models.Trigger(r.Door), CreatedAt: fromMillis(r.CreatedAt), Chosen: int(r.Chosen), Second: r.Second != 0,
		AskedAt: fromMillis(r.AskedAt), RunBy: r.RunBy, RunAt: fromMillis(r.RunAt), EndedBy: r.EndedBy,
		EndedAt: fromMillis(r.EndedAt), Trouble: r.Trouble,
	}
	for name := range strings.FieldsSeq(r.Include) {
		sw.Include = append(sw.Include, models.SweepWhy(name))
	}
	sw.Reason.Note = s.openNote(r.Note, "sweeps", r.ID)
	sw.EndReason = s.openText(r.EndNote, "sweeps", "end_note", r.ID)
	return sw
}
