package storetest

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var splitTests = []test{
	{"a value in four messages is taken back in all", recallsAllParts},
	{"review asks about every part", reviewsAllParts},
	{"parts of one delivery find each other", keepsPartsOfOneDelivery},
	{"a part that is recalled already joins", joinsRecalledParts},
	{"a part that is recalled in the same delivery joins", joinsWithinADelivery},
	{"a part that is gone is spared", sparesGoneParts},
	{"an edit completes a value", editsComplete},
	{"a value found by two nodes is on record once", amendsOnce},
	{"a value is amended with what was decided", amendsWithDecision},
	{"messages around a moment", listsAround},
}

// completing makes the last part of a value of messages that are kept.
func completing(ref string, v models.Verdict, others ...models.MessageID) models.Judged {
	j := found(posted(ref, "1486"), v)
	f := &j.Event.Message.Findings[0]
	f.Start, f.End = 0, 4
	for i, id := range others {
		f.Parts = append(f.Parts, models.FindingPart{Message: id, Start: i, End: i + 4})
	}
	f.Parts = append(f.Parts, models.FindingPart{Start: 0, End: 4})
	j.Split = j.Decision
	return j
}

// keepParts keeps clean messages that will be parts of a value.
func (b *bench) keepParts(n int) []models.MessageID {
	b.Helper()
	var ids []models.MessageID
	for i := range n {
		ids = append(ids, b.keep(posted("part"+strconv.Itoa(i), "0001234"))[0].Message)
	}
	return ids
}

// isPart checks that a message holds one finding, where its part is, and of how many.
func (b *bench) isPart(id models.MessageID, start, parts int) models.Message {
	b.Helper()
	m := b.message(id)
	if len(m.Findings) != 1 || m.Inspection != models.Found {
		b.Fatalf("a part has %d findings and is called %s", len(m.Findings), m.Inspection)
	}
	f := m.Findings[0]
	if f.Start != start || f.End != start+4 || len(f.Parts) != parts || f.Revision != m.Revision {
		b.Errorf("the part stands at %d to %d of revision %d, with %d parts in all", f.Start, f.End, f.Revision, len(f.Parts))
	}
	return m
}

func recallsAllParts(b *bench) {
	ids := b.keepParts(3)
	last := completing("last", models.VerdictRecall, ids...)
	kept := b.keep(last)
	b.wants(kept, models.KeptNew)
	b.wants(b.keep(last), models.KeptDuplicate)
	if !kept[0].Ring {
		b.Error("nobody is told of the recalls")
	}
	for i, id := range append(ids, kept[0].Message) {
		m := b.isPart(id, i%3, 4)
		if m.Findings[0].Parts[3].Message != kept[0].Message || m.Verdict != models.VerdictRecall || m.Rule != "cards" || m.Policy != 3 {
			b.Errorf("part %d: %+v judged %s by %s", i, m.Findings[0].Parts, m.Verdict, m.Rule)
		}
		r := b.recallOf(id)
		if r.State != models.Queued || r.Reason.Code != models.SensitiveInformation || r.Authority != models.ByPolicy || r.Deadline.IsZero() {
			b.Errorf("the recall of part %d is %+v", i, r)
		}
		if diff := cmp.Diff([]string{"recall.requested"}, b.actions(string(r.ID))); diff != "" {
			b.Errorf("audit of part %d (-want +got):\n%s", i, diff)
		}
		ds, err := b.store.Decisions(b.Context(), everything, id)
		if err != nil || len(ds) != 1 || ds[0].Verdict != models.VerdictRecall {
			b.Errorf("decisions of part %d: %+v, %v", i, ds, err)
		}
	}
	b.verify()
}

func reviewsAllParts(b *bench) {
	ids := b.keepParts(1)
	last := b.keep(completing("last", models.VerdictReview, ids...))[0].Message
	cases, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
	if err != nil || len(cases) != 2 {
		b.Fatalf("%d cases, %v, want 2", len(cases), err)
	}
	b.isPart(ids[0], 0, 2)
	b.isPart(last, 0, 2)
	// Found together with something graver in the last message alone, the others are still for review.
	graver := completing("graver", models.VerdictRecall, b.keep(posted("other", "0001234"))[0].Message)
	graver.Split.Verdict = models.VerdictReview
	b.keep(graver)
	if n, err := b.store.Backlog(b.Context()); err != nil || n[models.Queued] != 1 {
		b.Errorf("backlog %v, %v, want one: the last part's", n, err)
	}
}

