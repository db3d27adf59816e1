package access

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// Roles is the platforms' own word on who is what; *platforms.Standings gives it.
type Roles interface {
	// Role returns what an account is in a conversation of a group.
	Role(ctx context.Context, c models.Conversation, account string) (models.Role, error)
	// Moderated lists the groups in which an account is owner or admin.
	Moderated(ctx context.Context, a models.Account) ([]models.Place, error)
}

// Store is what the door needs of *store.Store.
type Store interface {
	CaseStore
	PolicyStore

	TokenByHash(ctx context.Context, hash []byte) (models.Token, error)
	TokenByName(ctx context.Context, name string) (models.Token, error)
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	FindMessages(ctx context.Context, scope models.Scope, app, conversation string, refs []string) ([]models.Message, error)
	MessagesIn(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Message, error)
	ReadsOf(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID][]models.Read, error)
	LatestCases(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Case, error)
	LatestRecalls(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Recall, error)
	Case(ctx context.Context, scope models.Scope, id models.CaseID) (models.Case, error)
	Cases(ctx context.Context, scope models.Scope, f models.CaseFilter) ([]models.Case, string, error)
	Recall(ctx context.Context, scope models.Scope, id models.RecallID) (models.Recall, error)
	Recalls(ctx context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error)
	Postings(ctx context.Context, scope models.Scope, recall models.RecallID) ([]models.Posting, error)

	Decide(ctx context.Context, scope models.Scope, reqs []models.RecallRequest) ([]Decided, error)
	AskRecall(ctx context.Context, q models.RecallRequest) (Asked, error)
	Record(ctx context.Context, e models.AuditEntry) error
	DecideCase(
		ctx context.Context, scope models.Scope, id models.CaseID, v models.Verdict, r models.Reason, by models.RecallRequest,
	) (models.Case, *models.Recall, error)
	CancelRecall(
		ctx context.Context, scope models.Scope, id models.RecallID, actor string, r models.Reason,
	) (models.Recall, error)
	RetryRecall(ctx context.Context, scope models.Scope, id models.RecallID, by models.RecallRequest) (models.Recall, error)

	DeliverAgain(ctx context.Context, id models.HookDeliveryID, actor string) (models.HookDelivery, error)

	Erase(ctx context.Context, o models.ErasureOrder) (models.Erasure, error)
	PreviewErasure(ctx context.Context, o models.ErasureOrder) (models.Erasure, error)
	PlaceLegalHold(ctx context.Context, h models.LegalHold) (models.LegalHold, error)
	LiftLegalHold(ctx context.Context, id models.LegalHoldID, actor, reason string) (models.LegalHold, error)
	StandingHolds(ctx context.Context, ids []models.MessageID) (map[models.MessageID]models.LegalHold, error)

	StopRecalls(ctx context.Context, actor, reason string) (models.Breaker, error)
	StartRecalls(ctx context.Context, actor, reason string) (models.Breaker, error)
	ResetBreaker(ctx context.Context, id models.BreakerID, actor, reason string) (models.Breaker, error)
}

// Decided is what the store made of one recall request.
type Decided = store.DecideResult

// Asked is what the store made of a sender's late request.
type Asked = store.AskResult

// ScopeTTL is how long the list of groups that an account moderates is
// believed, unless Drop says that roles changed. It bounds what a demoted moderator
// still sees where that event was missed, never what one may do: taking back asks
// for the role in that very conversation.
const ScopeTTL = 30 * time.Second

// maxScopes bounds the memory of the lists; past it they are asked for anew.
const maxScopes = 10_000

// Door answers who may see and take back what. It is safe for concurrent use.
type Door struct {
	store    Store
	roles    Roles
	platform Platform // nil: limits and members are not known
	now      func() time.Time
	ring     func(models.ConversationID)
	judge    Judge
	secret   []byte                         // signs tickets; empty: there are none
	window   func(app string) time.Duration // in which senders take back alone
	pace     *pace                          // of senders

	mu     sync.Mutex // guards scopes and drops
	scopes map[models.Account]moderated
	drops  uint64 // so that an answer asked for before one is not kept
}

type moderated struct {
	groups []models.Place
	until  time.Time
}

