package access

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

func TestScope(t *testing.T) {
	g1, g2 := models.Place{App: "main", Ref: "@g1"}, models.Place{App: "main", Ref: "@g2"}
	limited := linked(models.GrantViewer, "olga")
	limited.Groups = []models.Place{g2}
	tests := []struct {
		name   string
		caller models.Caller
		want   models.Scope
		asks   int
	}{
		{"an operator", models.Caller{Grant: models.GrantOperator}, models.Scope{All: true}, 0},
		{"an auditor", models.Caller{Grant: models.GrantAuditor}, models.Scope{All: true}, 0},
		{"a limited operator", models.Caller{Grant: models.GrantOperator, Groups: []models.Place{g1}}, models.Scope{Groups: []models.Place{g1}}, 0},
		{"a linked moderator", linked(models.GrantModerator, "olga"), models.Scope{Groups: []models.Place{g1}}, 1},
		{"a linked viewer", linked(models.GrantViewer, "olga"), models.Scope{Groups: []models.Place{g1}}, 1},
		{"a plain member", linked(models.GrantModerator, "bob"), models.Scope{}, 1},
		{"linked, with groups of its own", limited, models.Scope{Groups: []models.Place{g2}}, 0},
		{"a moderator with groups only", models.Caller{Grant: models.GrantModerator, Groups: []models.Place{g1, g2}}, models.Scope{Groups: []models.Place{g1, g2}}, 0},
		{"a moderator with nothing", models.Caller{Grant: models.GrantModerator}, models.Scope{}, 0},
		{"no grant, whatever else it has", models.Caller{Account: models.Account{App: "main", Name: "olga"}, Groups: []models.Place{g1}}, models.Scope{}, 0},
		{"a grant nobody knows", linked("root", "olga"), models.Scope{}, 0},
	}
	for _, tt := range tests {
		door, _, roles := newDoor()
		got, err := door.Scope(t.Context(), tt.caller)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, scope (-want +got):\n%s", tt.name, err, diff)
		}
		if len(roles.asked) != tt.asks {
			t.Errorf("%s: the platform was asked %q, want %d questions", tt.name, roles.asked, tt.asks)
		}
	}
}

func TestScopeIsBelievedForAWhile(t *testing.T) {
	door, _, roles := newDoor()
	now := noon
	door.now = func() time.Time { return now }
	ask := func() { _, _ = door.Scope(t.Context(), linked(models.GrantModerator, "olga")) }
	ask()
	now = now.Add(ScopeTTL - 1)
	ask()
	if len(roles.asked) != 1 {
		t.Errorf("asked %d times within %v, want once", len(roles.asked), ScopeTTL)
	}
	now = now.Add(1)
	ask()
	if len(roles.asked) != 2 {
		t.Errorf("asked %d times after %v, want twice", len(roles.asked), ScopeTTL)
	}
	roles.err = errors.New("down")
	now = now.Add(ScopeTTL)
	if s, err := door.Scope(t.Context(), linked(models.GrantModerator, "olga")); !errors.Is(err, ErrUnavailable) || s.All || s.Groups != nil {
		t.Errorf("platform down: scope %+v, err %v; want nothing and ErrUnavailable", s, err)
	}
}

func TestScopeIsForgottenWhenRolesChange(t *testing.T) {
	door, _, roles := newDoor()
	ann := linked(models.GrantModerator, "olga")
	ask := func() { _, _ = door.Scope(t.Context(), ann) }
	ask()
	door.Drop("another", "g")
	ask()
	if len(roles.asked) != 1 {
		t.Errorf("asked %d times after roles of another app changed, want once", len(roles.asked))
	}
	door.Drop(ann.Account.App, "g")
	ask()
	if len(roles.asked) != 2 {
		t.Errorf("asked %d times after roles changed, want twice", len(roles.asked))
	}
	_, drops, _ := door.remembered(ann.Account)
	door.Drop(ann.Account.App, "g")
	door.remember(ann.Account, nil, drops) // the answer to a question from before
	if _, _, ok := door.remembered(ann.Account); ok {
		t.Error("an answer from before the roles changed was believed")
	}
}

