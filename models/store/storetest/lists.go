package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var listTests = []test{
	{"every read keeps to its scope", keepsScopes},
	{"messages by every filter", filtersMessages},
	{"pages are whole and stable", pages},
	{"pages that cannot be", refusesPages},
	{"messages by their refs", findsByRef},
	{"several at once are as each alone", severalAtOnce},
}

// keepsScopes asks for everything from every scope.
func keepsScopes(b *bench) {
	in := found(posted("1", "card"), models.VerdictReview)
	mine := b.keep(in)[0]
	recall := b.decide(asked(mine.Message)).Recall.ID
	cases, _, _ := b.store.Cases(b.Context(), everything, models.CaseFilter{})
	topic := posted("t", "in a topic")
	topic.Event.Conversation = models.Conversation{Kind: models.Topic, Ref: "@TGS#room@TOPIC#1", Group: room.Ref}
	b.keep(topic)
	direct := posted("d", "private")
	direct.Event.Conversation = models.Conversation{Kind: models.Direct, Ref: "alice:bob"}
	b.keep(direct)
	place := models.Place{App: app, Ref: room.Ref}
	scopes := []struct {
		name     string
		scope    models.Scope
		sees     bool
		messages int
	}{
		{"all", everything, true, 3},
		{"the group", models.Scope{Groups: []models.Place{place}}, true, 2},
		{"the group among others", models.Scope{Groups: []models.Place{{App: app, Ref: "x"}, place}}, true, 2},
		{"none", models.Scope{}, false, 0},
		{"another group", models.Scope{Groups: []models.Place{{App: app, Ref: "x"}}}, false, 0},
		{"the group of another app", models.Scope{Groups: []models.Place{{App: "x", Ref: room.Ref}}}, false, 0},
		{"the empty group", models.Scope{Groups: []models.Place{{App: app}}}, false, 0},
		{"a direct chat's ref", models.Scope{Groups: []models.Place{{App: app, Ref: "alice:bob"}}}, false, 0},
	}
	for _, tt := range scopes {
		b.Run(tt.name, func(t *testing.T) {
			for what, err := range b.ask(tt.scope, mine, recall, cases[0].ID) {
				if tt.sees != (err == nil) || !tt.sees && !errors.Is(err, models.ErrNotFound) {
					t.Errorf("%s: %v", what, err)
				}
			}
			for what, n := range b.list(t, tt.scope) {
				want := map[bool]int{true: 1}[tt.sees]
				if what == "messages" || what == "conversations" {
					want = tt.messages
				}
				if n != want {
					t.Errorf("%s: %d, want %d", what, n, want)
				}
			}
		})
	}
}

// ask reads one thing of each kind.
func (b *bench) ask(s models.Scope, k models.Kept, r models.RecallID, c models.CaseID) map[string]error {
	ctx, out := b.Context(), map[string]error{}
	_, out["Message"] = b.store.Message(ctx, s, k.Message)
	_, out["Recall"] = b.store.Recall(ctx, s, r)
	_, out["Case"] = b.store.Case(ctx, s, c)
	_, out["Decisions"] = b.store.Decisions(ctx, s, k.Message)
	_, out["Reads"] = b.store.Reads(ctx, s, k.Message)
	messages, cases := []models.MessageID{k.Message}, []models.CaseID{c}
	out["MessagesIn"] = some(b.store.MessagesIn(ctx, s, messages))
	out["ReadsOf"] = some(b.store.ReadsOf(ctx, s, messages))
	out["LatestRecalls"] = some(b.store.LatestRecalls(ctx, s, messages))
	out["LatestCases"] = some(b.store.LatestCases(ctx, s, messages))
	out["CasesIn"] = some(b.store.CasesIn(ctx, s, cases))
	_, out["Conversation"] = b.store.Conversation(ctx, s, k.Conversation)
	_, out["Reveal"] = b.store.Reveal(ctx, s, k.Message, "moderator:eve", "to see it")
	return out
}

// some makes of nothing found what one thing that is missing is.
func some[K comparable, V any](found map[K]V, err error) error {
	if err == nil && len(found) == 0 {
		return models.ErrNotFound
	}
	return err
}

