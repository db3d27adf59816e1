package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var sweepTests = []test{
	{"what an order is about", sweepCandidates},
	{"a preview settles the messages", sweepPreviews},
	{"it runs in portions", sweepRuns},
	{"no message is asked for twice", sweepClaimsOnce},
	{"what happened meanwhile is passed over", sweepPassesOver},
	{"what a person let stay", sweepLeavesWhatMayStay},
	{"a cancel in the middle", sweepCancels},
	{"what others asked for goes on", sweepLeavesOthers},
	{"a second person", sweepNeedsTwo},
	{"whoever ordered it is no operator any more", sweepOrdererLeft},
	{"nothing to take back, and too old a preview", sweepCannotRun},
	{"a stop does not concern it", sweepPassesStops},
	{"it does not run ahead", sweepWaits},
	{"it fails when it never gets on", sweepFails},
	{"lists", sweepLists},
	{"messages are streamed", streams},
	{"messages with the same finding", sameFindings},
}

// sweepBy is an order of eve's, previewed with the messages that it is about.
func (b *bench) sweepBy(o models.SweepOrder, second int, mark func(*models.SweepItem)) models.Sweep {
	b.Helper()
	o.App = app
	if o.Reason.Code == "" {
		o.Reason = models.Reason{Code: models.SpamOrScam, Note: "the same link everywhere"}
	}
	items, err := b.store.SweepCandidates(b.Context(), everything, o, models.MaxSweep)
	if err != nil {
		b.Fatalf("SweepCandidates: %v", err)
	}
	for i := range items {
		items[i].Authority = models.ByOperator
		if mark != nil {
			mark(&items[i])
		}
	}
	sw, err := b.store.PreviewSweep(b.Context(), models.Sweep{SweepOrder: o, Actor: "moderator:eve", Trigger: models.FromAPI}, items, second)
	if err != nil {
		b.Fatalf("PreviewSweep: %v", err)
	}
	return sw
}

// ofMallory is the order to take back what mallory posted.
func ofMallory() models.SweepOrder {
	return models.SweepOrder{Kind: models.SweepSender, Sender: "mallory"}
}

// spam keeps n messages of mallory, numbered from a number on.
func (b *bench) spam(from, n int) []models.Kept {
	b.Helper()
	var events []models.Judged
	for i := range n {
		j := posted(ref(from+i), "buy now")
		j.Event.Message.Sender = "mallory"
		events = append(events, j)
	}
	return b.keep(events...)
}

func (b *bench) run(id models.SweepID, actor string, want models.SweepState) models.Sweep {
	b.Helper()
	sw, err := b.store.RunSweep(b.Context(), id, actor)
	if err != nil || sw.State != want {
		b.Fatalf("RunSweep by %s = %s, %v, want %s", actor, sw.State, err, want)
	}
	return sw
}

func (b *bench) claimSweep(limit int) models.SweepClaim {
	b.Helper()
	claim, err := b.store.ClaimSweep(b.Context(), limit, time.Minute)
	if err != nil {
		b.Fatalf("ClaimSweep: %v", err)
	}
	return claim
}

func (b *bench) askFor(claim models.SweepClaim) []models.ConversationID {
	b.Helper()
	due, err := b.store.AskSweep(b.Context(), claim)
	if err != nil {
		b.Fatalf("AskSweep: %v", err)
	}
	return due
}

// noSweep checks that no sweep has anything to do now.
func (b *bench) noSweep() {
	b.Helper()
	if claim, err := b.store.ClaimSweep(b.Context(), 10, time.Minute); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("ClaimSweep = %+v, %v, want nothing", claim, err)
	}
}

func (b *bench) sweep(id models.SweepID) models.Sweep {
	b.Helper()
	sw, err := b.store.Sweep(b.Context(), id)
	if err != nil {
		b.Fatalf("Sweep: %v", err)
	}
	return sw
}

// takeAll confirms every recall that is due in a conversation and says how many.
func (b *bench) takeAll(c models.ConversationID) int {
	b.Helper()
	n := 0
	for {
		claims := b.claim(c, 100)
		if len(claims) == 0 {
			return n
		}
		var all []models.Settlement
		for _, claim := range claims {
			all = append(all, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Confirmed, Called: true})
		}
		b.settle(len(all), all...)
		n += len(all)
	}
}

