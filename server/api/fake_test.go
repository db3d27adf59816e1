package api_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// memory is a store in maps, with a fault to switch on. It keeps what the API
// needs kept and no more.
type memory struct {
	mu            sync.Mutex // guards everything below
	fault         error      // every call fails with it
	tokens        map[string]models.Token
	conversations map[models.ConversationID]models.Conversation
	messages      map[models.MessageID]models.Message
	reads         map[models.MessageID][]models.Read
	decisions     map[models.MessageID][]models.Decision
	recalls       map[models.RecallID]models.Recall
	cases         map[models.CaseID]models.Case
	breakers      map[models.BreakerID]models.Breaker
	postings      []models.Posting
	placed        models.LegalHold     // the last one
	asked         models.RecallRequest // the last one
	sweeps        map[models.SweepID]models.Sweep
	swept         map[models.SweepID][]models.SweepItem
	audit         []models.AuditEntry
	filters       []any // that lists were asked with
}

// page cuts a list that is in order; the cursor is the place to go on from.
func page[T any](items []T, p models.Page) ([]T, string, error) {
	from, err := strconv.Atoi(cmp.Or(p.Cursor, "0"))
	if err != nil || from < 0 || from > len(items) {
		return nil, "", fmt.Errorf("the cursor is not one of ours: %w", models.ErrInvalid)
	}
	to := min(from+cmp.Or(p.Limit, 50), len(items))
	if to == len(items) {
		return items[from:], "", nil
	}
	return items[from:to], strconv.Itoa(to), nil
}

// within lists the things of a map whose conversation the scope shows, newest first.
func within[K cmp.Ordered, T any](scope models.Scope, things map[K]T, where func(T) models.Conversation) []T {
	var out []T
	for _, k := range slices.Backward(slices.Sorted(maps.Keys(things))) {
		if scope.Shows(where(things[k])) {
			out = append(out, things[k])
		}
	}
	return out
}

func get[K ~string, T any](s *memory, scope models.Scope, things map[K]T, id K, where func(T) models.Conversation) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := things[id]
	if s.fault != nil || !ok || !scope.Shows(where(t)) {
		var none T
		return none, fmt.Errorf("thing %s: %w", id, cmp.Or(s.fault, models.ErrNotFound))
	}
	return t, nil
}

func ofMessage(m models.Message) models.Conversation           { return m.Conversation }
func ofRecall(r models.Recall) models.Conversation             { return r.Conversation }
func ofCase(c models.Case) models.Conversation                 { return c.Conversation }
func ofConversation(c models.Conversation) models.Conversation { return c }

func (s *memory) TokenByHash(_ context.Context, hash []byte) (models.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tokens[string(hash)]
	if !ok {
		return t, models.ErrNotFound
	}
	return t, nil
}

func (s *memory) TokenByName(_ context.Context, name string) (models.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.Name == name {
			return t, nil
		}
	}
	return models.Token{}, models.ErrNotFound
}

func (s *memory) Record(_ context.Context, e models.AuditEntry) error {
	s.note(e.Actor, e.Action, e.Thing, e.Details)
	return nil
}

