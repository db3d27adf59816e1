package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// SweepStore is what sweeps need of *store.Store.
type SweepStore interface {
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	SweepCandidates(ctx context.Context, scope models.Scope, o models.SweepOrder, limit int) ([]models.SweepItem, error)
	SweepMessages(ctx context.Context, scope models.Scope, ids []models.MessageID) ([]models.SweepItem, error)
	PreviewSweep(ctx context.Context, sw models.Sweep, items []models.SweepItem, second int) (models.Sweep, error)
	RunSweep(ctx context.Context, id models.SweepID, actor string) (models.Sweep, error)
	CancelSweep(ctx context.Context, id models.SweepID, actor, reason string) (models.Sweep, error)
	Sweep(ctx context.Context, id models.SweepID) (models.Sweep, error)
	Sweeps(ctx context.Context, f models.SweepFilter) ([]models.Sweep, string, error)
	SweepItems(ctx context.Context, id models.SweepID, f models.SweepItemFilter) ([]models.SweepItem, string, error)
	SweepPlaces(ctx context.Context, id models.SweepID) ([]models.SweepPlace, error)
}

// Staff says whose messages a sweep leaves alone; *platforms.Standings does.
type Staff interface {
	Spare(ctx context.Context, items []models.SweepItem, o models.SweepOrder) error
}

// Pace is how fast an app's messages of a kind of conversation can be taken back.
type Pace struct {
	Batch int // messages in one call
	Rate  int // calls in a second
}

// SweepOptions is what NewSweeps needs; all are required.
type SweepOptions struct {
	Door   *Door
	Store  SweepStore
	Copies *Copies // finds what says the same
	Staff  Staff
	Pace   func(app string, kind models.ConversationKind) Pace
	// Second is how many messages one person alone may take back with a sweep.
	Second int
}

// Sweeps orders, runs and cancels sweeps in the rights that a door grants. It is
// safe for concurrent use.
type Sweeps struct {
	door   *Door
	store  SweepStore
	copies *Copies
	staff  Staff
	pace   func(string, models.ConversationKind) Pace
	second int
}

// NewSweeps returns sweeps.
func NewSweeps(o SweepOptions) *Sweeps {
	return &Sweeps{door: o.Door, store: o.Store, copies: o.Copies, staff: o.Staff, pace: o.Pace, second: o.Second}
}

// Preview orders a sweep of the messages in the caller's scope, and keeps which
// ones it would take back and which not: what is run is what was previewed. A sweep
// of content about which there is more to compare than one request may is narrowed
// to the newest that were compared: its Since moves, and it says so. An error wraps models.ErrForbidden, models.ErrInvalid, models.ErrNotFound (no such
// message to compare with) or ErrUnavailable: the platform could not say whose
// messages they are.
func (s *Sweeps) Preview(ctx context.Context, c models.Caller, t models.Trigger, o models.SweepOrder) (models.Sweep, error) {
	if err := CheckRecall(c); err != nil {
		return models.Sweep{}, err
	}
	o, err := cleanOrder(c, o)
	if err != nil {
		return models.Sweep{}, err
	}
	scope, err := s.door.Scope(ctx, c)
	if err != nil {
		return models.Sweep{}, err
	}
	items, since, err := s.find(ctx, scope, o)
	if err != nil {
		return models.Sweep{}, hide(err, "find the messages of a sweep")
	}
	narrowed := !since.IsZero()
	if narrowed {
		o.Since = since
	}
	if err := s.mark(ctx, c, o, items); err != nil {
		return models.Sweep{}, err
	}
	sw := models.Sweep{SweepOrder: o, Narrowed: narrowed, Actor: c.Actor, Account: c.Account, Trigger: t}
	sw, err = s.store.PreviewSweep(ctx, sw, items, s.second)
	sw.Narrowed = narrowed
	return sw, hide(err, "preview a sweep")
}

// cleanOrder returns an order as it is kept, or says what is wrong with it.
func cleanOrder(c models.Caller, o models.SweepOrder) (models.SweepOrder, error) {
	reason, err := CleanReason(o.Reason)
	if err != nil {
		return o, err
	}
	o.Reason = reason
	if len(o.Include) > 0 && c.Grant != models.GrantOperator {
		return o, forbidden("Only an operator can have messages of owners, admins and our own account taken back with many others.")
	}
	for _, who := range o.Include {
		if !slices.Contains(models.Spares, who) {
			return o, invalid("Only owner, admin and own_account can be included.")
		}
	}
	return o, needed(o)
}

