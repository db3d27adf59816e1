package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
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

func hears(b *bench) {
	c := b.place()
	hear := func(id models.ConversationID, first, number int64) {
		b.Helper()
		all := []models.Newest{{Conversation: id, First: first, Number: number}, {Conversation: "unknown", Number: 5}}
		if err := b.store.Heard(b.Context(), all, time.Now().Add(-time.Hour), cadence); err != nil {
			b.Fatal(err)
		}
	}
	b.see(c, 10, 10)
	hear(c.ID, 0, 14)
	hear(c.ID, 3, 12)
	hear(c.ID, 0, 0)
	b.stood(c, []string{"11-14"}, models.Tally{Seen: 1, Missing: 4})
	if got := b.coverage(c); got.AskedAt.IsZero() || got.Newest != 14 || got.First != 10 {
		b.Errorf("coverage = %+v", got)
	}
	for id, first := range map[string]int64{"known before": 7, "not known": 0} {
		b.rawExec(b.raw(), `INSERT INTO coverage VALUES ('`+id+`', 'main', 'group', 0, 0, 0, 0, 0, 0, 0, 1, 0, 1)`)
		one := models.Conversation{ID: models.ConversationID(id), App: app, Kind: models.Group}
		b.see(one, 8, 8) // nothing counts until its beginning is known
		b.stood(one, nil, models.Tally{})
		hear(one.ID, first, 9)
		if first > 0 {
			b.stood(one, []string{"7-9"}, models.Tally{Missing: 3})
		} else {
			b.stood(one, nil, models.Tally{})
		}
		b.see(one, 10, 10)
		if got := b.coverage(one); got.Newest != 10 || got.Seen != 1 {
			b.Errorf("%s: %+v", id, got)
		}
	}
}

func (b *bench) claimHoles(limit int) []models.HoleClaim {
	b.Helper()
	claims, err := b.store.ClaimHoles(b.Context(), []string{app}, limit, 100, time.Minute)
	if err != nil {
		b.Fatalf("ClaimHoles: %v", err)
	}
	return claims
}

func spans(claims []models.HoleClaim) []string {
	var out []string
	for _, h := range claims {
		out = append(out, fmt.Sprintf("%d-%d", h.First, h.Last))
	}
	return out
}

func claimsHoles(b *bench) {
	c := b.place()
	b.see(c, 1, 1, 5, 5)
	b.see(c, 1006, 1006)
	claims := b.claimHoles(4)
	if diff := cmp.Diff([]string{"2-4", "906-1005", "806-905", "706-805"}, spans(claims)); diff != "" {
		b.Fatalf("claims (-want +got):\n%s", diff)
	}
	if p := claims[0].Place; p.Ref != room.Ref || p.Kind != models.Group || p.App != app || p.ID != c.ID {
		b.Errorf("claimed of %+v", p)
	}
	if diff := cmp.Diff([]string{"606-705", "506-605"}, spans(b.claimHoles(2))); diff != "" {
		b.Errorf("claims of another (-want +got):\n%s", diff)
	}
	b.account(c, 2, 905, models.ClosedGone)
	b.stood(c, []string{"906-1005"}, models.Tally{Seen: 3, Gone: 903, Missing: 100})
	if got := b.claimHoles(9); got != nil {
		b.Errorf("claimed what somebody has: %v", spans(got))
	}
	if got, err := b.store.ClaimHoles(b.Context(), []string{"other"}, 9, 100, time.Minute); err != nil || got != nil {
		b.Errorf("claimed for another app: %v, %v", got, err)
	}
	patient := cadence
	patient.Grace = time.Minute
	b.seeWith(patient, c, 1010, 1010)
	if got := b.claimHoles(9); got != nil {
		b.Errorf("claimed within the grace period: %v", spans(got))
	}
}

