package access

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// senders is a door that gives out tickets, with a token of an app's backend, one of
// an operator and one of a moderator. The clock can be moved.
func senders(t *testing.T) (*Door, *memory, *time.Time) {
	t.Helper()
	door, store, _ := newDoor()
	now := noon
	door.now, door.pace = func() time.Time { return now }, newPace(func() time.Time { return now })
	Tickets([]byte("a secret of the tests"))(door)
	for name, c := range map[string]models.Caller{
		"shop": {Grant: models.GrantApp, Account: models.Account{App: "main"}},
		"op":   {Grant: models.GrantOperator}, "mod": {Grant: models.GrantModerator},
	} {
		store.tokens[name] = models.Token{Name: name, Caller: c}
	}
	return door, store, &now
}

func backend() models.Caller {
	return models.Caller{Actor: "token:shop", Grant: models.GrantApp, Account: models.Account{App: "main"}}
}

// bob is the sender of g1-1, with a user token.
func bob(t *testing.T, d *Door) models.Caller {
	t.Helper()
	g, err := d.UserToken(t.Context(), backend(), models.Account{App: "main", Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Token(t.Context(), g.Text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhoGivesOutTickets(t *testing.T) {
	limited := models.Caller{Actor: "token:l", Grant: models.GrantOperator, Groups: []models.Place{{App: "main", Ref: "@g1"}}}
	tests := []struct {
		name            string
		caller          models.Caller
		main, elsewhere error // for an account of that app, and for a message of it
	}{
		{"the app's backend", backend(), nil, models.ErrNotFound},
		{"an operator", models.Caller{Actor: "token:op", Grant: models.GrantOperator}, nil, nil},
		{"an operator of some groups", limited, models.ErrForbidden, models.ErrForbidden},
		{"an operator's session", models.Caller{Actor: "moderator:op", Grant: models.GrantOperator}, models.ErrForbidden, models.ErrForbidden},
		{"a moderator", linked(models.GrantModerator, "olga"), models.ErrForbidden, models.ErrForbidden},
		{"a viewer", linked(models.GrantViewer, "olga"), models.ErrForbidden, models.ErrForbidden},
		{"a user", models.Caller{Actor: "account:main:bob", Grant: models.GrantUser, Account: models.Account{App: "main", Name: "bob"}}, models.ErrForbidden, models.ErrForbidden},
		{"nobody", models.Caller{Actor: "token:x"}, models.ErrForbidden, models.ErrForbidden},
	}
	for _, tt := range tests {
		door, store, _ := senders(t)
		for app, want := range map[string]error{"main": tt.main, "other": tt.elsewhere} {
			id := map[string]models.MessageID{"main": "g1-1", "other": "x1-1"}[app]
			_, err := door.UserToken(t.Context(), tt.caller, models.Account{App: app, Name: "bob"})
			_, link := door.SenderLink(t.Context(), tt.caller, id)
			if !errors.Is(err, want) || !errors.Is(link, want) {
				t.Errorf("%s, app %s: token %v, link %v; want %v", tt.name, app, err, link, want)
			}
		}
		if given := 0; tt.main == nil && len(store.recorded) == given {
			t.Errorf("%s: nothing is on record", tt.name)
		}
	}
}

func TestATicketIsForOneThing(t *testing.T) {
	door, store, now := senders(t)
	user, err := door.UserToken(t.Context(), backend(), models.Account{App: "main", Name: "bob"})
	link, err2 := door.SenderLink(t.Context(), backend(), "g1-1")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	want := models.Caller{Actor: "account:main:bob", Grant: models.GrantUser, Account: models.Account{App: "main", Name: "bob"}}
	c, id, err := door.Link(t.Context(), link.Text)
	if diff := cmp.Diff(want, c); diff != "" || id != "g1-1" || err != nil {
		t.Fatalf("Link = %s, %v (-want +got):\n%s", id, err, diff)
	}
	asUser := func(text string) error { _, err := door.Token(t.Context(), text); return err }
	asLink := func(text string) error { _, _, err := door.Link(t.Context(), text); return err }
	if err := asUser(user.Text); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"a link as a token": asUser(userPrefix + link.Text), "a token as a link": asLink(user.Text[len(userPrefix):]),
		"nothing": asLink(""), "text": asUser(userPrefix + "x"), "another end": asLink(link.Text[:len(link.Text)-2] + "AA"),
		"another beginning": asLink("AA" + link.Text[2:]), "cut": asLink(link.Text[:40]), "longer": asLink(link.Text + "AAAA"),
	} {
		if !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	*now = noon.Add(UserTokenFor)
	if err := asUser(user.Text); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("an hour later: %v, want ErrNotFound", err)
	}
	if err := asLink(link.Text); err != nil {
		t.Errorf("an hour later the link: %v", err)
	}
	*now = noon.Add(LinkFor)
	if err := asLink(link.Text); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a week later the link: %v, want ErrNotFound", err)
	}
	*now = noon
	delete(store.tokens, "shop")
	if err := asLink(link.Text); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("after its giver was revoked: %v, want ErrNotFound", err)
	}
	other, _, _ := newDoor()
	Tickets([]byte("another secret"))(other)
	if _, _, err := other.Link(t.Context(), link.Text); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("under another secret: %v, want ErrNotFound", err)
	}
}