func TestToken(t *testing.T) {
	door, store, _ := newDoor()
	plain, hash := NewTokenSecret()
	store.tokens[hex.EncodeToString(hash)] = models.Token{Name: "ci", Caller: models.Caller{Grant: models.GrantViewer}}
	c, err := door.Token(t.Context(), plain)
	if err != nil || c.Actor != "token:ci" || c.Grant != models.GrantViewer {
		t.Fatalf("Token() = %+v, %v", c, err)
	}
	store.tokens[hex.EncodeToString(hash)] = models.Token{Name: "ci", RevokedAt: noon}
	if _, err := door.Token(t.Context(), plain); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a revoked token: %v, want not found", err)
	}
	other, _ := NewTokenSecret()
	if _, err := door.Token(t.Context(), other); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("an unknown token: %v, want not found", err)
	}
	before := store.queries
	for _, bad := range []string{"", "tb_", plain[3:], "TB_" + plain[3:], plain + "0", plain[:len(plain)-1], "tb_" + strings.Repeat("z", tokenDigits), "tb_" + strings.Repeat("-", tokenDigits)} {
		if _, err := door.Token(t.Context(), bad); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("Token(%q): %v, want not found", bad, err)
		}
	}
	if store.queries != before {
		t.Errorf("%d queries for what cannot be a token", store.queries-before)
	}
}

func TestTokenChecksumSeesEveryWrongDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain, _ := NewTokenSecret()
		if !TokenShaped(plain) {
			t.Fatalf("%q is not shaped like a token", plain)
		}
		at := rapid.IntRange(len(tokenPrefix), len(plain)-1).Draw(t, "at")
		digit := rapid.SampledFrom([]byte(base62)).Draw(t, "digit")
		wrong := plain[:at] + string(digit) + plain[at+1:]
		if wrong != plain && TokenShaped(wrong) {
			t.Errorf("%q passes for a token after one digit was changed", wrong)
		}
	})
}

func FuzzTokenShaped(f *testing.F) {
	plain, _ := NewTokenSecret()
	for _, s := range []string{"", "tb_", plain, plain[:20], "tb_" + strings.Repeat("z", tokenDigits)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !TokenShaped(s) {
			return
		}
		b, ok := decode62(s[len(tokenPrefix):])
		if !ok || tokenPrefix+encode62(b) != s {
			t.Errorf("%q passes, but is not what its bytes encode to", s)
		}
	})
}

func TestWords(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{fmt.Errorf("%w: it is gone", models.ErrInvalid), "It is gone."},
		{fmt.Errorf("It is gone.: %w", models.ErrInvalid), "It is gone."},
		{fmt.Errorf("asking: %w", forbidden("No.")), "No."},
		{fmt.Errorf("%w: alice was first at 12:00", models.ErrConflict), "Alice was first at 12:00."},
		{fmt.Errorf("%w: 已经撤回", models.ErrConflict), "已经撤回."},
		{models.ErrConflict, ""},
		{fmt.Errorf("decide case 7: %w", errors.Join(nil, fmt.Errorf("decided by ann: %w", models.ErrConflict))), "Decided by ann."},
		{fmt.Errorf("decide 3: %w", fmt.Errorf("%w: it is gone", models.ErrInvalid)), "It is gone."},
		{fmt.Errorf("message 7: %w", models.ErrNotFound), ""},
		{fmt.Errorf("role in @g1: %w", ErrUnavailable), ""},
		{errors.New("sql: connection refused"), ""},
	}
	for _, tt := range tests {
		if got := Words(tt.err); got != tt.want {
			t.Errorf("Words(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestStanding(t *testing.T) {
	door, store, roles := newDoor()
	tests := []struct {
		caller  models.Caller
		message models.MessageID
		want    models.Role
	}{
		{linked(models.GrantModerator, "olga"), "g1-1", models.RoleOwner},
		{linked(models.GrantModerator, "bob"), "g1-1", models.RoleMember},
		{linked(models.GrantModerator, "olga"), "g2-1", models.RoleNone},
		{linked(models.GrantModerator, "olga"), "x1-1", models.RoleUnknown},
		{linked(models.GrantModerator, "bob"), "d-1", models.RoleUnknown},
		{models.Caller{Grant: models.GrantOperator}, "g1-1", models.RoleUnknown},
	}
	for _, tt := range tests {
		got, err := door.Standing(t.Context(), tt.caller, store.messages[tt.message].Conversation)
		if got != tt.want || err != nil {
			t.Errorf("%s in the conversation of %s: %q, %v, want %q", tt.caller.Account.Name, tt.message, got, err, tt.want)
		}
	}
	roles.err = errors.New("down")
	if _, err := door.Standing(t.Context(), linked(models.GrantModerator, "olga"), store.messages["g1-1"].Conversation); !errors.Is(err, ErrUnavailable) {
		t.Errorf("platform down: %v, want ErrUnavailable", err)
	}
}