// needed says what an order of a kind lacks.
func needed(o models.SweepOrder) error {
	like := o.Kind == models.SweepContent || o.Kind == models.SweepFinding
	switch {
	case !slices.Contains(models.SweepKinds, o.Kind):
		return invalid("A sweep is of the kind sender, span, content or finding.")
	case o.App == "":
		return invalid("A sweep needs an app.")
	case o.Kind == models.SweepSender && o.Sender == "":
		return invalid("A sweep of a sender's messages needs the sender.")
	case o.Kind == models.SweepSpan && (o.Conversation == "" || o.Since.IsZero()):
		return invalid("A sweep of a time needs the conversation and since when.")
	case like && o.Message == "":
		return invalid("A sweep of this kind needs the message that the others are like.")
	case !o.Until.IsZero() && !o.Since.Before(o.Until):
		return invalid("The time of a sweep ends before it begins.")
	}
	return nil
}

// find lists the messages that an order is about, and where it could not look
// through all of them since when the list is complete.
func (s *Sweeps) find(ctx context.Context, scope models.Scope, o models.SweepOrder) (items []models.SweepItem, since time.Time, err error) {
	if o.Message != "" {
		m, err := s.store.Message(ctx, scope, o.Message)
		if err != nil {
			return nil, since, err
		}
		if m.App != o.App {
			return nil, since, models.ErrNotFound
		}
		if o.Kind == models.SweepContent {
			return s.saying(ctx, scope, m, o)
		}
	}
	items, err = s.store.SweepCandidates(ctx, scope, o, models.MaxSweep)
	return items, since, err
}

// saying lists the messages that carry the content of one, as find does.
func (s *Sweeps) saying(ctx context.Context, scope models.Scope, m models.Message, o models.SweepOrder) (items []models.SweepItem, since time.Time, err error) {
	ids, since, err := s.copies.inSweep(ctx, scope, m, o)
	if err != nil {
		return nil, since, err
	}
	items, err = s.store.SweepMessages(ctx, scope, ids)
	return items, since, err
}

// mark says of each message in what right it is taken back, or why it is left alone.
func (s *Sweeps) mark(ctx context.Context, c models.Caller, o models.SweepOrder, items []models.SweepItem) error {
	rights := s.door.rights(c)
	for i := range items {
		item := &items[i]
		authority, err := rights.in(ctx, models.Message{App: o.App, Conversation: item.Conversation, Sender: item.Sender})
		switch {
		case errors.Is(err, ErrUnavailable):
			return err
		case err != nil:
			item.Why = models.NoRight
		default:
			item.Authority = authority
		}
	}
	if err := s.staff.Spare(ctx, items, o); err != nil {
		return unavailable(err)
	}
	return nil
}

// Run lets a sweep begin: at the word of whoever ordered it, and where it takes
// back many messages of an operator besides; until then it is
// models.SweepAsked. An error wraps models.ErrConflict where it is not the
// caller's turn or the sweep stands otherwise.
func (s *Sweeps) Run(ctx context.Context, c models.Caller, id models.SweepID) (models.Sweep, error) {
	if err := s.may(ctx, c, id); err != nil {
		return models.Sweep{}, err
	}
	sw, err := s.store.RunSweep(ctx, id, c.Actor)
	return sw, hide(err, fmt.Sprintf("run sweep %s", id))
}

// Cancel ends a sweep that is not over, and cancels its recalls that have not
// left. The reason may be empty.
func (s *Sweeps) Cancel(ctx context.Context, c models.Caller, id models.SweepID, reason string) (models.Sweep, error) {
	if err := s.may(ctx, c, id); err != nil {
		return models.Sweep{}, err
	}
	reason, err := cleanWhy(reason, false)
	if err != nil {
		return models.Sweep{}, err
	}
	sw, err := s.store.CancelSweep(ctx, id, c.Actor, reason)
	return sw, hide(err, fmt.Sprintf("cancel sweep %s", id))
}

