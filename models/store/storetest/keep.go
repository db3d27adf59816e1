package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/takeback-chat/takeback/models"
)

var keepTests = []test{
	{"a message is kept whole", keepsMessage},
	{"a known message is a duplicate", knowsDuplicates},
	{"another content is kept aside", keepsConflictsAside},
	{"a conflict within one delivery", keepsConflictOfOneDelivery},
	{"an edit is a revision", keepsRevisions},
	{"an edit of an unknown message is a message", keepsUnknownEdits},
	{"an edit may be recalled", recallsEdits},
	{"a removal proves or spares a recall", removalMovesRecalls},
	{"a removal closes the case", removalClosesCases},
	{"a removal before its message is a tombstone", tombstones},
	{"reads are counted", keepsReads},
	{"a dissolved conversation spares its recalls", dissolves},
	{"what cannot be recalled is not", sparesTheUnrecallable},
	{"a shadow verdict is a decision", keepsShadows},
	{"a proposal is kept once", keepsProposals},
	{"direct chats and groups stand apart", tellsDirectFromGroup},
	{"many deliveries at once", keepsManyAtOnce},
	{"a bad record fails alone", badRecordFailsAlone},
	{"two nodes and the same deliveries", twoNodesKeepOnce},
	{"a closed store takes nothing", closedStoreRefuses},
	{"events that make no sense are refused", refusesNonsense},
}

func keepsMessage(b *bench) {
	in := found(posted("1", "card 4929 1234 \u4f60\u597d"), models.VerdictReview)
	in.Event.Message.Elements = append(in.Event.Message.Elements, models.Element{
		Kind: models.ImageElement, Path: "MsgBody[1]", Opaque: true,
	})
	kept := b.keep(in)
	b.wants(kept, models.KeptNew)
	got := b.message(kept[0].Message)
	want := *in.Event.Message
	want.ID, want.App, want.Conversation, want.Revision = kept[0].Message, app, room, 1
	want.State, want.Verdict, want.Rule, want.Policy = models.Visible, models.VerdictReview, "cards", 3
	want.Findings[0].Revision = 1
	ignore := cmp.Options{
		cmpopts.IgnoreFields(models.Finding{}, "ID"),
		cmpopts.IgnoreFields(models.Conversation{}, "ID", "App", "CreatedAt", "LastMessageAt", "Messages"),
	}
	if diff := cmp.Diff(plain(want), plain(got), ignore); diff != "" {
		b.Errorf("message (-want +got):\n%s", diff)
	}
	c := got.Conversation
	if c.Messages != 1 || c.App != app || c.ID != kept[0].Conversation || !c.LastMessageAt.Equal(want.ReceivedAt) {
		b.Errorf("conversation = %+v", c)
	}
	if n := b.announced(models.MessageChanged); n != 1 {
		b.Errorf("announced %d times", n)
	}
}

// plainMessage is a message that cmp may look into: models.Message prints no
// text, so a difference would not show.
type plainMessage models.Message

func plain(m models.Message) plainMessage { return plainMessage(m) }

func knowsDuplicates(b *bench) {
	in := found(posted("1", "hello"), models.VerdictRecall)
	kept := b.keep(in, in)
	b.wants(kept, models.KeptNew, models.KeptDuplicate)
	again := b.keep(in)
	b.wants(again, models.KeptDuplicate)
	if again[0].Message != kept[0].Message || kept[1].Message != kept[0].Message {
		b.Errorf("the duplicates are of %s and %s, want %s", again[0].Message, kept[1].Message, kept[0].Message)
	}
	b.recallOf(kept[0].Message)
	if m := b.message(kept[0].Message); m.Conversation.Messages != 1 {
		b.Errorf("the conversation counts %d messages, want 1", m.Conversation.Messages)
	}
}