// Option changes how a door is made.
type Option func(*Door)

// Clock makes a door read the time from now instead of time.Now.
func Clock(now func() time.Time) Option { return func(d *Door) { d.now = now } }

// Ring makes a door tell ring of every conversation in which a person has just asked
// for a recall, after the commit.
func Ring(ring func(models.ConversationID)) Option { return func(d *Door) { d.ring = ring } }

// New returns a door over a store and the platforms' word on roles.
func New(s Store, r Roles, options ...Option) *Door {
	d := &Door{
		store: s, roles: r, now: time.Now, ring: func(models.ConversationID) {}, scopes: map[models.Account]moderated{},
		window: func(string) time.Duration { return SenderWindow },
	}
	for _, o := range options {
		o(d)
	}
	d.pace = newPace(d.now)
	return d
}

// Scope returns the conversations that a caller may see. One that was limited
// to groups sees those, whatever its grant; others see all if their grant has SeeAll; one linked to an account sees the groups which the platform says that
// the account moderates. Nobody else sees anything. An error wraps
// ErrUnavailable: the platform could not be asked.
func (d *Door) Scope(ctx context.Context, c models.Caller) (models.Scope, error) {
	switch {
	case !known(c.Grant):
		return models.Scope{}, nil
	case len(c.Groups) > 0:
		return models.Scope{Groups: c.Groups}, nil
	case Has(c.Grant, SeeAll):
		return models.Scope{All: true}, nil
	case c.Account == models.Account{}:
		return models.Scope{}, nil
	}
	groups, err := d.moderated(ctx, c.Account)
	if err != nil {
		return models.Scope{}, unavailable(err)
	}
	return models.Scope{Groups: groups}, nil
}

// Drop forgets whom the groups of an app are shown to, since an event said that
// roles changed in one of them.
func (d *Door) Drop(app, _ string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drops++
	maps.DeleteFunc(d.scopes, func(a models.Account, _ moderated) bool { return a.App == app })
}

// forget makes the groups of one account be asked for anew.
func (d *Door) forget(a models.Account) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drops++
	delete(d.scopes, a)
}

func (d *Door) moderated(ctx context.Context, a models.Account) ([]models.Place, error) {
	groups, drops, ok := d.remembered(a)
	if ok {
		return groups, nil
	}
	groups, err := d.roles.Moderated(ctx, a)
	if err != nil {
		return nil, err //nolint:wrapcheck // the one caller says what was asked
	}
	d.remember(a, groups, drops)
	return groups, nil
}

func (d *Door) remembered(a models.Account) (groups []models.Place, drops uint64, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, ok := d.scopes[a]
	return m.groups, d.drops, ok && d.now().Before(m.until)
}

func (d *Door) remember(a models.Account, groups []models.Place, drops uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drops != drops {
		return // roles changed while we asked
	}
	if len(d.scopes) >= maxScopes {
		clear(d.scopes)
	}
	d.scopes[a] = moderated{groups, d.now().Add(ScopeTTL)}
}

// Standing returns what the caller's account is in a conversation, by the
// platform's word. It is RoleUnknown where the caller has no account in that app
// or the conversation has no roles. An error wraps ErrUnavailable.
func (d *Door) Standing(ctx context.Context, c models.Caller, in models.Conversation) (models.Role, error) {
	if c.Account.Name == "" || c.Account.App != in.App || in.Group == "" {
		return models.RoleUnknown, nil
	}
	role, err := d.roles.Role(ctx, in, c.Account.Name)
	if err != nil {
		return models.RoleUnknown, unavailable(err)
	}
	return role, nil
}

// roleWithin is how long a page waits for the platform's word on a sender.
const roleWithin = time.Second

// RoleOf returns what an account is in a conversation, as far as the platform says so
// at once; otherwise, and where there are no roles, RoleUnknown.
func (d *Door) RoleOf(ctx context.Context, in models.Conversation, account string) models.Role {
	if in.Group == "" || account == "" {
		return models.RoleUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, roleWithin)
	defer cancel()
	role, err := d.roles.Role(ctx, in, account)
	if err != nil {
		return models.RoleUnknown
	}
	return role
}
