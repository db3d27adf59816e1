package access

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// sweepMemory is a store of one sweep that takes whatever it is given.
type sweepMemory struct {
	*memory
	swept models.Sweep
	items []models.SweepItem
	acts  []string

	filters []models.CopyFilter // of Stream
	alike   []models.MessageID  // by their findings, the newest first
}

func (s *sweepMemory) SweepCandidates(_ context.Context, scope models.Scope, o models.SweepOrder, _ int) ([]models.SweepItem, error) {
	var found []models.SweepItem
	for _, id := range []models.MessageID{"d-1", "g1-1", "g1-2", "g1-old", "g2-1"} {
		if m := s.messages[id]; scope.Shows(m.Conversation) && m.App == o.App {
			found = append(found, models.SweepItem{Message: id, Conversation: m.Conversation, Sender: m.Sender})
		}
	}
	return found, nil
}

func (s *sweepMemory) SweepMessages(ctx context.Context, scope models.Scope, ids []models.MessageID) ([]models.SweepItem, error) {
	all, err := s.SweepCandidates(ctx, scope, models.SweepOrder{App: "main"}, 0)
	return slices.DeleteFunc(all, func(i models.SweepItem) bool { return !slices.Contains(ids, i.Message) }), err
}

func (s *sweepMemory) SameFindings(
	_ context.Context, _ models.Scope, _ models.CopyFilter, _, after models.MessageID, limit int,
) ([]models.MessageID, error) {
	alike := slices.DeleteFunc(slices.Clone(s.alike), func(id models.MessageID) bool { return after != "" && id >= after })
	return alike[:min(limit, len(alike))], nil
}

func (s *sweepMemory) Stream(
	_ context.Context, scope models.Scope, f models.CopyFilter, after models.MessageID, visit func(models.Message) bool,
) (models.MessageID, error) {
	s.filters = append(s.filters, f)
	for _, id := range []models.MessageID{"x1-1", "g2-1", "g1-old", "g1-2", "g1-1", "d-1"} {
		m := s.messages[id]
		if m.App != f.App || !scope.Shows(m.Conversation) || after != "" && id >= after {
			continue
		}
		if !visit(m) {
			return id, nil
		}
	}
	return "", nil
}

func (s *sweepMemory) PreviewSweep(_ context.Context, sw models.Sweep, items []models.SweepItem, second int) (models.Sweep, error) {
	sw.ID, sw.State, sw.Second = "s", models.SweepPreviewed, len(items) > second
	s.swept, s.items = sw, items
	return sw, nil
}

func (s *sweepMemory) Sweep(_ context.Context, id models.SweepID) (models.Sweep, error) {
	if id != "s" {
		return models.Sweep{}, models.ErrNotFound
	}
	return s.swept, nil
}

func (s *sweepMemory) Sweeps(_ context.Context, f models.SweepFilter) ([]models.Sweep, string, error) {
	if f.Actor != "" && f.Actor != s.swept.Actor {
		return nil, "", nil
	}
	return []models.Sweep{s.swept}, "", nil
}

func (s *sweepMemory) SweepItems(_ context.Context, _ models.SweepID, _ models.SweepItemFilter) ([]models.SweepItem, string, error) {
	return s.items, "", nil
}

func (s *sweepMemory) SweepPlaces(context.Context, models.SweepID) ([]models.SweepPlace, error) {
	return []models.SweepPlace{
		{Conversation: models.Conversation{Kind: models.Group}, Chosen: 21}, {Conversation: models.Conversation{Kind: models.Direct}, Chosen: 4},
	}, nil
}

func (s *sweepMemory) RunSweep(_ context.Context, _ models.SweepID, actor string) (models.Sweep, error) {
	s.acts = append(s.acts, "run "+actor)
	return s.swept, nil
}

func (s *sweepMemory) CancelSweep(_ context.Context, _ models.SweepID, actor, reason string) (models.Sweep, error) {
	s.acts = append(s.acts, "cancel "+actor+" "+reason)
	return s.swept, nil
}

// guard spares nobody, or cannot say.
type guard struct{ err error }

func (g guard) Spare(context.Context, []models.SweepItem, models.SweepOrder) error { return g.err }

