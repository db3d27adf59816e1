package storetest

import (
	"bytes"
	"errors"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var postingTests = []test{
	{"a replacement waits for the original to go", ordersReplacement},
	{"nothing is posted where the original stays", cancelsReplacement},
	{"one replacement for one message", replacesOnce},
	{"what a rule wants posted again", repostsMasked},
	{"claims and fences", claimsPostings},
	{"what was posted is kept as ours", keepsPosted},
	{"an echo is not judged", knowsEchoes},
	{"a new try brings the replacement along", retriesWithReplacement},
	{"an edit makes a replacement out of date", outdatesReplacement},
	{"people are told once", tellsOnce},
	{"nobody is flooded", tellsSeldom},
	{"nor by two nodes at the same moment", tellsSeldomTogether},
}

const newText = "the new text, swordfish"

// replaced asks for a message to be taken back with another text in its place.
func (b *bench) replaced(name string) (models.Kept, models.Recall) {
	b.Helper()
	kept := b.keep(posted(name, "the old text"))[0]
	q := asked(kept.Message)
	q.Replacement = newText
	res := b.decide(q)
	if res.Err != nil {
		b.Fatal(res.Err)
	}
	return kept, res.Recall
}

// replacement returns the only posting of a recall, in the state that is wanted.
func (b *bench) replacement(id models.RecallID, want models.PostingState) models.Posting {
	b.Helper()
	all, err := b.store.Postings(b.Context(), everything, id)
	if err != nil || len(all) == 0 {
		b.Fatalf("Postings: %d, %v, want one", len(all), err)
	}
	p := all[len(all)-1]
	if p.State != want || (want == models.PostingOrdered || want == models.PostingQueued) != p.EndedAt.IsZero() && want != models.PostingSent && want != models.PostingUnknown {
		b.Errorf("the posting is %s and ended at %v, want %s", p.State, p.EndedAt, want)
	}
	return p
}

func (b *bench) claimPosting(want int) []models.PostingClaim {
	b.Helper()
	claims, err := b.store.ClaimPostings(b.Context(), 10, time.Minute)
	if err != nil || len(claims) != want {
		b.Fatalf("ClaimPostings: %d, %v, want %d", len(claims), err, want)
	}
	return claims
}

func (b *bench) settlePosting(want bool, st models.PostingSettlement) {
	b.Helper()
	got, err := b.store.SettlePosting(b.Context(), st)
	if err != nil || got != want {
		b.Errorf("SettlePosting = %v, %v, want %v", got, err, want)
	}
}

// accept takes a conversation's only due recall to the platform's yes.
func (b *bench) accept(c models.ConversationID) {
	b.Helper()
	claim := b.claim(c, 1)[0]
	b.settle(1, models.Settlement{
		Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Code: "0", DueAt: time.Now().Add(time.Hour), Called: true,
	})
}

func ordersReplacement(b *bench) {
	kept, r := b.replaced("1")
	p := b.replacement(r.ID, models.PostingOrdered)
	want := models.Posting{
		ID: p.ID, Recall: r.ID, Original: kept.Message, App: app, Conversation: p.Conversation, Kind: models.ReplacementPosting,
		Sender: "alice", Named: "alice", Language: models.English, Elements: models.TextElements(newText), Random: p.Random,
		State: models.PostingOrdered, OrderedBy: "moderator:eve", OrderedAt: p.OrderedAt,
	}
	if diff := cmp.Diff(want, p); diff != "" || p.Random == 0 || p.OrderedAt.IsZero() {
		b.Errorf("ordered (-want +got):\n%s", diff)
	}
	b.claimPosting(0)
	b.accept(kept.Conversation)
	b.replacement(r.ID, models.PostingQueued)
	b.claimPosting(1)
	b.keep(removed("1")) // confirmed: nothing is ordered again
	if all, _ := b.store.Postings(b.Context(), everything, r.ID); len(all) != 1 {
		b.Errorf("%d postings, want one", len(all))
	}
	if diff := cmp.Diff([]string{"posting.ordered", "posting.queued", "posting.sent"}, b.actions(string(p.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if hidden, _ := b.store.Postings(b.Context(), models.Scope{}, r.ID); len(hidden) != 0 {
		b.Error("postings are shown outside the scope")
	}
	if bytes.Contains(b.everyByte(), []byte("swordfish")) {
		b.Error("the database holds the text")
	}
	b.verify()
}

func cancelsReplacement(b *bench) {
	_, cancelled := b.replaced("1")
	if _, err := b.store.CancelRecall(b.Context(), everything, cancelled.ID, "moderator:eve", models.Reason{Code: models.ChangeOfMind}); err != nil {
		b.Fatal(err)
	}
	if p := b.replacement(cancelled.ID, models.PostingCancelled); p.Explanation == "" {
		b.Error("a cancelled posting does not say why")
	}
	ends := map[models.RecallState]models.PostingState{
		models.Refused: models.PostingCancelled, models.Failed: models.PostingCancelled, models.Expired: models.PostingCancelled,
		models.AlreadyGone: models.PostingQueued, models.Accepted: models.PostingQueued, models.Confirmed: models.PostingQueued,
	}
	for end, want := range ends {
		kept, r := b.replaced(string(end))
		claim := b.claim(kept.Conversation, 1)[0]
		b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: end, Called: true, DueAt: time.Now().Add(time.Hour)})
		b.replacement(r.ID, want)
	}
	kept, r := b.replaced("unknown")
	claim := b.claim(kept.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Unknown, Called: true, DueAt: time.Now()})
	b.replacement(r.ID, models.PostingOrdered)
	b.verify()
}

func replacesOnce(b *bench) {
	kept, r := b.replaced("1")
	q := asked(kept.Message)
	q.Replacement = "another one"
	if res := b.decide(q); !errors.Is(res.Err, models.ErrInvalid) {
		b.Errorf("a second replacement: %v, want ErrInvalid", res.Err)
	}
	if res := b.decide(asked(kept.Message)); res.Err != nil || !res.Joined {
		b.Errorf("a request without one: %+v", res)
	}
	b.replacement(r.ID, models.PostingOrdered)

	late := b.keep(posted("2", "the old text"))[0] // its recall has the platform's yes already
	b.decide(asked(late.Message))
	b.settle(1, models.Settlement{
		Recall: b.recallOf(late.Message).ID, Fence: b.claim(late.Conversation, 2)[1].Fence, State: models.Accepted, Called: true, DueAt: time.Now().Add(time.Hour),
	})
	q = asked(late.Message)
	q.Replacement = newText
	if res := b.decide(q); res.Err != nil || !res.Joined {
		b.Fatalf("joined: %+v", res)
	}
	b.replacement(b.recallOf(late.Message).ID, models.PostingQueued)
}

// reposted is a message that a rule takes back and wants posted again.
func reposted(name string, texts ...string) models.Judged {
	j := recalled(name, "alice", "cards")
	j.Decision.Repost = models.Repost{Wanted: true, Elements: models.TextElements(texts...), Why: "It holds a picture."}
	return j
}

func repostsMasked(b *bench) {
	kept := b.keep(reposted("1", "card •••• 1486"))[0]
	p := b.replacement(kept.Recall, models.PostingOrdered)
	if p.OrderedBy != "policy" || p.Sender != "alice" || p.Elements[0].Text != "card •••• 1486" {
		b.Errorf("ordered: %+v", p)
	}
	b.keep(removed("1"))
	if p := b.replacement(kept.Recall, models.PostingCancelled); p.Explanation == "" {
		b.Error("what somebody took away before us is posted again without a word")
	}
	kept = b.keep(reposted("2"))[0]
	if p := b.replacement(kept.Recall, models.PostingFailed); p.Explanation != "It holds a picture." || len(p.Elements) != 0 {
		b.Errorf("what cannot be posted: %+v", p)
	}
	b.claimPosting(0)
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Action: "posting.ordered"})
	if len(es) != 2 || es[0].Details["why"] != "It holds a picture." || es[0].Details["recall"] != string(kept.Recall) {
		b.Errorf("audit: %+v", es)
	}
	b.verify()
}

