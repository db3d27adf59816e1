package simulation

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// database is what the store keeps, in memory. It is changed by acts alone, one whole
// transaction at a time, so that what a process had not committed when it died is
// nowhere, and what it had is there, whether it was told or not.
type database struct {
	*world

	conversations map[string]*models.Conversation // by ref
	messages      map[messageKey]*message
	byID          map[models.MessageID]*message
	recalls       []*recall
	stopped       bool            // by a person: no automatic recall leaves
	stoppedRules  map[string]bool // by a breaker each
	paused        time.Time       // until then nothing is claimed
	away          time.Time       // until then it does not answer
}

type messageKey struct {
	conversation models.ConversationID
	ref          string
}

// message is a row with what hangs on it.
type message struct {
	models.Message

	first  bool            // what was posted first is known
	texts  map[string]bool // of all revisions
	parts  map[string]bool // findings that lie in several messages
	asked  bool            // it is a case, or was
	held   bool            // a legal hold is on it
	others int             // conflicts
}

func newDatabase(w *world) *database {
	return &database{
		world: w, conversations: map[string]*models.Conversation{}, messages: map[messageKey]*message{},
		byID: map[models.MessageID]*message{}, stoppedRules: map[string]bool{},
	}
}

// link is how a process reaches the database. It implements what jobs and webhooks
// need of a store.
type link struct{ *life }

var (
	errAway = errors.New("the database is away")
	errLost = errors.New("the connection to the database was lost")
)

// transact makes a transaction. It may fail before its commit, and after it, and the
// process may die at either time: only what became of it in the database tells.
func (s link) transact(ctx context.Context, what string, do func()) error {
	return s.call(ctx, &ask{what: what, arrive: func(a *ask) {
		w := s.world
		switch {
		case time.Now().Before(w.data.away):
			w.answerIn(w.way(), a, errAway)
			return
		case w.happens(150):
			w.tell("%s: %s fails", s.id, what)
			w.answerIn(w.way(), a, errLost)
			return
		case w.happens(120):
			w.crash(s.life)
			return
		}
		do()
		w.tell("%s: %s", s.id, what)
		if !w.happens(50) {
			w.answerIn(w.way(), a, nil)
			return
		}
		if w.seen.unanswered++; w.happens(2) {
			w.crash(s.life)
			return
		}
		w.answerIn(w.way(), a, errLost)
	}})
}

// read asks something that is true when its answer comes.
func (s link) read(ctx context.Context, what string, do func()) error {
	return s.call(ctx, &ask{what: what, arrive: func(a *ask) {
		w := s.world
		switch {
		case time.Now().Before(w.data.away), w.happens(150):
			w.answer(a, errAway)
		case w.happens(200):
			w.crash(s.life)
		default:
			do()
			w.answer(a, nil)
		}
	}})
}

// told makes a call that brings something. What comes when nobody waits for it any more
// is left where nobody looks.
func told[T any](call func(told *T) error) (T, error) {
	came := new(T)
	if err := call(came); err != nil {
		var nothing T
		return nothing, err
	}
	return *came, nil
}

// conversation is the row of a conversation, made where it is new.
func (d *database) conversation(c models.Conversation) models.Conversation {
	known, ok := d.conversations[c.Ref]
	if !ok {
		c.ID, c.App = models.ConversationID("c"+strconv.Itoa(len(d.conversations)+1)), app
		known = &c
		d.conversations[c.Ref] = known
	}
	return *known
}

// Full is never so: that the store takes no more is one of the failures of transact.
func (link) Full() bool { return false }

// Shared implements webhooks.Keeper.
func (s link) Shared() bool { return len(s.world.nodes) > 1 }

// SetAside implements webhooks.Keeper. Nothing in this world is unreadable, so
// whatever comes here is a message that was lost.
func (s link) SetAside(ctx context.Context, asides []models.SetAside) error {
	return s.transact(ctx, "set aside", func() {
		s.world.wrong("%d deliveries were set aside: %s", len(asides), asides[0].Reason)
	})
}

// KeepProposal implements webhooks.Keeper.
func (s link) KeepProposal(ctx context.Context, _ string, m models.Message, _ models.Decision) error {
	return s.transact(ctx, "proposal "+m.Ref, func() {})
}

// OpenBreakers implements jobs.Store.
func (s link) OpenBreakers(context.Context) ([]models.Breaker, error) { return nil, nil }

// ForgetSignIns implements jobs.Store.
func (s link) ForgetSignIns(context.Context) (int, error) { return 0, nil }

// Backlog implements jobs.Store.
func (s link) Backlog(context.Context) (map[models.RecallState]int64, error) {
	return map[models.RecallState]int64{}, nil
}

// PauseApp implements jobs.Store.
func (s link) PauseApp(ctx context.Context, _ string, until time.Time, code string) error {
	return s.transact(ctx, "pause for "+code, func() {
		if until.After(s.world.data.paused) {
			s.world.data.paused = until
		}
	})
}
