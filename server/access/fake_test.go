package access

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// memory is a store in a map: what the door needs and no more.
type memory struct {
	tokens   map[string]models.Token // by hash in hex
	messages map[models.MessageID]models.Message
	reads    map[models.MessageID][]models.Read
	cases    map[models.CaseID]models.Case
	recalls  map[models.RecallID]models.Recall
	postings []models.Posting
	asked    []models.RecallRequest
	holds    map[models.MessageID]models.LegalHold
	wished   []models.RecallRequest // of senders, for people
	recorded []models.AuditEntry
	scopes   []models.Scope // of Decide
	queries  int
}

func (s *memory) TokenByHash(_ context.Context, hash []byte) (models.Token, error) {
	s.queries++
	t, ok := s.tokens[hex.EncodeToString(hash)]
	if !ok {
		return models.Token{}, models.ErrNotFound
	}
	return t, nil
}

func (s *memory) TokenByName(_ context.Context, name string) (models.Token, error) {
	for _, t := range s.tokens {
		if t.Name == name && t.RevokedAt.IsZero() {
			return t, nil
		}
	}
	return models.Token{}, models.ErrNotFound
}

func (s *memory) Record(_ context.Context, e models.AuditEntry) error {
	s.recorded = append(s.recorded, e)
	return nil
}

// AskRecall keeps one wish for a message.
func (s *memory) AskRecall(_ context.Context, q models.RecallRequest) (Asked, error) {
	for _, c := range s.cases {
		if c.Message == q.Message && c.Verdict == models.VerdictAllow && c.Request.By == q.Actor {
			return Asked{}, fmt.Errorf("decided allow by %s at noon: %w", c.DecidedBy, models.ErrConflict)
		}
	}
	s.wished = append(s.wished, q)
	for id, c := range s.cases {
		if c.Message == q.Message && c.State == models.CaseOpen {
			c.Request = models.Asking{By: q.Actor, Reason: q.Reason, At: noon}
			s.cases[id] = c
			return Asked{Case: c}, nil
		}
	}
	c := models.Case{
		ID: models.CaseID("wish-" + q.Message), Message: q.Message, Conversation: s.messages[q.Message].Conversation,
		State: models.CaseOpen, OpenedAt: noon, Request: models.Asking{By: q.Actor, Reason: q.Reason, At: noon},
	}
	s.cases[c.ID] = c
	return Asked{Case: c}, nil
}

func (s *memory) Cases(_ context.Context, scope models.Scope, f models.CaseFilter) ([]models.Case, string, error) {
	var found []models.Case
	for _, c := range s.cases {
		if c.Message == f.Message && scope.Shows(c.Conversation) {
			found = append(found, c)
		}
	}
	return found, "", nil
}

func (s *memory) Message(_ context.Context, scope models.Scope, id models.MessageID) (models.Message, error) {
	m, ok := s.messages[id]
	if !ok || !scope.Shows(m.Conversation) {
		return models.Message{}, fmt.Errorf("message: %w", models.ErrNotFound)
	}
	return m, nil
}

func (s *memory) FindMessages(
	_ context.Context, scope models.Scope, app, conversation string, refs []string,
) ([]models.Message, error) {
	var found []models.Message
	for _, m := range s.messages {
		if m.App == app && m.Conversation.Ref == conversation && slices.Contains(refs, m.Ref) && scope.Shows(m.Conversation) {
			found = append(found, m)
		}
	}
	return found, nil
}

func (s *memory) Case(_ context.Context, scope models.Scope, id models.CaseID) (models.Case, error) {
	c, ok := s.cases[id]
	if !ok || !scope.Shows(c.Conversation) {
		return models.Case{}, fmt.Errorf("case: %w", models.ErrNotFound)
	}
	return c, nil
}

func (s *memory) Recall(_ context.Context, scope models.Scope, id models.RecallID) (models.Recall, error) {
	r, ok := s.recalls[id]
	if !ok || !scope.Shows(r.Conversation) {
		return models.Recall{}, fmt.Errorf("recall: %w", models.ErrNotFound)
	}
	return r, nil
}

func (s *memory) Recalls(_ context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error) {
	var found []models.Recall
	for _, r := range s.recalls {
		if r.Message == f.Message && scope.Shows(r.Conversation) {
			found = append(found, r)
		}
	}
	return found, "", nil
}

func (s *memory) Postings(_ context.Context, _ models.Scope, id models.RecallID) ([]models.Posting, error) {
	var found []models.Posting
	for _, p := range s.postings {
		if p.Recall == id {
			found = append(found, p)
		}
	}
	return found, nil
}

func (s *memory) DecideCase(
	_ context.Context, _ models.Scope, id models.CaseID, v models.Verdict, r models.Reason, by models.RecallRequest,
) (models.Case, *models.Recall, error) {
	c := s.cases[id]
	if c.State == models.CaseDecided {
		return c, nil, fmt.Errorf("%w: %s was first", models.ErrConflict, c.DecidedBy)
	}
	c.State, c.Verdict, c.Reason, c.DecidedBy = models.CaseDecided, v, r, by.Actor
	s.cases[id] = c
	if v == models.VerdictAllow {
		return c, nil, nil
	}
	s.asked = append(s.asked, by)
	return c, &models.Recall{Message: c.Message, Conversation: c.Conversation}, nil
}