func claimsPostings(b *bench) {
	kept, r := b.replaced("1")
	b.accept(kept.Conversation)
	first := b.claimPosting(1)[0]
	if first.Was != models.PostingQueued || first.Attempts != 1 || first.SentAt.IsZero() || first.Elements[0].Text != newText || first.Conversation.Ref != room.Ref {
		b.Errorf("claim = %+v", first)
	}
	b.claimPosting(0) // it is leased
	b.settlePosting(true, models.PostingSettlement{Posting: first.ID, Fence: first.Fence, State: models.PostingQueued, DueAt: time.Now()})
	if p := b.replacement(r.ID, models.PostingQueued); p.Attempts != 0 || !p.SentAt.IsZero() {
		b.Errorf("a call that did not leave counts: %+v", p)
	}
	second := b.claimPosting(1)[0]
	if second.Random != first.Random {
		b.Error("the number changed between two tries")
	}
	b.settlePosting(false, models.PostingSettlement{Posting: first.ID, Fence: first.Fence, State: models.PostingPosted, Ref: "9"})
	b.rawExec(b.raw(), "UPDATE postings SET leased_until = 1") // the worker died
	third := b.claimPosting(1)[0]
	if third.Was != models.PostingSent {
		b.Errorf("found as %s, want sent: it may be posted", third.Was)
	}
	b.settlePosting(true, models.PostingSettlement{Posting: third.ID, Fence: third.Fence, State: models.PostingUnknown, DueAt: time.Now(), Called: true})
	fourth := b.claimPosting(1)[0]
	b.settlePosting(true, models.PostingSettlement{Posting: fourth.ID, Fence: fourth.Fence, State: models.PostingUnknown, DueAt: time.Now().Add(time.Hour), Called: true})
	if n, err := b.store.PostingBacklog(b.Context()); err != nil || n[models.PostingUnknown] != 1 {
		b.Errorf("backlog = %v, %v", n, err)
	}
	want := []string{"posting.ordered", "posting.queued", "posting.sent", "posting.queued", "posting.sent", "posting.unknown"}
	if diff := cmp.Diff(want, b.actions(string(first.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	b.verify()
}

func keepsPosted(b *bench) {
	kept, r := b.replaced("1")
	b.accept(kept.Conversation)
	claim := b.claimPosting(1)[0]
	at := time.Now().Truncate(time.Second).UTC()
	done := models.PostingSettlement{
		Posting: claim.ID, Fence: claim.Fence, State: models.PostingPosted, Code: "0", Ref: "2", At: at, Called: true, Deadline: at.Add(time.Hour),
	}
	b.settlePosting(true, done)
	b.settlePosting(false, done)
	p := b.replacement(r.ID, models.PostingPosted)
	if p.Ref != "2" || !p.PostedAt.Equal(at) || p.Message == "" {
		b.Fatalf("posted: %+v", p)
	}
	m := b.message(p.Message)
	if m.Sender != "alice" || m.Ref != "2" || m.Elements[0].Text != newText || m.Verdict != models.VerdictAllow || !m.Deadline.Equal(done.Deadline) {
		b.Errorf("kept: %+v", m)
	}
	back, err := b.store.PostingOf(b.Context(), everything, p.Message)
	if err != nil || back.Recall != r.ID || back.Original != kept.Message {
		b.Errorf("PostingOf = %+v, %v", back, err)
	}
	if _, err := b.store.PostingOf(b.Context(), everything, kept.Message); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("PostingOf of the original: %v", err)
	}
	b.wants(b.keep(found(posted("2", newText), models.VerdictRecall)), models.KeptDuplicate)
	if rs, _, _ := b.store.Recalls(b.Context(), everything, models.RecallFilter{}); len(rs) != 1 {
		b.Errorf("%d recalls: what we posted is taken back", len(rs))
	}
	b.verify()
}

func knowsEchoes(b *bench) {
	kept, r := b.replaced("1")
	b.accept(kept.Conversation)
	claim := b.claimPosting(1)[0]
	echo := b.keep(found(posted("2", newText), models.VerdictRecall))[0] // before the call's own answer
	if echo.Recall != "" || b.message(echo.Message).Verdict != models.VerdictAllow {
		b.Errorf("our own posting was judged: %+v", echo)
	}
	b.settlePosting(true, models.PostingSettlement{Posting: claim.ID, Fence: claim.Fence, State: models.PostingPosted, Ref: "2", At: time.Now()})
	if p := b.replacement(r.ID, models.PostingPosted); p.Message != echo.Message {
		b.Errorf("the posting is message %s, want %s", p.Message, echo.Message)
	}
	forged := b.keep(found(posted("3", newText), models.VerdictRecall))[0]
	if forged.Recall == "" {
		b.Error("somebody else's message passes for our posting")
	}
	b.verify()
}

func retriesWithReplacement(b *bench) {
	kept, r := b.replaced("1")
	claim := b.claim(kept.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Failed, Called: true})
	b.replacement(r.ID, models.PostingCancelled)
	next, err := b.store.RetryRecall(b.Context(), everything, r.ID, models.RecallRequest{Actor: "moderator:mo", Authority: models.ByOperator, Trigger: models.FromAPI})
	if err != nil {
		b.Fatal(err)
	}
	p := b.replacement(next.ID, models.PostingOrdered)
	if p.OrderedBy != "moderator:mo" || p.Elements[0].Text != newText {
		b.Errorf("ordered: %+v", p)
	}
	b.store = b.open(store.Options{Node: "another"})
	b.verify()
}

// tells is a policy that tells the sender, and a moderator of failures.
type tells struct{ most int }

func (tells) Wants(bool) bool { return true }

func (t tells) Whom(h models.Happening) []models.Notice {
	h.Elements, h.Findings = nil, nil
	return t.Notices(h)
}

func (t tells) Notices(h models.Happening) []models.Notice {
	n := models.Notice{Kind: models.NoticePosting, Account: h.Recall.Sender, Language: models.English, Text: "gone", Most: t.most, Last: "the last"}
	if !h.Gone {
		n.Account, n.Text = "mo", "failed: "+h.Recall.Explanation+h.Why
	} else if len(h.Elements) == 0 || len(h.Findings) == 0 {
		n.Text = "nothing is known of the message"
	}
	return []models.Notice{n}
}

// notices returns what the notices of a recall say, by account.
func (b *bench) notices(id models.RecallID) map[string]string {
	b.Helper()
	all, err := b.store.Postings(b.Context(), everything, id)
	if err != nil {
		b.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range all {
		if p.Sender != "" || p.Kind != models.NoticePosting || out[p.Account] != "" {
			b.Errorf("a notice twice, or not from us: %+v", p)
		}
		out[p.Account] = p.Elements[0].Text
	}
	return out
}

func tellsOnce(b *bench) {
	b.store = b.open(store.Options{Node: "telling", Notices: tells{5}})
	kept := b.keep(recalled("1", "alice", "cards"))[0]
	if n := b.notices(kept.Recall); len(n) != 0 {
		b.Errorf("told before anything happened: %v", n)
	}
	b.accept(kept.Conversation)
	b.keep(removed("1"))
	b.state(kept.Recall, models.Confirmed)
	if diff := cmp.Diff(map[string]string{"alice": "gone"}, b.notices(kept.Recall)); diff != "" {
		b.Errorf("notices (-want +got):\n%s", diff)
	}
	b.claimPosting(1)
	failed := b.keep(recalled("2", "alice", "cards"))[0]
	claim := b.claim(failed.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Refused, Explanation: "The platform refused.", Called: true})
	if diff := cmp.Diff(map[string]string{"mo": "failed: The platform refused."}, b.notices(failed.Recall)); diff != "" {
		b.Errorf("notices (-want +got):\n%s", diff)
	}
	b.verify()
}

func tellsSeldom(b *bench) {
	var later atomic.Int64
	b.store = b.open(store.Options{Node: "telling", Notices: tells{2}, Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	said := map[string]int{}
	for n := range 5 {
		kept := b.keep(recalled(ref(n+1), "alice", "cards"))[0]
		b.accept(kept.Conversation)
		for _, text := range b.notices(kept.Recall) {
			said[text]++
		}
	}
	if diff := cmp.Diff(map[string]int{"gone": 2, "the last": 1}, said); diff != "" {
		b.Errorf("in one hour (-want +got):\n%s", diff)
	}
	b.rawExec(b.raw(), "UPDATE postings SET ordered_at = 1")
	later.Store(int64(time.Second)) // for which it is not asked again
	kept := b.keep(recalled("9", "alice", "cards"))[0]
	b.accept(kept.Conversation)
	if n := b.notices(kept.Recall); n["alice"] != "gone" {
		b.Errorf("an hour later: %v", n)
	}
}

func outdatesReplacement(b *bench) {
	first := reposted("1", "card •••• 1486")
	kept := b.keep(first)[0]
	at := time.Now().Add(time.Second)
	clean := edited(first, "nothing any more", at)
	clean.Decision = models.Decision{Verdict: models.VerdictAllow}
	b.keep(clean)
	b.replacement(kept.Recall, models.PostingCancelled)
	again := reposted("1", "another card •••• 1486")
	again.Event.Kind, again.Event.Message.EditedAt = models.EventEdited, at.Add(time.Second)
	again.Event.Message.Elements = models.TextElements("another card")
	b.keep(again)
	if p := b.replacement(kept.Recall, models.PostingOrdered); p.Elements[0].Text != "another card •••• 1486" {
		b.Errorf("what is to be posted is not what the message says now: %q", p.Elements[0].Text)
	}
	b.verify()
}