func newSweeps(g guard) (*Sweeps, *sweepMemory, *word) {
	door, m, w := newDoor()
	s := &sweepMemory{memory: m}
	copies := NewCopies(door, s, func(string) time.Duration { return time.Hour })
	return NewSweeps(SweepOptions{Door: door, Store: s, Copies: copies, Staff: g, Second: 2, Pace: func(_ string, kind models.ConversationKind) Pace {
		if kind == models.Direct {
			return Pace{Batch: 1, Rate: 10}
		}
		return Pace{Batch: 10, Rate: 10}
	}}), s, w
}

func spamOrder() models.SweepOrder {
	return models.SweepOrder{Kind: models.SweepSender, App: "main", Sender: "bob", Reason: models.Reason{Code: models.SpamOrScam}}
}

func TestSweepTouchesWhatTheCallerMay(t *testing.T) {
	limited := models.Caller{Actor: "token:l", Grant: models.GrantModerator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}
	tests := []struct {
		name   string
		caller models.Caller
		want   map[models.MessageID]string // authority, or why not
		err    error
	}{
		{"an operator", models.Caller{Grant: models.GrantOperator}, map[models.MessageID]string{
			"d-1": "operator", "g1-1": "operator", "g1-2": "operator", "g1-old": "operator", "g2-1": "operator",
		}, nil},
		{"an owner", linked(models.GrantModerator, "olga"), map[models.MessageID]string{"g1-1": "owner", "g1-2": "owner", "g1-old": "owner"}, nil},
		{"a plain member", linked(models.GrantModerator, "bob"), map[models.MessageID]string{}, nil},
		{"one that sees a group and has no account", limited, map[models.MessageID]string{"g1-1": "no_right", "g1-2": "no_right", "g1-old": "no_right"}, nil},
		{"a viewer", linked(models.GrantViewer, "olga"), nil, models.ErrForbidden},
		{"an auditor", models.Caller{Grant: models.GrantAuditor}, nil, models.ErrForbidden},
		{"nobody", models.Caller{}, nil, models.ErrForbidden},
	}
	for _, tt := range tests {
		sweeps, store, _ := newSweeps(guard{})
		sw, err := sweeps.Preview(t.Context(), tt.caller, models.FromAPI, spamOrder())
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
			continue
		}
		if tt.err != nil {
			continue
		}
		got := map[models.MessageID]string{}
		for _, i := range store.items {
			got[i.Message] = string(i.Authority) + string(i.Why)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if sw.Actor != tt.caller.Actor || sw.Account != tt.caller.Account || sw.Second != (len(tt.want) > 2) {
			t.Errorf("%s: sweep %+v", tt.name, sw)
		}
	}
}

// Whether it is the caller's right or the sender's role: what the platform cannot
// say stops the preview.
func TestSweepIsNotPreviewedWithoutThePlatform(t *testing.T) {
	sweeps, kept, _ := newSweeps(guard{errors.New("down")})
	if _, err := sweeps.Preview(t.Context(), models.Caller{Grant: models.GrantOperator}, models.FromAPI, spamOrder()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("senders unknown: %v, want ErrUnavailable", err)
	}
	if kept.items != nil {
		t.Error("it was kept without the senders' roles")
	}
	sweeps, kept, roles := newSweeps(guard{})
	if _, err := sweeps.door.Scope(t.Context(), linked(models.GrantModerator, "olga")); err != nil {
		t.Fatal(err)
	}
	roles.err = errors.New("down")
	if _, err := sweeps.Preview(t.Context(), linked(models.GrantModerator, "olga"), models.FromAPI, spamOrder()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("right unknown: %v, want ErrUnavailable", err)
	}
	if kept.items != nil {
		t.Error("it was kept without the caller's right")
	}
}

