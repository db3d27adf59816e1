package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

func (s *Store) decisionModel(r decisionRow) (models.Decision, error) {
	d := models.Decision{
		ID: models.DecisionID(r.ID), Message: models.MessageID(r.MessageID), Verdict: models.Verdict(r.Verdict),
		Actor: r.Actor, Policy: int(r.Policy), Rule: r.Rule, Reason: models.Reason{Code: models.ReasonCode(r.ReasonCode)},
		Text: r.Words, Severity: models.Severity(r.Severity), At: fromMillis(r.At),
	}
	if err := json.Unmarshal([]byte(r.Shadow), &d.Shadow); err != nil {
		return d, fmt.Errorf("shadow verdicts of decision %s are not readable", r.ID)
	}
	d.Reason.Note = s.openNote(r.Note, "decisions", r.ID)
	return d, nil
}

// Reads lists what is known of who has read a message: one entry for the
// message itself, and one for every mark that passed it.
func (s *Store) Reads(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Read, error) {
	all, err := s.ReadsOf(ctx, scope, []models.MessageID{id})
	if err != nil {
		return nil, err
	}
	reads, ok := all[id]
	if !ok {
		return nil, fmt.Errorf("message %s: %w", id, models.ErrNotFound)
	}
	return reads, nil
}

// ReadsOf lists that for each of some messages that a scope shows.
func (s *Store) ReadsOf(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID][]models.Read, error) {
	all := map[models.MessageID][]models.Read{}
	if len(ids) == 0 {
		return all, nil
	}
	var messages []messageRow
	err := scoped(s.reader(ctx), scope, "conversation_id").
		Select("id", "conversation_id", "ref", "sent_at").Where("id IN ?", ids).Find(&messages).Error
	if err != nil {
		return nil, fmt.Errorf("%d messages: %w", len(ids), clean(err))
	}
	found, err := s.readRows(ctx, messages)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		var own []readRow
		for _, r := range found[m.ConversationID] {
			if r.Ref == m.Ref || r.Ref == "" && r.Through >= m.SentAt {
				own = append(own, r)
			}
		}
		all[models.MessageID(m.ID)] = readModels(m.Ref, own)
	}
	return all, nil
}

// readRows are what is known of the reading of some messages and the marks of their
// conversations, by conversation, oldest first.
func (s *Store) readRows(ctx context.Context, messages []messageRow) (map[string][]readRow, error) {
	by := map[string][]readRow{}
	if len(messages) == 0 {
		return by, nil
	}
	places := make([][]any, 0, 2*len(messages))
	for _, m := range messages {
		places = append(places, []any{m.ConversationID, m.Ref}, []any{m.ConversationID, ""})
	}
	var found []readRow
	if err := s.reader(ctx).Where("(conversation_id, ref) IN ?", places).Order("at, reader").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("reads: %w", clean(err))
	}
	for _, r := range found {
		by[r.ConversationID] = append(by[r.ConversationID], r)
	}
	return by, nil
}

func readModels(ref string, found []readRow) []models.Read {
	own := models.Read{Ref: ref, Count: -1, Unread: -1}
	told := false
	var marks []models.Read
	for _, r := range found {
		switch {
		case r.Ref == "":
			marks = append(marks, models.Read{
				Through: fromMillis(r.Through), Readers: readers(r.Reader), Count: int(r.Seen), Unread: int(r.Unseen),
			})
		case r.Reader == "":
			own.Count, own.Unread, told = int(r.Seen), int(r.Unseen), true
		default:
			own.Readers, told = append(own.Readers, r.Reader), true
		}
	}
	if !told {
		return marks
	}
	return append([]models.Read{own}, marks...)
}

func readers(one string) []string {
	if one == "" {
		return nil
	}
	return []string{one}
}

// KeepProposal stores a message that the platform asked about before showing
// it, and that was not let through as it was: blocked, or rewritten with its
// findings masked. A proposal whose ref is known is stored once.
func (s *Store) KeepProposal(ctx context.Context, app string, m models.Message, d models.Decision) error {
	state, ok := map[models.Verdict]models.MessageState{
		models.VerdictBlock: models.Blocked, models.VerdictMask: models.Rewritten,
	}[d.Verdict]
	if !ok {
		return fmt.Errorf("keep a proposal judged %q: %w", d.Verdict, models.ErrInvalid)
	}
	m.State = state
	_, err := s.Keep(ctx, app, []models.Judged{{
		Event:    models.Event{Kind: models.EventPosted, At: m.SentAt, Conversation: m.Conversation, Message: &m},
		Decision: d,
	}})
	if err != nil {
		return fmt.Errorf("keep proposal: %w", err)
	}
	return nil
}