func (s *memory) CancelRecall(
	_ context.Context, _ models.Scope, id models.RecallID, actor string, r models.Reason,
) (models.Recall, error) {
	s.asked = append(s.asked, models.RecallRequest{Message: models.MessageID("cancel " + id), Actor: actor, Reason: r})
	return s.recalls[id], nil
}

func (s *memory) RetryRecall(
	_ context.Context, _ models.Scope, id models.RecallID, by models.RecallRequest,
) (models.Recall, error) {
	by.Message = models.MessageID("retry " + id)
	s.asked = append(s.asked, by)
	return s.recalls[id], nil
}

func (s *memory) Reads(_ context.Context, _ models.Scope, id models.MessageID) ([]models.Read, error) {
	return s.reads[id], nil
}

func (s *memory) Decide(ctx context.Context, scope models.Scope, reqs []models.RecallRequest) ([]Decided, error) {
	s.scopes = append(s.scopes, scope)
	var out []Decided
	for _, r := range reqs {
		m, err := s.Message(ctx, scope, r.Message)
		if err == nil {
			if ok, why := m.Recallable(noon); !ok {
				err = fmt.Errorf("%w: %s", models.ErrInvalid, why)
			}
		}
		if err == nil {
			s.asked = append(s.asked, r)
		}
		out = append(out, Decided{Recall: models.Recall{ID: models.RecallID("r-" + r.Message), Message: r.Message}, Err: err})
	}
	return out, nil
}

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// word is the platform's word on roles, by account and group.
type word struct {
	roles     map[string]models.Role // "alice@g1"
	moderated map[string][]models.Place
	asked     []string
	err       error
}

func (w *word) Role(_ context.Context, c models.Conversation, account string) (models.Role, error) {
	w.asked = append(w.asked, account+c.Group)
	if w.err != nil {
		return models.RoleUnknown, w.err
	}
	if role, ok := w.roles[account+c.Group]; ok {
		return role, nil
	}
	return models.RoleNone, nil
}

func (w *word) Moderated(_ context.Context, a models.Account) ([]models.Place, error) {
	w.asked = append(w.asked, "groups of "+a.Name)
	return w.moderated[a.Name], w.err
}

func newDoor() (*Door, *memory, *word) {
	s := &memory{
		tokens: map[string]models.Token{},
		reads:  map[models.MessageID][]models.Read{},
		messages: map[models.MessageID]models.Message{
			"g1-1":   message("g1-1", "main", models.Group, "@g1", "bob"),
			"g1-2":   message("g1-2", "main", models.Group, "@g1", "bob"),
			"g1-old": message("g1-old", "main", models.Group, "@g1", "bob"),
			"g2-1":   message("g2-1", "main", models.Group, "@g2", "dave"),
			"x1-1":   message("x1-1", "other", models.Group, "@g1", "bob"),
			"d-1":    message("d-1", "main", models.Direct, "bob:carol", "bob"),
		},
	}
	for id, m := range s.messages {
		m.Ref = string(id)
		s.messages[id] = m
	}
	g1 := s.messages["g1-1"].Conversation
	s.cases = map[models.CaseID]models.Case{
		"case": {ID: "case", Message: "g1-1", Conversation: g1, State: models.CaseOpen},
		"done": {ID: "done", Message: "g1-2", Conversation: g1, State: models.CaseDecided, DecidedBy: "moderator:ann"},
	}
	s.recalls = map[models.RecallID]models.Recall{
		"rec": {ID: "rec", Message: "g1-1", Conversation: g1, State: models.Failed, Reason: models.Reason{Code: models.Abuse}},
		"now": {ID: "now", Message: "g1-2", Conversation: g1, State: models.Queued},
	}
	old := s.messages["g1-old"]
	old.Deadline = noon.Add(-time.Minute)
	s.messages["g1-old"] = old
	w := &word{
		roles: map[string]models.Role{
			"olga@g1": models.RoleOwner, "adam@g1": models.RoleAdmin, "bob@g1": models.RoleMember,
		},
		moderated: map[string][]models.Place{"olga": {{App: "main", Ref: "@g1"}}},
	}
	return New(s, w, Clock(func() time.Time { return noon })), s, w
}

func message(id models.MessageID, app string, kind models.ConversationKind, ref, sender string) models.Message {
	c := models.Conversation{ID: models.ConversationID("c-" + app + ref), App: app, Kind: kind, Ref: ref, Group: ref}
	if kind == models.Direct {
		c.Group = ""
	}
	return models.Message{
		ID: id, App: app, Conversation: c, Sender: sender, State: models.Visible,
		SentAt: noon.Add(-time.Minute), Deadline: noon.Add(time.Hour),
	}
}

func linked(grant models.Grant, account string) models.Caller {
	return models.Caller{Actor: "token:t", Grant: grant, Account: models.Account{App: "main", Name: account}}
}
