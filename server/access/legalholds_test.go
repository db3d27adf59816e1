package access

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func TestOnlyOperatorsOfEverythingPlaceAndLiftHolds(t *testing.T) {
	limited := models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}
	for _, tt := range []struct {
		name   string
		caller models.Caller
		acts   error
		reads  error
	}{
		{"an operator", models.Caller{Grant: models.GrantOperator}, nil, nil},
		{"an operator of some groups", limited, models.ErrForbidden, models.ErrForbidden},
		{"an auditor", models.Caller{Grant: models.GrantAuditor}, models.ErrForbidden, nil},
		{"an owner", linked(models.GrantModerator, "olga"), models.ErrForbidden, models.ErrForbidden},
		{"a viewer", linked(models.GrantViewer, "olga"), models.ErrForbidden, models.ErrForbidden},
		{"a sender", models.Caller{Grant: models.GrantUser}, models.ErrForbidden, models.ErrForbidden},
		{"nobody", models.Caller{}, models.ErrForbidden, models.ErrForbidden},
	} {
		if err := CheckLegalHolds(tt.caller); !errors.Is(err, tt.reads) {
			t.Errorf("%s: reading: %v, want %v", tt.name, err, tt.reads)
		}
		door, store, _ := newDoor()
		_, err1 := door.PlaceLegalHold(t.Context(), tt.caller, models.LegalHold{Kind: models.HoldMessage, Thing: "g1-1", Reason: " order "})
		_, err2 := door.LiftLegalHold(t.Context(), tt.caller, "hold", " closed ")
		if !errors.Is(err1, tt.acts) || !errors.Is(err2, tt.acts) {
			t.Errorf("%s: %v, %v, want %v", tt.name, err1, err2, tt.acts)
		}
		if tt.acts == nil && (len(store.asked) != 2 || store.asked[0].Reason.Note != "order" || store.asked[1].Reason.Note != "closed") {
			t.Errorf("%s: the store was asked %+v", tt.name, store.asked)
		}
		if tt.acts != nil && len(store.asked) > 0 {
			t.Errorf("%s: the store was asked", tt.name)
		}
	}
}

func TestHoldsNeedAReasonAndAFuture(t *testing.T) {
	operator := models.Caller{Grant: models.GrantOperator}
	for name, h := range map[string]models.LegalHold{
		"no reason":         {Kind: models.HoldMessage, Thing: "g1-1", Reason: "  "},
		"too long a reason": {Kind: models.HoldMessage, Thing: "g1-1", Reason: strings.Repeat("x", MaxNote+1)},
		"over already":      {Kind: models.HoldMessage, Thing: "g1-1", Reason: "x", Until: noon},
	} {
		door, store, _ := newDoor()
		if _, err := door.PlaceLegalHold(t.Context(), operator, h); !errors.Is(err, models.ErrInvalid) || len(store.asked) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	door, _, _ := newDoor()
	if _, err := door.LiftLegalHold(t.Context(), operator, "hold", ""); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("lifted without a reason: %v", err)
	}
}

// A preview says who holds and since when, to whoever may take back there; the
// reason is not theirs to read. The sender hears only that it is kept.
func TestWhatIsUnderHoldIsForetold(t *testing.T) {
	hold := models.LegalHold{Kind: models.HoldMessage, Thing: "g1-1", PlacedBy: "moderator:ann", PlacedAt: noon.Add(-time.Hour), Reason: "secret"}
	door, store, _ := newDoor()
	store.holds = map[models.MessageID]models.LegalHold{"g1-1": hold, "g1-2": hold}
	got, err := door.Preview(t.Context(), linked(models.GrantModerator, "olga"), []models.MessageID{"g1-1", "g1-2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got {
		p := r.Preview
		if p.Recallable || p.Obstacle != models.UnderHold || p.Chance.Likelihood != models.Impossible || p.Chance.Reason != p.Why {
			t.Errorf("preview = %+v", p)
		}
		if !strings.Contains(p.Why, "moderator:ann since 2026-05-01 11:00 UTC") || strings.Contains(p.Why, "secret") {
			t.Errorf("it says %q", p.Why)
		}
	}
	bob := models.Caller{Actor: "account:main:bob", Grant: models.GrantUser, Account: models.Account{App: "main", Name: "bob"}}
	o, err := door.Own(t.Context(), bob, "g1-1")
	if err != nil || o.Standing != OwnCannot || o.Words() != keptWords || strings.Contains(o.Words(), "legal") {
		t.Errorf("the sender sees %s, %q, %v", o.Standing, o.Words(), err)
	}
	err = keptFromSender(hold.Err())
	if !errors.Is(err, models.ErrConflict) || Words(err) != keptWords {
		t.Errorf("the sender is told %q", Words(err))
	}
	if words := Words(hide(hold.Err(), "x")); words != hold.Words() {
		t.Errorf("a moderator is told %q, want %q", words, hold.Words())
	}
}
