package console

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// memory is a store in maps, with the order and the scope of the real one.
type memory struct {
	queued
	kept
	atNow
	counted
	enforced

	mu         sync.Mutex // guards everything below
	now        func() time.Time
	announce   func(models.Change)
	messages   map[models.MessageID]models.Message
	recalls    map[models.RecallID]models.Recall
	postings   map[models.RecallID][]models.Posting
	cases      map[models.CaseID]models.Case
	decisions  map[models.MessageID][]models.Decision
	reads      map[models.MessageID][]models.Read
	audit      []models.AuditEntry
	tokens     map[string]models.Token // by hash in hex
	moderators map[string]models.Moderator
	codes      []*asked
	broken     []models.AuditBreak
	fault      error // every read fails with it
	figures    []models.Figures
	holds      map[models.MessageID]models.LegalHold
	stays      error // who decided that a message may stay
	full       int   // so many full pages does a list have, all alike; 0: what it has
}

func newMemory(now func() time.Time) *memory {
	return &memory{
		now: now, announce: func(models.Change) {},
		messages: map[models.MessageID]models.Message{}, recalls: map[models.RecallID]models.Recall{},
		postings: map[models.RecallID][]models.Posting{},
		cases:    map[models.CaseID]models.Case{}, decisions: map[models.MessageID][]models.Decision{},
		reads: map[models.MessageID][]models.Read{}, tokens: map[string]models.Token{},
		moderators: map[string]models.Moderator{},
		counted:    counted{coverage: map[models.ConversationID]models.Coverage{}},
		queued:     queued{skips: map[string]map[models.CaseID]bool{}, notes: map[models.CaseID][]models.CaseNote{}},
	}
}

// newest lists what keep lets pass, newest first by id, up to limit, after a cursor.
func newest[K ~string, V any](all map[K]V, p models.Page, keep func(V) bool) (items []V, next string) {
	ids := slices.Sorted(maps.Keys(all))
	slices.Reverse(ids)
	limit := p.Limit
	if limit == 0 {
		limit = models.MaxLimit
	}
	var last K
	for _, id := range ids {
		if (p.Cursor != "" && string(id) >= p.Cursor) || !keep(all[id]) {
			continue
		}
		if len(items) == limit {
			return items, string(last)
		}
		items, last = append(items, all[id]), id
	}
	return items, ""
}

func one[K ~string, V any](s *memory, all map[K]V, id K, shows func(V) bool) (V, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := all[id]
	if s.fault != nil {
		return v, s.fault
	}
	if !ok || !shows(v) {
		var zero V
		return zero, fmt.Errorf("look up %q: %w", id, models.ErrNotFound)
	}
	return v, nil
}

func (s *memory) Message(_ context.Context, scope models.Scope, id models.MessageID) (models.Message, error) {
	return one(s, s.messages, id, func(m models.Message) bool { return scope.Shows(m.Conversation) })
}

func (s *memory) Messages(_ context.Context, scope models.Scope, f models.MessageFilter) ([]models.Message, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, next := newest(s.messages, f.Page, func(m models.Message) bool {
		return scope.Shows(m.Conversation) && is(f.App, m.App) && is(f.Sender, m.Sender) &&
			is(string(f.State), string(m.State)) && is(string(f.Verdict), string(m.Verdict)) &&
			is(string(f.In), string(m.Conversation.ID)) &&
			(is(f.Conversation, m.Conversation.Ref) || is(f.Conversation, string(m.Conversation.ID))) &&
			(f.Detector == "" || hit(m.Findings, f.Detector)) && !m.ReceivedAt.Before(f.Since)
	})
	return items, next, s.fault
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

func (s *memory) AskRecall(_ context.Context, q models.RecallRequest) (access.Asked, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[q.Message]
	c := models.Case{
		ID: models.CaseID(models.NewID()), Message: m.ID, App: m.App, Conversation: m.Conversation, State: models.CaseOpen,
		Severity: models.Medium, OpenedAt: s.now(), Request: models.Asking{By: q.Actor, Reason: q.Reason, At: s.now()},
	}
	s.cases[c.ID] = c
	return access.Asked{Case: c}, nil
}

func (s *memory) FindMessages(context.Context, models.Scope, string, string, []string) ([]models.Message, error) {
	return nil, nil
}

func (s *memory) Decisions(_ context.Context, _ models.Scope, id models.MessageID) ([]models.Decision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.decisions[id]), s.fault
}

