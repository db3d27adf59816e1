package access

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// breakerActs are what may be done about automatic recalls, with a reason.
var breakerActs = map[string]func(t *testing.T, d *Door, c models.Caller, reason string) error{
	"stop": func(t *testing.T, d *Door, c models.Caller, reason string) error {
		t.Helper()
		_, err := d.Stop(t.Context(), c, reason)
		return err
	},
	"start": func(t *testing.T, d *Door, c models.Caller, reason string) error {
		t.Helper()
		_, err := d.Start(t.Context(), c, reason)
		return err
	},
	"reset": func(t *testing.T, d *Door, c models.Caller, reason string) error {
		t.Helper()
		_, err := d.ResetBreaker(t.Context(), c, "id", reason)
		return err
	},
}

func TestOnlyOperatorsOfEverythingStopAndStart(t *testing.T) {
	limited := models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}
	tests := []struct {
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
		{"nobody", models.Caller{}, models.ErrForbidden, models.ErrForbidden},
	}
	for _, tt := range tests {
		if err := CheckBreakers(tt.caller); !errors.Is(err, tt.reads) {
			t.Errorf("%s: reading: %v, want %v", tt.name, err, tt.reads)
		}
		for act, do := range breakerActs {
			door, store, _ := newDoor()
			if err := do(t, door, tt.caller, "mended"); !errors.Is(err, tt.acts) {
				t.Errorf("%s: %s: %v, want %v", tt.name, act, err, tt.acts)
			}
			if done := len(store.asked) > 0; done != (tt.acts == nil) {
				t.Errorf("%s: %s: the store was asked: %v", tt.name, act, done)
			}
		}
	}
}

func TestStopMayLackAReasonNothingElseMay(t *testing.T) {
	operator := models.Caller{Grant: models.GrantOperator, Actor: "token:op"}
	for reason, want := range map[string]map[string]error{
		"  ":                                {"stop": nil, "start": models.ErrInvalid, "reset": models.ErrInvalid},
		" mended ":                          {"stop": nil, "start": nil, "reset": nil},
		strings.Repeat("x", MaxNote+1):      {"stop": models.ErrInvalid, "start": models.ErrInvalid, "reset": models.ErrInvalid},
		"\xff":                              {"stop": models.ErrInvalid, "start": models.ErrInvalid, "reset": models.ErrInvalid},
		strings.Repeat("语", MaxNote) + "\n": {"stop": nil, "start": nil, "reset": nil},
	} {
		for act, err := range want {
			door, store, _ := newDoor()
			if got := breakerActs[act](t, door, operator, reason); !errors.Is(got, err) {
				t.Errorf("%s for %.10q: %v, want %v", act, reason, got, err)
			}
			if err == nil {
				if diff := cmp.Diff(strings.TrimSpace(reason), store.asked[0].Reason.Note); diff != "" || store.asked[0].Actor != "token:op" {
					t.Errorf("%s: %+v", act, store.asked[0])
				}
			}
		}
	}
}
