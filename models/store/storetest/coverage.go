package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var coverageTests = []test{
	{"what was kept is handed over once", handsOver},
	{"holes are found and closed", findsHoles},
	{"what comes late", countsLate},
	{"before the first", extends},
	{"the newest by the platform's word", hears},
	{"holes are claimed in pieces", claimsHoles},
	{"a hole that cannot be read", delaysHoles},
	{"who is asked when", asksInTurn},
	{"a group that is no more", asksNoMore},
	{"one-to-one chats are polled", polls},
	{"by app and day", countsDays},
	{"a message that was missed is on record", recordsMissed},
	{"whatever the order", keepsTheLaw},
	{"several nodes at once", coversTogether},
}

// cadence lets nothing count as a matter of order.
var cadence = models.Cadence{Ask: time.Minute, Poll: time.Minute, PollFor: time.Hour}

// place is the room as the store knows it.
func (b *bench) place() models.Conversation {
	b.Helper()
	kept := b.keep(posted("1000000", "hello"))
	c, err := b.store.Conversation(b.Context(), everything, kept[0].Conversation)
	if err != nil {
		b.Fatal(err)
	}
	b.store.Sightings()
	return c
}

func ranges(bounds ...int64) []models.Range {
	var all []models.Range
	for i := 0; i+1 < len(bounds); i += 2 {
		all = append(all, models.Range{First: bounds[i], Last: bounds[i+1]})
	}
	return all
}

// see covers numbers of a conversation, given as bounds of ranges.
func (b *bench) see(c models.Conversation, bounds ...int64) {
	b.Helper()
	b.seeWith(cadence, c, bounds...)
}

func (b *bench) seeWith(cadence models.Cadence, c models.Conversation, bounds ...int64) {
	b.Helper()
	err := b.store.Cover(b.Context(), []models.Seen{{
		Conversation: c, Numbered: true, Ranges: ranges(bounds...), Begin: bounds[0], At: time.Now(),
	}}, cadence)
	if err != nil {
		b.Fatalf("Cover: %v", err)
	}
}

func (b *bench) account(c models.Conversation, first, last int64, how models.Closing) {
	b.Helper()
	all := []models.Accounted{{Range: models.Range{First: first, Last: last}, How: how}}
	if err := b.store.Account(b.Context(), c.ID, all, cadence); err != nil {
		b.Fatalf("Account: %v", err)
	}
}

func (b *bench) coverage(c models.Conversation) models.Coverage {
	b.Helper()
	all, err := b.store.Coverages(b.Context(), []models.ConversationID{c.ID})
	if err != nil {
		b.Fatalf("Coverages: %v", err)
	}
	return all[c.ID]
}

// holes describes the holes of a conversation, those that are open or those that were.
func (b *bench) holes(c models.Conversation, open bool) []string {
	b.Helper()
	found, err := b.store.Holes(b.Context(), c.ID, open)
	if err != nil {
		b.Fatalf("Holes: %v", err)
	}
	var out []string
	for _, h := range found {
		if h.ClosedAt.IsZero() != open || h.FoundAt.IsZero() || h.App != app {
			b.Errorf("hole %+v", h)
		}
		out = append(out, fmt.Sprintf("%d-%d%s", h.First, h.Last, h.How))
	}
	slices.Sort(out)
	return out
}

