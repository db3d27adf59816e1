package storetest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var beforeTests = []test{
	{"given up before the call", givesUp},
	{"what left is not given up", keepsWhatLeft},
	{"gone before the call", findsGone},
	{"who could see it", keepsEvidence},
	{"who could see it, kept with the claim", keepsEvidenceWithTheClaim},
	{"evidence for a recall that ended", refusesLateEvidence},
	{"on whose right it stands", collectsRights},
	{"a person is asked once", asksOnce},
	{"a case of what is gone", closesCase},
	{"a person lets the unknown be", letsUnknownBe},
	{"a person wants the unknown gone", hurriesUnknown},
	{"what the platform shows now", recognises},
	{"taken back by us", knowsItsOwn},
}

// claimed keeps a message that the policy recalls, and claims the recall.
func (b *bench) claimed(name string) (models.Kept, models.RecallClaim) {
	b.Helper()
	kept := b.toRecall(name)
	claims := b.claim(kept.Conversation, 10)
	i := slices.IndexFunc(claims, func(c models.RecallClaim) bool { return c.ID == kept.Recall })
	if i < 0 {
		b.Fatalf("the recall of %s is not among %d claims", name, len(claims))
	}
	return kept, claims[i]
}

// unknown claims a recall and loses the answer to its call.
func (b *bench) unknown(name string) (models.Kept, models.RecallClaim) {
	b.Helper()
	kept, claim := b.claimed(name)
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Unknown, Called: true, Explanation: "Lost."})
	for _, c := range b.claim(kept.Conversation, 10) {
		if c.ID == kept.Recall {
			return kept, c
		}
	}
	b.Fatal("what is unknown was not claimed again")
	return kept, claim
}

func (b *bench) openCases() []models.Case {
	b.Helper()
	open, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
	if err != nil {
		b.Fatal(err)
	}
	return open
}

// givesUp: what must not leave ends as cancelled with its case, in one
// transaction, and as if it had never been claimed.
func givesUp(b *bench) {
	kept, claim := b.claimed("1")
	stop := models.Settlement{
		Recall: claim.ID, Fence: claim.Fence, State: models.Cancelled, Explanation: "History shows another text.", Why: "reread",
		Ask: "History shows another text than the one that a rule matched.",
	}
	b.settle(1, stop)
	b.settle(0, stop)
	r := b.state(kept.Recall, models.Cancelled)
	if r.Attempts != 0 || !r.SentAt.IsZero() || r.Explanation != stop.Explanation || r.AskedAt.IsZero() {
		b.Errorf("recall = %+v", r)
	}
	open := b.openCases()
	if len(open) != 1 || open[0].Message != kept.Message || open[0].Why != stop.Ask || open[0].Rule != "cards" || open[0].Severity != models.High {
		b.Errorf("cases = %+v", open)
	}
	want := []string{"recall.requested", "recall.sent", "recall.queued", "recall.cancelled"}
	if diff := cmp.Diff(want, b.actions(string(kept.Recall))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(kept.Recall), Action: "recall.cancelled"})
	if len(es) != 1 || es[0].Details["why"] != "reread" {
		b.Errorf("audit = %+v", es)
	}
	silent, claim := b.claimed("2")
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Cancelled, Explanation: "No right.", Why: "right_lost"})
	b.state(silent.Recall, models.Cancelled)
	if n := len(b.openCases()); n != 1 {
		b.Errorf("%d cases, want none more where no person is asked", n)
	}
	b.verify()
}

func keepsWhatLeft(b *bench) {
	kept, claim := b.claimed("1")
	b.settle(0, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Cancelled, Called: true})
	b.state(kept.Recall, models.Sent)
	lost, claim := b.unknown("2")
	b.settle(0, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Cancelled})
	b.state(lost.Recall, models.Unknown)
}