// may is nil if the caller may run or cancel a sweep, whoever's turn it is.
func (s *Sweeps) may(ctx context.Context, c models.Caller, id models.SweepID) error {
	if err := CheckRecall(c); err != nil {
		return err
	}
	_, err := s.Get(ctx, c, id)
	return err
}

// Get returns a sweep with its progress, to whoever ordered it and to those who
// see everything.
func (s *Sweeps) Get(ctx context.Context, c models.Caller, id models.SweepID) (models.Sweep, error) {
	sw, err := s.store.Sweep(ctx, id)
	if err != nil {
		return models.Sweep{}, hide(err, fmt.Sprintf("sweep %s", id))
	}
	if !sweepsAll(c) && (sw.Actor != c.Actor || !known(c.Grant)) {
		return models.Sweep{}, notFound()
	}
	return sw, nil
}

// sweepsAll reports whether a caller sees the sweeps of all.
func sweepsAll(c models.Caller) bool {
	return Check(c, ReadAudit) == nil
}

// List lists sweeps without their progress, newest first: all to those who see
// everything, to others their own.
func (s *Sweeps) List(ctx context.Context, c models.Caller, f models.SweepFilter) ([]models.Sweep, string, error) {
	if !known(c.Grant) {
		return nil, "", nil
	}
	if !sweepsAll(c) {
		f.Actor = c.Actor
	}
	found, next, err := s.store.Sweeps(ctx, f)
	if err != nil {
		return nil, "", hide(err, "list sweeps")
	}
	return found, next, nil
}

// Items lists the messages of a sweep, the newest first.
func (s *Sweeps) Items(ctx context.Context, c models.Caller, id models.SweepID, f models.SweepItemFilter) ([]models.SweepItem, string, error) {
	if _, err := s.Get(ctx, c, id); err != nil {
		return nil, "", err
	}
	items, next, err := s.store.SweepItems(ctx, id, f)
	if err != nil {
		return nil, "", hide(err, fmt.Sprintf("messages of sweep %s", id))
	}
	return items, next, nil
}

// sampleSize is how many messages of a sweep are shown as a sample.
const sampleSize = 5

// Sample returns some of the messages that a sweep which has not begun would take
// back, as far as the caller's scope shows them; none to those who may not read.
func (s *Sweeps) Sample(ctx context.Context, c models.Caller, sw models.Sweep) ([]models.Message, error) {
	if !MayReadText(c.Grant) || !sw.State.CanBecome(models.SweepRunning) {
		return nil, nil
	}
	scope, err := s.door.Scope(ctx, c)
	if err != nil {
		return nil, err
	}
	items, _, err := s.store.SweepItems(ctx, sw.ID, models.SweepItemFilter{State: models.ItemWaiting, Page: models.Page{Limit: models.MaxLimit}})
	if err != nil {
		return nil, fmt.Errorf("messages of sweep %s: %w", sw.ID, err)
	}
	var sample []models.Message
	step := max(1, (len(items)+sampleSize-1)/sampleSize)
	for i := 0; i < len(items); i += step {
		m, err := s.store.Message(ctx, scope, items[i].Message)
		switch {
		case err == nil:
			sample = append(sample, m)
		case !errors.Is(err, models.ErrNotFound):
			return nil, fmt.Errorf("sample of sweep %s: %w", sw.ID, err)
		}
	}
	return sample, nil
}

// Reach is how far a sweep reaches: in how many conversations it takes messages
// back, and how long that will take at the platform's rate. The messages of a
// conversation leave together, as many as one call takes.
func (s *Sweeps) Reach(ctx context.Context, sw models.Sweep) (conversations int, takes time.Duration, err error) {
	places, err := s.store.SweepPlaces(ctx, sw.ID)
	if err != nil {
		return 0, 0, fmt.Errorf("conversations of sweep %s: %w", sw.ID, err)
	}
	for _, p := range places {
		pace := s.pace(sw.App, p.Conversation.Kind)
		calls := (p.Chosen + max(pace.Batch, 1) - 1) / max(pace.Batch, 1)
		takes += time.Duration(calls) * time.Second / time.Duration(max(pace.Rate, 1))
	}
	return len(places), takes, nil
}
