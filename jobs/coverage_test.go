package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// past is a platform with history, an intake and a database, and remembers what
// the seeker asked of them.
type past struct {
	platforms.Adapter
	said []string

	// of the platform
	passage func(r models.Range) (platforms.Passage, error)
	newest  map[string]int64
	since   []models.Event
	err     error

	// of the database
	sightings []models.Sighting
	seen      []models.Seen
	due       []models.Due
	claims    []models.HoleClaim
	kept      map[string]time.Time
	read      []string // of those that are kept, from history
	coverErr  error

	result models.KeepResult // of the intake
}

func (p *past) say(format string, args ...any) { p.said = append(p.said, fmt.Sprintf(format, args...)) }

func (p *past) Limits(kind models.ConversationKind) platforms.Limits {
	if kind == models.Direct || kind == models.Live {
		return platforms.Limits{Window: time.Hour}
	}
	return platforms.Limits{Window: time.Hour, Newest: 2}
}

func (p *past) Number(c models.Conversation, ref string) (int64, bool) {
	n, err := strconv.ParseInt(ref, 10, 64)
	return n, err == nil && c.Kind != models.Direct
}

func (p *past) Ref(_ models.Conversation, n int64) string { return strconv.FormatInt(n, 10) }

func (p *past) Newest(_ context.Context, cs []models.Conversation) ([]int64, error) {
	newest, names := make([]int64, len(cs)), make([]string, len(cs))
	for i, c := range cs {
		newest[i], names[i] = p.newest[c.Ref], c.Ref
	}
	p.say("newest of %s", strings.Join(names, " "))
	return newest, p.err
}

func (p *past) Passage(_ context.Context, _ models.Conversation, r models.Range) (platforms.Passage, error) {
	p.say("read %d-%d", r.First, r.Last)
	if p.err != nil {
		return platforms.Passage{}, p.err
	}
	return p.passage(r)
}

func (p *past) Since(_ context.Context, c models.Conversation, from time.Time) ([]models.Event, error) {
	p.say("since %s of %s", time.Since(from).Round(time.Second), c.Ref)
	return p.since, p.err
}

func (p *past) Sightings() []models.Sighting {
	all := p.sightings
	p.sightings = nil
	return all
}

func (p *past) Cover(_ context.Context, seen []models.Seen, _ models.Cadence) error {
	if p.coverErr == nil {
		p.seen = append(p.seen, seen...)
	}
	return p.coverErr
}

func (p *past) ClaimDue(context.Context, string, []models.ConversationKind, int, time.Time, time.Duration) ([]models.Due, error) {
	all := p.due
	p.due = nil
	return all, nil
}

func (p *past) Heard(_ context.Context, all []models.Newest, _ time.Time, _ models.Cadence) error {
	for _, n := range all {
		p.say("heard %s %d from %d", n.Conversation, n.Number, n.First)
	}
	return nil
}

func (p *past) AskAgain(context.Context, string, time.Time) error {
	p.say("ask again")
	return nil
}

func (p *past) Polled(_ context.Context, c models.ConversationID, through time.Time, missed int64, _ models.Cadence) error {
	p.say("polled %s, %d missed", c, missed)
	return nil
}

func (p *past) ClaimHoles(context.Context, []string, int, int64, time.Duration) ([]models.HoleClaim, error) {
	all := p.claims
	p.claims = nil
	return all, nil
}

func (p *past) KeptAmong(context.Context, models.ConversationID, []string) (map[string]time.Time, error) {
	return p.kept, nil
}

func (p *past) ReadBack(context.Context, models.ConversationID, []string) ([]string, error) {
	return p.read, nil
}

func (p *past) Account(_ context.Context, _ models.ConversationID, all []models.Accounted, _ models.Cadence) error {
	var words []string
	for _, a := range all {
		words = append(words, fmt.Sprintf("%d-%d %s", a.First, a.Last, a.How))
	}
	p.say("account %s", strings.Join(words, ", "))
	return nil
}