func findsGone(b *bench) {
	kept, claim := b.claimed("1")
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.AlreadyGone, Explanation: "It is gone."})
	if r := b.state(kept.Recall, models.AlreadyGone); r.Attempts != 0 || !r.SentAt.IsZero() {
		b.Errorf("without a call: %d attempts, sent at %v", r.Attempts, r.SentAt)
	}
	if m := b.message(kept.Message); m.State != models.Removed {
		b.Errorf("the message is %s", m.State)
	}
}

func keepsEvidence(b *bench) {
	kept, claim := b.claimed("1")
	if r := b.recall(kept.Recall); r.Members != -1 || !r.EvidenceAt.IsZero() {
		b.Errorf("before: %d members, asked at %v", r.Members, r.EvidenceAt)
	}
	read := &models.Read{Ref: "1", Count: 3, Unread: 4, Readers: []string{"bob", "cid"}}
	held, err := b.store.KeepEvidence(b.Context(), kept.Conversation, []models.Evidence{{Recall: claim.ID, Fence: claim.Fence, Members: 8, Read: read}})
	if err != nil || len(held) != 1 || held[0] != claim.ID {
		b.Fatalf("KeepEvidence = %v, %v", held, err)
	}
	if r := b.state(kept.Recall, models.Sent); r.Members != 8 || r.EvidenceAt.IsZero() {
		b.Errorf("recall = %+v", r)
	}
	reads, err := b.store.Reads(b.Context(), everything, kept.Message)
	if diff := cmp.Diff([]models.Read{*read}, reads); diff != "" || err != nil {
		b.Errorf("%v (-want +got):\n%s", err, diff)
	}
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Called: true})
	if r := b.state(kept.Recall, models.Accepted); r.Members != 8 {
		b.Errorf("after the call: %d members", r.Members)
	}
}