func delaysHoles(b *bench) {
	c := b.place()
	b.see(c, 1, 1, 5, 5)
	h := b.claimHoles(1)[0]
	if err := b.store.DelayHole(b.Context(), h.ID, time.Now().Add(-time.Second), "10002", "An internal error."); err != nil {
		b.Fatal(err)
	}
	again := b.claimHoles(1)
	if len(again) != 1 || again[0].Tries != 1 || again[0].Code != "10002" || again[0].Words != "An internal error." {
		b.Errorf("claimed again = %+v", again)
	}
	if err := b.store.DelayHole(b.Context(), h.ID, time.Now().Add(time.Hour), "", ""); err != nil {
		b.Fatal(err)
	}
	if got := b.claimHoles(1); got != nil {
		b.Errorf("claimed before its time: %v", spans(got))
	}
	kept, err := b.store.KeptAmong(b.Context(), c.ID, []string{"1000000", "2"})
	if err != nil || len(kept) != 1 || kept["1000000"].IsZero() {
		b.Errorf("kept among two: %v, %v", kept, err)
	}
}

func asksInTurn(b *bench) {
	c := b.place()
	now := time.Now()
	due := func(kinds ...models.ConversationKind) []models.Due {
		b.Helper()
		got, err := b.store.ClaimDue(b.Context(), app, kinds, 10, now.Add(-time.Hour), time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		return got
	}
	again := func(since time.Time) int {
		b.Helper()
		if err := b.store.AskAgain(b.Context(), app, since); err != nil {
			b.Fatal(err)
		}
		return len(due(models.Group))
	}
	b.see(c, 1, 1)
	if got := due(models.Group); got != nil {
		b.Errorf("asked for one that speaks: %+v", got)
	}
	hasty := cadence
	hasty.Ask = 0
	b.seeWith(hasty, c, 2, 2)
	if got := due(models.Topic, models.Direct); got != nil {
		b.Errorf("asked for the wrong kind: %+v", got)
	}
	got := due(models.Group)
	if len(got) != 1 || got[0].Conversation.Ref != room.Ref || got[0].FirstRef != "" || got[0].HeardAt.IsZero() {
		b.Fatalf("due = %+v", got)
	}
	if got := due(models.Group); got != nil {
		b.Errorf("asked for twice: %+v", got)
	}
	if again(now.Add(time.Hour)) != 0 || again(now.Add(-time.Hour)) != 1 {
		b.Error("a start asks for what was heard of, and for nothing else")
	}
	b.rawExec(b.raw(), `UPDATE coverage SET first = 0, newest = 0, seen = 0, due_at = 1`)
	if got := due(models.Group); len(got) != 1 || got[0].FirstRef != "1000000" {
		b.Errorf("due = %+v, want the first message known", got)
	}
	old := []models.Newest{{Conversation: c.ID, Number: 5}}
	if err := b.store.Heard(b.Context(), old, now.Add(time.Hour), cadence); err != nil || again(now.Add(-time.Hour)) != 0 {
		b.Errorf("asked for one that was quiet for too long: %v", err)
	}
}

// asksNoMore is about a group that was dissolved: its name may be another's now.
func asksNoMore(b *bench) {
	c := b.place()
	hasty := cadence
	hasty.Ask = 0
	b.seeWith(hasty, c, 1, 1, 5, 5)
	b.keep(models.Judged{Event: models.Event{Kind: models.EventDissolved, At: time.Now(), Conversation: room}})
	got, err := b.store.ClaimDue(b.Context(), app, []models.ConversationKind{models.Group}, 10, time.Time{}, 0)
	if err != nil || got != nil {
		b.Errorf("due = %+v, %v, want none", got, err)
	}
	claims := b.claimHoles(1)
	if len(claims) != 1 || claims[0].Place.DissolvedAt.IsZero() {
		b.Errorf("claims = %+v, want it to be told that the group is dissolved", claims)
	}
}

func polls(b *bench) {
	chat := models.Conversation{ID: "chat", App: app, Kind: models.Direct}
	hasty := cadence
	hasty.Poll = time.Nanosecond
	seen := []models.Seen{{Conversation: chat, Count: 3, At: time.Now()}}
	if err := b.store.Cover(b.Context(), seen, hasty); err != nil {
		b.Fatal(err)
	}
	due := func() []models.Due {
		b.Helper()
		got, err := b.store.ClaimDue(b.Context(), app, []models.ConversationKind{models.Direct}, 10, time.Now(), 0)
		if err != nil {
			b.Fatal(err)
		}
		return got
	}
	if got := due(); len(got) != 1 || !got[0].AskedAt.IsZero() {
		b.Fatalf("due = %+v", got)
	}
	polled := func(missed int64, c models.Cadence) {
		b.Helper()
		if err := b.store.Polled(b.Context(), chat.ID, time.Now(), missed, c); err != nil {
			b.Fatal(err)
		}
	}
	polled(2, cadence)
	if got := due(); got != nil {
		b.Errorf("polled again at once: %+v", got)
	}
	if got := b.coverage(chat); got.Numbered || got.Seen != 3 || got.Backfilled != 2 || got.Missing != 0 || got.AskedAt.IsZero() {
		b.Errorf("coverage = %+v", got)
	}
	hasty.PollFor = 0
	polled(0, hasty)
	if got := due(); got != nil {
		b.Errorf("polled although it is quiet: %+v", got)
	}
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
	b.verify()
}

// keepsTheLaw does random things and compares with a list of numbers.
func keepsTheLaw(b *bench) {
	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, seed))
	c := b.place()
	state := map[int64]models.Closing{50: "seen"}
	first, newest := int64(50), int64(50)
	b.see(c, 50, 50)
	span := func() (int64, int64) {
		from := 1 + rnd.Int64N(newest+10)
		return from, from + rnd.Int64N(8)
	}
	for range 150 {
		from, to := span()
		how := models.Closings[rnd.IntN(len(models.Closings))]
		switch rnd.IntN(4) {
		case 0, 1:
			b.see(c, from, to)
			how = models.ClosedLate
			first, newest = min(first, from), max(newest, to)
		case 2:
			b.account(c, from, to, how)
			from, to = max(from, first), min(to, newest)
		case 3:
			if err := b.store.Heard(b.Context(), []models.Newest{{Conversation: c.ID, Number: to}}, time.Now(), cadence); err != nil {
				b.Fatal(err)
			}
			newest = max(newest, to)
			continue
		}
		for n := from; n <= to; n++ {
			if _, known := state[n]; !known {
				state[n] = how
			}
		}
	}
	want := models.Tally{}
	for n := first; n <= newest; n++ {
		switch state[n] {
		case models.ClosedHistory:
			want.Backfilled++
		case models.ClosedTip:
			want.Tips++
		case models.ClosedGone:
			want.Gone++
		case "":
			want.Missing++
		default:
			want.Seen++
		}
	}
	got := b.coverage(c)
	want.Late = got.Late // what was seen for the first time is not late
	if diff := cmp.Diff(want, got.Tally); diff != "" || got.First != first || got.Newest != newest {
		b.Errorf("seed %d: %d-%d, want %d-%d (-want +got):\n%s", seed, got.First, got.Newest, first, newest, diff)
	}
	open, err := b.store.OpenHoles(b.Context())
	if err != nil || want.Missing > 0 && (len(open) != 1 || open[0].Missing != want.Missing) {
		b.Errorf("open holes = %+v, %v, want %d missing", open, err, want.Missing)
	}
}