// list counts one list of each kind.
func (b *bench) list(t *testing.T, s models.Scope) map[string]int {
	t.Helper()
	ctx := t.Context()
	ms, _, err1 := b.store.Messages(ctx, s, models.MessageFilter{})
	rs, _, err2 := b.store.Recalls(ctx, s, models.RecallFilter{})
	cs, _, err3 := b.store.Cases(ctx, s, models.CaseFilter{})
	vs, _, err4 := b.store.Conversations(ctx, s, models.ConversationFilter{})
	fs, err5 := b.store.FindMessages(ctx, s, app, room.Ref, []string{"1"})
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	return map[string]int{"messages": len(ms), "recalls": len(rs), "cases": len(cs), "conversations": len(vs), "found": len(fs)}
}

func filtersMessages(b *bench) {
	base := time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC()
	at := func(in models.Judged, minutes int) models.Judged {
		in.Event.Message.ReceivedAt = base.Add(time.Duration(minutes) * time.Minute)
		return in
	}
	bob := at(found(posted("2", "card"), models.VerdictReview), 1)
	bob.Event.Message.Sender = "bob"
	elsewhere := at(posted("3", "x"), 2)
	elsewhere.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "@TGS#else", Group: "@TGS#else"}
	kept := b.keep(at(posted("1", "x"), 0), bob, elsewhere, at(found(posted("4", "y"), models.VerdictRecall), 3), removed("1"))
	b.keep(edited(found(at(posted("4", "y"), 3), models.VerdictRecall), "no card", time.Now()))
	cases := []struct {
		name string
		f    models.MessageFilter
		want []string
	}{
		{"none", models.MessageFilter{}, []string{"4", "3", "2", "1"}},
		{"app", models.MessageFilter{App: app}, []string{"4", "3", "2", "1"}},
		{"another app", models.MessageFilter{App: "x"}, nil},
		{"conversation by ref", models.MessageFilter{Conversation: "@TGS#else"}, []string{"3"}},
		{"conversation by id", models.MessageFilter{Conversation: string(kept[0].Conversation)}, []string{"4", "2", "1"}},
		{"conversation of an app", models.MessageFilter{App: app, Conversation: room.Ref}, []string{"4", "2", "1"}},
		{"sender", models.MessageFilter{Sender: "bob"}, []string{"2"}},
		{"state", models.MessageFilter{State: models.Removed}, []string{"1"}},
		{"verdict", models.MessageFilter{Verdict: models.VerdictReview}, []string{"2"}},
		{"detector, of present findings", models.MessageFilter{Detector: "credit_card"}, []string{"2"}},
		{"since", models.MessageFilter{Since: base.Add(time.Minute)}, []string{"4", "3", "2"}},
		{"until", models.MessageFilter{Until: base.Add(time.Minute)}, []string{"1"}},
		{"all together", models.MessageFilter{
			App: app, Conversation: room.Ref, Sender: "bob", State: models.Visible,
			Verdict: models.VerdictReview, Detector: "credit_card", Since: base, Until: base.Add(time.Hour),
		}, []string{"2"}},
	}
	for _, tt := range cases {
		got, _, err := b.store.Messages(b.Context(), everything, tt.f)
		if diff := cmp.Diff(tt.want, refs(got)); diff != "" || err != nil {
			b.Errorf("%s (-want +got):\n%s%v", tt.name, diff, err)
		}
	}
}

func refs(ms []models.Message) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Ref)
	}
	return out
}

func pages(b *bench) {
	var want []string
	for i := range 25 {
		b.keep(posted(ref(i), "x"))
		want = append([]string{ref(i)}, want...)
	}
	var got []string
	f := models.MessageFilter{Page: models.Page{Limit: 7}}
	for {
		ms, next, err := b.store.Messages(b.Context(), everything, f)
		if err != nil {
			b.Fatal(err)
		}
		got = append(got, refs(ms)...)
		b.keep(posted("new"+next, "x")) // what comes meanwhile does not shift the pages
		if f.Cursor = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("pages (-want +got):\n%s", diff)
	}
}

