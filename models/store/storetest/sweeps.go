package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
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

func sweepLists(b *bench) {
	kept := b.spam(1, 5)
	var ids []models.SweepID
	for range 3 {
		ids = append(ids, b.sweepBy(ofMallory(), 50, nil).ID)
	}
	b.run(ids[1], "moderator:eve", models.SweepRunning)
	b.askFor(b.claimSweep(2))
	for _, tt := range []struct {
		f    models.SweepFilter
		want []models.SweepID
	}{
		{models.SweepFilter{}, []models.SweepID{ids[2], ids[1], ids[0]}},
		{models.SweepFilter{State: models.SweepRunning}, []models.SweepID{ids[1]}},
		{models.SweepFilter{Actor: "moderator:eve", Page: models.Page{Limit: 2}}, []models.SweepID{ids[2], ids[1]}},
		{models.SweepFilter{Actor: "moderator:bob"}, nil},
	} {
		found, next, err := b.store.Sweeps(b.Context(), tt.f)
		var got []models.SweepID
		for _, s := range found {
			got = append(got, s.ID)
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" || (next != "") != (tt.f.Limit == 2) {
			b.Errorf("%+v: %v, next %q (-want +got):\n%s", tt.f, err, next, diff)
		}
	}
	first, next, err := b.store.SweepItems(b.Context(), ids[1], models.SweepItemFilter{Page: models.Page{Limit: 3}})
	if err != nil || len(first) != 3 || next == "" || first[0].Message != kept[4].Message || first[0].State != models.ItemWaiting {
		b.Fatalf("SweepItems = %+v, %q, %v", first, next, err)
	}
	last, next, err := b.store.SweepItems(b.Context(), ids[1], models.SweepItemFilter{Page: models.Page{Limit: 3, Cursor: next}})
	if err != nil || len(last) != 2 || next != "" || last[1].State != models.ItemAsked || last[1].Recall == "" ||
		last[1].RecallState != models.Queued || last[1].Conversation.Ref != room.Ref {
		b.Errorf("the last page = %+v, %q, %v", last, next, err)
	}
	waiting, _, err := b.store.SweepItems(b.Context(), ids[1], models.SweepItemFilter{State: models.ItemWaiting})
	if err != nil || len(waiting) != 3 {
		b.Errorf("what waits = %+v, %v, want 3", waiting, err)
	}
	places, err := b.store.SweepPlaces(b.Context(), ids[1])
	if err != nil || len(places) != 1 || places[0].Chosen != 5 || places[0].Conversation.Kind != models.Group {
		b.Errorf("SweepPlaces = %+v, %v", places, err)
	}
	if _, err := b.store.Sweep(b.Context(), "nothing"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a sweep that is none: %v", err)
	}
}

// streams: the newest first, page by page, as far as the caller wants.
func streams(b *bench) {
	const n = 1100 // more than two pages
	for i := range n / 100 {
		b.spam(1+100*i, 100)
	}
	there := posted("1", "elsewhere")
	there.Event.Conversation.Ref, there.Event.Conversation.Group = "other", "other"
	b.keep(there, removed("7"))
	b.rawExec(b.raw(), "UPDATE messages SET state = 'blocked' WHERE ref = '8'")
	all := models.CopyFilter{App: app}
	run := func(scope models.Scope, f models.CopyFilter, after models.MessageID, most int) (ids []models.MessageID, last models.MessageID) {
		b.Helper()
		last, err := b.store.Stream(b.Context(), scope, f, after, func(m models.Message) bool {
			if m.Conversation.Ref == "" || len(m.Elements) != 1 || m.Elements[0].Text == "" || m.Sender == "" {
				b.Errorf("streamed %v", m)
			}
			ids = append(ids, m.ID)
			return len(ids) < most
		})
		if err != nil {
			b.Fatal(err)
		}
		return ids, last
	}
	whole, last := run(everything, all, "", 5000)
	if len(whole) != n || last != "" || !slices.IsSortedFunc(whole, func(x, y models.MessageID) int { return strings.Compare(string(y), string(x)) }) {
		b.Fatalf("%d messages, ending with %q", len(whole), last)
	}
	first, last := run(everything, all, "", 600)
	rest, end := run(everything, all, last, 5000)
	if !slices.Equal(append(first, rest...), whole) || end != "" || last != whole[599] {
		b.Errorf("%d and %d messages are not the %d", len(first), len(rest), len(whole))
	}
	for name, got := range map[string]int{
		"a scope":        len(first1(run(models.Scope{Groups: []models.Place{{App: app, Ref: "other"}}}, all, "", 10))),
		"a conversation": len(first1(run(everything, models.CopyFilter{App: app, Conversation: "other"}, "", 10))),
	} {
		if got != 1 {
			b.Errorf("in %s: %d messages, want 1", name, got)
		}
	}
	for name, got := range map[string]int{
		"no scope":    len(first1(run(models.Scope{}, all, "", 10))),
		"another app": len(first1(run(everything, models.CopyFilter{App: "other"}, "", 10))),
		"the future":  len(first1(run(everything, models.CopyFilter{App: app, Since: time.Now().Add(time.Hour)}, "", 10))),
		"the past":    len(first1(run(everything, models.CopyFilter{App: app, Until: time.Now().Add(-time.Hour)}, "", 10))),
	} {
		if got != 0 {
			b.Errorf("in %s: %d messages", name, got)
		}
	}
}

func first1(ids []models.MessageID, _ models.MessageID) []models.MessageID { return ids }
