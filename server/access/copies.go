package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/likeness"
)

const (
	// copiesAtOnce bounds how many messages one look for copies compares, and
	// copiesWithin how long it takes.
	copiesAtOnce = 50_000
	copiesWithin = 2 * time.Second
	// reportAtOnce and reportWithin bound the look that a recall's report makes.
	reportAtOnce = 5000
	reportWithin = 300 * time.Millisecond
	// sweepCompares and sweepWithin bound what the preview of a sweep of content
	// compares before it answers.
	sweepCompares = 200_000
	sweepWithin   = 4 * time.Second
	// clockSlack is how much later than it was posted a message may seem to have come:
	// the clocks of a platform and of the nodes differ.
	clockSlack = time.Minute
	// searches is how many looks go on at once; others wait.
	searches = 2
	// alikeAtOnce bounds how many messages with the same finding one look knows of:
	// a number that is in every greeting is found in all of them.
	alikeAtOnce = 10_000
)

// CopyStore is what copies need of *store.Store.
type CopyStore interface {
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	SameFindings(
		ctx context.Context, scope models.Scope, f models.CopyFilter, id, after models.MessageID, limit int,
	) ([]models.MessageID, error)
	Stream(
		ctx context.Context, scope models.Scope, f models.CopyFilter, after models.MessageID, visit func(models.Message) bool,
	) (models.MessageID, error)
}

// Copies finds where else the content of a message is. Nothing is kept for it:
// the contents of other messages are unsealed and compared one by one, so that
// there is nothing from which a text could be guessed, and nothing that the intake
// pays for. It is safe for concurrent use.
type Copies struct {
	door   *Door
	store  CopyStore
	window func(app string) time.Duration
	now    func() time.Time
	turn   chan struct{}
	alike  int  // alikeAtOnce, but in tests
	sweeps look // how far the preview of a sweep looks
}

// NewCopies returns copies of messages that are not older than the window of
// their app: what the platform does not show any more is no copy.
func NewCopies(d *Door, s CopyStore, window func(app string) time.Duration) *Copies {
	return &Copies{
		door: d, store: s, window: window, now: d.now, turn: make(chan struct{}, searches), alike: alikeAtOnce,
		sweeps: look{CopyPage: CopyPage{Limit: models.MaxSweep - 1}, most: sweepCompares, within: sweepWithin},
	}
}

// CopyPage asks for a part of the copies of a message.
type CopyPage struct {
	After models.MessageID // go on behind this one; empty: begin with the newest
	Limit int
}

// Found is what one look for copies found, the newest first.
type Found struct {
	Copies []models.Copy
	Looked int              // messages that were compared
	Next   models.MessageID // go on behind it; empty: there are no more
	Busy   bool             // there was no turn to look within the time; nothing was compared
	back   time.Time        // when the last one compared was received
}

// Complete reports whether all messages that could be copies were compared.
func (f Found) Complete() bool { return f.Next == "" && !f.Busy }

// Find looks for copies of a message that the caller may see, in all the
// conversations of its app that the caller may see. It stops after so many copies
// or a while. An error wraps models.ErrNotFound or ErrUnavailable.
func (c *Copies) Find(ctx context.Context, by models.Caller, id models.MessageID, p CopyPage) (Found, error) {
	scope, err := c.door.Scope(ctx, by)
	if err != nil {
		return Found{}, err
	}
	m, err := c.store.Message(ctx, scope, id)
	if err != nil {
		return Found{}, hide(err, fmt.Sprintf("message %s", id))
	}
	found, err := c.look(ctx, scope, m, models.CopyFilter{App: m.App}, look{CopyPage: p, most: copiesAtOnce, within: copiesWithin})
	if err != nil {
		return Found{}, err
	}
	return found, c.keep(ctx, found.Copies)
}

// keep says of copies which ones a legal hold is on.
func (c *Copies) keep(ctx context.Context, copies []models.Copy) error {
	if len(copies) == 0 {
		return nil
	}
	ids := make([]models.MessageID, len(copies))
	for i, copied := range copies {
		ids[i] = copied.ID
	}
	on, err := c.door.store.StandingHolds(ctx, ids)
	if err != nil {
		return fmt.Errorf("legal holds on copies: %w", err)
	}
	for i, id := range ids {
		if h, kept := on[id]; kept {
			copies[i].Kept = h.Words()
		}
	}
	return nil
}

// InReport counts what a recall's report says of copies: how many can still be
// seen of those found, and whether all messages could be looked at.
func (c *Copies) InReport(ctx context.Context, scope models.Scope, id models.MessageID) (visible int, found Found, err error) {
	m, err := c.store.Message(ctx, scope, id)
	if err != nil {
		return 0, Found{}, hide(err, fmt.Sprintf("message %s", id))
	}
	found, err = c.look(ctx, scope, m, models.CopyFilter{App: m.App}, look{
		CopyPage: CopyPage{Limit: models.MaxLimit}, most: reportAtOnce, within: reportWithin, hurried: true,
	})
	for _, copied := range found.Copies {
		if copied.State == models.Visible {
			visible++
		}
	}
	return visible, found, err
}

