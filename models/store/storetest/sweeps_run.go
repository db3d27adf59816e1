package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

func sweepRuns(b *bench) {
	kept := b.spam(1, 7)
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	for _, want := range []int{3, 3, 1} {
		claim := b.claimSweep(3)
		if len(claim.Items) != want || claim.ID != sw.ID || claim.Items[0].Conversation.Ref != room.Ref {
			b.Fatalf("claimed %+v, want %d", claim, want)
		}
		if due := b.askFor(claim); len(due) != want || due[0] != kept[0].Conversation {
			b.Errorf("due = %v", due)
		}
	}
	b.noSweep() // its recalls have not left
	r := b.recallOf(kept[0].Message)
	if r.State != models.Queued || r.Automatic || r.Priority != models.PrioritySweep || r.Actor != "moderator:eve" ||
		r.Authority != models.ByOperator || r.Trigger != models.FromAPI || r.Reason.Code != models.SpamOrScam {
		b.Errorf("recall = %+v", r)
	}
	if diff := cmp.Diff(map[models.RecallState]int{models.Queued: 7}, b.sweep(sw.ID).Progress.Recalls); diff != "" {
		b.Errorf("progress (-want +got):\n%s", diff)
	}
	if n := b.takeAll(kept[0].Conversation); n != 7 {
		b.Errorf("%d were taken back", n)
	}
	time.Sleep(300 * time.Millisecond) // it was put off for a moment
	b.noSweep()
	done := b.sweep(sw.ID)
	if done.State != models.SweepDone || done.EndedAt.IsZero() || done.Progress.Recalls[models.Confirmed] != 7 || done.RunBy != "moderator:eve" {
		b.Errorf("at the end = %+v", done)
	}
	if diff := cmp.Diff([]string{"sweep.previewed", "sweep.started", "sweep.done"}, b.actions(string(sw.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(r.ID), Action: "recall.requested"})
	if len(es) != 1 || es[0].Details["sweep"] != string(sw.ID) || es[0].Details["authority"] != "operator" {
		b.Errorf("audit of a recall = %+v", es)
	}
	if n := b.announced(models.SweepChanged); n < 5 {
		b.Errorf("announced %d times", n)
	}
	b.verify()
}

// sweepClaimsOnce: a node dies between its claim and its asking, hangs, and
// wakes up; another goes on. Nothing is asked for twice.
func sweepClaimsOnce(b *bench) {
	kept := b.spam(1, 4)
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	slow, err := b.store.ClaimSweep(b.Context(), 2, 0) // its lease is over at once
	if err != nil {
		b.Fatal(err)
	}
	other := b.open(store.Options{Node: "two"})
	quick, err := other.ClaimSweep(b.Context(), 2, time.Minute)
	if err != nil || len(quick.Items) != 2 || quick.Items[0].Message != slow.Items[0].Message {
		b.Fatalf("the other claims %+v, %v", quick, err)
	}
	b.noSweep() // it is leased
	if _, err := other.AskSweep(b.Context(), quick); err != nil {
		b.Fatal(err)
	}
	if _, err := b.store.AskSweep(b.Context(), slow); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the slow one asks: %v, want ErrConflict", err)
	}
	b.askFor(b.claimSweep(10))
	for _, k := range kept {
		b.recallOf(k.Message) // exactly one
	}
	b.verify()
}

func sweepPassesOver(b *bench) {
	kept := b.spam(1, 6)
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	b.keep(removed("1"))
	b.decide(asked(kept[1].Message))
	b.rawExec(b.raw(), "UPDATE messages SET deadline = 1 WHERE ref = '3'")
	second := posted("4", "buy now")
	second.Event.Message.Sender = "mallory"
	b.keep(edited(second, "sorry", time.Now().Add(time.Second)))
	claim := b.claimSweep(10)
	for i := range claim.Items {
		if claim.Items[i].Message == kept[4].Message {
			claim.Items[i].Why = models.SparedOwner // was made one meanwhile
		}
	}
	if due := b.askFor(claim); len(due) != 1 {
		b.Errorf("%d were asked for, want one", len(due))
	}
	want := models.SweepProgress{
		Excluded: map[models.SweepWhy]int{}, Recalls: map[models.RecallState]int{models.Queued: 1}, Passed: map[models.SweepWhy]int{
			models.MetGone: 1, models.MetBeingRecalled: 1, models.MetTooOld: 1, models.ChangedSince: 1, models.SparedOwner: 1,
		},
	}
	if diff := cmp.Diff(want, b.sweep(sw.ID).Progress); diff != "" {
		b.Errorf("progress (-want +got):\n%s", diff)
	}
	b.recallOf(kept[5].Message)
}