func FuzzTicket(f *testing.F) {
	door := New(&memory{}, &word{}, Tickets([]byte("a secret of the tests")), Clock(func() time.Time { return noon }))
	good := door.write(ticket{account: models.Account{App: "main", Name: "bob"}, message: "m", by: "shop", until: noon.Add(time.Hour)}, forLink)
	f.Add(good)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := door.decode(text, forLink); err == nil && text != good {
			t.Errorf("decode(%q) accepts what was not signed", text)
		}
	})
}

func TestASenderTakesBackOnlyOwnMessages(t *testing.T) {
	door, store, _ := senders(t)
	c := bob(t, door)
	o, err := door.TakeBack(t.Context(), c, models.FromAPI, "g1-1", mistyped)
	if err != nil || len(store.asked) != 1 {
		t.Fatalf("TakeBack = %+v, %v", o, err)
	}
	want := models.RecallRequest{Message: "g1-1", Reason: mistyped, Actor: "account:main:bob", Authority: models.BySender, Trigger: models.FromAPI}
	if diff := cmp.Diff(want, store.asked[0]); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	for _, id := range []models.MessageID{"g2-1", "x1-1", "none"} { // dave's, bob's in another app, nobody's
		_, look := door.Own(t.Context(), c, id)
		_, take := door.TakeBack(t.Context(), c, models.FromAPI, id, mistyped)
		if !errors.Is(look, models.ErrNotFound) || !errors.Is(take, models.ErrNotFound) || Words(look) != nothingThere || Words(take) != nothingThere {
			t.Errorf("%s: looking %v, taking %v; want the same nothing", id, look, take)
		}
	}
	for _, other := range []models.Caller{backend(), {Actor: "token:op", Grant: models.GrantOperator}, linked(models.GrantModerator, "bob")} {
		if _, err := door.TakeBack(t.Context(), other, models.FromAPI, "g1-1", mistyped); !errors.Is(err, models.ErrForbidden) {
			t.Errorf("as %s: %v, want ErrForbidden", other.Grant, err)
		}
	}
	if len(store.asked) != 1 || len(store.wished) != 0 {
		t.Errorf("the store was asked for %+v and %+v", store.asked, store.wished)
	}
}

func TestASenderOneToOne(t *testing.T) {
	door, store, now := senders(t)
	c := bob(t, door)
	if _, err := door.TakeBack(t.Context(), c, models.FromConsole, "d-1", mistyped); err != nil || len(store.asked) != 1 {
		t.Errorf("in time: %v", err)
	}
	*now = noon.Add(time.Minute)
	o, err := door.TakeBack(t.Context(), c, models.FromConsole, "d-1", mistyped)
	if err != nil || o.Standing != OwnAsked || o.People() != "the operators" {
		t.Errorf("late: %+v, %v", o, err)
	}
}

