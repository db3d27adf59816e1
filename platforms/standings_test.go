package platforms_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// oracle answers every question about roles with one role, and counts them.
type oracle struct {
	platforms.Adapter
	role  models.Role
	err   error
	asked int
	slow  chan struct{} // an answer waits for it, if there is one
}

func (o *oracle) Authority(context.Context, models.Conversation, string) (models.Role, error) {
	o.asked++
	role, err := o.role, o.err
	if o.slow != nil {
		<-o.slow
	}
	return role, err
}

func (o *oracle) Moderates(context.Context, string) ([]string, error) {
	return []string{"g1", "g2"}, o.err
}

func (o *oracle) Leaders(context.Context, models.Conversation) ([]models.Standing, error) {
	o.asked++
	return []models.Standing{{Account: "ann", Role: o.role}}, o.err
}

var sales = models.Conversation{App: "main", Kind: models.Group, Ref: "sales", Group: "sales"}

// role asks for adam's role in the group sales.
func role(t *testing.T, s *platforms.Standings) models.Role {
	t.Helper()
	r, err := s.Role(t.Context(), sales, "adam")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRoleIsBelievedForFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{role: models.RoleAdmin}
		s := platforms.NewStandings(map[string]platforms.Adapter{"main": o})
		role(t, s)
		o.role = models.RoleMember
		time.Sleep(platforms.StandingTTL - time.Second)
		if got := role(t, s); got != models.RoleAdmin || o.asked != 1 {
			t.Errorf("within the time: %q, asked %d times", got, o.asked)
		}
		time.Sleep(2 * time.Second)
		if got := role(t, s); got != models.RoleMember || o.asked != 2 {
			t.Errorf("past the time: %q, asked %d times", got, o.asked)
		}
	})
}

func TestDropForgetsTheGroupOnly(t *testing.T) {
	o := &oracle{role: models.RoleAdmin}
	s := platforms.NewStandings(map[string]platforms.Adapter{"main": o})
	role(t, s)
	s.Drop("main", "other")
	role(t, s)
	if o.asked != 1 {
		t.Errorf("asked %d times though another group changed", o.asked)
	}
	s.Drop("main", "sales")
	o.role = models.RoleNone
	if got := role(t, s); got != models.RoleNone {
		t.Errorf("after the drop: %q", got)
	}
}

// An answer that was asked for before a drop may be stale, so it is not kept.
func TestDropDuringAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{role: models.RoleAdmin, slow: make(chan struct{})}
		s := platforms.NewStandings(map[string]platforms.Adapter{"main": o})
		go func() { _, _ = s.Role(t.Context(), sales, "adam") }()
		synctest.Wait()
		s.Drop("main", "sales")
		close(o.slow)
		synctest.Wait()
		o.role = models.RoleMember
		if got := role(t, s); got != models.RoleMember {
			t.Errorf("a stale role was kept: %q", got)
		}
	})
}

func TestErrorsAreNotRemembered(t *testing.T) {
	o := &oracle{err: errors.New("down")}
	s := platforms.NewStandings(map[string]platforms.Adapter{"main": o})
	if _, err := s.Role(t.Context(), sales, "adam"); err == nil {
		t.Fatal("no error told")
	}
	o.err, o.role = nil, models.RoleOwner
	if got := role(t, s); got != models.RoleOwner {
		t.Errorf("role %q", got)
	}
	unknown := models.Conversation{App: "nope", Ref: "x", Group: "x"}
	if _, err := s.Role(t.Context(), unknown, "adam"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("unknown app: %v", err)
	}
}

func TestModeratedNamesTheApp(t *testing.T) {
	s := platforms.NewStandings(map[string]platforms.Adapter{"main": &oracle{}})
	got, err := s.Moderated(t.Context(), models.Account{App: "main", Name: "adam"})
	if err != nil {
		t.Fatal(err)
	}
	want := []models.Place{{App: "main", Ref: "g1"}, {App: "main", Ref: "g2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClassOf(t *testing.T) {
	throttled := &platforms.CallError{Op: "recall", Class: platforms.RateLimit, Code: "60007", Words: "too fast"}
	cases := map[platforms.Class]error{
		platforms.RateLimit: fmt.Errorf("batch: %w", throttled),
		platforms.Lost:      errors.New("who knows"),
		platforms.Transient: &platforms.CallError{Op: "recall", Class: platforms.Transient, Err: errors.New("refused")},
	}
	for want, err := range cases {
		if got := platforms.ClassOf(err); got != want {
			t.Errorf("ClassOf(%v) = %q, want %q", err, got, want)
		}
	}
	if got, want := throttled.Error(), "recall: code 60007 (throttled): too fast"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestLeadersAreKnownLastWhereThePlatformCannotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{role: models.RoleOwner}
		s := platforms.NewStandings(map[string]platforms.Adapter{"main": o})
		want := []models.Standing{{Account: "ann", Role: models.RoleOwner}}
		is := func(when string, asked int, failed bool) {
			t.Helper()
			got, err := s.Leaders(t.Context(), sales)
			if diff := cmp.Diff(want, got.Standings); diff != "" || (err != nil) != failed || o.asked != asked {
				t.Errorf("%s: %v after %d questions (-want +got):\n%s", when, err, o.asked, diff)
			}
		}
		is("at first", 1, false)
		is("soon after", 1, false)
		s.Drop("main", "other")
		is("after another group changed", 1, false)
		o.err = errors.New("the service is down")
		s.Drop("main", "sales")
		is("after roles changed, with the platform down", 2, true)
		o.err = nil
		is("while it is left alone", 2, true)
		time.Sleep(15 * time.Second)
		is("once it is up", 3, false)
		time.Sleep(platforms.StandingTTL)
		is("when the answer is old", 4, false)
		if _, err := s.Leaders(t.Context(), models.Conversation{App: "nowhere"}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("of an app that is not configured: %v", err)
		}
	})
}