// Who was asked for before the claim is kept with it, once, and for what is claimed alone.
func keepsEvidenceWithTheClaim(b *bench) {
	kept := b.toRecall("1")
	other := b.toRecall("2")
	due, err := b.store.DueRecalls(b.Context(), kept.Conversation, 1)
	if err != nil || len(due) != 1 || due[0].ID != kept.Recall || due[0].Was != models.Queued || due[0].Conversation.ID != kept.Conversation {
		b.Fatalf("due: %+v, %v, want the first", due, err)
	}
	read := &models.Read{Ref: "1", Count: 3, Unread: 4, Readers: []string{"bob", "cid"}}
	seen := []models.Evidence{{Recall: kept.Recall, Members: 8, Read: read}, {Recall: other.Recall, Members: 9}}
	claims, err := b.store.ClaimRecalls(b.Context(), kept.Conversation, 1, 0, seen...) // a lease that is over at once
	if err != nil || len(claims) != 1 || claims[0].Members != 8 || claims[0].EvidenceAt.IsZero() {
		b.Fatalf("claimed: %+v, %v, want one with evidence", claims, err)
	}
	if r := b.state(kept.Recall, models.Sent); r.Members != 8 || r.EvidenceAt.IsZero() {
		b.Errorf("claimed: %d members, asked at %v", r.Members, r.EvidenceAt)
	}
	reads, err := b.store.Reads(b.Context(), everything, kept.Message)
	if diff := cmp.Diff([]models.Read{*read}, reads); diff != "" || err != nil {
		b.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if r := b.state(other.Recall, models.Queued); r.Members != -1 || !r.EvidenceAt.IsZero() {
		b.Errorf("not claimed: %d members, asked at %v", r.Members, r.EvidenceAt)
	}
	again, err := b.store.ClaimRecalls(b.Context(), kept.Conversation, 1, time.Minute, models.Evidence{Recall: kept.Recall, Members: 1})
	if err != nil || len(again) != 1 || again[0].ID != kept.Recall || again[0].Members != 8 {
		b.Errorf("claimed again: %+v, %v, want what was kept of the first call", again, err)
	}
}

func refusesLateEvidence(b *bench) {
	kept, claim := b.claimed("1")
	b.keep(removed("1"))
	held, err := b.store.KeepEvidence(b.Context(), kept.Conversation, []models.Evidence{{Recall: claim.ID, Fence: claim.Fence, Members: -1}})
	if err != nil || len(held) != 0 {
		b.Errorf("KeepEvidence = %v, %v, want nothing held: its message is gone", held, err)
	}
}

func collectsRights(b *bench) {
	id := b.keep(posted("1", "x"))[0].Message
	ask := func(a models.Authority, account string) {
		b.Helper()
		q := asked(id)
		q.Authority, q.Account = a, account
		if res := b.decide(q); res.Err != nil {
			b.Fatal(res.Err)
		}
	}
	ask(models.ByAdmin, "adam")
	ask(models.ByAdmin, "adam")
	ask(models.ByOwner, "olga")
	ask(models.ByOperator, "")
	ask(models.ByOperator, "")
	want := []models.Right{{Authority: models.ByAdmin, Account: "adam"}, {Authority: models.ByOwner, Account: "olga"}, {Authority: models.ByOperator}}
	r := b.recallOf(id)
	if diff := cmp.Diff(want, r.Rights()); diff != "" {
		b.Errorf("rights (-want +got):\n%s", diff)
	}
	claims := b.claim(r.Conversation.ID, 1)
	if len(claims) != 1 || len(claims[0].Rights()) != 3 {
		b.Errorf("claims = %+v", claims)
	}
}

func asksOnce(b *bench) {
	kept, claim := b.unknown("1")
	look := models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Unknown, Looked: true, Explanation: "Nobody can tell.", Ask: "Nobody can tell whether it is gone."}
	b.settle(1, look)
	r := b.state(kept.Recall, models.Unknown)
	open := b.openCases()
	if len(open) != 1 || open[0].Why != look.Ask || r.AskedAt.IsZero() || r.Looks != 1 {
		b.Fatalf("cases = %+v, recall = %+v", open, r)
	}
	by := models.RecallRequest{Actor: "moderator:eve", Authority: models.ByAdmin, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictRecall, models.Reason{Code: models.Abuse}, by); err != nil {
		b.Fatal(err)
	}
	look.Fence = b.claim(kept.Conversation, 1)[0].Fence
	b.settle(1, look)
	if n := len(b.openCases()); n != 0 {
		b.Errorf("%d cases, want none: a person was asked before", n)
	}
	if r := b.state(kept.Recall, models.Unknown); r.Looks != 2 {
		b.Errorf("%d looks, want 2", r.Looks)
	}
	look.Fence, look.Called, look.Looked = b.claim(kept.Conversation, 1)[0].Fence, true, false
	b.settle(1, look)
	if r := b.state(kept.Recall, models.Unknown); r.Looks != 0 || r.Attempts != 2 {
		b.Errorf("after a call: %d looks, %d attempts, want the count to begin anew", r.Looks, r.Attempts)
	}
	b.verify()
}

// closesCase: whether an event or a look says that the message is gone, its case
// is closed.
func closesCase(b *bench) {
	for name, end := range map[string]func(models.RecallClaim){
		"1": func(models.RecallClaim) { b.keep(removed("1")) },
		"2": func(c models.RecallClaim) {
			b.settle(1, models.Settlement{Recall: c.ID, Fence: c.Fence, State: models.Confirmed, Explanation: "Gone."})
		},
	} {
		kept, claim := b.unknown(name)
		b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Unknown, Looked: true, Ask: "Who knows?"})
		open := b.openCases()
		if len(open) != 1 {
			b.Fatalf("cases = %+v", open)
		}
		end(b.claim(kept.Conversation, 1)[0])
		b.state(kept.Recall, models.Confirmed)
		if c, err := b.store.Case(b.Context(), everything, open[0].ID); err != nil || c.State != models.CaseDecided || c.DecidedBy != "platform" {
			b.Errorf("case = %+v, %v", c, err)
		}
	}
}

