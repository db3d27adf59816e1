package access

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// demoted sees g1, as a token limited to it does, but is a plain member there.
func demoted() models.Caller {
	c := linked(models.GrantModerator, "bob")
	c.Groups = []models.Place{{App: "main", Ref: "@g1"}}
	return c
}

func TestActsAskForTheRight(t *testing.T) {
	tests := []struct {
		name   string
		caller models.Caller
		want   error
	}{
		{"an owner", linked(models.GrantModerator, "olga"), nil},
		{"an operator", models.Caller{Grant: models.GrantOperator}, nil},
		{"a member that sees the group", demoted(), models.ErrForbidden},
		{"a member that does not", linked(models.GrantModerator, "bob"), models.ErrNotFound},
		{"a stranger", linked(models.GrantModerator, "eve"), models.ErrNotFound},
		{"a viewer", linked(models.GrantViewer, "olga"), models.ErrForbidden},
		{"an auditor", models.Caller{Grant: models.GrantAuditor}, models.ErrForbidden},
	}
	for _, tt := range tests {
		acts := map[string]func(d *Door) error{
			"decide": func(d *Door) error {
				_, _, err := d.DecideCase(t.Context(), tt.caller, models.FromAPI, "case", models.VerdictRecall, mistyped)
				return err
			},
			"cancel": func(d *Door) error { _, err := d.Cancel(t.Context(), tt.caller, "rec", mistyped); return err },
			"retry":  func(d *Door) error { _, err := d.Retry(t.Context(), tt.caller, "rec", mistyped); return err },
		}
		for act, do := range acts {
			door, store, _ := newDoor()
			err := do(door)
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %s: err = %v, want %v", tt.name, act, err, tt.want)
			}
			if done := len(store.asked) > 0; done != (tt.want == nil) {
				t.Errorf("%s: %s: the store was asked: %v", tt.name, act, done)
			}
		}
	}
}

func TestDecideCaseReasons(t *testing.T) {
	tests := []struct {
		name    string
		verdict models.Verdict
		reason  models.Reason
		want    error
	}{
		{"allow without a reason", models.VerdictAllow, models.Reason{}, nil},
		{"allow with one", models.VerdictAllow, mistyped, nil},
		{"allow with a bad one", models.VerdictAllow, models.Reason{Code: "because"}, models.ErrInvalid},
		{"recall with one", models.VerdictRecall, mistyped, nil},
		{"recall without", models.VerdictRecall, models.Reason{}, models.ErrInvalid},
		{"mask", models.VerdictMask, mistyped, models.ErrInvalid},
		{"nothing", "", mistyped, models.ErrInvalid},
	}
	for _, tt := range tests {
		door, _, _ := newDoor()
		c, rec, err := door.DecideCase(t.Context(), linked(models.GrantModerator, "olga"), models.FromConsole, "case", tt.verdict, tt.reason)
		if !errors.Is(err, tt.want) || (err == nil && c.Verdict != tt.verdict) {
			t.Errorf("%s: case %+v, err %v, want %v", tt.name, c, err, tt.want)
		}
		if recalls := rec != nil; recalls != (tt.verdict == models.VerdictRecall && tt.want == nil) {
			t.Errorf("%s: a recall came of it: %v", tt.name, recalls)
		}
	}
}

func TestLostRaceSaysWhoWasFirst(t *testing.T) {
	door, _, _ := newDoor()
	c, _, err := door.DecideCase(t.Context(), linked(models.GrantModerator, "olga"), models.FromAPI, "done", models.VerdictAllow, models.Reason{})
	if !errors.Is(err, models.ErrConflict) || c.DecidedBy != "moderator:ann" || Words(err) != "Moderator:ann was first." {
		t.Errorf("err = %v (%q), decided by %q", err, Words(err), c.DecidedBy)
	}
}

func TestReasonsLeftOut(t *testing.T) {
	door, store, _ := newDoor()
	olga := linked(models.GrantModerator, "olga")
	if _, err := door.Cancel(t.Context(), olga, "rec", models.Reason{}); err != nil {
		t.Fatal(err)
	}
	if _, err := door.Retry(t.Context(), olga, "rec", models.Reason{}); err != nil {
		t.Fatal(err)
	}
	want := []models.RecallRequest{
		{Message: "cancel rec", Actor: olga.Actor, Reason: models.Reason{Code: models.ChangeOfMind}},
		{Message: "retry rec", Actor: olga.Actor, Reason: models.Reason{Code: models.Abuse}, Authority: models.ByOwner, Account: "olga"},
	}
	if diff := cmp.Diff(want, store.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestFindShowsOnlyWhatMayBeAskedAbout(t *testing.T) {
	door, _, _ := newDoor()
	olga := linked(models.GrantModerator, "olga")
	got, err := door.Find(t.Context(), olga, "main", "@g1", []string{"g1-1", "g2-1", "none"})
	if diff := cmp.Diff(map[string]models.MessageID{"g1-1": "g1-1"}, got); diff != "" || err != nil {
		t.Errorf("Find: %v (-want +got):\n%s", err, diff)
	}
	olga.Groups = []models.Place{{App: "main", Ref: "@g2"}}
	if got, err := door.Find(t.Context(), olga, "main", "@g1", []string{"g1-1"}); len(got) > 0 || err != nil {
		t.Errorf("Find outside the token's groups = %v, %v, want nothing", got, err)
	}
	if _, err := door.Find(t.Context(), linked(models.GrantViewer, "olga"), "main", "@g1", nil); !errors.Is(err, models.ErrForbidden) {
		t.Errorf("Find as a viewer: %v, want forbidden", err)
	}
}