func (s *memory) Reads(_ context.Context, _ models.Scope, id models.MessageID) ([]models.Read, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reads[id]), s.fault
}

func (s *memory) Reveal(ctx context.Context, scope models.Scope, id models.MessageID, actor, purpose string) (models.Message, error) {
	m, err := s.Message(ctx, scope, id)
	if err != nil {
		return m, err
	}
	return m, s.Record(ctx, models.AuditEntry{
		Actor: actor, Action: "message.revealed", Subject: "message", Thing: string(id),
		Details: map[string]string{"purpose": purpose},
	})
}

func (s *memory) Recall(_ context.Context, scope models.Scope, id models.RecallID) (models.Recall, error) {
	return one(s, s.recalls, id, func(r models.Recall) bool { return scope.Shows(r.Conversation) })
}

func (s *memory) Recalls(_ context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, next := newest(s.recalls, f.Page, func(r models.Recall) bool {
		return scope.Shows(r.Conversation) && is(string(f.State), string(r.State)) && is(string(f.Message), string(r.Message)) &&
			(is(f.Conversation, r.Conversation.Ref) || is(f.Conversation, string(r.Conversation.ID))) && !r.RequestedAt.Before(f.Since) &&
			(f.Until.IsZero() || r.RequestedAt.Before(f.Until)) && is(string(f.Reason), string(r.Reason.Code)) &&
			is(string(f.Trigger), string(r.Trigger)) && is(f.Rule, r.Rule) && is(f.Actor, r.Actor)
	})
	if s.full > 0 && len(items) > 0 {
		items, next = filled(s.full, items, f.Page)
	}
	return items, next, s.fault
}

// filled repeats what a list begins with, for as many full pages as it is to have.
func filled[T any](pages int, items []T, p models.Page) ([]T, string) {
	at, _ := strconv.Atoi(p.Cursor)
	next := strconv.Itoa(at + 1)
	if at+1 == pages {
		next = ""
	}
	return slices.Repeat(items[:1], p.Limit), next
}

func (s *memory) Decide(ctx context.Context, scope models.Scope, reqs []models.RecallRequest) ([]access.Decided, error) {
	var out []access.Decided
	for _, q := range reqs {
		m, err := s.Message(ctx, scope, q.Message)
		if ok, why := m.Recallable(s.now()); err == nil && !ok {
			err = fmt.Errorf("%w: %s", models.ErrInvalid, why)
		}
		if err == nil && !q.Anyway {
			err = s.stays
		}
		if h, kept := s.holds[q.Message]; err == nil && kept {
			err = h.Err()
		}
		if err != nil {
			out = append(out, access.Decided{Err: err})
			continue
		}
		out = append(out, access.Decided{Recall: s.ask(m, q)})
	}
	return out, nil
}

// ask makes a recall as the real store does.
func (s *memory) ask(m models.Message, q models.RecallRequest) models.Recall {
	r := models.Recall{
		ID: models.RecallID(models.NewID()), Message: m.ID, App: m.App, Conversation: m.Conversation, Ref: m.Ref,
		Sender: m.Sender, State: models.Queued, Reason: q.Reason, Text: q.Reason.Code.Words(), Actor: q.Actor,
		Authority: q.Authority, Trigger: q.Trigger, SentAtPlatform: m.SentAt, RequestedAt: s.now(), Deadline: m.Deadline,
	}
	if q.Replacement != "" {
		s.mu.Lock()
		s.postings[r.ID] = []models.Posting{{
			Recall: r.ID, Kind: models.ReplacementPosting, State: models.PostingOrdered, Elements: models.TextElements(q.Replacement),
		}}
		s.mu.Unlock()
	}
	s.put(r)
	return r
}