func (p *past) DelayHole(_ context.Context, id models.HoleID, until time.Time, code, words string) error {
	p.say("delay %s %v %s %s", id, until.After(time.Now()), code, words)
	return nil
}

func (p *past) OpenHoles(context.Context) ([]models.HoleCount, error) { return nil, nil }

func (p *past) CoverageDays(context.Context, string, time.Time) ([]models.DayCoverage, error) {
	return nil, nil
}

func (p *past) Backfill(_ context.Context, _ string, events []models.Event) ([]models.Kept, error) {
	kept, refs := make([]models.Kept, len(events)), make([]string, len(events))
	for i, e := range events {
		kept[i].Result, refs[i] = p.result, string(e.Kind)+" "+refOf(e)
	}
	p.say("take in %s", strings.Join(refs, ", "))
	return kept, nil
}

func (p *past) SetAside(_ context.Context, _ string, asides []models.SetAside) error {
	p.say("set aside %d", len(asides))
	return nil
}

func refOf(e models.Event) string {
	if e.Message != nil {
		return e.Message.Ref
	}
	return e.Refs[0]
}

func (p *past) saw(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, p.said); diff != "" {
		t.Errorf("what was asked (-want +got):\n%s", diff)
	}
	p.said = nil
}

// seeking returns a seeker for one app whose everything is p, and its log.
func seeking(p *past) (*seeker, *historian, *bytes.Buffer) {
	log := &bytes.Buffer{}
	o := Options{Logger: slog.New(slog.NewTextHandler(log, nil)), Coverage: &Coverage{
		Store: p, Intake: func() Intake { return p }, Cadence: models.Cadence{Grace: 5 * time.Second, Ask: time.Minute, Poll: time.Minute},
	}}
	m, _ := newMetrics(o, nil)
	s, _ := newSeeker(o, nil, m)
	h := newHistorian(nil, "main", p, local{rate.NewLimiter(rate.Inf, 1)}, m, o.Logger)
	s.apps["main"] = h
	return s, h, log
}

var room = models.Conversation{ID: "room", App: "main", Kind: models.Group, Ref: "g"}

func sighting(c models.Conversation, refs ...string) models.Sighting {
	return models.Sighting{Conversation: c, Refs: refs, At: time.Now()}
}

func told(seen []models.Seen) []string {
	var all []string
	for _, s := range seen {
		all = append(all, fmt.Sprintf("%s %v from %d, %d more", s.Conversation.ID, s.Ranges, s.Begin, s.Count))
	}
	return all
}

// The newest numbers wait for one look, since those before them may be on their way.
func TestSurveyWaitsForWhatIsUnderWay(t *testing.T) {
	p := &past{}
	s, _, _ := seeking(p)
	for i, step := range []struct {
		refs []string
		all  bool
		want []string
	}{
		{[]string{"30", "32", "x"}, false, nil},
		{[]string{"31", "35"}, false, []string{"room [{30 32}] from 30, 0 more"}},
		{nil, false, []string{"room [{35 35}] from 35, 0 more"}},
		{nil, false, nil},
		{[]string{"33", "40"}, true, []string{"room [{33 33} {40 40}] from 33, 0 more"}},
	} {
		if step.refs != nil {
			p.sightings = []models.Sighting{sighting(room, step.refs...)}
		}
		s.survey(t.Context(), step.all)
		if diff := cmp.Diff(step.want, told(p.seen)); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
		p.seen = nil
	}
	if len(s.kept) != 0 {
		t.Errorf("%d conversations are still remembered", len(s.kept))
	}
}