// stood checks what is open and what is counted of a conversation.
func (b *bench) stood(c models.Conversation, open []string, want models.Tally) {
	b.Helper()
	if diff := cmp.Diff(open, b.holes(c, true)); diff != "" {
		b.Errorf("open holes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, b.coverage(c).Tally); diff != "" {
		b.Errorf("counts (-want +got):\n%s", diff)
	}
}

func handsOver(b *bench) {
	ephemeral, past := posted("8", "gone at once"), posted("9", "read back")
	ephemeral.Event.Message.Ephemeral, past.Event.Past = true, true
	b.keep(posted("5", "a"), posted("6", "b"), ephemeral, past, removed("7"))
	b.keep(posted("5", "a"))
	b.keep(posted("7", "its removal came first"))
	got := b.store.Sightings()
	if len(got) != 1 || got[0].Conversation.Ref != room.Ref || got[0].Conversation.ID == "" || got[0].At.IsZero() {
		b.Fatalf("sightings = %+v, want of one conversation", got)
	}
	if diff := cmp.Diff([]string{"5", "6", "7"}, got[0].Refs); diff != "" {
		b.Errorf("refs (-want +got):\n%s", diff)
	}
	if again := b.store.Sightings(); len(again) != 0 {
		b.Errorf("handed over twice: %+v", again)
	}
}

func findsHoles(b *bench) {
	c := b.place()
	b.see(c, 10, 12, 15, 15, 20, 20)
	b.stood(c, []string{"13-14", "16-19"}, models.Tally{Seen: 5, Missing: 6})
	if got := b.coverage(c); got.First != 10 || got.Newest != 20 || got.Through != 12 || !got.Numbered {
		b.Errorf("coverage = %+v", got)
	}
	b.account(c, 17, 18, models.ClosedHistory)
	b.stood(c, []string{"13-14", "16-16", "19-19"}, models.Tally{Seen: 5, Backfilled: 2, Missing: 4})
	b.account(c, 16, 17, models.ClosedHistory) // 17 is accounted for already
	b.account(c, 1, 14, models.ClosedTip)
	b.account(c, 19, 90, models.ClosedGone)
	b.stood(c, nil, models.Tally{Seen: 5, Backfilled: 3, Tips: 2, Gone: 1})
	if diff := cmp.Diff([]string{"13-14system_tip", "16-18history", "19-19gone"}, b.holes(c, false)); diff != "" {
		b.Errorf("closed holes (-want +got):\n%s", diff)
	}
	if got := b.coverage(c); got.Through != 20 {
		b.Errorf("everything is accounted for up to %d, want 20", got.Through)
	}
}

func countsLate(b *bench) {
	c := b.place()
	patient := cadence
	patient.Grace = time.Minute
	b.seeWith(patient, c, 1, 1, 5, 5)
	b.seeWith(patient, c, 2, 2)
	b.seeWith(patient, c, 1, 2) // twice
	b.stood(c, []string{"3-4"}, models.Tally{Seen: 3, Missing: 2})
	if got := b.holes(c, false); got != nil {
		b.Errorf("what was only out of order is told of: %v", got)
	}
	b.see(c, 3, 6)
	b.stood(c, nil, models.Tally{Seen: 6, Late: 2})
	if diff := cmp.Diff([]string{"3-4late_webhook"}, b.holes(c, false)); diff != "" {
		b.Errorf("closed holes (-want +got):\n%s", diff)
	}
}

func extends(b *bench) {
	c := b.place()
	b.see(c, 10, 10)
	b.see(c, 5, 6)
	b.stood(c, []string{"7-9"}, models.Tally{Seen: 3, Missing: 3})
	b.see(c, 4, 11)
	b.stood(c, nil, models.Tally{Seen: 8, Late: 3})
	if got := b.coverage(c); got.First != 4 || got.Newest != 11 {
		b.Errorf("coverage = %+v", got)
	}
	err := b.store.Cover(b.Context(), []models.Seen{{
		Conversation: models.Conversation{ID: "new", App: app, Kind: models.Group}, Numbered: true,
		Ranges: ranges(3, 3), Begin: 1, At: time.Now(),
	}}, cadence)
	if err != nil {
		b.Fatal(err)
	}
	b.stood(models.Conversation{ID: "new"}, []string{"1-2"}, models.Tally{Seen: 1, Missing: 2})
}

func countsDays(b *bench) {
	c := b.place()
	b.see(c, 1, 6, 10, 10)
	b.account(c, 7, 7, models.ClosedHistory)
	b.account(c, 8, 8, models.ClosedGone)
	days, err := b.store.CoverageDays(b.Context(), app, time.Now().Add(-time.Hour))
	if err != nil || len(days) != 1 {
		b.Fatalf("days = %+v, %v, want one", days, err)
	}
	want := models.Tally{Seen: 7, Backfilled: 1, Gone: 1, Missing: 1}
	if diff := cmp.Diff(want, days[0].Tally); diff != "" || days[0].App != app || time.Since(days[0].Day) > 25*time.Hour {
		b.Errorf("day %v (-want +got):\n%s", days[0].Day, diff)
	}
	if p := days[0].Percent(); p != 80 {
		b.Errorf("%v per cent, want 80", p)
	}
	open, err := b.store.OpenHoles(b.Context())
	if err != nil || len(open) != 1 || open[0].App != app || open[0].Holes != 1 || open[0].Missing != 1 || open[0].Oldest.IsZero() {
		b.Errorf("open holes = %+v, %v", open, err)
	}
	for _, q := range []struct {
		app   string
		since time.Time
	}{{"other", time.Time{}}, {"", time.Now().Add(48 * time.Hour)}} {
		if days, err := b.store.CoverageDays(b.Context(), q.app, q.since); err != nil || len(days) != 0 {
			b.Errorf("days of %+v = %+v, %v, want none", q, days, err)
		}
	}
}

func recordsMissed(b *bench) {
	past := found(posted("5", "card"), models.VerdictRecall)
	past.Event.Past = true
	kept := b.keep(past)
	if diff := cmp.Diff([]string{"message.backfilled"}, b.actions(string(kept[0].Message))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if !kept[0].Ring || kept[0].Recall == "" {
		b.Errorf("kept as %+v, want a recall", kept[0])
	}
	b.keep(posted("6", "delivered"))
	read, err := b.store.ReadBack(b.Context(), kept[0].Conversation, []string{"5", "6", "7"})
	if diff := cmp.Diff([]string{"5"}, read); diff != "" || err != nil {
		b.Errorf("read back, %v (-want +got):\n%s", err, diff)
	}
	b.verify()
}
