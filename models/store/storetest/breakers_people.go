package storetest

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// login makes a login that is an operator.
func (b *bench) login(name string, account models.Account) {
	b.Helper()
	err := b.store.CreateModerator(b.Context(), models.Moderator{
		Name: name, PasswordHash: "x", Caller: models.Caller{Grant: models.GrantOperator, Account: account},
	}, "test")
	if err != nil {
		b.Fatal(err)
	}
}

func resetsAlone(b *bench) {
	b.capped(models.Caps{Rule: 2})
	b.login("eve", models.Account{})
	b.toRecalls(1, 3)
	id := b.breaker().ID
	reset := func(id models.BreakerID, reason string) (models.Breaker, error) {
		return b.store.ResetBreaker(b.Context(), id, "moderator:eve", reason)
	}
	if _, err := reset(id, ""); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("without a reason: %v, want ErrInvalid", err)
	}
	if _, err := reset("nothing", "why"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a breaker that is none: %v, want ErrNotFound", err)
	}
	got, err := reset(id, "the rule is mended")
	if err != nil || got.State != models.BreakerReset || got.ResetBy != "moderator:eve" || got.ResetReason != "the rule is mended" || got.ResetAt.IsZero() {
		b.Fatalf("ResetBreaker = %+v, %v", got, err)
	}
	if all, _, err := b.store.Breakers(b.Context(), models.BreakerFilter{}); err != nil || len(all) != 1 || !cmp.Equal(all[0], got) {
		b.Errorf("Breakers = %+v, %v", all, err)
	}
	if _, err := reset(id, "again"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a second time: %v, want ErrConflict", err)
	}
	time.Sleep(2 * time.Millisecond)                                               // what counts from now on is later than the reset
	b.toRecalls(4, 2)                                                              // the count begins anew
	b.stands(map[models.RecallState]int{models.Cancelled: 2, models.Queued: 2}, 3) // what was stopped waits for a person
	b.toRecalls(6, 1)
	if next := b.breaker(); next.ID == id {
		b.Error("the cap did not trip again")
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(id)})
	if len(es) != 2 || es[0].Action != "breaker.reset" || es[0].Actor != "moderator:eve" || es[0].Details["note_digest"] == "" {
		b.Errorf("audit = %+v", es)
	}
	b.verify()
}

func resetsByTwo(b *bench) {
	b.capped(models.Caps{Rule: 1})
	for _, name := range []string{"eve", "bob", "gone"} {
		b.login(name, models.Account{})
	}
	b.toRecalls(1, 2)
	id := b.breaker().ID
	reset := func(actor string) (models.Breaker, error) {
		return b.store.ResetBreaker(b.Context(), id, actor, "mended, says "+actor)
	}
	got, err := reset("moderator:gone")
	if err != nil || got.State != models.BreakerAsked || got.AskedBy != "moderator:gone" || got.AskedReason == "" || !got.ResetAt.IsZero() {
		b.Fatalf("the first = %+v, %v, want it asked", got, err)
	}
	b.toRecalls(3, 1)
	b.stands(map[models.RecallState]int{models.Cancelled: 1}, 3)
	if _, err := reset("moderator:gone"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the same person again: %v, want ErrConflict", err)
	}
	b.rawExec(b.raw(), "UPDATE moderators SET disabled_at = 1 WHERE name = 'gone'")
	if got, err := reset("moderator:eve"); err != nil || got.State != models.BreakerAsked || got.AskedBy != "moderator:eve" {
		b.Errorf("after somebody who is no operator any more: %+v, %v, want it asked", got, err)
	}
	got, err = reset("moderator:bob")
	if err != nil || got.State != models.BreakerReset || got.AskedBy != "moderator:eve" || got.ResetBy != "moderator:bob" {
		b.Fatalf("the second = %+v, %v, want it reset", got, err)
	}
	want := []string{"breaker.tripped", "breaker.reset_asked", "breaker.reset_asked", "breaker.reset"}
	if diff := cmp.Diff(want, b.actions(string(id))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func tellsPeopleApart(b *bench) {
	b.capped(models.Caps{Rule: 1})
	eve := models.Account{App: app, Name: "eve"}
	b.login("eve", eve)
	limited := models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: app, Ref: room.Ref}}}
	for name, c := range map[string]models.Caller{
		"eves": {Grant: models.GrantOperator, Account: eve}, "limited": limited, "viewer": {Grant: models.GrantViewer},
	} {
		hash := sha256.Sum256([]byte(name))
		if err := b.store.CreateToken(b.Context(), models.Token{Name: name, Hash: hash[:], Caller: c}, "test"); err != nil {
			b.Fatal(err)
		}
	}
	b.toRecalls(1, 2)
	id := b.breaker().ID
	// At the command line anybody is one person, whatever they call themselves.
	for i, actor := range []string{"command-line:root", "command-line:other"} {
		got, err := b.store.ResetBreaker(b.Context(), id, actor, "mended")
		if (i == 0) != (err == nil && got.State == models.BreakerAsked) {
			b.Errorf("%s: %+v, %v", actor, got, err)
		}
	}
	if got, err := b.store.ResetBreaker(b.Context(), id, "token:eves", "mended"); err != nil || got.State != models.BreakerReset {
		b.Errorf("the second = %+v, %v, want it reset", got, err)
	}
	time.Sleep(2 * time.Millisecond)
	b.toRecalls(3, 2)
	got, err := b.store.ResetBreaker(b.Context(), b.breaker().ID, "moderator:eve", "mended")
	if err != nil || got.State != models.BreakerReset {
		b.Errorf("eve, who is the only operator everywhere: %+v, %v, want it reset", got, err)
	}
}