func sweepCandidates(b *bench) {
	b.spam(1, 3)
	other := room
	other.Ref, other.Group = "elsewhere", "elsewhere"
	there := posted("1", "buy now")
	there.Event.Conversation, there.Event.Message.Sender = other, "mallory"
	old := posted("9", "last year")
	old.Event.Message.SentAt = time.Now().Add(-365 * 24 * time.Hour)
	old.Event.Message.Sender = "mallory"
	kept := b.keep(there, old, posted("4", "lunch?"), found(posted("5", "card"), models.VerdictAllow), found(posted("6", "card"), models.VerdictAllow))
	b.keep(edited(found(posted("6", "card"), models.VerdictAllow), "no card", time.Now().Add(time.Second)))
	b.keep(removed("1"))
	hour := time.Now().Add(-time.Hour)
	for _, tt := range []struct {
		name  string
		scope models.Scope
		o     models.SweepOrder
		want  int
	}{
		{"a sender", everything, ofMallory(), 5},
		{"a sender in a conversation", everything, models.SweepOrder{Kind: models.SweepSender, Sender: "mallory", Conversation: "elsewhere"}, 1},
		{"a sender in a time", everything, models.SweepOrder{Kind: models.SweepSender, Sender: "mallory", Since: hour}, 4},
		{"a sender before that", everything, models.SweepOrder{Kind: models.SweepSender, Sender: "mallory", Until: hour}, 1},
		{"a sender in a scope", models.Scope{Groups: []models.Place{{App: app, Ref: "elsewhere"}}}, ofMallory(), 1},
		{"a sender out of any scope", models.Scope{}, ofMallory(), 0},
		{"a span", everything, models.SweepOrder{Kind: models.SweepSpan, Conversation: room.Ref, Since: hour}, 6},
		{"a span of yesterday", everything, models.SweepOrder{Kind: models.SweepSpan, Conversation: room.Ref, Since: hour.Add(-24 * time.Hour), Until: hour}, 0},
		{"a finding", everything, models.SweepOrder{Kind: models.SweepFinding, Message: kept[3].Message}, 1},
		{"a finding that was edited out", everything, models.SweepOrder{Kind: models.SweepFinding, Message: kept[4].Message}, 0},
		{"a finding of a clean message", everything, models.SweepOrder{Kind: models.SweepFinding, Message: kept[2].Message}, 0},
	} {
		tt.o.App = app
		got, err := b.store.SweepCandidates(b.Context(), tt.scope, tt.o, 100)
		if err != nil || len(got) != tt.want {
			b.Errorf("%s: %d messages, %v, want %d", tt.name, len(got), err, tt.want)
		}
		for i, item := range got {
			if item.Message == "" || item.Sender == "" || item.Conversation.Ref == "" || item.Revision == 0 || i > 0 && item.Message <= got[i-1].Message {
				b.Errorf("%s: item %+v", tt.name, item)
			}
		}
	}
	o := ofMallory()
	o.App = "other"
	if got, err := b.store.SweepCandidates(b.Context(), everything, o, 100); err != nil || len(got) != 0 {
		b.Errorf("of another app: %v, %v", got, err)
	}
	o.App = app
	if _, err := b.store.SweepCandidates(b.Context(), everything, o, 4); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("more than may be: %v, want ErrInvalid", err)
	}
	some, err := b.store.SweepMessages(b.Context(), everything, []models.MessageID{kept[0].Message, kept[2].Message, "nothing"})
	if err != nil || len(some) != 2 {
		b.Errorf("by ids: %v, %v, want 2", some, err)
	}
	if some, err := b.store.SweepMessages(b.Context(), models.Scope{}, []models.MessageID{kept[0].Message}); err != nil || len(some) != 0 {
		b.Errorf("by ids out of scope: %v, %v", some, err)
	}
}

func sweepPreviews(b *bench) {
	kept := b.spam(1, 6)
	b.keep(removed("1"))
	b.decide(asked(kept[1].Message))
	b.rawExec(b.raw(), "UPDATE messages SET deadline = 1 WHERE ref = '3'", "UPDATE messages SET ephemeral = 1 WHERE ref = '4'")
	sw := b.sweepBy(ofMallory(), 1, func(i *models.SweepItem) {
		if i.Message == kept[4].Message {
			i.Why = models.SparedAdmin
		}
	})
	if sw.State != models.SweepPreviewed || sw.Chosen != 1 || sw.Second || sw.Actor != "moderator:eve" || sw.Sender != "mallory" ||
		sw.Reason.Note != "the same link everywhere" || time.Since(sw.CreatedAt) > time.Minute {
		b.Errorf("preview = %+v", sw)
	}
	want := models.SweepProgress{Waiting: 1, Passed: map[models.SweepWhy]int{}, Recalls: map[models.RecallState]int{}, Excluded: map[models.SweepWhy]int{
		models.MetGone: 1, models.MetBeingRecalled: 1, models.MetTooOld: 1, models.MetOnlineOnly: 1, models.SparedAdmin: 1,
	}}
	if diff := cmp.Diff(want, sw.Progress); diff != "" {
		b.Errorf("progress (-want +got):\n%s", diff)
	}
	b.spam(7, 3) // later: they are no part of it
	b.noSweep()
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	if claim := b.claimSweep(10); len(claim.Items) != 1 || claim.Items[0].Message != kept[5].Message {
		b.Errorf("claimed %+v, want the one that was chosen", claim.Items)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(sw.ID), Action: "sweep.previewed"})
	if len(es) != 1 || es[0].Actor != "moderator:eve" || es[0].Details["chosen"] != "1" || es[0].Details["excluded"] != "5" || es[0].Details["note_digest"] == "" {
		b.Errorf("audit = %+v", es)
	}
	b.verify()
}
