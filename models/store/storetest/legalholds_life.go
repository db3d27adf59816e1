package storetest

import (
	"errors"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// What becomes of a legal hold itself: placed, listed, lifted, over.

func keepsUntilTheLast(b *bench) {
	kept := b.keep(posted("1", "hello"))[0]
	one, two := b.legalHold(models.HoldMessage, string(kept.Message)), b.legalHold(models.HoldSender, "alice")
	on, err := b.store.StandingHolds(b.Context(), []models.MessageID{kept.Message, "nothing"})
	if h := on[kept.Message]; err != nil || len(on) != 1 || h.ID != one.ID || h.Reason != "" {
		b.Errorf("StandingHolds = %+v, %v, want the first, without its reason", on, err)
	}
	b.lift(one.ID, "moderator:ann", models.HoldLifted)
	if err := b.decide(asked(kept.Message)).Err; !errors.Is(err, models.ErrLegalHold) {
		b.Errorf("one of two was lifted: %v", err)
	}
	b.lift(two.ID, "moderator:ann", models.HoldLifted)
	if on, err := b.store.StandingHolds(b.Context(), []models.MessageID{kept.Message}); err != nil || len(on) != 0 {
		b.Errorf("StandingHolds = %+v, %v, want none", on, err)
	}
	if err := b.decide(asked(kept.Message)).Err; err != nil {
		b.Errorf("both were lifted: %v", err)
	}
}

func endsByItself(b *bench) {
	kept := b.keep(posted("1", "hello"))[0]
	until := time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC()
	h, err := b.store.PlaceLegalHold(b.Context(), models.LegalHold{
		Kind: models.HoldMessage, Thing: string(kept.Message), Reason: "for an hour", PlacedBy: "moderator:ann", Until: until,
	})
	if err != nil || !h.Until.Equal(until) || h.App != app {
		b.Fatalf("PlaceLegalHold = %+v, %v", h, err)
	}
	if err := b.decide(asked(kept.Message)).Err; !errors.Is(err, models.ErrLegalHold) {
		b.Errorf("before its end: %v", err)
	}
	b.rawExec(b.raw(), "UPDATE legal_holds SET until = 1")
	if _, err := b.store.LiftLegalHold(b.Context(), h.ID, "moderator:ann", "x"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("lifted after its end: %v", err)
	}
	if open, _, err := b.store.LegalHolds(b.Context(), models.LegalHoldFilter{Open: true}); err != nil || len(open) != 0 {
		b.Errorf("open = %+v, %v", open, err)
	}
	if err := b.decide(asked(kept.Message)).Err; err != nil {
		b.Errorf("after its end: %v", err)
	}
}

func liftedByTwo(b *bench) {
	b.login("ann", models.Account{})
	b.login("eve", models.Account{})
	kept := b.keep(posted("1", "hello"))[0]
	h := b.legalHold(models.HoldMessage, string(kept.Message))
	b.lift(h.ID, "moderator:eve", models.HoldLiftAsked)
	if _, err := b.store.LiftLegalHold(b.Context(), h.ID, "moderator:eve", "again"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the same person twice: %v", err)
	}
	if err := b.decide(asked(kept.Message)).Err; !errors.Is(err, models.ErrLegalHold) {
		b.Errorf("while the lift is asked for: %v", err)
	}
	got := b.lift(h.ID, "moderator:ann", models.HoldLifted)
	if got.AskedBy != "moderator:eve" || got.LiftedBy != "moderator:ann" || got.LiftReason != "the case is closed" || got.Reason != "order of 1 May" {
		b.Errorf("hold = %+v", got)
	}
	want := []string{"legal_hold.placed", "legal_hold.lift_asked", "legal_hold.lifted"}
	if diff := cmp.Diff(want, b.actions(string(h.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	b.verify()
}

func refusesHolds(b *bench) {
	b.keep(posted("1", "hello"))
	for _, tt := range []struct {
		hold models.LegalHold
		want error
	}{
		{models.LegalHold{Kind: models.HoldMessage, Thing: "nothing", Reason: "x"}, models.ErrNotFound},
		{models.LegalHold{Kind: models.HoldConversation, App: app, Thing: "nothing", Reason: "x"}, models.ErrNotFound},
		{models.LegalHold{Kind: models.HoldSender, Thing: "alice", Reason: "x"}, models.ErrInvalid},
		{models.LegalHold{Kind: "world", Thing: "alice", Reason: "x"}, models.ErrInvalid},
		{models.LegalHold{Kind: models.HoldSender, App: app, Thing: "alice"}, models.ErrInvalid},
	} {
		if _, err := b.store.PlaceLegalHold(b.Context(), tt.hold); !errors.Is(err, tt.want) {
			b.Errorf("%+v: %v, want %v", tt.hold, err, tt.want)
		}
	}
	if _, err := b.store.LiftLegalHold(b.Context(), "nothing", "moderator:ann", "x"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("lift nothing: %v", err)
	}
	h := b.legalHold(models.HoldSender, "alice")
	if _, err := b.store.LiftLegalHold(b.Context(), h.ID, "moderator:ann", ""); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("lift without a reason: %v", err)
	}
	b.lift(h.ID, "moderator:ann", models.HoldLifted)
	if _, err := b.store.LiftLegalHold(b.Context(), h.ID, "moderator:ann", "x"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("lift twice: %v", err)
	}
}

func listsHolds(b *bench) {
	kept := b.keep(posted("1", "hello"))[0]
	var placed []models.LegalHold
	b.onEach(kept, func(kind models.LegalHoldKind, thing string) { placed = append(placed, b.legalHold(kind, thing)) })
	b.legalHold(models.HoldSender, "bob")
	b.lift(placed[0].ID, "moderator:ann", models.HoldLifted)
	on, err := b.store.LegalHoldsOn(b.Context(), kept.Message)
	if err != nil || len(on) != 3 || on[0].ID != placed[0].ID || on[0].LiftedBy != "moderator:ann" || on[0].Reason != "" {
		b.Errorf("LegalHoldsOn = %+v, %v", on, err)
	}
	list := func(f models.LegalHoldFilter) ([]models.LegalHold, string) {
		b.Helper()
		found, next, err := b.store.LegalHolds(b.Context(), f)
		if err != nil {
			b.Fatal(err)
		}
		return found, next
	}
	if open, _ := list(models.LegalHoldFilter{Open: true, App: app}); len(open) != 3 {
		b.Errorf("%d stand, want 3", len(open))
	}
	if found, _ := list(models.LegalHoldFilter{Kind: models.HoldSender, Thing: "bob"}); len(found) != 1 || found[0].Reason != "order of 1 May" {
		b.Errorf("those on bob: %+v", found)
	}
	first, next := list(models.LegalHoldFilter{Page: models.Page{Limit: 3}})
	rest, end := list(models.LegalHoldFilter{Page: models.Page{Limit: 3, Cursor: next}})
	if len(first) != 3 || len(rest) != 1 || end != "" {
		b.Errorf("pages of %d and %d, then %q", len(first), len(rest), end)
	}
	if h, err := b.store.LegalHold(b.Context(), first[0].ID); err != nil || h.Reason != "order of 1 May" {
		b.Errorf("LegalHold = %+v, %v", h, err)
	}
}

// refusesErasing: whatever erases contents, what is under hold is spared.
func refusesErasing(b *bench) {
	kept := b.keep(posted("1", "hello"), edited(posted("1", "hello"), "hi", time.Now().Add(time.Second)), posted("2", "other"))
	h := b.legalHold(models.HoldMessage, string(kept[0].Message))
	db := b.raw()
	erasing := []string{
		"DELETE FROM messages WHERE ref = '1'", "UPDATE messages SET content = '' WHERE ref = '1'",
		"DELETE FROM revisions", "UPDATE revisions SET content = ''",
	}
	for _, s := range erasing {
		if _, err := db.ExecContext(b.Context(), s); err == nil || !strings.Contains(err.Error(), "under legal hold") {
			b.Errorf("%s: %v, want a refusal", s, err)
		}
	}
	b.rawExec(db, "UPDATE messages SET content = '' WHERE ref = '2'")
	if m := b.message(kept[0].Message); m.Elements[0].Text != "hi" {
		b.Errorf("the content is %q", m.Elements[0].Text)
	}
	b.lift(h.ID, "moderator:ann", models.HoldLifted)
	b.rawExec(db, erasing[1], erasing[2])
}

func previewsHolds(b *bench) {
	first := b.keep(posted("1", "one"), posted("2", "two"))[0]
	for _, tt := range []struct {
		name string
		hold models.LegalHold
		want int
		err  error
	}{
		{"a message", models.LegalHold{Kind: models.HoldMessage, Thing: string(first.Message)}, 1, nil},
		{"a conversation by the platform's name", models.LegalHold{Kind: models.HoldConversation, App: app, Thing: room.Ref}, 2, nil},
		{"a sender", models.LegalHold{Kind: models.HoldSender, App: app, Thing: "alice"}, 2, nil},
		{"a sender who wrote nothing", models.LegalHold{Kind: models.HoldSender, App: app, Thing: "zoe"}, 0, nil},
		{"no such message", models.LegalHold{Kind: models.HoldMessage, Thing: "none"}, 0, models.ErrNotFound},
		{"a sender of no app", models.LegalHold{Kind: models.HoldSender, Thing: "alice"}, 0, models.ErrInvalid},
	} {
		on, n, err := b.store.HeldMessages(b.Context(), tt.hold, 10)
		if n != tt.want || !errors.Is(err, tt.err) || err == nil && on.App != app {
			b.Errorf("%s: %d messages of %q, %v; want %d", tt.name, n, on.App, err, tt.want)
		}
	}
	if _, n, _ := b.store.HeldMessages(b.Context(), models.LegalHold{Kind: models.HoldSender, App: app, Thing: "alice"}, 1); n != 1 {
		b.Errorf("%d messages were counted up to 1", n)
	}
}