func refusesPages(b *bench) {
	for _, p := range []models.Page{{Limit: -1}, {Limit: models.MaxLimit + 1}, {Cursor: "x"}, {Cursor: "!!"}, {Cursor: "MTo"}} {
		_, _, err1 := b.store.Messages(b.Context(), everything, models.MessageFilter{Page: p})
		_, _, err2 := b.store.Audit(b.Context(), models.AuditFilter{Page: p})
		_, _, err3 := b.store.SetAsides(b.Context(), p)
		for _, err := range []error{err1, err2, err3} {
			if !errors.Is(err, models.ErrInvalid) {
				b.Errorf("%+v: %v, want ErrInvalid", p, err)
			}
		}
	}
}

func findsByRef(b *bench) {
	b.keep(posted("1", "x"), posted("2", "y"))
	got, err := b.store.FindMessages(b.Context(), everything, app, room.Ref, []string{"2", "9"})
	if err != nil || len(got) != 1 || got[0].Ref != "2" || got[0].Elements[0].Text != "y" {
		b.Errorf("FindMessages = %v, %v", got, err)
	}
	if _, err := b.store.FindMessages(b.Context(), everything, app, room.Ref, make([]string, models.MaxLimit+1)); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("too many refs: %v", err)
	}
}

// severalAtOnce holds what is read of many messages together to what is read of each.
func severalAtOnce(b *bench) {
	elsewhere := found(posted("1", "card"), models.VerdictReview)
	elsewhere.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "@TGS#else", Group: "@TGS#else"}
	kept := b.keep(
		found(posted("1", "card"), models.VerdictReview), found(posted("2", "card"), models.VerdictReview),
		posted("3", "nothing"), elsewhere, reads("1", "bob"), reads("2", "carol"),
	)
	b.keep(models.Judged{Event: models.Event{Kind: models.EventRead, At: time.Now(), Conversation: room, Reads: []models.Read{
		{Through: time.Now().Add(time.Minute), Readers: []string{"dan"}, Count: -1, Unread: -1},
	}}})
	first := b.decide(asked(kept[0].Message)).Recall
	if _, err := b.store.CancelRecall(b.Context(), everything, first.ID, "moderator:ann", models.Reason{Code: models.Abuse}); err != nil {
		b.Fatal(err)
	}
	b.decide(asked(kept[0].Message))
	b.decide(asked(kept[3].Message))

	ids := []models.MessageID{kept[0].Message, kept[1].Message, kept[2].Message, kept[3].Message, models.MessageID(models.NewID())}
	ctx := b.Context()
	messages, err1 := b.store.MessagesIn(ctx, everything, ids)
	read, err2 := b.store.ReadsOf(ctx, everything, ids)
	recalls, err3 := b.store.LatestRecalls(ctx, everything, ids)
	cases, err4 := b.store.LatestCases(ctx, everything, ids)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		b.Fatal(err)
	}
	if len(messages) != 4 || len(read) != 4 || len(recalls) != 2 || len(cases) != 3 {
		b.Errorf("%d messages, reads of %d, %d recalls, %d cases", len(messages), len(read), len(recalls), len(cases))
	}
	for _, id := range ids {
		m, _ := b.store.Message(ctx, everything, id)
		r, _ := b.store.Reads(ctx, everything, id)
		rs, _, _ := b.store.Recalls(ctx, everything, models.RecallFilter{Message: id})
		cs, _, _ := b.store.Cases(ctx, everything, models.CaseFilter{Message: id})
		alone := []any{m, r, newest(rs), newest(cs)}
		if diff := cmp.Diff(alone, []any{messages[id], read[id], recalls[id], cases[id]}); diff != "" {
			b.Errorf("message %s (-alone +together):\n%s", id, diff)
		}
	}
	waiting := []models.CaseID{cases[ids[1]].ID, cases[ids[3]].ID, models.CaseID(models.NewID())}
	got, err := b.store.CasesIn(ctx, everything, waiting)
	want := map[models.CaseID]models.Case{waiting[0]: cases[ids[1]], waiting[1]: cases[ids[3]]}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		b.Errorf("cases: %v\n%s", err, diff)
	}
}

func newest[T any](all []T) (none T) {
	if len(all) == 0 {
		return none
	}
	return all[0]
}
