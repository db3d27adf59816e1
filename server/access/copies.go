package access

import (
	"cmp"
	"context"
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
	// sweepCompares bounds how many messages a sweep of content compares.
	sweepCompares = 1_000_000
	// searches is how many looks go on at once; others wait.
	searches = 2
)

// CopyStore is what copies need of *store.Store.
type CopyStore interface {
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	SweepCandidates(ctx context.Context, scope models.Scope, o models.SweepOrder, limit int) ([]models.SweepItem, error)
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
}

// NewCopies returns copies of messages that are not older than the window of
// their app: what the platform does not show any more is no copy.
func NewCopies(d *Door, s CopyStore, window func(app string) time.Duration) *Copies {
	return &Copies{door: d, store: s, window: window, now: d.now, turn: make(chan struct{}, searches)}
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
}

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
	return c.look(ctx, scope, m, models.CopyFilter{App: m.App}, look{p, copiesAtOnce, copiesWithin})
}

// InReport counts what a recall's report says of copies: how many can still be
// seen of those found, and whether all messages could be looked at.
func (c *Copies) InReport(ctx context.Context, scope models.Scope, id models.MessageID) (visible int, found Found, err error) {
	m, err := c.store.Message(ctx, scope, id)
	if err != nil {
		return 0, Found{}, hide(err, fmt.Sprintf("message %s", id))
	}
	found, err = c.look(ctx, scope, m, models.CopyFilter{App: m.App}, look{CopyPage{Limit: models.MaxLimit}, reportAtOnce, reportWithin})
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
	most   int
	within time.Duration // 0: as long as it takes
}

// look compares messages with m.
func (c *Copies) look(ctx context.Context, scope models.Scope, m models.Message, f models.CopyFilter, l look) (Found, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return Found{}, ctx.Err() //nolint:wrapcheck // whoever asked has gone
	}
	alike, err := c.sameFinding(ctx, scope, m)
	if err != nil {
		return Found{}, err
	}
	if f.Since.IsZero() {
		f.Since = c.now().Add(-c.window(m.App))
	}
	pattern, began := likeness.Of(m.Elements), time.Now()
	if pattern.Empty() && len(alike) == 0 {
		return Found{}, nil // a picture: there is nothing to compare
	}
	var found Found
	found.Next, err = c.store.Stream(ctx, scope, f, l.After, func(other models.Message) bool {
		found.Looked++
		if copied, is := compare(pattern, m, other, alike); is {
			found.Copies = append(found.Copies, copied)
		}
		late := l.within > 0 && found.Looked%100 == 0 && time.Since(began) > l.within
		return len(found.Copies) < cmp.Or(l.Limit, 100) && found.Looked < l.most && !late
	})
	if err != nil {
		return Found{}, fmt.Errorf("copies of message %s: %w", m.ID, err)
	}
	return found, nil
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

// sameFinding lists the messages in which a value of m was found too.
func (c *Copies) sameFinding(ctx context.Context, scope models.Scope, m models.Message) (map[models.MessageID]bool, error) {
	if len(m.Findings) == 0 {
		return nil, nil
	}
	items, err := c.store.SweepCandidates(ctx, scope, models.SweepOrder{Kind: models.SweepFinding, App: m.App, Message: m.ID}, models.MaxSweep)
	if err != nil {
		return nil, fmt.Errorf("findings like those of message %s: %w", m.ID, err)
	}
	alike := make(map[models.MessageID]bool, len(items))
	for _, i := range items {
		alike[i.Message] = true
	}
	return alike, nil
}

// inSweep lists the messages that a sweep of content is about: the one that is
// named, and its copies but those that have only a finding in common.
func (c *Copies) inSweep(ctx context.Context, scope models.Scope, m models.Message, o models.SweepOrder) ([]models.MessageID, error) {
	m.Findings = nil
	f := models.CopyFilter{App: o.App, Conversation: o.Conversation, Since: o.Since, Until: o.Until}
	found, err := c.look(ctx, scope, m, f, look{CopyPage{Limit: models.MaxSweep}, sweepCompares, 0})
	if err != nil {
		return nil, err
	}
	if found.Next != "" {
		return nil, invalid("There are too many messages to compare or to take back: narrow it by time or conversation.")
	}
	ids := []models.MessageID{m.ID}
	for _, copied := range found.Copies {
		ids = append(ids, copied.ID)
	}
	return ids, nil
}