// look is how far one look goes.
type look struct {
	CopyPage
	most    int
	within  time.Duration
	hurried bool // nor does it wait longer than that for its turn
}

// look compares messages with m.
func (c *Copies) look(ctx context.Context, scope models.Scope, m models.Message, f models.CopyFilter, l look) (Found, error) {
	began := time.Now()
	if err := c.wait(ctx, l); err != nil {
		return Found{Busy: ctx.Err() == nil}, ctx.Err() //nolint:wrapcheck // whoever asked has gone
	}
	defer func() { <-c.turn }()
	if !l.hurried {
		began = time.Now()
	}
	if f.Since.IsZero() {
		f.Since = c.now().Add(-c.window(m.App))
	}
	like, err := c.sameFinding(ctx, scope, m, f, l.After)
	if err != nil {
		return Found{}, err
	}
	pattern := likeness.Of(m.Elements)
	if pattern.Empty() && len(like.ids) == 0 {
		return Found{}, nil // a picture: there is nothing to compare
	}
	var found Found
	found.Next, err = c.store.Stream(ctx, scope, f, l.After, func(other models.Message) bool {
		found.Looked++
		found.back = other.ReceivedAt
		if copied, is := compare(pattern, m, other, like.ids); is {
			found.Copies = append(found.Copies, copied)
		}
		late := found.Looked%100 == 0 && time.Since(began) > l.within
		return len(found.Copies) < cmp.Or(l.Limit, 100) && found.Looked < l.most && !late && other.ID > like.through
	})
	if err != nil {
		return Found{}, fmt.Errorf("copies of message %s: %w", m.ID, err)
	}
	return found, nil
}

// errBusy says that others look, and that there is no time to wait for them.
var errBusy = errors.New("others look for copies")

// wait takes a turn. A look that is bounded in time does not wait longer than that.
func (c *Copies) wait(ctx context.Context, l look) error {
	var late <-chan time.Time
	if l.hurried {
		timer := time.NewTimer(l.within)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-late:
		return errBusy
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the one caller says what it was for
	}
}

// compare tells how another message carries the content of m.
func compare(p *likeness.Pattern, m, other models.Message, alike map[models.MessageID]bool) (models.Copy, bool) {
	if other.ID == m.ID {
		return models.Copy{}, false
	}
	kind, like := p.Compare(other.Elements)
	if kind == "" && alike[other.ID] {
		kind = models.CopyFinding
	}
	other.Elements = nil // it is told where it is, not what it says
	return models.Copy{Message: other, Kind: kind, Likeness: like}, kind != ""
}

// alike are the messages in which a value of another was found too, as far back
// as one of them; empty: all.
type alike struct {
	ids     map[models.MessageID]bool
	through models.MessageID
}

// sameFinding lists the messages behind another, the newest first, in which a value
// of m was found too.
func (c *Copies) sameFinding(ctx context.Context, scope models.Scope, m models.Message, f models.CopyFilter, after models.MessageID) (alike, error) {
	if len(m.Findings) == 0 {
		return alike{}, nil
	}
	ids, err := c.store.SameFindings(ctx, scope, f, m.ID, after, c.alike)
	if err != nil {
		return alike{}, fmt.Errorf("findings like those of message %s: %w", m.ID, err)
	}
	same := alike{ids: make(map[models.MessageID]bool, len(ids))}
	for _, id := range ids {
		same.ids[id] = true
	}
	if len(ids) == c.alike {
		same.through = ids[len(ids)-1]
	}
	return same, nil
}

// inSweep lists the messages that a sweep of content is about: the one that is
// named, and its copies but those that have only a finding in common. Where not all
// could be compared it returns since when it is complete, which is then the sweep's.
func (c *Copies) inSweep(ctx context.Context, scope models.Scope, m models.Message, o models.SweepOrder) (ids []models.MessageID, since time.Time, err error) {
	m.Findings = nil
	f := models.CopyFilter{App: o.App, Conversation: o.Conversation, Since: o.Since, Until: o.Until}
	found, err := c.look(ctx, scope, m, f, c.sweeps)
	if err != nil {
		return nil, time.Time{}, err
	}
	if found.Next != "" {
		since = completeSince(found)
		if !since.Before(cmp.Or(o.Until, c.now())) {
			return nil, time.Time{}, invalid("There are too many messages to compare or to take back: narrow it by time or conversation.")
		}
	}
	ids = []models.MessageID{m.ID}
	for _, copied := range found.Copies {
		if !copied.SentAt.Before(since) {
			ids = append(ids, copied.ID)
		}
	}
	return ids, since, nil
}

// completeSince is a moment of which a look that stopped compared all that was
// posted then and later. What was posted after a moment came after it too, but for
// the slack of the clocks, and the look went from the newest that came.
func completeSince(f Found) time.Time {
	return f.back.Add(clockSlack).Truncate(time.Second).Add(time.Second)
}