func stopsAndStarts(b *bench) {
	b.capped(models.Caps{Rule: 100})
	b.login("eve", models.Account{})
	b.login("bob", models.Account{})
	auto := b.toRecalls(1, 1)[0]
	rude := b.keep(posted("2", "rude"))[0].Message
	if _, err := b.store.StartRecalls(b.Context(), "moderator:eve", "why"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("start without a stop: %v, want ErrConflict", err)
	}
	stop, err := b.store.StopRecalls(b.Context(), "moderator:eve", "it runs wild")
	if err != nil || stop.Kind != models.StopBreaker || stop.State != models.BreakerOpen || stop.Reason != "it runs wild" || stop.Stopped != 1 {
		b.Fatalf("StopRecalls = %+v, %v", stop, err)
	}
	again, err := b.store.StopRecalls(b.Context(), "moderator:bob", "")
	if err != nil || again.ID != stop.ID || again.TrippedBy != "moderator:eve" {
		b.Errorf("a second stop = %+v, %v, want the first", again, err)
	}
	b.state(auto.Recall, models.Cancelled)
	if kept := b.toRecalls(3, 1)[0]; kept.Recall != "" {
		b.Error("a rule recalls after the stop")
	}
	b.decide(asked(rude))
	if claims := b.claim(auto.Conversation, 10); len(claims) != 1 || claims[0].Message != rude || claims[0].Barred {
		b.Errorf("claims = %+v, want that of a person", claims)
	}
	if _, err := b.store.StartRecalls(b.Context(), "moderator:bob", ""); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("start without a reason: %v, want ErrInvalid", err)
	}
	lifted, err := b.store.StartRecalls(b.Context(), "moderator:bob", "the rule is off")
	if err != nil || lifted.ID != stop.ID || lifted.State != models.BreakerReset || lifted.ResetReason != "the rule is off" || lifted.Cases != 1 {
		b.Errorf("StartRecalls = %+v, %v", lifted, err)
	}
	if kept := b.toRecalls(4, 1)[0]; kept.Recall == "" {
		b.Error("nothing is recalled after the start")
	}
	if diff := cmp.Diff([]string{"recalls.stopped", "recalls.started"}, b.actions(string(stop.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if n := b.announced(models.BreakerChanged); n != 2 {
		b.Errorf("announced %d times, want twice", n)
	}
	b.verify()
}
