package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Message returns one message with its content unsealed.
func (s *Store) Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error) {
	var r messageRow
	err := first(scoped(s.reader(ctx), scope, "conversation_id").Where("id = ?", string(id)), &r)
	if err != nil {
		return models.Message{}, fmt.Errorf("message %s: %w", id, err)
	}
	found, err := s.messageModels(s.reader(ctx), []messageRow{r})
	if err != nil {
		return models.Message{}, err
	}
	return found[0], nil
}

// Messages lists messages with their contents unsealed, newest received first,
// and returns the cursor of the next page, empty at the end.
func (s *Store) Messages(ctx context.Context, scope models.Scope, f models.MessageFilter) (items []models.Message, next string, err error) {
	further := f.Conversation != "" || f.In != "" || f.Sender != "" || f.State != "" || f.Verdict != "" || f.Detector != ""
	q, err := s.listed(ctx, scope, listing{"messages", f.App, f.Since, f.Until, f.Page}, further)
	if err != nil {
		return nil, "", err
	}
	if lone := (models.MessageFilter{Detector: f.Detector, Since: f.Since, Until: f.Until, Page: f.Page}); scope.All && f == lone && f.Detector != "" {
		q, err = s.foundBy(ctx, f)
	} else {
		q = narrowMessages(q, f)
	}
	if err != nil {
		return nil, "", err
	}
	q, limit, err := page(q, f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []messageRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("messages: %w", clean(err))
	}
	found, next = cut(found, limit, func(r messageRow) string { return r.ID })
	items, err = s.messageModels(s.reader(ctx), found)
	return items, next, err
}

// foundBy narrows to the newest messages in which a detector found something, read in their
// order from what it found: it may be something in every tenth message.
func (s *Store) foundBy(ctx context.Context, f models.MessageFilter) (*gorm.DB, error) {
	each, _, err := page(between(s.reader(ctx).Table("(SELECT message_id AS id, revision AS found_in FROM findings WHERE detector = ?) AS f", f.Detector),
		f.Since, f.Until), f.Page)
	if err != nil {
		return nil, err
	}
	each = each.Select("id").Where("found_in = (SELECT revision FROM messages m WHERE m.id = f.id)").Group("id")
	return s.reader(ctx).Where("id IN (?)", each), nil
}

func narrowMessages(q *gorm.DB, f models.MessageFilter) *gorm.DB {
	q = inConversation(q, f.App, f.Conversation)
	q = where(q, "conversation_id = ?", string(f.In))
	q = where(q, "sender = ?", f.Sender)
	q = unless(q, "state", string(f.State), string(models.Visible))
	q = unless(q, "verdict", string(f.Verdict), string(models.VerdictAllow))
	if f.Detector != "" {
		// The first condition is answered by one index alone, the second looks only at what it leaves.
		found := q.Session(&gorm.Session{NewDB: true}).Table("findings").Select("message_id").Where("detector = ?", f.Detector)
		q = q.Where("id IN (?)", betweenIDs(found, "message_id", f.Since, f.Until)).
			Where(`EXISTS (SELECT 1 FROM findings f WHERE f.message_id = messages.id
				AND f.revision = messages.revision AND f.detector = ?)`, f.Detector)
	}
	return between(q, f.Since, f.Until)
}

// where adds a condition unless its value is empty.
func where(q *gorm.DB, condition, value string) *gorm.DB {
	if value == "" {
		return q
	}
	return q.Where(condition, value)
}

// inConversation narrows to a conversation named by our id or the platform's ref.
func inConversation(q *gorm.DB, app, name string) *gorm.DB {
	switch {
	case name == "":
		return q
	case app == "":
		return q.Where("conversation_id IN (SELECT id FROM conversations WHERE id = ? OR ref = ?)", name, name)
	}
	return q.Where("conversation_id IN (SELECT id FROM conversations WHERE app = ? AND (id = ? OR ref = ?))", app, name, name)
}

// between narrows to a time by the ids, which begin with theirs.
func between(q *gorm.DB, since, until time.Time) *gorm.DB { return betweenIDs(q, "id", since, until) }

func betweenIDs(q *gorm.DB, column string, since, until time.Time) *gorm.DB {
	if !since.IsZero() {
		q = q.Where(column+" >= ?", models.FirstID(since))
	}
	if !until.IsZero() {
		q = q.Where(column+" < ?", models.FirstID(until))
	}
	return q
}

// FindMessages returns the messages with these refs in the conversations of an
// app that the platform names so; the ones there are, in no order.
func (s *Store) FindMessages(ctx context.Context, scope models.Scope, app, conversationRef string, refs []string) ([]models.Message, error) {
	if len(refs) > models.MaxLimit {
		return nil, fmt.Errorf("at most %d messages at once: %w", models.MaxLimit, models.ErrInvalid)
	}
	var found []messageRow
	err := scoped(s.reader(ctx), scope, "conversation_id").
		Where("conversation_id IN (SELECT id FROM conversations WHERE app = ? AND ref = ? AND retired = 0)", app, conversationRef).
		Where("ref IN ?", refs).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages: %w", clean(err))
	}
	return s.messageModels(s.reader(ctx), found)
}

// messageModels completes rows with their conversations, findings and contents,
// in three queries for any number of rows.
func (s *Store) messageModels(db *gorm.DB, found []messageRow) ([]models.Message, error) {
	if len(found) == 0 {
		return []models.Message{}, nil
	}
	conversations, err := conversationsByID(db, idsOf(found, func(r messageRow) string { return r.ConversationID }))
	if err != nil {
		return nil, err
	}
	findings, err := currentFindings(db, found)
	if err != nil {
		return nil, err
	}
	out := make([]models.Message, len(found))
	for i, r := range found {
		out[i] = r.model()
		out[i].Conversation = conversations[r.ConversationID]
		out[i].Findings = findings[r.ID]
		s.unseal(&out[i], r)
	}
	return out, nil
}

// currentFindings returns what was found in the present revisions, by message.
func currentFindings(db *gorm.DB, messages []messageRow) (map[string][]models.Finding, error) {
	revision := make(map[string]int64, len(messages))
	for _, m := range messages {
		revision[m.ID] = m.Revision
	}
	ids := idsOf(messages, func(r messageRow) string { return r.ID })
	found, err := findingsView.read(db, "WHERE "+dialectOf(db).in("message_id")+" ORDER BY message_id, element, start_byte, id", list(ids))
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	out := map[string][]models.Finding{}
	for _, f := range found {
		if f.Revision == revision[f.MessageID] {
			out[f.MessageID] = append(out[f.MessageID], f.model())
		}
	}
	return out, nil
}

// idsOf collects distinct ids.
func idsOf[T any](items []T, id func(T) string) []string {
	seen := make(map[string]bool, len(items))
	out := make([]string, 0, len(items))
	for _, item := range items {
		if v := id(item); !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