func TestSurveyOfNewAndUncountedConversations(t *testing.T) {
	p := &past{}
	s, _, _ := seeking(p)
	chat := models.Conversation{ID: "chat", App: "main", Kind: models.Direct, Ref: "a:b"}
	p.sightings = []models.Sighting{sighting(room, "20"), sighting(chat, "k1", "k2")}
	s.survey(t.Context(), true)
	got := map[models.ConversationID]string{}
	for _, seen := range p.seen {
		got[seen.Conversation.ID] = told([]models.Seen{seen})[0]
	}
	want := map[models.ConversationID]string{"room": "room [{20 20}] from 1, 0 more", "chat": "chat [] from 0, 2 more"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

// What the database does not take waits, and is told once.
func TestSurveyKeepsWhatCannotBeCounted(t *testing.T) {
	p := &past{coverErr: errors.New("no database")}
	s, _, log := seeking(p)
	p.sightings = []models.Sighting{sighting(room, "30")}
	for range 3 {
		s.survey(t.Context(), true)
	}
	p.coverErr = nil
	p.sightings = []models.Sighting{sighting(room, "31")}
	s.survey(t.Context(), true)
	if diff := cmp.Diff([]string{"room [{30 31}] from 30, 0 more"}, told(p.seen)); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if n := strings.Count(log.String(), "was not counted"); n != 1 || !strings.Contains(log.String(), "is counted again") {
		t.Errorf("the log says:\n%s", log)
	}
}

func hole(first, last int64) models.HoleClaim {
	return models.HoleClaim{Place: room, Hole: models.Hole{
		Range: models.Range{First: first, Last: last}, ID: "hole", App: "main", Conversation: "room", FoundAt: time.Now().Add(-time.Minute),
	}}
}

func post(n int64) models.Event {
	return models.Event{Kind: models.EventPosted, Conversation: room, Message: &models.Message{Ref: strconv.FormatInt(n, 10)}}
}

// Whoever read the hole back died after it was kept and before it was counted. It
// counts as read back still, whatever the time, and not as delivered.
func TestWhatWasReadBackBeforeAKillCountsAsThat(t *testing.T) {
	p := &past{read: []string{"2", "3"}}
	p.kept = map[string]time.Time{"2": time.Now(), "3": time.Now().Add(-time.Hour), "4": time.Now()}
	p.claims = []models.HoleClaim{hole(2, 4)}
	s, _, _ := seeking(p)
	s.fill(t.Context())
	p.saw(t, "account 4-4 late_webhook, 2-3 history")
}

func TestAHoleIsReadBackAndEachNumberAccountedFor(t *testing.T) {
	p := &past{result: models.KeptNew}
	p.kept = map[string]time.Time{"3": time.Now(), "4": time.Now().Add(-time.Hour)}
	p.passage = func(r models.Range) (platforms.Passage, error) {
		if r.Last == 9 {
			return platforms.Passage{
				Told: models.Range{First: 5, Last: 9}, Tips: []int64{8}, Gone: []int64{6},
				Events:     []models.Event{post(5), {Kind: models.EventRemoved, Refs: []string{"6"}}, post(9)},
				Unreadable: map[int64]models.SetAside{7: {Reason: "duplicate_key"}},
			}, nil
		}
		return platforms.Passage{Told: r, Events: []models.Event{post(2), post(3)}}, nil
	}
	p.claims = []models.HoleClaim{hole(2, 9)}
	s, _, _ := seeking(p)
	s.fill(t.Context())
	p.saw(t,
		"account 4-4 in_time, 3-3 late_webhook", "read 2-9", "set aside 1", "take in posted 5, removed 6, posted 9",
		"account 9-9 history, 8-8 system_tip, 7-7 history, 6-6 gone, 5-5 history",
		"read 2-2", "take in posted 2", "account 2-2 history")
}

func TestAMessageThatCameWhileItWasReadIsLate(t *testing.T) {
	p := &past{result: models.KeptDuplicate, claims: []models.HoleClaim{hole(5, 5)}}
	p.passage = func(r models.Range) (platforms.Passage, error) {
		return platforms.Passage{Told: r, Events: []models.Event{post(5)}}, nil
	}
	s, _, _ := seeking(p)
	s.fill(t.Context())
	p.saw(t, "read 5-5", "take in posted 5", "account 5-5 late_webhook")
}

func TestAMessageThatCameAndWentWhileItWasReadIsLate(t *testing.T) {
	p := &past{claims: []models.HoleClaim{hole(5, 6)}}
	p.passage = func(r models.Range) (platforms.Passage, error) {
		p.kept = map[string]time.Time{"5": time.Now().Add(time.Hour)}
		return platforms.Passage{Told: r, Gone: []int64{5, 6}}, nil
	}
	s, _, _ := seeking(p)
	s.fill(t.Context())
	p.saw(t, "read 5-6", "account 6-6 gone, 5-5 late_webhook")
}

func TestAHoleOfAGroupThatIsNoMoreIsNotRead(t *testing.T) {
	claim := hole(5, 7)
	claim.Place.DissolvedAt = time.Now()
	p := &past{claims: []models.HoleClaim{claim}}
	s, _, _ := seeking(p)
	s.fill(t.Context())
	p.saw(t, "account 5-7 gone")
}

func TestAHoleThatCannotBeReadWaitsAndIsToldOf(t *testing.T) {
	for _, tc := range []struct {
		name    string
		err     error
		passage platforms.Passage
		delayed string
	}{
		{"an error", &platforms.CallError{Class: platforms.Transient, Code: "10002", Words: "Trouble."}, platforms.Passage{}, "delay hole true 10002 Trouble."},
		{"nothing told", nil, platforms.Passage{Told: models.Range{First: 6, Last: 5}}, "delay hole true  The platform did not show this part of its history."},
		{"another part", nil, platforms.Passage{Told: models.Range{First: 1, Last: 2}}, "delay hole true  The platform did not show this part of its history."},
		{"a panic", nil, platforms.Passage{Told: models.Range{First: -1}}, "delay hole true  The adapter failed in the middle of the call."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := &past{err: tc.err}
			p.passage = func(models.Range) (platforms.Passage, error) {
				if tc.passage.Told.First < 0 {
					panic("4111")
				}
				return tc.passage, nil
			}
			s, h, log := seeking(p)
			for tries := range 2 * tellAfter {
				claim := hole(5, 5)
				claim.Tries = tries
				s.fillOne(t.Context(), h, claim)
				p.saw(t, "read 5-5", tc.delayed)
			}
			if n := strings.Count(log.String(), "cannot be read back"); n != 1 || strings.Contains(log.String(), "4111") {
				t.Errorf("it is told of %d times:\n%s", n, log)
			}
		})
	}
}

// A node that stops gives a hole back at once, and no try is counted.
func TestAStopGivesHolesBack(t *testing.T) {
	p := &past{}
	s, h, _ := seeking(p)
	ctx, cancel := context.WithCancel(t.Context())
	p.passage = func(models.Range) (platforms.Passage, error) {
		cancel()
		return platforms.Passage{}, &platforms.CallError{Class: platforms.Lost, Words: "Cancelled."}
	}
	s.fillOne(ctx, h, hole(5, 5))
	p.saw(t, "read 5-5", "delay hole false  ")
}

func TestNewestNumbersAreAskedForTogether(t *testing.T) {
	p := &past{newest: map[string]int64{"g1": 7, "g3": 9, "t2": 4}}
	group := func(n string) models.Due {
		return models.Due{Conversation: models.Conversation{ID: models.ConversationID(n), App: "main", Kind: models.Group, Ref: n, Group: n}}
	}
	topic := func(n, town string) models.Due {
		d := group(n)
		d.Conversation.Kind, d.Conversation.Group, d.FirstRef = models.Topic, town, "3"
		return d
	}
	p.due = []models.Due{group("g1"), topic("t1", "a"), group("g2"), topic("t2", "b"), group("g3"), topic("t3", "a")}
	s, h, _ := seeking(p)
	s.ask(t.Context(), h)
	p.saw(t, "ask again", "newest of g1 g2", "heard g1 7 from 0", "heard g2 0 from 0", "newest of g3", "heard g3 9 from 0",
		"newest of t1 t3", "heard t1 0 from 3", "heard t3 0 from 3", "newest of t2", "heard t2 4 from 3")
	s.ask(t.Context(), h)
	p.saw(t)
}

// After the platform was away everything is asked for again, once.
func TestAfterAnOutageEverythingIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &past{newest: map[string]int64{}}
		s, h, log := seeking(p)
		look := func(err error) {
			p.err, p.due = err, []models.Due{{Conversation: room}}
			s.ask(t.Context(), h)
			time.Sleep(2 * time.Second)
		}
		look(nil)
		p.saw(t, "ask again", "newest of g", "heard room 0 from 0")
		lost := &platforms.CallError{Class: platforms.Lost, Words: "Trouble."}
		look(lost)
		look(nil)
		p.saw(t, "newest of g", "newest of g", "heard room 0 from 0") // one lost answer is no outage
		look(lost)
		look(lost)
		look(nil)
		look(nil)
		p.saw(t, "newest of g", "newest of g", "newest of g", "heard room 0 from 0", "ask again", "newest of g", "heard room 0 from 0")
		look(&platforms.CallError{Class: platforms.RateLimit, RetryAfter: time.Minute})
		look(nil)
		p.saw(t, "newest of g") // it waits
		if s.open() != nil {
			t.Error("history is read although the platform asked for fewer calls")
		}
		time.Sleep(time.Minute)
		for range 2 {
			look(&platforms.CallError{Class: platforms.Setup, Words: "Not an administrator."})
			time.Sleep(2 * setupPause)
		}
		if n := strings.Count(log.String(), "refuses to show"); n != 1 {
			t.Errorf("it is told of %d times:\n%s", n, log)
		}
	})
}