// coversTogether lets two nodes see every second number each, while both claim
// and close what they find missing.
func coversTogether(b *bench) {
	c := b.place()
	nodes := []*store.Store{b.store, b.open(store.Options{Node: "two"})}
	const numbers = 120
	var wg sync.WaitGroup
	for i, node := range nodes {
		wg.Go(func() {
			for n := int64(1 + i); n <= numbers; n += 2 {
				seen := []models.Seen{{Conversation: c, Numbered: true, Ranges: ranges(n, n), Begin: 1, At: time.Now()}}
				if err := node.Cover(b.Context(), seen, cadence); err != nil {
					b.Errorf("Cover: %v", err)
				}
				claims, err := node.ClaimHoles(b.Context(), []string{app}, 2, 3, time.Minute)
				if err != nil {
					b.Errorf("ClaimHoles: %v", err)
				}
				for _, h := range claims {
					if h.Last%5 > 0 {
						continue
					}
					all := []models.Accounted{{Range: h.Range, How: models.ClosedHistory}}
					if err := node.Account(b.Context(), c.ID, all, cadence); err != nil {
						b.Errorf("Account: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	got := b.coverage(c)
	if got.Seen+got.Backfilled != numbers || got.Missing != 0 || got.First != 1 || got.Newest != numbers || got.Through != numbers {
		b.Errorf("coverage = %+v, want all of %d", got, numbers)
	}
	if holes := b.holes(c, true); holes != nil {
		b.Errorf("open holes: %v", holes)
	}
}
