package jobs

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// sweepBook is a SweepStore that hands out portions, and notes what is done with them.
type sweepBook struct {
	portions []models.SweepClaim
	claimErr error
	askErr   error
	asked    [][]models.SweepItem
	delays   []time.Duration
	looks    int
}

func (b *sweepBook) ClaimSweep(context.Context, int, time.Duration) (models.SweepClaim, error) {
	b.looks++
	if b.claimErr != nil || len(b.portions) == 0 {
		return models.SweepClaim{}, errors.Join(b.claimErr, models.ErrNotFound)
	}
	claim := b.portions[0]
	b.portions = b.portions[1:]
	return claim, nil
}

func (b *sweepBook) AskSweep(_ context.Context, claim models.SweepClaim) ([]models.ConversationID, error) {
	b.asked = append(b.asked, slices.Clone(claim.Items))
	var due []models.ConversationID
	for _, i := range claim.Items {
		if i.Why == "" {
			due = append(due, i.Conversation.ID)
		}
	}
	return due, b.askErr
}

func (b *sweepBook) DelaySweep(_ context.Context, _ models.SweepClaim, wait time.Duration, trouble string) error {
	if trouble == "" {
		return errors.New("no words")
	}
	b.delays = append(b.delays, wait)
	return nil
}

// chamber knows the roles of some, and spares mallory.
type chamber struct {
	roles map[string]models.Role // by account and conversation
	err   error
}

func (c chamber) Role(_ context.Context, in models.Conversation, account string) (models.Role, error) {
	return c.roles[account+"@"+in.Ref], c.err
}

func (c chamber) Spare(_ context.Context, items []models.SweepItem, _ models.SweepOrder) error {
	for i := range items {
		if items[i].Why == "" && items[i].Sender == "mallory" {
			items[i].Why = models.SparedAdmin
		}
	}
	return c.err
}

func sweepItem(in, sender string, a models.Authority) models.SweepItem {
	return models.SweepItem{Conversation: models.Conversation{ID: models.ConversationID(in), Ref: in}, Sender: sender, Authority: a}
}

// runSweeps runs sweeps for a while of made-up time and returns what was rung.
func runSweeps(t *testing.T, book *sweepBook, staff Staff, span time.Duration) (rung []models.ConversationID, log string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		s := &sweeps{
			store: book, staff: staff, log: slog.New(slog.NewTextHandler(&text, nil)),
			ring: func(c models.ConversationID) { rung = append(rung, c) },
		}
		ctx, cancel := context.WithTimeout(t.Context(), span)
		defer cancel()
		if err := s.run(ctx); err != nil {
			t.Error(err)
		}
		log = text.String()
	})
	return rung, log
}

func TestSweepAsksAgainWhoMay(t *testing.T) {
	book := &sweepBook{portions: []models.SweepClaim{{
		Sweep: models.Sweep{ID: "s", Account: models.Account{App: "main", Name: "olga"}},
		Items: []models.SweepItem{
			sweepItem("a", "bob", models.ByOwner), sweepItem("a", "mallory", models.ByOwner), sweepItem("b", "bob", models.ByAdmin),
			sweepItem("c", "bob", models.ByOperator), sweepItem("a", "bob", models.ByOwner),
		},
	}}}
	staff := chamber{roles: map[string]models.Role{"olga@a": models.RoleOwner, "olga@b": models.RoleMember}}
	rung, _ := runSweeps(t, book, staff, 10*time.Second)
	var whys []models.SweepWhy
	for _, i := range book.asked[0] {
		whys = append(whys, i.Why)
	}
	if diff := cmp.Diff([]models.SweepWhy{"", models.SparedAdmin, models.NoRight, "", ""}, whys); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]models.ConversationID{"a", "c"}, rung); diff != "" {
		t.Errorf("rung (-want +got):\n%s", diff)
	}
	if book.looks < 5 || book.looks > 15 {
		t.Errorf("%d looks in ten seconds", book.looks)
	}
}