func TestChatsArePolledInOverlappingTimes(t *testing.T) {
	chat := models.Conversation{ID: "chat", App: "main", Kind: models.Direct, Ref: "a:b"}
	synctest.Test(t, func(t *testing.T) {
		p := &past{result: models.KeptNew, kept: map[string]time.Time{"k1": time.Now()}}
		p.since = []models.Event{
			{Kind: models.EventPosted, Message: &models.Message{Ref: "k1"}},
			{Kind: models.EventPosted, Message: &models.Message{Ref: "k2"}},
			{Kind: models.EventRemoved, Refs: []string{"k0"}},
		}
		s, h, _ := seeking(p)
		p.due = []models.Due{
			{Conversation: chat, HeardAt: time.Now().Add(-time.Second)},
			{Conversation: chat, HeardAt: time.Now(), AskedAt: time.Now().Add(-10 * time.Minute)},
			{Conversation: chat, HeardAt: time.Now(), AskedAt: time.Now().Add(-48 * time.Hour)},
		}
		s.poll(t.Context(), h)
		one := []string{"take in posted k2, removed k0", "polled chat, 1 missed"}
		p.saw(t, "since 2m1s of a:b", one[0], one[1], "since 11m0s of a:b", one[0], one[1], "since 1h0m0s of a:b", one[0], one[1])
		p.err = &platforms.CallError{Class: platforms.Transient}
		p.due = []models.Due{{Conversation: chat, HeardAt: time.Now()}}
		s.poll(t.Context(), h)
		p.saw(t, "since 2m0s of a:b") // it stays due
	})
}

func TestRuns(t *testing.T) {
	for want, numbers := range map[string][]int64{"[]": nil, "[{1 3}]": {3, 1, 2, 2}, "[{1 1} {4 5}]": {5, 1, 4}} {
		if got := fmt.Sprint(runs(numbers)); got != want {
			t.Errorf("runs = %s, want %s", got, want)
		}
	}
}