func (s *memory) Postings(_ context.Context, _ models.Scope, id models.RecallID) ([]models.Posting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.postings[id], s.fault
}

// put keeps a recall and tells the hub.
func (s *memory) put(r models.Recall) {
	s.mu.Lock()
	s.recalls[r.ID] = r
	s.mu.Unlock()
	s.announce(models.Change{Kind: models.RecallChanged, ID: string(r.ID), Message: r.Message, App: r.App, Conversation: r.Conversation})
}

// post keeps a message and tells the hub.
func (s *memory) post(m models.Message) {
	s.mu.Lock()
	s.messages[m.ID] = m
	s.mu.Unlock()
	s.announce(models.Change{Kind: models.MessageChanged, ID: string(m.ID), Message: m.ID, App: m.App, Conversation: m.Conversation})
}

func (s *memory) CancelRecall(ctx context.Context, scope models.Scope, id models.RecallID, _ string, _ models.Reason) (models.Recall, error) {
	r, err := s.Recall(ctx, scope, id)
	if err == nil && !r.State.CanBecome(models.Cancelled) {
		err = fmt.Errorf("%w: it has left for the platform already", models.ErrConflict)
	}
	if err != nil {
		return r, err
	}
	r.State, r.EndedAt = models.Cancelled, s.now()
	s.put(r)
	return r, nil
}

func (s *memory) RetryRecall(ctx context.Context, scope models.Scope, id models.RecallID, by models.RecallRequest) (models.Recall, error) {
	r, err := s.Recall(ctx, scope, id)
	if err == nil && r.State != models.Failed && r.State != models.Refused {
		err = fmt.Errorf("%w: it has not ended without success", models.ErrConflict)
	}
	if err != nil {
		return r, err
	}
	m, err := s.Message(ctx, scope, r.Message)
	by.Message = m.ID
	return s.ask(m, by), err
}

func (s *memory) Case(_ context.Context, scope models.Scope, id models.CaseID) (models.Case, error) {
	return one(s, s.cases, id, func(c models.Case) bool { return scope.Shows(c.Conversation) })
}

func (s *memory) Cases(_ context.Context, scope models.Scope, f models.CaseFilter) ([]models.Case, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, next := newest(s.cases, f.Page, func(c models.Case) bool {
		return scope.Shows(c.Conversation) && is(string(f.State), string(c.State)) && is(string(f.Message), string(c.Message))
	})
	return items, next, s.fault
}

func (s *memory) DecideCase(
	ctx context.Context, scope models.Scope, id models.CaseID, v models.Verdict, r models.Reason, by models.RecallRequest,
) (models.Case, *models.Recall, error) {
	c, err := s.Case(ctx, scope, id)
	if err != nil {
		return c, nil, err
	}
	if c.State == models.CaseDecided {
		return c, nil, fmt.Errorf("%w: %s was first", models.ErrConflict, c.DecidedBy)
	}
	if who := c.LockedBy(by.Actor, s.now()); who != "" {
		return c, nil, fmt.Errorf("%w: %s works on it", models.ErrConflict, who)
	}
	c.State, c.Verdict, c.Reason, c.DecidedBy, c.DecidedAt = models.CaseDecided, v, r, by.Actor, s.now()
	s.mu.Lock()
	s.cases[id] = c
	s.mu.Unlock()
	s.announce(models.Change{Kind: models.CaseChanged, ID: string(id), Message: c.Message, App: c.App, Conversation: c.Conversation})
	if v == models.VerdictAllow {
		return c, nil, nil
	}
	m, err := s.Message(ctx, scope, c.Message)
	rec := s.ask(m, by)
	return c, &rec, err
}

