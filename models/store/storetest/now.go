package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var nowTests = []test{
	{"what waits", nowWaits},
	{"what failed lately", nowFailed},
	{"where something was never seen", nowUncovered},
	{"what changed in the policy", nowPolicy},
	{"what a sender did lately", senderHistory},
	{"what somebody has seen in clear", reveals},
	{"recalls by what they are", recallsBy},
}

func (b *bench) now(scope models.Scope, actor string, limit int) models.QueueNow {
	b.Helper()
	n, err := b.store.QueueNow(b.Context(), scope, actor, limit)
	if err != nil {
		b.Fatalf("QueueNow: %v", err)
	}
	return n
}

func nowWaits(b *bench) {
	b.waits("1", models.Critical, 30*time.Minute)
	mine, raised := b.waits("2", models.High, 7*24*time.Hour), b.waits("3", models.High, 0)
	soon, later := b.waits("4", models.Low, 0), b.waits("5", models.Low, 0)
	skipped := b.waits("6", models.Medium, 20*time.Minute)
	who := "moderator:mo"
	_, err1 := b.take(mine, who, time.Minute)
	_, err2 := b.store.EscalateCase(b.Context(), everything, raised.ID, "moderator:ann", "")
	_, err3 := b.store.ParkCase(b.Context(), everything, soon.ID, "moderator:ann", time.Now().Add(20*time.Minute), "")
	_, err4 := b.store.ParkCase(b.Context(), everything, later.ID, "moderator:ann", time.Now().Add(2*time.Hour), "")
	_, err5 := b.store.SkipCase(b.Context(), everything, skipped.ID, who)
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			b.Fatal(err)
		}
	}
	want := models.QueueNow{
		Severities: map[models.Severity]int{models.Critical: 1, models.High: 2}, Mine: 1, Escalated: 1, Returning: 1, Closing: 1,
	}
	if diff := cmp.Diff(want, b.now(everything, who, 100)); diff != "" {
		b.Errorf("now (-want +got):\n%s", diff)
	}
	if got := b.queue(models.QueueFilter{Closing: true, Actor: who}); got != "1" {
		b.Errorf("closing for mo: %s", got)
	}
	if got := b.now(everything, "moderator:ann", 100); got.Severities[models.Medium] != 1 || got.Closing != 2 || got.Mine != 0 {
		b.Errorf("ann is told %+v", got)
	}
	if got := b.now(everything, "", 1).Severities; !cmp.Equal(got, map[models.Severity]int{models.Critical: 1, models.High: 1, models.Medium: 1}) {
		b.Errorf("up to one: %v", got)
	}
	other := models.Scope{Groups: []models.Place{{App: app, Ref: "@TGS#other"}}}
	if got := b.now(other, who, 100); len(got.Severities) != 0 || got.Closing != 0 {
		b.Errorf("another group is told %+v", got)
	}
}

func nowFailed(b *bench) {
	for _, name := range []string{"1", "2", "3"} {
		k := b.toRecall(name)
		if name != "3" {
			claims := b.claim(k.Conversation, 1)
			b.settle(1, models.Settlement{Recall: claims[0].ID, Fence: claims[0].Fence, State: models.Failed, Called: true})
		}
	}
	states := []models.RecallState{models.Failed, models.Queued}
	for since, want := range map[time.Time]map[models.RecallState]int{
		{}:                         {models.Failed: 2, models.Queued: 1},
		time.Now().Add(-time.Hour): {models.Failed: 2, models.Queued: 1},
		time.Now().Add(time.Hour):  {models.Failed: 0, models.Queued: 0},
	} {
		got, err := b.store.RecallCounts(b.Context(), everything, states, since, 10)
		if err != nil || !cmp.Equal(got, want) {
			b.Errorf("since %v: %v, %v", since, got, err)
		}
	}
}

func nowUncovered(b *bench) {
	c := b.place()
	b.see(c, 1, 2, 6, 6, 9, 9)
	got, err := b.store.Uncovered(b.Context(), everything, 5)
	if err != nil || len(got) != 1 || got[0].Conversation.ID != c.ID || got[0].Holes != 2 || got[0].Missing != 5 {
		b.Errorf("uncovered: %+v, %v", got, err)
	}
	other := models.Scope{Groups: []models.Place{{App: app, Ref: "@TGS#other"}}}
	if got, err := b.store.Uncovered(b.Context(), other, 5); err != nil || len(got) != 0 {
		b.Errorf("another group is told %+v, %v", got, err)
	}
}

func nowPolicy(b *bench) {
	for _, source := range []string{"one", "two", "three"} {
		if _, err := b.store.ApplyPolicy(b.Context(), models.PolicyVersion{Source: source, AppliedBy: "moderator:ann", Note: "why " + source}); err != nil {
			b.Fatal(err)
		}
	}
	got, err := b.store.PolicyChanges(b.Context(), time.Now().Add(-time.Minute), 2)
	if err != nil || len(got) != 2 || got[0].Version != 3 || got[0].Note != "why three" || !got[0].InForce || got[1].InForce || got[0].Source != "" {
		b.Errorf("changes: %+v, %v", got, err)
	}
	if got, err := b.store.PolicyChanges(b.Context(), time.Now().Add(time.Minute), 2); err != nil || len(got) != 0 {
		b.Errorf("of the future: %+v, %v", got, err)
	}
}
