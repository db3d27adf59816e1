package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// CoverageStore is what finding missed messages needs of the database.
// *store.Store is one.
type CoverageStore interface {
	// Sightings hands over which messages were kept since it was asked last.
	Sightings() []models.Sighting
	// Cover counts messages that are kept, and finds the holes between them.
	Cover(ctx context.Context, seen []models.Seen, cadence models.Cadence) error
	// ClaimDue returns conversations of which the platform is to be asked what passed.
	ClaimDue(ctx context.Context, app string, kinds []models.ConversationKind, limit int, since time.Time, lease time.Duration) ([]models.Due, error)
	// Heard stores what the platform says of the newest numbers.
	Heard(ctx context.Context, all []models.Newest, since time.Time, cadence models.Cadence) error
	// AskAgain makes every conversation due that was heard of since a moment.
	AskAgain(ctx context.Context, app string, since time.Time) error
	// Polled stores that a conversation without numbers was read back.
	Polled(ctx context.Context, c models.ConversationID, through time.Time, missed int64, cadence models.Cadence) error
	// ClaimHoles leases holes that history is to be asked for, in pieces.
	ClaimHoles(ctx context.Context, apps []string, limit int, size int64, lease time.Duration) ([]models.HoleClaim, error)
	// ReadBack says which of some refs are kept because history was read.
	ReadBack(ctx context.Context, c models.ConversationID, refs []string) ([]string, error)
	// KeptAmong says which of some refs are kept, and when each was received.
	KeptAmong(ctx context.Context, c models.ConversationID, refs []string) (map[string]time.Time, error)
	// Account says how numbers are accounted for. It may be said twice.
	Account(ctx context.Context, c models.ConversationID, all []models.Accounted, cadence models.Cadence) error
	// DelayHole gives a claimed hole back until then, with what the platform said.
	DelayHole(ctx context.Context, id models.HoleID, until time.Time, code, words string) error
	// OpenHoles counts what is missing, by app.
	OpenHoles(ctx context.Context) ([]models.HoleCount, error)
	// CoverageDays says what passed each day since a moment, by app.
	CoverageDays(ctx context.Context, app string, since time.Time) ([]models.DayCoverage, error)
}

// Intake takes in what history says, exactly as deliveries are.
type Intake interface {
	Backfill(ctx context.Context, app string, events []models.Event) ([]models.Kept, error)
	SetAside(ctx context.Context, app string, asides []models.SetAside) error
}

// Coverage says how messages that were never delivered are found and scanned.
type Coverage struct {
	Store   CoverageStore
	Intake  func() Intake  // asked for when the first of them is found
	Cadence models.Cadence // when the platform is asked
	Rates   map[string]int // calls for history per second by app, all nodes together; default 100
}

// seeker finds what passed unseen: it counts what was seen, asks platforms for
// what they gave out, reads back what is missing and hands it to the intake.
type seeker struct {
	Coverage
	clock   clock
	apps    map[string]*historian
	metrics *coverageMetrics
	log     *slog.Logger
	kept    map[models.ConversationID]*sighted // seen and not counted yet
	blind   bool                               // the last count failed
}

func newSeeker(o Options, c *connection, m *metrics) (*seeker, error) {
	s := &seeker{
		Coverage: *o.Coverage, clock: o.Now, apps: map[string]*historian{}, metrics: newCoverageMetrics(o.Coverage.Store), log: o.Logger,
		kept: map[models.ConversationID]*sighted{},
	}
	for id, adapter := range o.Adapters {
		s.apps[id] = newHistorian(o.Now, id, adapter, newLimiter(c, id+":history", s.Rates[id]), m, o.Logger)
	}
	if o.Registry == nil {
		return s, nil
	}
	return s, s.metrics.register(o.Registry)
}

// run works until ctx ends, and counts what was seen before it returns.
func (s *seeker) run(ctx context.Context) error {
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return every(ctx, surveyEvery, func() { s.survey(ctx, false) }) })
	parts.Go(func() error { return every(ctx, fillEvery, func() { s.fill(ctx) }) })
	for _, h := range s.apps {
		if h.sequenced != nil {
			parts.Go(func() error { return every(ctx, askEvery, func() { s.ask(ctx, h) }) })
		}
		if h.recent != nil && s.Cadence.Poll > 0 {
			parts.Go(func() error { return every(ctx, pollEvery, func() { s.poll(ctx, h) }) })
		}
	}
	err := parts.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	s.survey(last, true)
	return err
}

// every does something at once and then again and again until ctx ends.
func every(ctx context.Context, d time.Duration, do func()) error {
	for {
		do()
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(d):
		}
	}
}

// window returns since when an app's platform still has what was posted.
func (h *historian) window() time.Time {
	w := h.adapter.Limits(models.Group).Window
	if w <= 0 {
		return time.Unix(0, 0)
	}
	return h.clock.now().Add(-w)
}

// failedTo logs what could not be done, unless the node is stopping.
func (s *seeker) failedTo(ctx context.Context, what string, h *historian, err error) {
	if ctx.Err() == nil {
		s.log.ErrorContext(ctx, "the search for missed messages was held up", slog.String("app", h.id), slog.String("at", what), slog.Any("error", err))
	}
}

// runs joins numbers that follow each other; they need not be in order.
func runs(numbers []int64) []models.Range {
	slices.Sort(numbers)
	var all []models.Range
	for _, n := range numbers {
		switch last := len(all) - 1; {
		case last >= 0 && n <= all[last].Last:
		case last >= 0 && n == all[last].Last+1:
			all[last].Last = n
		default:
			all = append(all, models.Range{First: n, Last: n})
		}
	}
	return all
}

// caughtPanic turns a panic of an adapter into an error that holds nothing of
// what it panicked with.
func caughtPanic(op string, err *error) {
	if v := recover(); v != nil {
		*err = &platforms.CallError{
			Op: op, Class: platforms.Lost, Words: "The adapter failed in the middle of the call.", Err: fmt.Errorf("panic with a %T", v),
		}
	}
}
