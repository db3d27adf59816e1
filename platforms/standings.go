package platforms

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// StandingTTL is how long a role that the platform told is believed.
const StandingTTL = 5 * time.Minute

// maxStandings bounds the memory of the cache; past it the cache starts anew.
const maxStandings = 100_000

// Standings asks platforms for roles and remembers the answers for
// StandingTTL, or until an event says that roles of the group changed.
type Standings struct {
	adapters map[string]Adapter // by app
	leading  leading

	mu    sync.Mutex // guards known and epoch
	known map[standingKey]standing
	epoch map[models.Place]uint64 // counts the drops of a group, so that an answer asked for before one is not kept
}

type standingKey struct {
	place   models.Place
	account string
}

type standing struct {
	role  models.Role
	asked time.Time
}

// NewStandings returns an empty cache over the adapters, named by app.
func NewStandings(adapters map[string]Adapter) *Standings {
	return &Standings{
		adapters: adapters,
		known:    map[standingKey]standing{},
		epoch:    map[models.Place]uint64{},
	}
}

// FreshFor is how long a role counts as the platform's word of this moment.
const FreshFor = 2 * time.Second

// Role returns what an account is in a conversation, at most StandingTTL old.
func (s *Standings) Role(ctx context.Context, c models.Conversation, account string) (models.Role, error) {
	return s.role(ctx, c, account, StandingTTL)
}

// Fresh returns what an account is in a conversation, at most FreshFor old. It is
// for what cannot be undone, also where the event that a role was lost never came.
func (s *Standings) Fresh(ctx context.Context, c models.Conversation, account string) (models.Role, error) {
	return s.role(ctx, c, account, FreshFor)
}

func (s *Standings) role(ctx context.Context, c models.Conversation, account string, age time.Duration) (models.Role, error) {
	a, ok := s.adapters[c.App]
	if !ok {
		return models.RoleUnknown, fmt.Errorf("app %q: %w", c.App, models.ErrNotFound)
	}
	key := standingKey{models.Place{App: c.App, Ref: c.Group}, account}
	role, epoch, ok := s.look(key, age)
	if ok {
		return role, nil
	}
	role, err := a.Authority(ctx, c, account)
	if err != nil {
		return models.RoleUnknown, fmt.Errorf("role in %s: %w", c.Group, err)
	}
	s.keep(key, role, epoch)
	return role, nil
}

func (s *Standings) look(key standingKey, age time.Duration) (role models.Role, epoch uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.known[key]
	return st.role, s.epoch[key.place], ok && time.Since(st.asked) < age
}

func (s *Standings) keep(key standingKey, role models.Role, epoch uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch[key.place] != epoch || role == models.RoleUnknown {
		return // roles changed while we asked, or the platform did not say
	}
	if len(s.known) >= maxStandings {
		clear(s.known)
	}
	s.known[key] = standing{role, time.Now()}
}

// Drop forgets every role in a group, since an event said that some changed.
func (s *Standings) Drop(app, group string) {
	place := models.Place{App: app, Ref: group}
	s.leading.age(place)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch[place]++
	for key := range s.known {
		if key.place == place {
			delete(s.known, key)
		}
	}
}

// Moderated lists the groups in which an account is owner or admin, where the
// platform can say so.
func (s *Standings) Moderated(ctx context.Context, a models.Account) ([]models.Place, error) {
	m, ok := s.adapters[a.App].(Moderates)
	if !ok {
		return nil, nil
	}
	groups, err := m.Moderates(ctx, a.Name)
	if err != nil {
		return nil, fmt.Errorf("groups of an account: %w", err)
	}
	places := make([]models.Place, len(groups))
	for i, g := range groups {
		places[i] = models.Place{App: a.App, Ref: g}
	}
	return places, nil
}

// Limits says what the platform of an app allows in conversations of a kind; ok
// is false for an app that is not configured.
func (s *Standings) Limits(app string, kind models.ConversationKind) (l Limits, ok bool) {
	a, ok := s.adapters[app]
	if !ok {
		return Limits{}, false
	}
	return a.Limits(kind), true
}

// Audience asks the platform who could see messages and who has read them;
// models.ErrNotFound where it cannot say.
func (s *Standings) Audience(ctx context.Context, o Order) (Audience, error) {
	r, ok := s.adapters[o.Conversation.App].(Readers)
	if !ok {
		return Audience{Members: -1}, fmt.Errorf("audience in app %q: %w", o.Conversation.App, models.ErrNotFound)
	}
	a, err := r.Audience(ctx, o)
	if err != nil {
		return a, fmt.Errorf("audience of %s: %w", o.Conversation.Ref, err)
	}
	return a, nil
}
