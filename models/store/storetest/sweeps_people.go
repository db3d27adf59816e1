package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func sweepCancels(b *bench) {
	kept := b.spam(1, 9)
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	b.askFor(b.claimSweep(3))
	left := b.claim(kept[0].Conversation, 1) // has left
	b.askFor(b.claimSweep(3))
	held := b.claimSweep(3) // a node is about to ask
	got, err := b.store.CancelSweep(b.Context(), sw.ID, "moderator:bob", "the wrong one")
	if err != nil || got.State != models.SweepCancelled || got.EndedBy != "moderator:bob" || got.EndReason != "the wrong one" {
		b.Fatalf("CancelSweep = %+v, %v", got, err)
	}
	if _, err := b.store.AskSweep(b.Context(), held); !errors.Is(err, models.ErrConflict) {
		b.Errorf("asked after the cancel: %v, want ErrConflict", err)
	}
	want := models.SweepProgress{
		Excluded: map[models.SweepWhy]int{}, Passed: map[models.SweepWhy]int{models.SweepWasStopped: 3},
		Recalls: map[models.RecallState]int{models.Sent: 1, models.Cancelled: 5},
	}
	if diff := cmp.Diff(want, got.Progress); diff != "" {
		b.Errorf("progress (-want +got):\n%s", diff)
	}
	b.settle(1, models.Settlement{Recall: left[0].ID, Fence: left[0].Fence, State: models.Accepted, Called: true, DueAt: time.Now().Add(time.Hour)})
	if n := len(b.claim(kept[0].Conversation, 100)); n != 0 {
		b.Errorf("%d leave after the cancel", n)
	}
	b.noSweep()
	if _, err := b.store.CancelSweep(b.Context(), sw.ID, "moderator:bob", ""); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a second cancel: %v, want ErrConflict", err)
	}
	if _, err := b.store.RunSweep(b.Context(), sw.ID, "moderator:eve"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("run after the cancel: %v, want ErrConflict", err)
	}
	if _, err := b.store.CancelSweep(b.Context(), "nothing", "moderator:bob", ""); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a sweep that is none: %v, want ErrNotFound", err)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(sw.ID), Action: "sweep.cancelled"})
	if len(es) != 1 || es[0].Details["recalls_cancelled"] != "5" || es[0].Details["not_asked_for"] != "3" || es[0].Details["note_digest"] == "" {
		b.Errorf("audit = %+v", es)
	}
	b.verify()
}

// sweepLeavesOthers: somebody asks for one of its messages besides, which then
// neither waits behind the sweep nor ends with it.
func sweepLeavesOthers(b *bench) {
	kept := b.spam(1, 3)
	sw := b.sweepBy(ofMallory(), 50, nil)
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	b.askFor(b.claimSweep(10))
	if res := b.decide(asked(kept[2].Message)); !res.Joined || res.Recall.Priority != models.PriorityModerator {
		b.Errorf("joined = %+v", res)
	}
	if _, err := b.store.CancelSweep(b.Context(), sw.ID, "moderator:eve", ""); err != nil {
		b.Fatal(err)
	}
	claims := b.claim(kept[0].Conversation, 10)
	if len(claims) != 1 || claims[0].Message != kept[2].Message {
		b.Errorf("claims = %+v, want the one that was asked for by itself", claims)
	}
}

func sweepNeedsTwo(b *bench) {
	for _, name := range []string{"eve", "bob"} {
		b.login(name, models.Account{})
	}
	eve := models.Account{App: app, Name: "eve"}
	b.login("eva", eve)
	b.login("eves", eve)
	b.spam(1, 3)
	run := func(id models.SweepID, actor string) error {
		_, err := b.store.RunSweep(b.Context(), id, actor)
		return err
	}
	small := b.sweepBy(ofMallory(), 3, nil)
	if small.Second {
		b.Error("three messages need two people although three may be")
	}
	if err := run(small.ID, "moderator:bob"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("another runs a small one: %v, want ErrConflict", err)
	}
	sw := b.sweepBy(ofMallory(), 2, nil)
	if err := run(sw.ID, "moderator:bob"); !sw.Second || !errors.Is(err, models.ErrConflict) {
		b.Errorf("another is first: %v, want ErrConflict", err)
	}
	if got := b.run(sw.ID, "moderator:eve", models.SweepAsked); got.AskedAt.IsZero() {
		b.Errorf("asked = %+v", got)
	}
	b.noSweep()
	if err := run(sw.ID, "moderator:eve"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the same person again: %v, want ErrConflict", err)
	}
	if got := b.run(sw.ID, "moderator:bob", models.SweepRunning); got.RunBy != "moderator:bob" || got.Actor != "moderator:eve" {
		b.Errorf("run = %+v", got)
	}
	if err := run(sw.ID, "moderator:bob"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("while it runs: %v, want ErrConflict", err)
	}
	want := []string{"sweep.previewed", "sweep.run_asked", "sweep.started"}
	if diff := cmp.Diff(want, b.actions(string(sw.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	b.oneOfTwoLogins(eve)
	b.verify()
}

// oneOfTwoLogins: two logins of one account are one person.
func (b *bench) oneOfTwoLogins(account models.Account) {
	b.Helper()
	b.spam(11, 3)
	items, err := b.store.SweepCandidates(b.Context(), everything, models.SweepOrder{Kind: models.SweepSender, App: app, Sender: "mallory"}, 100)
	if err != nil {
		b.Fatal(err)
	}
	sw, err := b.store.PreviewSweep(b.Context(), models.Sweep{
		SweepOrder: models.SweepOrder{Kind: models.SweepSender, App: app, Sender: "mallory", Reason: models.Reason{Code: models.Abuse}},
		Actor:      "moderator:eva", Account: account, Trigger: models.FromAPI,
	}, items, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.run(sw.ID, "moderator:eves", models.SweepAsked)
	if _, err := b.store.RunSweep(b.Context(), sw.ID, "moderator:eva"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the same person with another login: %v, want ErrConflict", err)
	}
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
}

func sweepOrdererLeft(b *bench) {
	b.login("eve", models.Account{})
	b.login("bob", models.Account{})
	b.spam(1, 2)
	sw := b.sweepBy(ofMallory(), 1, nil)
	b.run(sw.ID, "moderator:eve", models.SweepAsked)
	b.rawExec(b.raw(), "UPDATE moderators SET disabled_at = 1 WHERE name = 'eve'")
	if _, err := b.store.RunSweep(b.Context(), sw.ID, "moderator:bob"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("ordered by somebody who left: %v, want ErrConflict", err)
	}
}

func sweepCannotRun(b *bench) {
	b.spam(1, 1)
	b.keep(removed("1"))
	empty := b.sweepBy(ofMallory(), 50, nil)
	if _, err := b.store.RunSweep(b.Context(), empty.ID, "moderator:eve"); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("nothing to take back: %v, want ErrInvalid", err)
	}
	b.spam(2, 1)
	old := b.sweepBy(ofMallory(), 50, nil)
	b.rawExec(b.raw(), "UPDATE sweeps SET created_at = created_at - 86500000")
	if _, err := b.store.RunSweep(b.Context(), old.ID, "moderator:eve"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a preview of yesterday: %v, want ErrConflict", err)
	}
	_, err := b.store.PreviewSweep(b.Context(), models.Sweep{Actor: "moderator:eve", Trigger: models.FromAPI}, nil, 1)
	if !errors.Is(err, models.ErrInvalid) {
		b.Errorf("without a reason: %v, want ErrInvalid", err)
	}
}