func (s *memory) Conversations(_ context.Context, scope models.Scope, f models.ConversationFilter) ([]models.Conversation, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[models.ConversationID]models.Conversation{}
	for _, m := range s.messages {
		c := m.Conversation
		c.Messages, c.LastMessageAt = all[c.ID].Messages+1, all[c.ID].LastMessageAt
		if m.ReceivedAt.After(all[c.ID].LastMessageAt) {
			c.LastMessageAt = m.ReceivedAt
		}
		all[c.ID] = c
	}
	items, next := newest(all, f.Page, func(c models.Conversation) bool {
		return scope.Shows(c) && is(f.App, c.App) && is(string(f.Kind), string(c.Kind)) &&
			(is(f.Ref, c.Ref) || is(f.Ref, c.Group)) && (!f.Missing || s.coverage[c.ID].Missing > 0)
	})
	return items, next, s.fault
}

func (s *memory) Audit(_ context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []models.AuditEntry
	for _, e := range slices.Backward(s.audit) {
		if is(f.Actor, e.Actor) && is(f.Action, e.Action) && is(f.Thing, e.Thing) && is(f.Chain, e.Chain) {
			found = append(found, e)
		}
	}
	next := ""
	if s.full > 0 && len(found) > 0 {
		found, next = filled(s.full, found, f.Page)
	}
	return found, next, s.fault
}

func (s *memory) VerifyAudit(context.Context) (models.AuditReport, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return models.AuditReport{Chains: 1, Entries: int64(len(s.audit)), Broken: s.broken}, s.fault
}

func (s *memory) Record(_ context.Context, e models.AuditEntry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Chain, e.Seq, e.At, e.Hash = "node-1", int64(len(s.audit)+1), s.now(), []byte("0123456789abcdef")
	s.audit = append(s.audit, e)
	return s.fault
}

func (s *memory) actions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, e := range s.audit {
		all = append(all, e.Actor+" "+e.Action)
	}
	return all
}

func (s *memory) TokenByHash(_ context.Context, hash []byte) (models.Token, error) {
	return one(s, s.tokens, hex.EncodeToString(hash), func(t models.Token) bool { return t.RevokedAt.IsZero() })
}

func (s *memory) ModeratorByName(ctx context.Context, name string) (models.Moderator, error) {
	if s.real != nil {
		return s.real.ModeratorByName(ctx, name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.moderators {
		if m.Name == name {
			return m, nil
		}
	}
	return models.Moderator{}, models.ErrNotFound
}

func (s *memory) Moderator(ctx context.Context, id string) (models.Moderator, error) {
	if s.real != nil {
		return s.real.Moderator(ctx, id)
	}
	return one(s, s.moderators, id, func(models.Moderator) bool { return true })
}

// roles is the platform's word in tests: accounts by group.
type roles map[string]map[string]models.Role

func (r roles) Role(_ context.Context, c models.Conversation, account string) (models.Role, error) {
	if role, ok := r[c.Group][account]; ok {
		return role, nil
	}
	return models.RoleNone, nil
}

func (r roles) Moderated(_ context.Context, a models.Account) ([]models.Place, error) {
	var places []models.Place
	for group, accounts := range r {
		if accounts[a.Name].Moderates() {
			places = append(places, models.Place{App: a.App, Ref: group})
		}
	}
	return places, nil
}

// errSecret is a failure whose text is for the log alone.
var errSecret = errors.New("disk I/O error at sector 7")

// Coverages misses two messages of every group, and knows nothing of the rest.
func (s *memory) Coverages(_ context.Context, ids []models.ConversationID) (map[models.ConversationID]models.Coverage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[models.ConversationID]models.Coverage{}
	for _, m := range s.messages {
		if c := m.Conversation; slices.Contains(ids, c.ID) && c.Kind.Uncounted() == "" {
			all[c.ID] = models.Coverage{Tally: models.Tally{Seen: 1998, Missing: 1, Gone: 1}, Numbered: true}
		}
		if known, ok := s.coverage[m.Conversation.ID]; ok && slices.Contains(ids, m.Conversation.ID) {
			all[m.Conversation.ID] = known
		}
	}
	return all, nil
}