func TestASendersWindow(t *testing.T) {
	tests := []struct {
		name   string
		after  time.Duration // since it was posted
		window time.Duration
		direct bool
	}{
		{"at once", time.Minute, 2 * time.Minute, true},
		{"in the last moment", 2*time.Minute - 1, 2 * time.Minute, true},
		{"when it is over", 2 * time.Minute, 2 * time.Minute, false},
		{"an hour later", time.Hour, 2 * time.Minute, false},
		{"in a window of a day", time.Hour, 24 * time.Hour, true},
	}
	for _, tt := range tests {
		door, store, now := senders(t)
		*now = noon.Add(-time.Minute + tt.after)
		Windows(func(string) time.Duration { return tt.window })(door)
		c := bob(t, door)
		before, err := door.Own(t.Context(), c, "g1-1")
		if err != nil || (before.Standing == OwnCan) != tt.direct {
			t.Errorf("%s: before it stands %s, %v", tt.name, before.Standing, err)
		}
		after, err := door.TakeBack(t.Context(), c, models.FromAPI, "g1-1", mistyped)
		if err != nil || len(store.asked) != count(tt.direct) || len(store.wished) != count(!tt.direct) {
			t.Errorf("%s: %d taken back, %d asked for, %v", tt.name, len(store.asked), len(store.wished), err)
		}
		if !tt.direct && (after.Standing != OwnAsked || after.Words() != "Your request is before the group's owner and administrators.") {
			t.Errorf("%s: it stands %s: %s", tt.name, after.Standing, after.Words())
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestHowOwnMessagesStand(t *testing.T) {
	answered := models.Case{State: models.CaseDecided, Verdict: models.VerdictAllow, DecidedAt: noon}
	recall := func(s models.RecallState) *models.Recall { return &models.Recall{State: s} }
	early, late := noon.Add(time.Minute), noon.Add(-time.Minute)
	edited := models.Message{EditedAt: noon.Add(time.Second)}
	tests := []struct {
		name string
		own  Own
		want OwnStanding
	}{
		{"fresh", Own{Until: early}, OwnCan},
		{"late", Own{Until: late}, OwnAsk},
		{"asked", Own{Until: late, Case: &models.Case{State: models.CaseOpen}}, OwnAsked},
		{"answered", Own{Until: late, Case: &answered}, OwnDeclined},
		{"answered and edited since", Own{Until: late, Case: &answered, Message: edited}, OwnAsk},
		{"queued", Own{Until: early, Recall: recall(models.Queued)}, OwnUnderWay},
		{"accepted is not gone", Own{Until: early, Recall: recall(models.Accepted)}, OwnUnderWay},
		{"confirmed", Own{Until: early, Recall: recall(models.Confirmed), Obstacle: models.GoneAlready}, OwnGone},
		{"refused", Own{Until: late, Recall: recall(models.Refused)}, OwnAsk},
		{"too old", Own{Until: late, Obstacle: models.TooOld}, OwnCannot},
		{"online only", Own{Until: early, Obstacle: models.OnlineOnly}, OwnCannot},
	}
	seen := map[OwnStanding]bool{}
	for _, tt := range tests {
		tt.own.Standing = tt.own.standing(noon)
		if tt.own.Standing != tt.want || tt.own.Words() == "" {
			t.Errorf("%s: %s, %q; want %s", tt.name, tt.own.Standing, tt.own.Words(), tt.want)
		}
		seen[tt.own.Standing] = true
	}
	if len(tests) != 11 || len(seen) != 7 {
		t.Errorf("%d cases met %d standings", len(tests), len(seen))
	}
}

func TestSendersReasons(t *testing.T) {
	for _, code := range models.ReasonCodes {
		door, _, _ := senders(t)
		_, err := door.TakeBack(t.Context(), bob(t, door), models.FromAPI, "g1-1", models.Reason{Code: code, Note: "a note"})
		offered := code == models.WrongRecipient || code == models.SensitiveInformation || code == models.Mistyped || code == models.ChangeOfMind
		if (err == nil) != offered || err != nil && !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestAnAnsweredWishIsNotAskedTwice(t *testing.T) {
	door, store, now := senders(t)
	*now = noon.Add(time.Hour)
	store.cases["answer"] = models.Case{
		ID: "answer", Message: "g1-2", State: models.CaseDecided, Verdict: models.VerdictAllow, DecidedBy: "moderator:olga",
		Request: models.Asking{By: "account:main:bob"},
	}
	_, err := door.TakeBack(t.Context(), bob(t, door), models.FromAPI, "g1-2", mistyped)
	if !errors.Is(err, models.ErrConflict) || Words(err) != "Your request was answered already: the message stays." {
		t.Errorf("err = %v (%q), want a conflict that does not name who decided", err, Words(err))
	}
}

func TestAnAccountAsksOnlySoOften(t *testing.T) {
	door, _, now := senders(t)
	c := bob(t, door)
	for n := range paceLimit {
		if _, err := door.TakeBack(t.Context(), c, models.FromAPI, "none", mistyped); !errors.Is(err, models.ErrNotFound) {
			t.Fatalf("ask %d: %v", n, err)
		}
	}
	if _, err := door.TakeBack(t.Context(), c, models.FromAPI, "g1-1", mistyped); !errors.Is(err, ErrTooMany) || Words(err) == "" {
		t.Errorf("one too many: %v, want ErrTooMany in words", err)
	}
	*now = noon.Add(paceSpan)
	if _, err := door.TakeBack(t.Context(), c, models.FromAPI, "g1-1", mistyped); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}