// sweepLeavesWhatMayStay: a person's word that a message may stay holds, before
// the preview and after it, unless it was edited since or was the orderer's own.
func sweepLeavesWhatMayStay(b *bench) {
	stays := func(name, by string) models.Judged {
		b.Helper()
		j := found(posted(name, "card"), models.VerdictReview)
		j.Event.Message.Sender = "mallory"
		kept := b.keep(j)[0]
		open, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
		if err != nil || len(open) != 1 {
			b.Fatalf("open cases of %s: %v, %v", kept.Message, open, err)
		}
		_, _, err = b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictAllow, models.Reason{}, models.RecallRequest{Actor: by})
		if err != nil {
			b.Fatal(err)
		}
		return j
	}
	stays("1", "moderator:bob")
	stays("2", "moderator:eve")
	b.keep(edited(stays("3", "moderator:bob"), "another card", time.Now().Add(time.Second)))
	later := found(posted("4", "card"), models.VerdictReview)
	later.Event.Message.Sender = "mallory"
	kept := b.keep(later)[0]
	sw := b.sweepBy(ofMallory(), 50, nil)
	if sw.Chosen != 3 || sw.Progress.Excluded[models.MayStay] != 1 {
		b.Errorf("preview = %+v, want one that may stay", sw)
	}
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	claim := b.claimSweep(10)
	open, _, _ := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
	_, _, err := b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictAllow, models.Reason{}, models.RecallRequest{Actor: "moderator:bob"})
	if err != nil || open[0].Message != kept.Message {
		b.Fatal(err)
	}
	b.askFor(claim)
	if p := b.sweep(sw.ID).Progress; p.Passed[models.MayStay] != 1 || p.Recalls[models.Queued] != 2 {
		b.Errorf("progress = %+v, want one passed over and two asked for", p)
	}
}

func sweepPassesStops(b *bench) {
	b.capped(models.Caps{Rule: 1, Sender: 1, Conversation: 1, All: 1})
	kept := b.spam(1, 5)
	if _, err := b.store.StopRecalls(b.Context(), "moderator:bob", ""); err != nil {
		b.Fatal(err)
	}
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	b.askFor(b.claimSweep(10))
	if _, err := b.store.WithdrawStopped(b.Context()); err != nil {
		b.Fatal(err)
	}
	if n := b.takeAll(kept[0].Conversation); n != 5 {
		b.Errorf("%d were taken back while automatic recalls are stopped, want 5", n)
	}
}

func sweepWaits(b *bench) {
	const n = 620
	for i := range n / 155 {
		b.spam(1+155*i, 155)
	}
	sw := b.sweepBy(ofMallory(), 1000, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	asked := 0
	for {
		claim, err := b.store.ClaimSweep(b.Context(), 200, time.Minute)
		if errors.Is(err, models.ErrNotFound) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		b.askFor(claim)
		asked += len(claim.Items)
	}
	if asked != 600 {
		b.Errorf("%d were asked for before any left, want 600", asked)
	}
}

func sweepFails(b *bench) {
	b.spam(1, 3)
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	b.askFor(b.claimSweep(1))
	tries := 0
	for b.sweep(sw.ID).State == models.SweepRunning {
		if tries++; tries > 100 {
			b.Fatal("it never fails")
		}
		if err := b.store.DelaySweep(b.Context(), b.claimSweep(1), 0, "Roles cannot be asked for."); err != nil {
			b.Fatal(err)
		}
	}
	got := b.sweep(sw.ID)
	if got.State != models.SweepFailed || got.Trouble != "Roles cannot be asked for." || tries < 10 ||
		got.Progress.Recalls[models.Cancelled] != 1 || got.Progress.Passed[models.SweepWasStopped] != 2 {
		b.Errorf("after %d tries: %+v", tries, got)
	}
	b.verify()
}