func (s *memory) AskRecall(ctx context.Context, q models.RecallRequest) (access.Asked, error) {
	m, err := s.Message(ctx, models.Scope{All: true}, q.Message)
	if err != nil {
		return access.Asked{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := models.Case{
		ID: models.CaseID(models.NewID()), Message: m.ID, App: m.App, Conversation: m.Conversation, State: models.CaseOpen,
		Severity: models.Medium, OpenedAt: noon, Request: models.Asking{By: q.Actor, Reason: q.Reason, At: noon},
	}
	s.cases[c.ID] = c
	return access.Asked{Case: c}, nil
}

func (s *memory) Message(_ context.Context, scope models.Scope, id models.MessageID) (models.Message, error) {
	return get(s, scope, s.messages, id, ofMessage)
}

func (s *memory) Messages(_ context.Context, scope models.Scope, f models.MessageFilter) ([]models.Message, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	if s.fault != nil {
		return nil, "", s.fault
	}
	return page(within(scope, s.messages, ofMessage), f.Page)
}

func (s *memory) FindMessages(
	_ context.Context, scope models.Scope, app, conversation string, refs []string,
) ([]models.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(within(scope, s.messages, ofMessage), func(m models.Message) bool {
		return m.App != app || m.Conversation.Ref != conversation || !slices.Contains(refs, m.Ref)
	}), s.fault
}

func (s *memory) Decisions(_ context.Context, _ models.Scope, id models.MessageID) ([]models.Decision, error) {
	return s.decisions[id], s.fault
}

func (s *memory) Reads(_ context.Context, _ models.Scope, id models.MessageID) ([]models.Read, error) {
	return s.reads[id], s.fault
}

func (s *memory) Reveal(ctx context.Context, scope models.Scope, id models.MessageID, actor, purpose string) (models.Message, error) {
	m, err := s.Message(ctx, scope, id)
	if err != nil {
		return m, err
	}
	s.note(actor, "message.revealed", string(id), map[string]string{"purpose": purpose})
	return m, nil
}

func (s *memory) note(actor, action, thing string, details map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.audit = append(s.audit, models.AuditEntry{
		Chain: "test", Seq: int64(len(s.audit) + 1), ID: models.NewID(), At: noon, Actor: actor, Action: action,
		Subject: "message", Thing: thing, Details: details, Prev: make([]byte, 32), Hash: make([]byte, 32),
	})
}

func (s *memory) Recall(_ context.Context, scope models.Scope, id models.RecallID) (models.Recall, error) {
	return get(s, scope, s.recalls, id, ofRecall)
}

func (s *memory) Recalls(_ context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	if s.fault != nil {
		return nil, "", s.fault
	}
	return page(slices.DeleteFunc(within(scope, s.recalls, ofRecall), func(r models.Recall) bool {
		return f.Message != "" && r.Message != f.Message
	}), f.Page)
}

func (s *memory) Case(_ context.Context, scope models.Scope, id models.CaseID) (models.Case, error) {
	return get(s, scope, s.cases, id, ofCase)
}

func (s *memory) Cases(_ context.Context, scope models.Scope, f models.CaseFilter) ([]models.Case, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	return page(slices.DeleteFunc(within(scope, s.cases, ofCase), func(c models.Case) bool {
		return f.Message != "" && c.Message != f.Message
	}), f.Page)
}

func (s *memory) Conversation(_ context.Context, scope models.Scope, id models.ConversationID) (models.Conversation, error) {
	return get(s, scope, s.conversations, id, ofConversation)
}

func (s *memory) Conversations(
	_ context.Context, scope models.Scope, f models.ConversationFilter,
) ([]models.Conversation, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	return page(within(scope, s.conversations, ofConversation), f.Page)
}

func (s *memory) Audit(_ context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	return page(slices.DeleteFunc(slices.Clone(s.audit), func(e models.AuditEntry) bool {
		return f.Thing != "" && e.Thing != f.Thing
	}), f.Page)
}

func (s *memory) Decide(ctx context.Context, scope models.Scope, reqs []models.RecallRequest) ([]access.Decided, error) {
	var out []access.Decided
	for _, q := range reqs {
		s.asked = q
		m, err := s.Message(ctx, scope, q.Message)
		if err == nil {
			if ok, why := m.Recallable(noon); !ok {
				err = fmt.Errorf("%w: %s", models.ErrInvalid, why)
			}
		}
		if err == nil && s.placed.Thing == string(q.Message) {
			err = s.placed.Err()
		}
		if err != nil {
			out = append(out, access.Decided{Err: err})
			continue
		}
		out = append(out, s.recall(m, q))
	}
	return out, s.fault
}

func (s *memory) recall(m models.Message, q models.RecallRequest) access.Decided {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.recalls {
		if r.Message == m.ID && !r.State.Terminal() {
			return access.Decided{Recall: r, Joined: true}
		}
	}
	r := models.Recall{
		ID: models.RecallID(models.NewID()), Message: m.ID, App: m.App, Conversation: m.Conversation, Ref: m.Ref,
		Sender: m.Sender, State: models.Queued, Reason: q.Reason, Actor: q.Actor, Authority: q.Authority,
		Trigger: q.Trigger, SentAtPlatform: m.SentAt, RequestedAt: noon, DueAt: noon, Deadline: m.Deadline,
	}
	s.recalls[r.ID] = r
	return access.Decided{Recall: r}
}

func (s *memory) DecideCase(
	ctx context.Context, scope models.Scope, id models.CaseID, v models.Verdict, r models.Reason, by models.RecallRequest,
) (models.Case, *models.Recall, error) {
	c, err := s.Case(ctx, scope, id)
	if err != nil {
		return c, nil, err
	}
	if c.State == models.CaseDecided {
		return c, nil, fmt.Errorf("decide case %s: %w", id, fmt.Errorf("decided by %s: %w", c.DecidedBy, models.ErrConflict))
	}
	if v == models.VerdictRecall && s.placed.Thing == string(c.Message) {
		return models.Case{}, nil, fmt.Errorf("decide case %s: %w", id, s.placed.Err())
	}
	c.State, c.Verdict, c.Reason, c.DecidedBy, c.DecidedAt = models.CaseDecided, v, r, by.Actor, noon
	s.cases[id] = c
	if v == models.VerdictAllow {
		return c, nil, nil
	}
	done, err := s.Decide(ctx, scope, []models.RecallRequest{by})
	return c, &done[0].Recall, err
}

func (s *memory) CancelRecall(
	ctx context.Context, scope models.Scope, id models.RecallID, _ string, _ models.Reason,
) (models.Recall, error) {
	r, err := s.Recall(ctx, scope, id)
	if err != nil {
		return r, err
	}
	if !r.State.CanBecome(models.Cancelled) {
		return r, fmt.Errorf("cancel recall %s: %w", id, fmt.Errorf("it is %s already: %w", r.State, models.ErrConflict))
	}
	r.State, r.EndedAt = models.Cancelled, noon
	s.recalls[id] = r
	return r, nil
}

func (s *memory) RetryRecall(
	ctx context.Context, scope models.Scope, id models.RecallID, by models.RecallRequest,
) (models.Recall, error) {
	r, err := s.Recall(ctx, scope, id)
	if err != nil {
		return r, err
	}
	if r.State != models.Failed {
		return r, fmt.Errorf("it is %s: %w", r.State, models.ErrConflict)
	}
	m, err := s.Message(ctx, scope, r.Message)
	if err != nil {
		return r, err
	}
	by.Message = m.ID
	return s.recall(m, by).Recall, nil
}

var noon = time.Date(2026, 5, 1, 12, 0, 0, 123_000_000, time.UTC)
