package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var stretchTests = []test{
	{"messages of one conversation by their refs", namesMessages},
	{"holes within some numbers", holesWithin},
	{"conversations by what they are", filtersConversations},
	{"what rules did", countsRules},
}

func namesMessages(b *bench) {
	elsewhere := posted("2", "x")
	elsewhere.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "@TGS#else", Group: "@TGS#else"}
	kept := b.keep(posted("1", "a"), posted("2", "b"), posted("3", "c"), elsewhere)
	refs := func(scope models.Scope, in models.ConversationID, refs ...string) []string {
		b.Helper()
		found, err := b.store.MessagesNamed(b.Context(), scope, in, refs)
		if err != nil {
			b.Fatal(err)
		}
		var out []string
		for _, m := range found {
			out = append(out, m.Ref+" in "+m.Conversation.Ref)
		}
		slices.Sort(out)
		return out
	}
	if diff := cmp.Diff([]string{"1 in @TGS#room", "2 in @TGS#room"}, refs(everything, kept[0].Conversation, "1", "2", "9")); diff != "" {
		b.Errorf("messages (-want +got):\n%s", diff)
	}
	mine := models.Scope{Groups: []models.Place{{App: app, Ref: "@TGS#else"}}}
	if got := refs(mine, kept[0].Conversation, "1", "2"); got != nil {
		b.Errorf("out of scope: %v", got)
	}
	if _, err := b.store.MessagesNamed(b.Context(), everything, "x", make([]string, 501)); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("too many: %v", err)
	}
	in := models.MessageFilter{In: kept[0].Conversation}
	if found, _, err := b.store.Messages(b.Context(), everything, in); err != nil || len(found) != 3 {
		b.Errorf("in the conversation: %d messages, %v", len(found), err)
	}
}

func holesWithin(b *bench) {
	c := b.place()
	b.see(c, 1, 1, 11, 11, 21, 21, 30, 30)
	b.account(c, 12, 15, models.ClosedTip)
	b.account(c, 16, 20, models.ClosedGone)
	within := func(first, last int64) []string {
		b.Helper()
		holes, err := b.store.HolesWithin(b.Context(), c.ID, models.Range{First: first, Last: last})
		if err != nil {
			b.Fatal(err)
		}
		var out []string
		for _, h := range holes {
			out = append(out, fmt.Sprintf("%d-%d %s", h.First, h.Last, h.How))
		}
		return out
	}
	for _, tc := range []struct {
		first, last int64
		want        []string
	}{
		{1, 30, []string{"2-10 ", "12-15 system_tip", "16-20 gone", "22-29 "}},
		{5, 12, []string{"2-10 ", "12-15 system_tip"}},
		{11, 11, nil},
		{20, 21, []string{"16-20 gone"}},
		{23, 24, []string{"22-29 "}},
		{31, 40, nil},
	} {
		if diff := cmp.Diff(tc.want, within(tc.first, tc.last)); diff != "" {
			b.Errorf("%d-%d (-want +got):\n%s", tc.first, tc.last, diff)
		}
	}
	if _, err := b.store.HolesWithin(b.Context(), c.ID, models.Range{First: 1, Last: 501}); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("too many: %v", err)
	}
	by, err := b.store.OpenHolesOf(b.Context(), []models.ConversationID{c.ID, "unknown"})
	if err != nil || len(by) != 1 || len(by[c.ID]) != 2 || by[c.ID][0].First != 22 {
		b.Errorf("open holes: %+v, %v", by, err)
	}
}

func filtersConversations(b *bench) {
	c := b.place()
	topic := posted("t", "in a topic")
	topic.Event.Conversation = models.Conversation{Kind: models.Topic, Ref: "@TGS#room@TOPIC#1", Group: room.Ref}
	elsewhere := posted("2", "x")
	elsewhere.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "@TGS#else", Group: "@TGS#else"}
	b.keep(topic, elsewhere)
	b.see(c, 1, 1, 5, 5)
	for name, tc := range map[string]struct {
		f    models.ConversationFilter
		want int
	}{
		"all":                        {models.ConversationFilter{}, 3},
		"a group with its topics":    {models.ConversationFilter{Ref: room.Ref}, 2},
		"a topic":                    {models.ConversationFilter{Ref: "@TGS#room@TOPIC#1"}, 1},
		"no such":                    {models.ConversationFilter{Ref: "@TGS#ro"}, 0},
		"with something missing":     {models.ConversationFilter{Missing: true}, 1},
		"a group, something missing": {models.ConversationFilter{Ref: "@TGS#else", Missing: true}, 0},
	} {
		found, _, err := b.store.Conversations(b.Context(), everything, tc.f)
		if err != nil || len(found) != tc.want {
			b.Errorf("%s: %d conversations, %v, want %d", name, len(found), err, tc.want)
		}
	}
}
