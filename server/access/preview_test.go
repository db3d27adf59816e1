package access

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// crowd is a platform of which every group has as many members; it knows no
// other app than main.
type crowd struct {
	members int
	proves  bool
	asked   int
	err     error
}

func (c *crowd) Limits(app string, _ models.ConversationKind) (platforms.Limits, bool) {
	return platforms.Limits{Proves: c.proves}, app == "main"
}

func (c *crowd) Audience(_ context.Context, o platforms.Order) (platforms.Audience, error) {
	c.asked++
	return platforms.Audience{Members: c.members, Reads: []models.Read{{Ref: o.Items[0].Ref, Count: 3, Unread: 36}}}, c.err
}

func TestPreviewStoresNothing(t *testing.T) {
	door, store, _ := newDoor()
	chat := &crowd{members: 40, proves: true}
	Sees(chat)(door)
	store.reads["g1-1"] = []models.Read{{Ref: "1", Readers: []string{"eve", "adam"}, Count: 2, Unread: 5}}
	ids := []models.MessageID{"g1-1", "g1-old", "g1-2", "g2-1"}
	got, err := door.Preview(t.Context(), linked(models.GrantModerator, "olga"), ids)
	if err != nil {
		t.Fatal(err)
	}
	seen := Exposure{Visible: true, VisibleFor: time.Minute, ReadBy: -1}
	old, under := models.TooOld.Words(), models.BeingRecalled.Words()
	want := []Preview{
		{
			Recallable: true, Deadline: noon.Add(time.Hour), Left: time.Hour, Authority: models.ByOwner, Members: 40, Proves: true,
			Exposure: Exposure{Visible: true, VisibleFor: time.Minute, ReadBy: 3, Readers: []string{"adam", "eve"}},
			Chance:   Chance{models.Partly, "read", "Read by 3 of 40 who could. It goes from every member's devices, not from memory."},
		},
		{
			Obstacle: models.TooOld, Why: old, Deadline: noon.Add(-time.Minute), Authority: models.ByOwner, Members: 40,
			Proves: true, Exposure: seen, Chance: Chance{models.Impossible, "obstacle", old},
		},
		{
			Obstacle: models.BeingRecalled, Why: under, Recall: "now", Deadline: noon.Add(time.Hour), Left: time.Hour,
			Authority: models.ByOwner, Members: 40, Proves: true, Exposure: seen, Chance: Chance{models.Impossible, "obstacle", under},
		},
		{},
	}
	var previews []Preview
	for _, r := range got {
		previews = append(previews, r.Preview)
	}
	if diff := cmp.Diff(want, previews); diff != "" {
		t.Errorf("previews (-want +got):\n%s", diff)
	}
	if !errors.Is(got[3].Err, models.ErrNotFound) {
		t.Errorf("a foreign message: %v, want not found", got[3].Err)
	}
	if len(store.scopes) > 0 {
		t.Error("a preview decided something")
	}
	if chat.asked != 1 {
		t.Errorf("the platform was asked %d times for the members of one group", chat.asked)
	}
}

func TestAPreviewDoesNotNeedThePlatform(t *testing.T) {
	for name, chat := range map[string]Platform{
		"none": nil, "one that does not answer": &crowd{members: -1, err: errors.New("dial tcp: connection refused"), proves: true},
	} {
		door, _, _ := newDoor()
		Sees(chat)(door)
		got, err := door.Preview(t.Context(), models.Caller{Grant: models.GrantOperator}, []models.MessageID{"g1-1"})
		if err != nil || got[0].Err != nil || !got[0].Preview.Recallable || got[0].Preview.Members != 0 {
			t.Errorf("with %s: %+v, %v", name, got, err)
		}
	}
}

