package access

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var mistyped = models.Reason{Code: models.Mistyped}

func TestRecallAsksForTheRightInEachConversation(t *testing.T) {
	operator := models.Caller{Actor: "token:op", Grant: models.GrantOperator}
	limited := models.Caller{Actor: "token:l", Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@g2"}}}
	unlinked := models.Caller{Actor: "token:u", Grant: models.GrantModerator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}
	narrow := linked(models.GrantModerator, "olga")
	narrow.Groups = []models.Place{{App: "main", Ref: "@g2"}}
	tests := []struct {
		name    string
		caller  models.Caller
		message models.MessageID
		want    models.Authority
		err     error
		words   string
	}{
		{"an owner", linked(models.GrantModerator, "olga"), "g1-1", models.ByOwner, nil, ""},
		{"an admin", linked(models.GrantModerator, "adam"), "g1-1", models.ByAdmin, nil, ""},
		{"a plain member", linked(models.GrantModerator, "bob"), "g1-1", "", models.ErrForbidden, "bob is not an owner or admin of this group."},
		{"a stranger", linked(models.GrantModerator, "eve"), "g1-1", "", models.ErrNotFound, nothingThere},
		{"an owner elsewhere", linked(models.GrantModerator, "olga"), "g2-1", "", models.ErrNotFound, nothingThere},
		{"the same group name in another app", linked(models.GrantModerator, "olga"), "x1-1", "", models.ErrNotFound, nothingThere},
		{"an unknown message", linked(models.GrantModerator, "olga"), "none", "", models.ErrNotFound, nothingThere},
		{"an owner whose token is for another group", narrow, "g1-1", "", models.ErrNotFound, nothingThere},
		{"one of the two in a chat", linked(models.GrantModerator, "carol"), "d-1", "", models.ErrForbidden, "A one-to-one chat has no owner or admin; only an operator can take this back."},
		{"the sender in a chat of two", linked(models.GrantModerator, "bob"), "d-1", "", models.ErrForbidden, "A one-to-one chat has no owner or admin; only an operator can take this back."},
		{"a third in a chat of two", linked(models.GrantModerator, "olga"), "d-1", "", models.ErrNotFound, nothingThere},
		{"an operator", operator, "g2-1", models.ByOperator, nil, ""},
		{"an operator in a chat of two", operator, "d-1", models.ByOperator, nil, ""},
		{"an operator limited to the group", limited, "g2-1", models.ByOperator, nil, ""},
		{"an operator limited to another group", limited, "g1-1", "", models.ErrNotFound, nothingThere},
		{"a moderator without an account", unlinked, "g1-1", "", models.ErrForbidden, "This login is not linked to a chat account, so the platform cannot say that it moderates this group."},
		{"a moderator without account or groups", models.Caller{Grant: models.GrantModerator}, "g1-1", "", models.ErrNotFound, nothingThere},
		{"past the window", operator, "g1-old", "", models.ErrInvalid, "It is older than the platform's recall window."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			door, store, _ := newDoor()
			got, err := door.Recall(t.Context(), tt.caller, models.FromAPI, []models.MessageID{tt.message}, mistyped)
			if err != nil {
				t.Fatal(err)
			}
			if tt.err != nil {
				if len(store.asked) > 0 {
					t.Errorf("the store was asked for %+v", store.asked)
				}
				if !errors.Is(got[0].Err, tt.err) || Words(got[0].Err) != tt.words {
					t.Errorf("Err = %v with the words %q, want %v with %q", got[0].Err, Words(got[0].Err), tt.err, tt.words)
				}
				return
			}
			account := tt.caller.Account.Name
			if tt.want == models.ByOperator {
				account = "" // no role is behind it
			}
			want := []models.RecallRequest{{
				Message: tt.message, Reason: mistyped, Actor: tt.caller.Actor, Authority: tt.want, Account: account, Trigger: models.FromAPI,
			}}
			if diff := cmp.Diff(want, store.asked); diff != "" || got[0].Err != nil || got[0].Recall == nil {
				t.Errorf("result %+v, asked (-want +got):\n%s", got[0], diff)
			}
		})
	}
}

func TestRecallRefusesGrantsThatNeverReach(t *testing.T) {
	for _, grant := range []models.Grant{models.GrantViewer, models.GrantAuditor, "", "root"} {
		door, store, roles := newDoor()
		_, err := door.Recall(t.Context(), linked(grant, "olga"), models.FromAPI, []models.MessageID{"g1-1"}, mistyped)
		if !errors.Is(err, models.ErrForbidden) || Words(err) == "" {
			t.Errorf("%q: err = %v, want a refusal in words", grant, err)
		}
		if len(store.asked)+len(roles.asked) > 0 {
			t.Errorf("%q: the store or the platform was asked", grant)
		}
	}
}