// What the platform cannot say is asked for later, and nothing is taken back.
func TestSweepWaitsForThePlatform(t *testing.T) {
	book := &sweepBook{portions: []models.SweepClaim{
		{Sweep: models.Sweep{ID: "s"}, Items: []models.SweepItem{sweepItem("a", "bob", models.ByOwner)}},
		{Sweep: models.Sweep{ID: "s"}, Items: []models.SweepItem{sweepItem("a", "bob", models.ByOperator)}},
	}}
	rung, log := runSweeps(t, book, chamber{err: errors.New("down")}, 10*time.Second)
	if len(rung) != 0 || len(book.asked) != 0 || !cmp.Equal(book.delays, []time.Duration{sweepRetry, sweepRetry}) {
		t.Errorf("rung %v, asked %v, delayed %v", rung, book.asked, book.delays)
	}
	if strings.Count(log, "a sweep does not get on") != 1 {
		t.Errorf("log:\n%s\nwant it told once", log)
	}
}

// A platform that answers and gives no role has not said that a right is lost.
func TestSweepWaitsForARole(t *testing.T) {
	book := &sweepBook{portions: []models.SweepClaim{{Sweep: models.Sweep{ID: "s"}, Items: []models.SweepItem{sweepItem("a", "bob", models.ByOwner)}}}}
	staff := chamber{roles: map[string]models.Role{"@a": models.RoleUnknown}}
	if rung, _ := runSweeps(t, book, staff, 5*time.Second); len(rung) != 0 || len(book.asked) != 0 || len(book.delays) != 1 {
		t.Errorf("rung %v, asked %v, delayed %v", rung, book.asked, book.delays)
	}
}

// A sweep whose node stops is not put off for that: its lease ends, and another
// node goes on.
func TestSweepIsNotPutOffByAStop(t *testing.T) {
	book := &sweepBook{portions: []models.SweepClaim{{Sweep: models.Sweep{ID: "s"}, Items: []models.SweepItem{sweepItem("a", "bob", models.ByOwner)}}}}
	ctx, cancel := context.WithCancel(t.Context())
	s := &sweeps{store: book, staff: stopping{cancel: cancel}, log: slog.New(slog.DiscardHandler)}
	s.step(ctx)
	if len(book.delays) != 0 || len(book.asked) != 0 {
		t.Errorf("asked %v, delayed %v", book.asked, book.delays)
	}
}

// stopping is asked for roles while the node is told to stop.
type stopping struct {
	chamber
	cancel func()
}

func (s stopping) Role(ctx context.Context, _ models.Conversation, _ string) (models.Role, error) {
	s.cancel()
	return models.RoleUnknown, ctx.Err()
}

// A cancelled sweep, or one that another node has, is no trouble; a database that
// is away is told once.
func TestSweepTrouble(t *testing.T) {
	portion := models.SweepClaim{Sweep: models.Sweep{ID: "s"}, Items: []models.SweepItem{sweepItem("a", "bob", models.ByOperator)}}
	book := &sweepBook{portions: []models.SweepClaim{portion}, askErr: models.ErrConflict}
	if rung, log := runSweeps(t, book, chamber{}, 5*time.Second); len(rung) != 0 || log != "" {
		t.Errorf("rung %v, log:\n%s", rung, log)
	}
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		s := &sweeps{store: &broken{}, log: slog.New(slog.NewTextHandler(&text, nil))}
		for range 5 {
			s.step(t.Context())
		}
		if strings.Count(text.String(), "a sweep does not get on") != 1 {
			t.Errorf("log:\n%s\nwant it told once", text.String())
		}
	})
}

// broken is a store that answers nothing.
type broken struct{ sweepBook }

func (*broken) ClaimSweep(context.Context, int, time.Duration) (models.SweepClaim, error) {
	return models.SweepClaim{}, errors.New("away")
}
