package platforms_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// court knows everybody's role by name, and counts the questions.
type court struct {
	platforms.Adapter
	roles map[string]models.Role
	err   error
	asked [][]string
}

func (c *court) Authorities(_ context.Context, _ models.Conversation, accounts []string) (map[string]models.Role, error) {
	c.asked = append(c.asked, slices.Clone(accounts))
	told := map[string]models.Role{}
	for _, a := range accounts {
		told[a] = models.RoleMember
		if role, ok := c.roles[a]; ok {
			told[a] = role
		}
	}
	return told, c.err
}

func (c *court) Own(account string) bool { return account == "administrator" }

func newCourt() *court {
	return &court{roles: map[string]models.Role{
		"olga": models.RoleOwner, "adam": models.RoleAdmin, "left": models.RoleNone, "odd": models.RoleUnknown,
	}}
}

func items(senders ...string) []models.SweepItem {
	var all []models.SweepItem
	for _, s := range senders {
		all = append(all, models.SweepItem{Conversation: sales, Sender: s})
	}
	return all
}

func whys(all []models.SweepItem) []models.SweepWhy {
	var out []models.SweepWhy
	for _, i := range all {
		out = append(out, i.Why)
	}
	return out
}

func TestSpareLeavesOwnersAdminsAndOurselvesAlone(t *testing.T) {
	who := []string{"olga", "adam", "administrator", "bob", "left", "bob"}
	for _, tt := range []struct {
		name    string
		include []models.SweepWhy
		want    []models.SweepWhy
	}{
		{"nobody is named", nil, []models.SweepWhy{models.SparedOwner, models.SparedAdmin, models.SparedOwn, "", "", ""}},
		{"admins are named", []models.SweepWhy{models.SparedAdmin}, []models.SweepWhy{models.SparedOwner, "", models.SparedOwn, "", "", ""}},
		{"all are named", models.Spares, []models.SweepWhy{"", "", "", "", "", ""}},
	} {
		all := items(who...)
		s := platforms.NewStandings(map[string]platforms.Adapter{"main": newCourt()})
		if err := s.Spare(t.Context(), all, models.SweepOrder{Include: tt.include}); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, whys(all)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestSpareKeepsWhatIsMarkedAndChatsOfTwo(t *testing.T) {
	direct := models.SweepItem{Conversation: models.Conversation{ID: "d", App: "main", Kind: models.Direct, Ref: "bob:olga"}, Sender: "olga"}
	marked := models.SweepItem{Conversation: sales, Sender: "olga", Why: models.NoRight}
	all, c := []models.SweepItem{direct, marked}, newCourt()
	s := platforms.NewStandings(map[string]platforms.Adapter{"main": c})
	if err := s.Spare(t.Context(), all, models.SweepOrder{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]models.SweepWhy{"", models.NoRight}, whys(all)); diff != "" || len(c.asked) != 0 {
		t.Errorf("asked %v (-want +got):\n%s", c.asked, diff)
	}
}

// The platform is asked once for all senders of a conversation, and not again
// while it is believed.
func TestRolesAreAskedForTogether(t *testing.T) {
	c := newCourt()
	s := platforms.NewStandings(map[string]platforms.Adapter{"main": c})
	for _, who := range [][]string{{"bob", "adam", "bob"}, {"adam", "bob", "olga"}, {"olga"}} {
		if err := s.Spare(t.Context(), items(who...), models.SweepOrder{}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([][]string{{"bob", "adam"}, {"olga"}}, c.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	s.Drop("main", "sales")
	if err := s.Spare(t.Context(), items("adam"), models.SweepOrder{}); err != nil || len(c.asked) != 3 {
		t.Errorf("after roles changed: %v, asked %v", err, c.asked)
	}
}

func TestSpareSaysWhenThePlatformDoesNot(t *testing.T) {
	down := newCourt()
	down.err = errors.New("down")
	for name, s := range map[string]*platforms.Standings{
		"the platform is down":   platforms.NewStandings(map[string]platforms.Adapter{"main": down}),
		"the app is not there":   platforms.NewStandings(nil),
		"a role nobody knows of": platforms.NewStandings(map[string]platforms.Adapter{"main": newCourt()}),
	} {
		if err := s.Spare(t.Context(), items("odd"), models.SweepOrder{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	vague := &oracle{role: models.RoleUnknown}
	doubtful := platforms.NewStandings(map[string]platforms.Adapter{"main": vague})
	if got := role(t, doubtful); got != models.RoleUnknown {
		t.Fatalf("role %q", got)
	}
	if err := doubtful.Spare(t.Context(), items("adam"), models.SweepOrder{}); err == nil || vague.asked != 2 {
		t.Errorf("a role that could not be told before: %v after %d questions, want an error after a second one", err, vague.asked)
	}
	one := platforms.NewStandings(map[string]platforms.Adapter{"main": &oracle{role: models.RoleAdmin}})
	all := items("adam")
	if err := one.Spare(t.Context(), all, models.SweepOrder{}); err != nil || all[0].Why != models.SparedAdmin {
		t.Errorf("a platform that is asked one by one: %v, %v", all, err)
	}
}
