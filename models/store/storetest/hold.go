package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var holdTests = []test{
	{"held, then queued", releasesHeld},
	{"cancelled while held", cancelsHeld},
	{"a hold that is too long", holdsUntilTheDeadline},
	{"a message that goes while it is held", holdsWhatGoes},
	{"a person does not wait", vouchesForHeld},
	{"a breaker stops what is held", withdrawsHeld},
	{"a person lets it stay", staysByCase},
}

// held keeps a message whose rule holds its recall.
func (b *bench) held(name string, hold time.Duration) models.Kept {
	b.Helper()
	j := recalled(name, "alice", "cards")
	j.Decision.Hold = hold
	return b.keep(j)[0]
}

func (b *bench) release(want int) {
	b.Helper()
	if n, err := b.store.ReleaseHeld(b.Context()); err != nil || n != want {
		b.Errorf("ReleaseHeld = %d, %v, want %d", n, err, want)
	}
}

func releasesHeld(b *bench) {
	kept := b.held("1", time.Second)
	if kept.Ring {
		b.Error("a held recall rings")
	}
	r := b.state(kept.Recall, models.Held)
	if left := time.Until(r.DueAt); left > time.Second || left < 0 {
		b.Errorf("it is held for %s, want one second", left)
	}
	b.release(0)
	if len(b.claim(kept.Conversation, 10)) != 0 {
		b.Error("a held recall was claimed")
	}
	b.store = b.open(store.Options{Node: "another"}) // it survives a restart, and any node may let go
	time.Sleep(1100 * time.Millisecond)
	b.release(1)
	b.release(0)
	b.state(kept.Recall, models.Queued)
	if claims := b.claim(kept.Conversation, 10); len(claims) != 1 {
		b.Errorf("%d claims, want one", len(claims))
	}
	if diff := cmp.Diff([]string{"recall.requested", "recall.queued", "recall.sent"}, b.actions(string(kept.Recall))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(kept.Recall), Action: "recall.requested"})
	if len(es) != 1 || es[0].Details["held_until"] == "" {
		b.Errorf("audit = %+v", es)
	}
	b.verify()
}

func cancelsHeld(b *bench) {
	kept := b.held("1", time.Millisecond)
	got, err := b.store.CancelRecall(b.Context(), everything, kept.Recall, "moderator:eve", models.Reason{Code: models.ChangeOfMind})
	if err != nil || got.State != models.Cancelled {
		b.Fatalf("CancelRecall = %+v, %v", got, err)
	}
	time.Sleep(5 * time.Millisecond)
	b.release(0)
	b.state(kept.Recall, models.Cancelled)
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(kept.Recall), Action: "recall.cancelled"})
	if len(es) != 1 || es[0].Actor != "moderator:eve" || es[0].Details["from"] != "held" || es[0].Details["reason"] != "change_of_mind" {
		b.Errorf("audit = %+v", es)
	}
	if _, err := b.store.CancelRecall(b.Context(), everything, kept.Recall, "eve", models.Reason{}); !errors.Is(err, models.ErrConflict) {
		b.Errorf("twice: %v, want ErrConflict", err)
	}
}

func holdsUntilTheDeadline(b *bench) {
	r := b.state(b.held("1", time.Hour).Recall, models.Held)
	if half := time.Until(r.DueAt); half > time.Minute || half < 50*time.Second {
		b.Errorf("with two minutes to the deadline it is held for %s, want one minute", half)
	}
	b.rawExec(b.raw(), "UPDATE recalls SET due_at = 1, deadline = 2")
	b.release(0)
	b.state(r.ID, models.Expired)
}

func holdsWhatGoes(b *bench) {
	kept := b.held("1", time.Hour)
	b.keep(removed("1"))
	b.state(kept.Recall, models.AlreadyGone)
}

func vouchesForHeld(b *bench) {
	kept := b.held("1", time.Hour)
	if res := b.decide(asked(kept.Message)); !res.Joined || res.Recall.State != models.Queued {
		b.Errorf("joined = %+v", res)
	}
	if claims := b.claim(kept.Conversation, 10); len(claims) != 1 {
		b.Errorf("%d claims, want one", len(claims))
	}
	want := []string{"recall.requested", "recall.joined", "recall.queued", "recall.sent"}
	if diff := cmp.Diff(want, b.actions(string(kept.Recall))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func withdrawsHeld(b *bench) {
	b.capped(models.Caps{Rule: 2})
	for _, name := range []string{"1", "2", "3"} {
		b.held(name, time.Millisecond)
	}
	time.Sleep(5 * time.Millisecond)
	b.release(0)
	b.stands(map[models.RecallState]int{models.Cancelled: 2}, 3)
}

// staysByCase: a person lets a message stay of which a rule asks for the recall too.
func staysByCase(b *bench) {
	first := found(posted("1", "card"), models.VerdictReview)
	b.keep(first)
	anew := found(edited(first, "card again", time.Now()), models.VerdictRecall)
	anew.Decision.Hold = time.Hour
	kept := b.keep(anew)[0]
	open, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
	if err != nil || len(open) != 1 {
		b.Fatalf("cases = %+v, %v", open, err)
	}
	by := models.RecallRequest{Actor: "moderator:eve", Authority: models.ByAdmin, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictAllow, models.Reason{}, by); err != nil {
		b.Fatal(err)
	}
	b.state(kept.Recall, models.Cancelled)
}
