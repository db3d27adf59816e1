package storetest

import (
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// streams: the newest first, page by page, as far as the caller wants.
func streams(b *bench) {
	const n = 1100 // more than two pages
	for i := range n / 100 {
		b.spam(1+100*i, 100)
	}
	there := posted("1", "elsewhere")
	there.Event.Conversation.Ref, there.Event.Conversation.Group = "other", "other"
	b.keep(there, removed("7"))
	b.rawExec(b.raw(), "UPDATE messages SET state = 'blocked' WHERE ref = '8'")
	all := models.CopyFilter{App: app}
	run := func(scope models.Scope, f models.CopyFilter, after models.MessageID, most int) (ids []models.MessageID, last models.MessageID) {
		b.Helper()
		last, err := b.store.Stream(b.Context(), scope, f, after, func(m models.Message) bool {
			if m.Conversation.Ref == "" || len(m.Elements) != 1 || m.Elements[0].Text == "" || m.Sender == "" {
				b.Errorf("streamed %v", m)
			}
			ids = append(ids, m.ID)
			return len(ids) < most
		})
		if err != nil {
			b.Fatal(err)
		}
		return ids, last
	}
	whole, last := run(everything, all, "", 5000)
	if len(whole) != n || last != "" || !slices.IsSortedFunc(whole, func(x, y models.MessageID) int { return strings.Compare(string(y), string(x)) }) {
		b.Fatalf("%d messages, ending with %q", len(whole), last)
	}
	first, last := run(everything, all, "", 600)
	rest, end := run(everything, all, last, 5000)
	if !slices.Equal(append(first, rest...), whole) || end != "" || last != whole[599] {
		b.Errorf("%d and %d messages are not the %d", len(first), len(rest), len(whole))
	}
	for name, got := range map[string]int{
		"a scope":        len(first1(run(models.Scope{Groups: []models.Place{{App: app, Ref: "other"}}}, all, "", 10))),
		"a conversation": len(first1(run(everything, models.CopyFilter{App: app, Conversation: "other"}, "", 10))),
	} {
		if got != 1 {
			b.Errorf("in %s: %d messages, want 1", name, got)
		}
	}
	for name, got := range map[string]int{
		"no scope":    len(first1(run(models.Scope{}, all, "", 10))),
		"another app": len(first1(run(everything, models.CopyFilter{App: "other"}, "", 10))),
		"the future":  len(first1(run(everything, models.CopyFilter{App: app, Since: time.Now().Add(time.Hour)}, "", 10))),
		"the past":    len(first1(run(everything, models.CopyFilter{App: app, Until: time.Now().Add(-time.Hour)}, "", 10))),
	} {
		if got != 0 {
			b.Errorf("in %s: %d messages", name, got)
		}
	}
}

// sameFindings: in which messages stands a value of another, page by page.
func sameFindings(b *bench) {
	kept := b.keep(found(posted("1", "card"), models.VerdictAllow), posted("2", "lunch?"), found(posted("3", "card"), models.VerdictAllow))
	there := found(posted("9", "card"), models.VerdictAllow) // received last
	there.Event.Conversation.Ref, there.Event.Conversation.Group = "other", "other"
	kept = append(kept, b.keep(there)...)
	all := models.CopyFilter{App: app}
	for name, tt := range map[string]struct {
		scope models.Scope
		f     models.CopyFilter
		after models.MessageID
		limit int
		want  []models.MessageID
	}{
		"all":          {everything, all, "", 10, []models.MessageID{kept[3].Message, kept[2].Message, kept[0].Message}},
		"the newest":   {everything, all, "", 1, []models.MessageID{kept[3].Message}},
		"behind it":    {everything, all, kept[3].Message, 1, []models.MessageID{kept[2].Message}},
		"in a scope":   {models.Scope{Groups: []models.Place{{App: app, Ref: "other"}}}, all, "", 10, []models.MessageID{kept[3].Message}},
		"out of scope": {models.Scope{}, all, "", 10, nil},
		"later":        {everything, models.CopyFilter{App: app, Since: time.Now().Add(time.Hour)}, "", 10, nil},
		"another app":  {everything, models.CopyFilter{App: "other"}, "", 10, nil},
		"a clean one":  {everything, all, "", 0, nil},
	} {
		of := kept[0].Message
		if tt.limit == 0 {
			of, tt.limit = kept[1].Message, 10
		}
		got, err := b.store.SameFindings(b.Context(), tt.scope, tt.f, of, tt.after, tt.limit)
		if err != nil || !slices.Equal(got, tt.want) {
			b.Errorf("%s: %v, %v, want %v", name, got, err, tt.want)
		}
	}
}

func first1(ids []models.MessageID, _ models.MessageID) []models.MessageID { return ids }