// keepsPartsOfOneDelivery names parts by the ids that the intake made.
func keepsPartsOfOneDelivery(b *bench) {
	first := posted("first", "4929")
	first.Event.Message.ID = models.MessageID(models.NewID())
	last := completing("last", models.VerdictRecall, first.Event.Message.ID)
	last.Event.Message.ID = models.MessageID(models.NewID())
	last.Event.Message.Findings[0].Parts[1].Message = last.Event.Message.ID
	kept := b.keep(first, last)
	for _, k := range kept {
		m := b.isPart(k.Message, 0, 2)
		if p := m.Findings[0].Parts; p[0].Message != kept[0].Message || p[1].Message != kept[1].Message {
			b.Errorf("parts %+v, want them in %s and %s", p, kept[0].Message, kept[1].Message)
		}
		b.recallOf(k.Message)
	}
}

// joinsWithinADelivery has a part recalled for itself in the same delivery.
func joinsWithinADelivery(b *bench) {
	first := found(posted("first", "4929"), models.VerdictRecall)
	first.Event.Message.ID = models.MessageID(models.NewID())
	kept := b.keep(first, completing("last", models.VerdictRecall, first.Event.Message.ID))
	r := b.recallOf(kept[0].Message)
	if diff := cmp.Diff([]string{"recall.requested", "recall.joined"}, b.actions(string(r.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if m := b.message(kept[0].Message); len(m.Findings) != 2 {
		b.Errorf("%d findings, want its own and the part", len(m.Findings))
	}
}

func joinsRecalledParts(b *bench) {
	ids := b.keepParts(1)
	if _, err := b.store.Decide(b.Context(), everything, []models.RecallRequest{asked(ids[0])}); err != nil {
		b.Fatal(err)
	}
	b.keep(completing("last", models.VerdictRecall, ids...))
	r := b.recallOf(ids[0])
	if diff := cmp.Diff([]string{"recall.requested", "recall.joined"}, b.actions(string(r.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func sparesGoneParts(b *bench) {
	ids := b.keepParts(2)
	b.keep(removed("part0"))
	gone := models.MessageID(models.NewID())
	kept := b.keep(completing("last", models.VerdictRecall, ids[0], ids[1], gone))
	b.wants(kept, models.KeptNew)
	if n, err := b.store.Backlog(b.Context()); err != nil || n[models.Queued] != 2 {
		b.Errorf("backlog %v, %v, want two", n, err)
	}
	if diff := cmp.Diff([]string{"recall.impossible"}, b.actions(string(ids[0]))); diff != "" {
		b.Errorf("audit of what was removed (-want +got):\n%s", diff)
	}
}

func editsComplete(b *bench) {
	ids := b.keepParts(1)
	first := posted("last", "nothing")
	id := b.keep(first)[0].Message
	done := completing("last", models.VerdictRecall, ids...)
	done.Event.Kind = models.EventEdited
	done.Event.Message.EditedAt = time.Now()
	for range 2 { // the second is a duplicate
		b.keep(done)
	}
	b.isPart(ids[0], 0, 2)
	if m := b.isPart(id, 0, 2); m.Revision != 2 {
		b.Errorf("revision %d, want 2", m.Revision)
	}
	b.recallOf(ids[0])
	b.recallOf(id)
}

// amendsOnce has two nodes, each with one of the two messages of a value that
// were kept at the same time, say so again and again.
func amendsOnce(b *bench) {
	nodes := []*store.Store{b.store, b.open(store.Options{Node: "two"})}
	if !b.store.Shared() {
		nodes = []*store.Store{b.store, b.store}
	}
	ids := b.keepParts(2)
	var wg sync.WaitGroup
	for i, node := range nodes {
		for range 3 {
			wg.Go(func() {
				if _, err := node.Amend(b.Context(), app, amendment(ids[i], ids, models.VerdictRecall)); err != nil {
					b.Errorf("Amend: %v", err)
				}
			})
		}
	}
	wg.Wait()
	for i, id := range ids {
		b.isPart(id, i, 2)
		if got := b.actions(string(b.recallOf(id).ID)); len(got) != 1 {
			b.Errorf("part %d has audit entries %q, want one", i, got)
		}
	}
	b.verify()
}

// amendment says that a message of several completed a value after all.
func amendment(own models.MessageID, ids []models.MessageID, v models.Verdict) models.Judged {
	j := found(posted("", ""), v)
	f := &j.Event.Message.Findings[0]
	for i, id := range ids {
		f.Parts = append(f.Parts, models.FindingPart{Message: id, Start: i, End: i + 4})
	}
	j.Event.Message.ID, j.Split = own, j.Decision
	return j
}

func amendsWithDecision(b *bench) {
	ids := b.keepParts(3)
	kept, err := b.store.Amend(b.Context(), app, amendment(ids[2], ids, models.VerdictRecall))
	if err != nil || kept.Result != models.KeptUpdate || !kept.Ring || kept.Conversation == "" {
		b.Fatalf("Amend = %+v, %v", kept, err)
	}
	for i, id := range ids {
		if m := b.isPart(id, i, 3); m.Verdict != models.VerdictRecall {
			b.Errorf("part %d is judged %s", i, m.Verdict)
		}
		b.recallOf(id)
	}
	again, err := b.store.Amend(b.Context(), app, amendment(ids[1], ids, models.VerdictRecall))
	if err != nil || again.Result != models.KeptDuplicate || again.Ring {
		b.Errorf("again: %+v, %v", again, err)
	}
	mild := b.keepParts(1)
	if _, err := b.store.Amend(b.Context(), app, amendment(mild[0], mild, models.VerdictAllow)); err != nil {
		b.Fatal(err)
	}
}

func listsAround(b *bench) {
	at := time.Now().Truncate(time.Millisecond).UTC()
	add := func(ref, sender, conversation string, sent time.Time) {
		j := posted(ref, ref)
		j.Event.Message.Sender, j.Event.Message.SentAt = sender, sent
		j.Event.Conversation.Ref = conversation
		b.keep(j)
	}
	add("before", "alice", room.Ref, at.Add(-time.Minute))
	add("early", "alice", room.Ref, at.Add(-3*time.Minute))
	add("here", "alice", room.Ref, at)
	add("after", "alice", room.Ref, at.Add(time.Minute))
	add("other", "bob", room.Ref, at)
	add("elsewhere", "alice", "@TGS#other", at)
	add("gone", "alice", room.Ref, at)
	b.keep(removed("gone"))
	add("history", "alice", room.Ref, at.Add(-time.Hour))
	for moment, want := range map[time.Time][]string{
		at:                      {"before", "here", "after"},
		at.Add(-time.Hour):      {"history"},
		at.Add(-24 * time.Hour): nil,
	} {
		found, err := b.store.Around(b.Context(), app, room, "alice", moment, 2*time.Minute)
		var got []string
		for _, m := range found {
			got = append(got, m.Elements[0].Text)
		}
		if err != nil || cmp.Diff(want, got) != "" {
			b.Errorf("around %v: %q, %v, want %q", moment.Sub(at), got, err, want)
		}
	}
	b.listsAroundMany(at)
}

// listsAroundMany asks for many moments at once.
func (b *bench) listsAroundMany(at time.Time) {
	b.Helper()
	moments := []store.Moment{{Sender: "alice", At: at}, {Sender: "bob", At: at}, {Sender: "alice", At: at.Add(-time.Hour)}, {Sender: "alice", At: at}}
	all, err := b.store.AroundAll(b.Context(), app, room, moments, 2*time.Minute)
	var got []string
	for _, around := range all {
		var refs []string
		for _, m := range around {
			refs = append(refs, m.Ref+" "+m.SentAt.Sub(at).String())
			if kept := b.message(m.ID); kept.Ref != m.Ref {
				b.Errorf("%s has the id of %s", m.Ref, kept.Ref)
			}
		}
		slices.Sort(refs)
		got = append(got, strings.Join(refs, ", "))
	}
	alice := "after 1m0s, before -1m0s, here 0s"
	if diff := cmp.Diff([]string{alice, "other 0s", "history -1h0m0s", alice}, got); diff != "" || err != nil {
		b.Errorf("around many moments: %v (-want +got):\n%s", err, diff)
	}
}
