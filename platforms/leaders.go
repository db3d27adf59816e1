package platforms

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// maxLeaders bounds the memory of who leads; past it that starts anew.
const maxLeaders = 10_000

// leading remembers who owns and administers groups, as the platform said last.
type leading struct {
	mu    sync.Mutex // guards known
	known map[models.Place]led
}

// led is what is known of who leads a group.
type led struct {
	Leaders

	failed error // of the last question
	until  time.Time
}

// askAgain is how long a platform that did not answer is left alone.
const askAgain = 15 * time.Second

// Leaders is who owns and administers a group, as the platform said at a moment.
type Leaders struct {
	Standings []models.Standing
	AskedAt   time.Time
}

// Leaders lists the owner and admins of a conversation, at most StandingTTL old. Where
// the platform cannot be asked it returns what was known last together with the error;
// models.ErrNotFound where it never tells.
func (s *Standings) Leaders(ctx context.Context, c models.Conversation) (Leaders, error) {
	a, ok := s.adapters[c.App].(Leads)
	if !ok {
		return Leaders{}, fmt.Errorf("leaders in app %q: %w", c.App, models.ErrNotFound)
	}
	place := models.Place{App: c.App, Ref: c.Group}
	is := s.leading.get(place)
	if time.Now().Before(is.until) {
		return is.Leaders, is.failed
	}
	found, err := a.Leaders(ctx, c)
	is.failed, is.until = nil, time.Now().Add(StandingTTL)
	if err != nil {
		is.failed, is.until = fmt.Errorf("leaders of %s: %w", c.Group, err), time.Now().Add(askAgain)
	} else {
		is.Leaders = Leaders{found, time.Now()}
	}
	s.leading.put(place, is)
	return is.Leaders, is.failed
}

func (l *leading) get(p models.Place) led {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[p]
}

func (l *leading) put(p models.Place, is led) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= maxLeaders {
		l.known = map[models.Place]led{}
	}
	l.known[p] = is
}

// age has the platform asked again: some roles of the group changed.
func (l *leading) age(p models.Place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if is, ok := l.known[p]; ok {
		is.until = time.Time{}
		l.known[p] = is
	}
}

// Number returns the number that the platform gave a message of a conversation, and
// whether it gives any.
func (s *Standings) Number(c models.Conversation, ref string) (int64, bool) {
	a, ok := s.adapters[c.App].(Sequenced)
	if !ok {
		return 0, false
	}
	return a.Number(c, ref)
}

// Ref names the message of a number; empty where the platform gives none.
func (s *Standings) Ref(c models.Conversation, number int64) string {
	a, ok := s.adapters[c.App].(Sequenced)
	if !ok {
		return ""
	}
	return a.Ref(c, number)
}