func keepsConflictsAside(b *bench) {
	first := posted("1", "the first")
	id := b.keep(first)[0].Message
	forged := posted("1", "the second")
	for range 2 {
		b.wants(b.keep(found(forged, models.VerdictRecall)), models.KeptConflict)
	}
	other := posted("1", "the first")
	other.Event.Message.Sender = "mallory"
	b.wants(b.keep(other), models.KeptConflict)
	moved := posted("1", "the first")
	moved.Event.Message.Elements[0].Path = "elsewhere"
	b.wants(b.keep(moved), models.KeptDuplicate)
	if got := b.message(id).Elements[0].Text; got != "the first" {
		b.Errorf("the message says %q, want the first", got)
	}
	if n := b.announced(models.ConflictKept); n != 2 {
		b.Errorf("%d conflicts announced, want 2: the same content once", n)
	}
	if diff := cmp.Diff([]string{"message.conflict", "message.conflict"}, b.actions(string(id))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if rs, _, _ := b.store.Recalls(b.Context(), everything, models.RecallFilter{}); len(rs) != 0 {
		b.Error("a forged content had the message recalled")
	}
}

func keepsConflictOfOneDelivery(b *bench) {
	kept := b.keep(posted("1", "one"), posted("1", "two"), posted("1", "one"))
	b.wants(kept, models.KeptNew, models.KeptConflict, models.KeptDuplicate)
}

func keepsRevisions(b *bench) {
	first := found(posted("1", "card"), models.VerdictReview)
	id := b.keep(first)[0].Message
	at := first.Event.At.Add(time.Second)
	second := edited(first, "no card", at)
	b.wants(b.keep(second), models.KeptUpdate)
	m := b.message(id)
	if m.Revision != 2 || m.Elements[0].Text != "no card" || len(m.Findings) != 0 || !m.EditedAt.Equal(at) ||
		m.Inspection != models.Clean || m.Verdict != models.VerdictAllow {
		b.Errorf("after the edit: revision %d, %d findings, edited at %v, %s, %s", m.Revision, len(m.Findings), m.EditedAt, m.Inspection, m.Verdict)
	}
	b.wants(b.keep(second, edited(first, "older", at.Add(-time.Millisecond)), edited(first, "no card", at.Add(time.Hour))),
		models.KeptDuplicate, models.KeptDuplicate, models.KeptDuplicate)
	b.wants(b.keep(edited(first, "third", at.Add(time.Second))), models.KeptUpdate)
	if m := b.message(id); m.Revision != 3 || m.Elements[0].Text != "third" || m.Conversation.Messages != 1 {
		b.Errorf("after the third: revision %d, %d messages", m.Revision, m.Conversation.Messages)
	}
	b.wants(b.keep(first), models.KeptDuplicate) // the first delivery again, after the edits
	b.wants(b.keep(posted("1", "forged")), models.KeptConflict)
}

func keepsUnknownEdits(b *bench) {
	at := time.Now().Truncate(time.Millisecond).UTC()
	kept := b.keep(edited(posted("1", "x"), "edited", at))
	b.wants(kept, models.KeptNew)
	if m := b.message(kept[0].Message); m.Revision != 1 || !m.EditedAt.Equal(at) || m.Elements[0].Text != "edited" {
		b.Errorf("revision %d, edited at %v", m.Revision, m.EditedAt)
	}
	late := found(posted("1", "x"), models.VerdictRecall) // the message itself, overtaken by its edit
	b.wants(b.keep(late), models.KeptUpdate)
	b.wants(b.keep(late, posted("1", "forged")), models.KeptDuplicate, models.KeptConflict)
	if m := b.message(kept[0].Message); m.Elements[0].Text != "edited" || len(m.Findings) != 0 || m.Conversation.Messages != 1 {
		b.Errorf("after the late original: %d findings, %d messages", len(m.Findings), m.Conversation.Messages)
	}
}

func recallsEdits(b *bench) {
	first := posted("1", "fine")
	id := b.keep(first)[0].Message
	bad := found(edited(first, "card", first.Event.At.Add(time.Second)), models.VerdictRecall)
	kept := b.keep(bad)
	b.wants(kept, models.KeptUpdate)
	if !kept[0].Ring {
		b.Error("nobody is rung for an edit that is recalled")
	}
	worse := found(edited(first, "card again", first.Event.At.Add(2*time.Second)), models.VerdictRecall)
	again := b.keep(worse)
	if r := b.recallOf(id); again[0].Recall != r.ID || r.ID != kept[0].Recall {
		b.Errorf("the second edit has recall %s, want %s joined", again[0].Recall, r.ID)
	}
	want := []string{"recall.requested", "recall.joined"}
	if diff := cmp.Diff(want, b.actions(string(kept[0].Recall))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if m := b.message(id); len(m.Findings) != 1 || m.Findings[0].Revision != 3 {
		b.Errorf("findings = %+v, want one of revision 3", m.Findings)
	}
}

func removalMovesRecalls(b *bench) {
	queued := b.keep(found(posted("1", "card"), models.VerdictRecall))[0]
	b.wants(b.keep(removed("1")), models.KeptUpdate)
	b.state(queued.Recall, models.AlreadyGone)
	called := b.keep(found(posted("2", "card"), models.VerdictRecall))[0]
	claims := b.claim(called.Conversation, 10)
	gone := b.keep(removed("2", "unknown"))[0]
	if gone.Recall != called.Recall || gone.Message != called.Message {
		b.Errorf("the removal names recall %s of %s", gone.Recall, gone.Message)
	}
	r := b.state(called.Recall, models.Confirmed)
	if r.ConfirmedAt.IsZero() {
		b.Error("confirmed at no time")
	}
	b.settle(0, models.Settlement{Recall: called.Recall, Fence: claims[0].Fence, State: models.Refused, Called: true})
	b.state(called.Recall, models.Confirmed)
	if m := b.message(called.Message); m.State != models.Removed || m.RemovedBy != "admin" || m.RemovedAt.IsZero() {
		b.Errorf("the message is %s, by %q at %v", m.State, m.RemovedBy, m.RemovedAt)
	}
	b.wants(b.keep(removed("2")), models.KeptDuplicate)
}

func removalClosesCases(b *bench) {
	kept := b.keep(found(posted("1", "card"), models.VerdictReview))
	b.keep(removed("1"))
	cases, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{})
	if err != nil || len(cases) != 1 {
		b.Fatalf("Cases = %v, %v", cases, err)
	}
	c := cases[0]
	if c.State != models.CaseDecided || c.DecidedBy != "platform" || c.Verdict != models.VerdictAllow || c.Message != kept[0].Message {
		b.Errorf("case = %+v", c)
	}
}

func tombstones(b *bench) {
	early := b.keep(removed("1"))
	b.wants(early, models.KeptUpdate)
	if m := b.message(early[0].Message); m.State != models.Tombstone || m.Conversation.Messages != 0 || m.Inspection != "" {
		b.Errorf("before: %s, %d messages, inspection %q", m.State, m.Conversation.Messages, m.Inspection)
	}
	b.wants(b.keep(removed("1")), models.KeptDuplicate)
	late := found(posted("1", "card"), models.VerdictRecall)
	kept := b.keep(late, late)
	b.wants(kept, models.KeptUpdate, models.KeptDuplicate)
	m := b.message(kept[0].Message)
	if kept[0].Message != early[0].Message || m.State != models.Removed || m.Elements[0].Text != "card" ||
		len(m.Findings) != 1 || m.Conversation.Messages != 1 || m.Inspection != models.Found {
		b.Errorf("after: %s with %d findings, %d messages, inspection %q", m.State, len(m.Findings), m.Conversation.Messages, m.Inspection)
	}
	if rs, _, _ := b.store.Recalls(b.Context(), everything, models.RecallFilter{}); len(rs) != 0 || kept[0].Ring {
		b.Error("a message that is gone is recalled")
	}
	b.wants(b.keep(late), models.KeptDuplicate)
}

func keepsReads(b *bench) {
	in := posted("1", "x")
	id := b.keep(in)[0].Message
	reads := func(rs ...models.Read) models.Judged {
		return models.Judged{Event: models.Event{Kind: models.EventRead, At: time.Now(), Conversation: room, Reads: rs}}
	}
	b.keep(reads(models.Read{Ref: "1", Readers: []string{"bob", "carol"}, Count: 2, Unread: 5}))
	b.keep(reads(models.Read{Ref: "1", Readers: []string{"bob"}, Count: 3, Unread: 4}), reads(models.Read{Ref: "1", Count: 1, Unread: 6}))
	b.keep(reads(models.Read{Through: in.Event.At.Add(time.Minute), Readers: []string{"dan"}, Count: -1, Unread: -1}))
	b.keep(reads(models.Read{Through: in.Event.At.Add(-time.Minute), Readers: []string{"early"}, Count: -1, Unread: -1}))
	got, err := b.store.Reads(b.Context(), everything, id)
	if err != nil {
		b.Fatal(err)
	}
	want := []models.Read{
		{Ref: "1", Readers: []string{"bob", "carol"}, Count: 3, Unread: 4},
		{Through: in.Event.At.Add(time.Minute), Readers: []string{"dan"}, Count: -1, Unread: -1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("reads (-want +got):\n%s", diff)
	}
}

func dissolves(b *bench) {
	queued := b.keep(found(posted("1", "card"), models.VerdictRecall))[0]
	end := models.Judged{Event: models.Event{Kind: models.EventDissolved, At: time.Now(), Conversation: room}}
	b.wants(b.keep(end), models.KeptUpdate)
	b.wants(b.keep(end), models.KeptDuplicate)
	b.state(queued.Recall, models.AlreadyGone)
	c, err := b.store.Conversation(b.Context(), everything, queued.Conversation)
	if err != nil || c.DissolvedAt.IsZero() {
		b.Errorf("conversation = %+v, %v", c, err)
	}
	gap := models.Judged{Event: models.Event{Kind: models.EventGap, Conversation: room}}
	standing := models.Judged{Event: models.Event{Kind: models.EventStanding, Conversation: room}}
	b.wants(b.keep(gap, standing), models.KeptNew, models.KeptUpdate)
}

func sparesTheUnrecallable(b *bench) {
	late := found(posted("1", "card"), models.VerdictRecall)
	late.Event.Message.Deadline = time.Now().Add(-time.Second)
	ghost := found(posted("2", "card"), models.VerdictRecall)
	ghost.Event.Message.Ephemeral = true
	for _, k := range b.keep(late, ghost) {
		if k.Recall != "" || k.Ring {
			b.Errorf("a recall %s was made of a message that cannot be recalled", k.Recall)
		}
		ds, err := b.store.Decisions(b.Context(), everything, k.Message)
		if err != nil || len(ds) != 1 {
			b.Errorf("decisions = %v, %v, want the policy's", ds, err)
		}
		if diff := cmp.Diff([]string{"recall.impossible"}, b.actions(string(k.Message))); diff != "" {
			b.Errorf("audit (-want +got):\n%s", diff)
		}
	}
}

func keepsShadows(b *bench) {
	in := posted("1", "x")
	in.Decision = models.Decision{
		Verdict: models.VerdictAllow, Actor: "policy", Policy: 2, At: in.Event.At,
		Reason: models.Reason{Code: models.Other, Note: "a note"},
		Shadow: []models.ShadowVerdict{{Rule: "new", Verdict: models.VerdictRecall}},
	}
	id := b.keep(in)[0].Message
	got, err := b.store.Decisions(b.Context(), everything, id)
	want := in.Decision
	want.Message = id
	if diff := cmp.Diff([]models.Decision{want}, got, cmpopts.IgnoreFields(models.Decision{}, "ID")); diff != "" || err != nil {
		b.Errorf("decisions (-want +got):\n%s%v", diff, err)
	}
}

func keepsProposals(b *bench) {
	in := found(posted("proposal-1", "card"), models.VerdictBlock)
	m := *in.Event.Message
	m.Conversation = room
	for range 2 {
		if err := b.store.KeepProposal(b.Context(), app, m, in.Decision); err != nil {
			b.Fatal(err)
		}
	}
	masked := m
	masked.Ref, masked.ReceivedAt = "proposal-2", m.ReceivedAt.Add(time.Millisecond)
	in.Decision.Verdict = models.VerdictMask
	if err := b.store.KeepProposal(b.Context(), app, masked, in.Decision); err != nil {
		b.Fatal(err)
	}
	got, _, err := b.store.Messages(b.Context(), everything, models.MessageFilter{})
	if err != nil || len(got) != 2 || got[0].State != models.Rewritten || got[1].State != models.Blocked {
		b.Fatalf("messages = %v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"message.judged"}, b.actions(string(got[1].ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	in.Decision.Verdict = models.VerdictAllow
	if err := b.store.KeepProposal(b.Context(), app, m, in.Decision); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("an allowed proposal: %v, want ErrInvalid", err)
	}
}

func tellsDirectFromGroup(b *bench) {
	group, direct := posted("1", "in the group"), posted("1", "between two")
	group.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "alice:bob", Group: "alice:bob"}
	direct.Event.Conversation = models.Conversation{Kind: models.Direct, Ref: "alice:bob"}
	kept := b.keep(group, direct)
	b.wants(kept, models.KeptNew, models.KeptNew)
	owner := models.Scope{Groups: []models.Place{{App: app, Ref: "alice:bob"}}}
	ms, _, err := b.store.Messages(b.Context(), owner, models.MessageFilter{})
	if err != nil || len(ms) != 1 || ms[0].ID != kept[0].Message {
		b.Errorf("the owner of a group named like a direct chat sees %v, %v", ms, err)
	}
}
