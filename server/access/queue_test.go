package access

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func TestActOnACase(t *testing.T) {
	soon := noon.Add(time.Hour)
	tests := []struct {
		name string
		act  CaseAct
		want string // what the store was told, empty for nothing
		err  error
	}{
		{"claim", CaseAct{Kind: ClaimCase}, "claim by token:olga", nil},
		{"release", CaseAct{Kind: ReleaseCase}, "release by token:olga", nil},
		{"skip", CaseAct{Kind: SkipCase}, "skip by token:olga", nil},
		{"unskip", CaseAct{Kind: UnskipCase}, "unskip by token:olga", nil},
		{"park", CaseAct{Kind: ParkCase, Until: soon, Note: " later "}, "park by token:olga until 13:00:00: later", nil},
		{"take up", CaseAct{Kind: ParkCase}, "park by token:olga until 00:00:00: ", nil},
		{"park until now", CaseAct{Kind: ParkCase, Until: noon}, "", models.ErrInvalid},
		{"park for ever", CaseAct{Kind: ParkCase, Until: noon.Add(MaxPark + time.Second)}, "", models.ErrInvalid},
		{"escalate", CaseAct{Kind: EscalateCase, Note: "a customer?"}, "escalate by token:olga: a customer?", nil},
		{"note", CaseAct{Kind: NoteCase, Note: "a customer"}, "note by token:olga: a customer", nil},
		{"an empty note", CaseAct{Kind: NoteCase, Note: "  "}, "", models.ErrInvalid},
		{"a long note", CaseAct{Kind: NoteCase, Note: strings.Repeat("字", MaxNote+1)}, "", models.ErrInvalid},
		{"something else", CaseAct{Kind: "burn"}, "", models.ErrInvalid},
	}
	for _, tt := range tests {
		door, store, _ := newDoor()
		door.now = func() time.Time { return noon }
		caller := linked(models.GrantModerator, "olga")
		caller.Actor = "token:olga"
		_, err := door.Act(t.Context(), caller, "case", tt.act)
		told := ""
		if len(store.recorded) > 0 {
			told = store.recorded[len(store.recorded)-1].Action
		}
		if !errors.Is(err, tt.err) || told != tt.want {
			t.Errorf("%s: told %q, %v; want %q, %v", tt.name, told, err, tt.want, tt.err)
		}
	}
}

func TestActAsksWhoMay(t *testing.T) {
	for name, tt := range map[string]struct {
		caller models.Caller
		want   error
	}{
		"a viewer":   {linked(models.GrantViewer, "olga"), models.ErrForbidden},
		"an auditor": {models.Caller{Grant: models.GrantAuditor}, models.ErrForbidden},
		"an author":  {models.Caller{Grant: models.GrantRuleAuthor}, models.ErrForbidden},
		"a stranger": {linked(models.GrantModerator, "eve"), models.ErrNotFound},
	} {
		for _, kind := range CaseActs {
			door, store, _ := newDoor()
			act := CaseAct{Kind: kind, Note: "x"}
			if _, err := door.Act(t.Context(), tt.caller, "case", act); !errors.Is(err, tt.want) || len(store.recorded) > 0 {
				t.Errorf("%s: %s: %v, want %v", name, kind, err, tt.want)
			}
		}
	}
}
