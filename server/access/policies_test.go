package access

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func TestOnlyThoseWhoWriteRulesApplyThemAndSayWhy(t *testing.T) {
	for _, tc := range []struct {
		name   string
		caller models.Caller
		reason string
		want   error
	}{
		{"an operator", models.Caller{Grant: models.GrantOperator}, "cards", nil},
		{"a rule author", models.Caller{Grant: models.GrantRuleAuthor}, "cards", nil},
		{"without a reason", models.Caller{Grant: models.GrantRuleAuthor}, " ", models.ErrInvalid},
		{"of some groups", models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}, "cards", models.ErrForbidden},
		{"an auditor", models.Caller{Grant: models.GrantAuditor}, "cards", models.ErrForbidden},
		{"a moderator", linked(models.GrantModerator, "olga"), "cards", models.ErrForbidden},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, s, _ := newDoor()
			tc.caller.Actor = "moderator:ann"
			_, applied := d.ApplyPolicy(t.Context(), tc.caller, "text", 3, tc.reason)
			_, back := d.RollbackPolicy(t.Context(), tc.caller, 2, tc.reason)
			if !errors.Is(applied, tc.want) || !errors.Is(back, tc.want) {
				t.Errorf("apply: %v, roll back: %v, want %v", applied, back, tc.want)
			}
			var did []string
			for _, a := range s.asked {
				did = append(did, string(a.Message)+" by "+a.Actor+": "+a.Reason.Note)
			}
			var want []string
			if tc.want == nil {
				want = []string{"apply text after 3 by moderator:ann: cards", "roll back to 2 by moderator:ann: cards"}
			}
			if diff := cmp.Diff(want, did); diff != "" {
				t.Errorf("done (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPolicyThatIsNotThereIsHidden(t *testing.T) {
	d, _, _ := newDoor()
	c := models.Caller{Grant: models.GrantOperator}
	if _, err := d.RollbackPolicy(t.Context(), c, 9, "why"); !errors.Is(err, models.ErrNotFound) || Words(err) != nothingThere {
		t.Errorf("roll back to nothing: %v", err)
	}
	if _, err := d.ApplyPolicy(t.Context(), c, "text", 9, "why"); !errors.Is(err, models.ErrConflict) {
		t.Errorf("an edit of an older one: %v", err)
	}
}