func TestNobodyCanAskForAnAppThatIsNotConfigured(t *testing.T) {
	door, _, _ := newDoor()
	Sees(&crowd{})(door)
	got, err := door.Preview(t.Context(), models.Caller{Grant: models.GrantOperator}, []models.MessageID{"x1-1"})
	if err != nil || got[0].Preview.Obstacle != models.NotConfigured || got[0].Preview.Recallable {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAPreviewSaysWhoLetItStay(t *testing.T) {
	ann := models.Caller{Actor: "moderator:ann", Grant: models.GrantOperator}
	olga := linked(models.GrantModerator, "olga")
	for _, tt := range []struct {
		name   string
		caller models.Caller
		change func(*models.Case)
		want   models.Obstacle
	}{
		{"somebody else", olga, func(*models.Case) {}, models.LetStay},
		{"the one who asks", ann, func(*models.Case) {}, ""},
		{"the platform", olga, func(c *models.Case) { c.DecidedBy = models.PlatformDecides }, ""},
		{"nobody yet", olga, func(c *models.Case) { c.State, c.Verdict = models.CaseOpen, "" }, ""},
	} {
		door, store, _ := newDoor()
		c := models.Case{
			ID: "case", Message: "g1-1", Conversation: store.messages["g1-1"].Conversation, State: models.CaseDecided,
			Verdict: models.VerdictAllow, DecidedBy: "moderator:ann", DecidedAt: noon,
		}
		tt.change(&c)
		store.cases["case"] = c
		got, err := door.Preview(t.Context(), tt.caller, []models.MessageID{"g1-1"})
		if err != nil || got[0].Preview.Obstacle != tt.want {
			t.Fatalf("%s: %+v, %v; want %q", tt.name, got, err, tt.want)
		}
		if p := got[0].Preview; tt.want != "" && (p.Chance.Likelihood == models.Impossible || !strings.HasPrefix(p.Why, "moderator:ann decided at 2026-05-01 12:00 UTC")) {
			t.Errorf("%s: %s, %q", tt.name, p.Chance.Likelihood, p.Why)
		}
	}
}

func TestLikelihoods(t *testing.T) {
	const unknown = -1
	tests := []struct {
		name     string
		kind     models.ConversationKind
		obstacle models.Obstacle
		read     int
		left     time.Duration // 0: no limit is known
		proves   bool
		want     models.Likelihood
		row      string
	}{
		{"unread in a group", models.Group, "", 0, time.Hour, true, models.Surely, "unread"},
		{"read in a group", models.Group, "", 3, time.Hour, true, models.Partly, "read"},
		{"who read it in a group is not known", models.Group, "", unknown, time.Hour, true, models.Likely, "unknown"},
		{"a platform that does not prove it", models.Group, "", unknown, 0, false, models.Likely, "unproved"},
		{"unread in a topic", models.Topic, "", 0, time.Hour, true, models.Surely, "unread"},
		{"a topic", models.Topic, "", unknown, time.Hour, true, models.Likely, "unknown"},
		{"seconds before it is too late", models.Group, "", 0, 29 * time.Second, true, models.Partly, "hurry"},
		{"half a minute before it is too late", models.Group, "", 0, 30 * time.Second, true, models.Surely, "unread"},
		{"a live group", models.Live, "", unknown, time.Hour, true, models.Partly, "live"},
		{"unread in a live group", models.Live, "", 0, time.Hour, true, models.Partly, "live"},
		{"unread one to one", models.Direct, "", 0, time.Hour, true, models.Surely, "direct_unread"},
		{"read one to one", models.Direct, "", 1, time.Hour, true, models.Partly, "direct_read"},
		{"one to one", models.Direct, "", unknown, time.Hour, true, models.Likely, "direct"},
		{"an hour too late in a live group", models.Live, models.LiveTooOld, unknown, time.Hour, true, models.Impossible, "obstacle"},
	}
	for _, o := range models.Obstacles {
		if o == models.LetStay {
			continue // it can be taken back, anyway
		}
		tests = append(tests, tests[0])
		last := &tests[len(tests)-1]
		last.name, last.obstacle, last.want, last.row = string(o), o, models.Impossible, "obstacle"
	}
	rows := map[string]bool{}
	for _, tt := range tests {
		p := Preview{Obstacle: tt.obstacle, Why: tt.obstacle.Words(), Proves: tt.proves, Exposure: Exposure{ReadBy: tt.read}}
		if tt.left > 0 {
			p.Deadline = noon.Add(tt.left)
		}
		got := chance(tt.kind, p, noon)
		if got.Likelihood != tt.want || got.Situation != tt.row || got.Reason == "" {
			t.Errorf("%s: %+v, want %s by the row %s", tt.name, got, tt.want, tt.row)
		}
		rows[got.Situation] = true
	}
	if len(tests) != 14+10 || len(rows) != len(situations) {
		t.Errorf("%d cases met %d rows of %d", len(tests), len(rows), len(situations))
	}
}
