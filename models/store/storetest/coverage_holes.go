package storetest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

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