func TestOnlySomeRunAndCancelASweep(t *testing.T) {
	olga := linked(models.GrantModerator, "olga")
	other := models.Caller{Actor: "token:o", Grant: models.GrantModerator, Account: olga.Account}
	tests := []struct {
		name        string
		caller      models.Caller
		acts, reads error
	}{
		{"whoever ordered it", olga, nil, nil},
		{"an operator", models.Caller{Actor: "token:op", Grant: models.GrantOperator}, nil, nil},
		{"an operator of some groups", models.Caller{Actor: "token:op", Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}, models.ErrNotFound, models.ErrNotFound},
		{"another token of the account", other, models.ErrNotFound, models.ErrNotFound},
		{"an auditor", models.Caller{Actor: "token:a", Grant: models.GrantAuditor}, models.ErrForbidden, nil},
		{"a viewer", linked(models.GrantViewer, "olga"), models.ErrForbidden, nil}, // of the same name: a token that was demoted
		{"nobody", models.Caller{Actor: olga.Actor}, models.ErrForbidden, models.ErrNotFound},
	}
	for _, tt := range tests {
		sweeps, store, _ := newSweeps(guard{})
		if _, err := sweeps.Preview(t.Context(), olga, models.FromAPI, spamOrder()); err != nil {
			t.Fatal(err)
		}
		_, run := sweeps.Run(t.Context(), tt.caller, "s")
		_, cancel := sweeps.Cancel(t.Context(), tt.caller, "s", " no ")
		if !errors.Is(run, tt.acts) || !errors.Is(cancel, tt.acts) {
			t.Errorf("%s: run %v, cancel %v, want %v", tt.name, run, cancel, tt.acts)
		}
		if want := []string{"run " + tt.caller.Actor, "cancel " + tt.caller.Actor + " no"}; (tt.acts == nil) != cmp.Equal(want, store.acts) {
			t.Errorf("%s: the store was asked %v", tt.name, store.acts)
		}
		_, get := sweeps.Get(t.Context(), tt.caller, "s")
		_, _, items := sweeps.Items(t.Context(), tt.caller, "s", models.SweepItemFilter{})
		if !errors.Is(get, tt.reads) || !errors.Is(items, tt.reads) {
			t.Errorf("%s: get %v, items %v, want %v", tt.name, get, items, tt.reads)
		}
		list, _, err := sweeps.List(t.Context(), tt.caller, models.SweepFilter{})
		if err != nil || (len(list) == 1) != (tt.reads == nil) {
			t.Errorf("%s: list %v, %v", tt.name, list, err)
		}
	}
	sweeps, _, _ := newSweeps(guard{})
	if _, err := sweeps.Run(t.Context(), olga, "none"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a sweep that is none: %v", err)
	}
}

func TestReachOfASweep(t *testing.T) {
	sweeps, _, _ := newSweeps(guard{})
	n, takes, err := sweeps.Reach(t.Context(), models.Sweep{ID: "s", SweepOrder: models.SweepOrder{App: "main"}})
	if want := 700 * time.Millisecond; n != 2 || takes != want || err != nil { // three calls, and four
		t.Errorf("Reach = %d, %s, %v, want 2 and %s", n, takes, err, want)
	}
}

// A sample shows what the caller may see, to those who may read.
func TestSampleOfASweep(t *testing.T) {
	sweeps, store, _ := newSweeps(guard{})
	olga := linked(models.GrantModerator, "olga")
	sw, err := sweeps.Preview(t.Context(), models.Caller{Actor: olga.Actor, Grant: models.GrantOperator}, models.FromAPI, spamOrder())
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		caller models.Caller
		state  models.SweepState
		want   int
	}{
		"an operator":     {models.Caller{Grant: models.GrantOperator}, models.SweepPreviewed, 5},
		"before a second": {models.Caller{Grant: models.GrantOperator}, models.SweepAsked, 5},
		"an owner now":    {olga, models.SweepPreviewed, 3},
		"an auditor":      {models.Caller{Grant: models.GrantAuditor}, models.SweepPreviewed, 0},
		"while it runs":   {models.Caller{Grant: models.GrantOperator}, models.SweepRunning, 0},
	} {
		sw.State = tt.state
		if got, err := sweeps.Sample(t.Context(), tt.caller, sw); err != nil || len(got) != tt.want {
			t.Errorf("%s: %d messages, %v, want %d", name, len(got), err, tt.want)
		}
	}
	if len(store.items) != 5 {
		t.Errorf("%d items", len(store.items))
	}
}