func TestRecallGivesOneResultPerMessage(t *testing.T) {
	door, store, roles := newDoor()
	ids := []models.MessageID{"none", "g1-1", "g2-1", "g1-old", "g1-2"}
	got, err := door.Recall(t.Context(), linked(models.GrantModerator, "olga"), models.FromConsole, ids, mistyped)
	if err != nil {
		t.Fatal(err)
	}
	var ends []string
	for i, r := range got {
		if r.Message != ids[i] {
			t.Errorf("result %d is of message %s, want %s", i, r.Message, ids[i])
		}
		ends = append(ends, Words(r.Err))
	}
	want := []string{nothingThere, "", nothingThere, "It is older than the platform's recall window.", ""}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"olga@g1", "olga@g2"}, roles.asked); diff != "" {
		t.Errorf("the platform was not asked once per conversation (-want +got):\n%s", diff)
	}
	if len(store.scopes) != 1 || store.scopes[0].All || store.scopes[0].Shows(store.messages["g2-1"].Conversation) {
		t.Errorf("the store decided under %+v, want only the group checked", store.scopes)
	}
}

func TestRecallWhenThePlatformCannotBeAsked(t *testing.T) {
	door, store, roles := newDoor()
	roles.err = errors.New("dial tcp: connection refused")
	got, err := door.Recall(t.Context(), linked(models.GrantModerator, "olga"), models.FromAPI, []models.MessageID{"g1-1"}, mistyped)
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(got[0].Err, ErrUnavailable) || strings.Contains(Words(got[0].Err), "dial") {
		t.Errorf("Err = %v (%q), want ErrUnavailable in our own words", got[0].Err, Words(got[0].Err))
	}
	if len(store.asked) > 0 {
		t.Error("a recall was asked for without a right")
	}
}

func TestCleanReason(t *testing.T) {
	long := strings.Repeat("字", MaxNote)
	tests := []struct {
		name  string
		in    models.Reason
		note  string
		words string
	}{
		{"no note", models.Reason{Code: models.Abuse}, "", ""},
		{"a note is trimmed", models.Reason{Code: models.Other, Note: " asked by phone\n"}, "asked by phone", ""},
		{"500 characters", models.Reason{Code: models.Abuse, Note: long}, long, ""},
		{"501 characters", models.Reason{Code: models.Abuse, Note: long + "x"}, "", "The note may have at most 500 characters."},
		{"other without a note", models.Reason{Code: models.Other, Note: " "}, "", `The reason "other" needs a note.`},
		{"no code", models.Reason{}, "", "A reason is needed."},
		{"a code of its own", models.Reason{Code: "because"}, "", "The reason is not one of the list."},
		{"not text", models.Reason{Code: models.Abuse, Note: "\xff"}, "", "The note is not text."},
	}
	for _, tt := range tests {
		got, err := CleanReason(tt.in)
		if tt.words == "" && (err != nil || got.Note != tt.note) {
			t.Errorf("%s: got %q, %v", tt.name, got.Note, err)
		}
		if tt.words != "" && (!errors.Is(err, models.ErrInvalid) || Words(err) != tt.words) {
			t.Errorf("%s: err = %v, want %q", tt.name, err, tt.words)
		}
	}
}

// Whoever asks is not kept waiting for the next look into the database; a refusal
// rings for nobody.
func TestPeoplesRecallsRing(t *testing.T) {
	store, roles := func() (*memory, *word) { _, s, w := newDoor(); return s, w }()
	var rung []models.ConversationID
	door := New(store, roles, Clock(func() time.Time { return noon }), Ring(func(c models.ConversationID) { rung = append(rung, c) }))
	olga := linked(models.GrantModerator, "olga")
	acts := []struct {
		name string
		do   func() error
		want []models.ConversationID
	}{
		{"two in one place", func() error {
			_, err := door.Recall(t.Context(), olga, models.FromAPI, []models.MessageID{"g1-1", "g1-2"}, mistyped)
			return err
		}, []models.ConversationID{"c-main@g1"}},
		{"too late", func() error {
			_, err := door.Recall(t.Context(), olga, models.FromAPI, []models.MessageID{"g1-old"}, mistyped)
			return err
		}, nil},
		{"not hers", func() error {
			_, err := door.Recall(t.Context(), olga, models.FromAPI, []models.MessageID{"g2-1"}, mistyped)
			return err
		}, nil},
		{"a preview", func() error {
			_, err := door.Preview(t.Context(), olga, []models.MessageID{"g1-1"})
			return err
		}, nil},
		{"by a case", func() error {
			_, _, err := door.DecideCase(t.Context(), olga, models.FromConsole, "case", models.VerdictRecall, mistyped)
			return err
		}, []models.ConversationID{"c-main@g1"}},
		{"a retry", func() error { _, err := door.Retry(t.Context(), olga, "rec", mistyped); return err }, []models.ConversationID{"c-main@g1"}},
	}
	for _, act := range acts {
		rung = nil
		if err := act.do(); err != nil {
			t.Errorf("%s: %v", act.name, err)
		}
		if diff := cmp.Diff(act.want, rung); diff != "" {
			t.Errorf("%s: rung for (-want +got):\n%s", act.name, diff)
		}
	}
}