func (b *bench) askedUnknown() (models.Kept, models.Case) {
	b.Helper()
	kept, claim := b.unknown("1")
	b.settle(1, models.Settlement{
		Recall: claim.ID, Fence: claim.Fence, State: models.Unknown, Looked: true, Ask: "Who knows?", DueAt: time.Now().Add(time.Hour),
	})
	open := b.openCases()
	if len(open) != 1 {
		b.Fatalf("cases = %+v", open)
	}
	return kept, open[0]
}

func letsUnknownBe(b *bench) {
	kept, c := b.askedUnknown()
	by := models.RecallRequest{Actor: "moderator:eve", Authority: models.ByAdmin, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictAllow, models.Reason{}, by); err != nil {
		b.Fatal(err)
	}
	if r := b.state(kept.Recall, models.Failed); r.Explanation == "" {
		b.Error("it ended without a word")
	}
}

func hurriesUnknown(b *bench) {
	kept, c := b.askedUnknown()
	if len(b.claim(kept.Conversation, 1)) != 0 {
		b.Fatal("it is due at once")
	}
	by := models.RecallRequest{Actor: "moderator:eve", Authority: models.ByAdmin, Account: "eve", Trigger: models.FromConsole}
	_, r, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictRecall, models.Reason{Code: models.Abuse}, by)
	if err != nil || r == nil || r.ID != kept.Recall || r.Automatic {
		b.Fatalf("DecideCase = %+v, %v", r, err)
	}
	claims := b.claim(kept.Conversation, 1)
	if len(claims) != 1 || claims[0].Was != models.Unknown || claims[0].Automatic {
		b.Errorf("claims = %+v, want it looked at now, and a person's", claims)
	}
}

func recognises(b *bench) {
	first := posted("1", "one")
	cloud := models.Element{Kind: models.CloudElement, Path: "CloudCustomData", Text: "reply"}
	anew := edited(first, "two", time.Now())
	anew.Event.Message.Sender = "" // as deliveries of edits have it
	kept := b.keep(first, anew, posted("2", "one"))
	shown := func(sender string, elements ...models.Element) models.Message {
		return models.Message{Sender: sender, Elements: elements}
	}
	text := func(s string) models.Element {
		return models.Element{Kind: models.TextElement, Path: "RspMsgList[3]", Text: s}
	}
	cases := []struct {
		name  string
		shown models.Message
		want  bool
	}{
		{"as it is now", shown("alice", text("two")), true},
		{"as it was", shown("alice", text("one")), true},
		{"with what an edit does not bring", shown("alice", text("two"), cloud), true},
		{"something else", shown("alice", text("three")), false},
		{"more", shown("alice", text("two"), text("three")), false},
		{"another's", shown("mallory", text("two")), false},
		{"nothing", shown("alice"), false},
	}
	for _, tt := range cases {
		tt.shown.ID = kept[0].Message
		other := shown("alice", text("two")) // another message's text
		other.ID = kept[2].Message
		got, err := b.store.Recognised(b.Context(), []models.Message{tt.shown, other, {ID: "nobody"}})
		if err != nil || got[kept[0].Message] != tt.want || got[kept[2].Message] || got["nobody"] {
			b.Errorf("%s: %v, %v, want %v and nothing else", tt.name, got, err, tt.want)
		}
	}
	found, err := b.store.MessagesByID(b.Context(), []models.MessageID{kept[0].Message, "nobody", kept[2].Message})
	if err != nil || len(found) != 2 || len(found[0].Elements) != 1 {
		b.Errorf("MessagesByID = %v, %v", found, err)
	}
}

func knowsItsOwn(b *bench) {
	yes, claim := b.claimed("1")
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Called: true})
	no, _ := b.claimed("2")
	others := b.toRecall("3")
	b.keep(removed("3"))
	got, err := b.store.TakenBack(b.Context(), []models.MessageID{yes.Message, no.Message, others.Message})
	if err != nil || len(got) != 1 || got[0] != yes.Message {
		b.Errorf("TakenBack = %v, %v, want only %s", got, err, yes.Message)
	}
}
