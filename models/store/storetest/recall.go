package storetest

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var recallTests = []test{
	{"the whole life of a recall", recallLives},
	{"a yes that comes after the proof", answersLate},
	{"a request of a person", decidesOnRequest},
	{"requests that cannot be", refusesRequests},
	{"many ask for one message", joinsRequests},
	{"two workers never hold one recall", claimsOnce},
	{"a lost lease is void", fences},
	{"a paused app rests", pauses},
	{"too late is an end", expires},
	{"the gravest first", ordersByGravity},
	{"one kind of work at a time", claimsOneKind},
	{"persons are claimed alone", claimsPersonsAlone},
	{"released without a call", releases},
	{"an unknown outcome is looked at again", looksAgain},
	{"a settlement that cannot be", refusesSettlements},
	{"cancel", cancels},
	{"retry", retries},
	{"a case is decided once", decidesCases},
	{"a recall answers the case", recallAnswersCase},
}

// toRecall keeps a message that the policy recalls.
func (b *bench) toRecall(name string) models.Kept {
	b.Helper()
	return b.keep(found(posted(name, "card"), models.VerdictRecall))[0]
}

func recallLives(b *bench) {
	kept := b.toRecall("1")
	due, err := b.store.DueConversations(b.Context(), 10)
	if err != nil || len(due) != 1 || due[0].ID != kept.Conversation || due[0].Ref != room.Ref {
		b.Fatalf("DueConversations = %v, %v", due, err)
	}
	claims := b.claim(kept.Conversation, 10)
	if len(claims) != 1 || claims[0].Was != models.Queued || claims[0].Attempts != 1 || claims[0].State != models.Sent ||
		claims[0].Conversation.Ref != room.Ref || claims[0].Ref != "1" || claims[0].SentAt.IsZero() {
		b.Fatalf("claims = %+v", claims)
	}
	if due, _ := b.store.DueConversations(b.Context(), 10); len(due) != 0 {
		b.Error("a leased recall is due")
	}
	b.settle(1, models.Settlement{
		Recall: kept.Recall, Fence: claims[0].Fence, State: models.Accepted, Code: "0", Called: true,
		DueAt: time.Now().Add(time.Hour),
	})
	b.state(kept.Recall, models.Accepted)
	b.keep(removed("1"))
	r := b.state(kept.Recall, models.Confirmed)
	if r.Attempts != 1 || r.AcceptedAt.IsZero() || r.ConfirmedAt.IsZero() || r.Code != "0" ||
		r.Reason.Code != models.SensitiveInformation || r.Text != "It held a card number." || r.Priority != 3 ||
		r.Actor != "policy" || r.Authority != models.ByPolicy || r.Trigger != models.FromPolicy || r.Decision == "" {
		b.Errorf("recall = %+v", r)
	}
	want := []string{"recall.requested", "recall.sent", "recall.accepted", "recall.confirmed"}
	if diff := cmp.Diff(want, b.actions(string(kept.Recall))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if n := b.announced(models.RecallChanged); n != 4 {
		b.Errorf("announced %d times, want 4", n)
	}
	b.verify()
}

// answersLate: the removal event overtakes the platform's answer; the answer is
// added to the record, once, and the state stays.
func answersLate(b *bench) {
	kept := b.toRecall("1")
	claim := b.claim(kept.Conversation, 10)[0]
	b.keep(removed("1"))
	yes := models.Settlement{Recall: kept.Recall, Fence: claim.Fence, State: models.Accepted, Code: "0", Called: true}
	b.settle(1, yes)
	b.settle(0, yes)
	r := b.state(kept.Recall, models.Confirmed)
	if r.AcceptedAt.IsZero() || r.Code != "0" || r.Attempts != 1 {
		b.Errorf("recall = %+v", r)
	}
	want := []string{"recall.requested", "recall.sent", "recall.confirmed", "recall.answered"}
	if diff := cmp.Diff(want, b.actions(string(kept.Recall))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	no := b.toRecall("2")
	late := b.claim(no.Conversation, 10)[0]
	b.keep(removed("2"))
	b.settle(0, models.Settlement{Recall: no.Recall, Fence: late.Fence, State: models.Refused, Code: "10007", Called: true})
	if r := b.state(no.Recall, models.Confirmed); !r.AcceptedAt.IsZero() || r.Code == "10007" {
		b.Errorf("a late no changed the record: %+v", r)
	}
	b.verify()
}

func decidesOnRequest(b *bench) {
	id := b.keep(posted("1", "rude"))[0].Message
	res := b.decide(asked(id))
	if res.Err != nil || res.Joined {
		b.Fatalf("Decide = %+v", res)
	}
	got := b.state(res.Recall.ID, models.Queued)
	if diff := cmp.Diff(res.Recall, got); diff != "" {
		b.Errorf("the recall decided and the one read differ:\n%s", diff)
	}
	if got.Reason.Note != "seen it before" || got.Priority != models.PriorityModerator || got.Text != models.Abuse.Words() ||
		got.Authority != models.ByAdmin || got.Trigger != models.FromConsole || got.Actor != "moderator:eve" {
		b.Errorf("recall = %+v", got)
	}
	ds, err := b.store.Decisions(b.Context(), everything, id)
	if err != nil || len(ds) != 1 || ds[0].ID != got.Decision || ds[0].Reason != got.Reason || ds[0].Actor != got.Actor {
		b.Errorf("decisions = %+v, %v", ds, err)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(got.ID)})
	if len(es) != 1 || es[0].Details["reason"] != "abuse" || es[0].Details["authority"] != "admin" || es[0].Details["note_digest"] == "" {
		b.Errorf("audit = %+v", es)
	}
	for _, v := range es[0].Details {
		if strings.Contains(v, "seen it") {
			b.Errorf("the audit shows the note: %q", v)
		}
	}
}

func refusesRequests(b *bench) {
	late := posted("1", "x")
	late.Event.Message.Deadline = time.Now().Add(-time.Minute)
	kept := b.keep(late, posted("2", "y"), removed("2"), posted("3", "z"))
	req := func(id models.MessageID, change func(*models.RecallRequest)) models.RecallRequest {
		q := asked(id)
		change(&q)
		return q
	}
	same := func(*models.RecallRequest) {}
	elsewhere := models.Scope{Groups: []models.Place{{App: app, Ref: "other"}, {App: "other", Ref: room.Ref}}}
	cases := []struct {
		name  string
		scope models.Scope
		q     models.RecallRequest
		want  error
	}{
		{"too late", everything, req(kept[0].Message, same), models.ErrInvalid},
		{"gone", everything, req(kept[1].Message, same), models.ErrInvalid},
		{"no such message", everything, req("nobody", same), models.ErrNotFound},
		{"another group's", elsewhere, req(kept[3].Message, same), models.ErrNotFound},
		{"no scope", models.Scope{}, req(kept[3].Message, same), models.ErrNotFound},
		{"no reason", everything, req(kept[3].Message, func(q *models.RecallRequest) { q.Reason.Code = "" }), models.ErrInvalid},
		{"other without note", everything, req(kept[3].Message, func(q *models.RecallRequest) { q.Reason = models.Reason{Code: models.Other} }), models.ErrInvalid},
		{"no actor", everything, req(kept[3].Message, func(q *models.RecallRequest) { q.Actor = "" }), models.ErrInvalid},
		{"no authority", everything, req(kept[3].Message, func(q *models.RecallRequest) { q.Authority = "" }), models.ErrInvalid},
	}
	for _, tt := range cases {
		res, err := b.store.Decide(b.Context(), tt.scope, []models.RecallRequest{tt.q})
		if err != nil || !errors.Is(res[0].Err, tt.want) {
			b.Errorf("%s: %v, %v, want %v", tt.name, res, err, tt.want)
		}
	}
	if rs, _, _ := b.store.Recalls(b.Context(), everything, models.RecallFilter{}); len(rs) != 0 {
		b.Errorf("%d recalls were made of refused requests", len(rs))
	}
	mixed, err := b.store.Decide(b.Context(), everything, []models.RecallRequest{asked("nobody"), asked(kept[3].Message)})
	if err != nil || mixed[0].Err == nil || mixed[1].Err != nil || mixed[1].Recall.Message != kept[3].Message {
		b.Errorf("mixed = %+v, %v", mixed, err)
	}
}

func joinsRequests(b *bench) {
	id := b.keep(posted("1", "x"))[0].Message
	nodes := []*store.Store{b.store, b.open(store.Options{Node: "two"})}
	var wg sync.WaitGroup
	var mu sync.Mutex
	recalls, joined := map[models.RecallID]int{}, 0
	for i := range 20 {
		wg.Go(func() {
			res, err := nodes[i%2].Decide(b.Context(), everything, []models.RecallRequest{asked(id)})
			if err != nil || res[0].Err != nil {
				b.Errorf("Decide = %v, %v", res, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			recalls[res[0].Recall.ID]++
			if res[0].Joined {
				joined++
			}
		})
	}
	wg.Wait()
	if len(recalls) != 1 || joined != 19 {
		b.Errorf("%d recalls, %d joined, want 1 and 19", len(recalls), joined)
	}
	told := map[string]int{} // the two nodes' entries of one millisecond come in any order
	for _, action := range b.actions(string(b.recallOf(id).ID)) {
		told[action]++
	}
	if diff := cmp.Diff(map[string]int{"recall.requested": 1, "recall.joined": 19}, told); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	b.verify()
}

func claimsOnce(b *bench) {
	const n = 40
	var c models.ConversationID
	for i := range n {
		c = b.toRecall(ref(i)).Conversation
	}
	nodes := []*store.Store{b.store, b.open(store.Options{Node: "two"})}
	var wg sync.WaitGroup
	var mu sync.Mutex
	held := map[models.RecallID]int{}
	for i := range 8 {
		wg.Go(func() {
			for {
				claims, err := nodes[i%2].ClaimRecalls(b.Context(), c, 3, time.Minute)
				if err != nil || len(claims) > 3 {
					b.Errorf("%d claims, %v", len(claims), err)
				}
				if len(claims) == 0 {
					return
				}
				mu.Lock()
				for _, cl := range claims {
					held[cl.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	// A worker that met only rows locked by another found nothing; what is left is due still.
	for _, cl := range b.claim(c, n) {
		held[cl.ID]++
	}
	for id, times := range held {
		if times != 1 {
			b.Errorf("recall %s was held %d times", id, times)
		}
	}
	if len(held) != n {
		b.Errorf("%d recalls were held, want %d", len(held), n)
	}
}

func fences(b *bench) {
	kept := b.toRecall("1")
	first, err := b.store.ClaimRecalls(b.Context(), kept.Conversation, 1, 0) // a lease that is over at once
	if err != nil || len(first) != 1 {
		b.Fatalf("claims = %v, %v", first, err)
	}
	second := b.claim(kept.Conversation, 1)
	if len(second) != 1 || second[0].Was != models.Sent || second[0].Attempts != 2 || second[0].Fence <= first[0].Fence {
		b.Fatalf("after the lease ran out: %+v", second)
	}
	b.settle(0, models.Settlement{Recall: kept.Recall, Fence: first[0].Fence, State: models.Refused, Called: true})
	b.state(kept.Recall, models.Sent)
	b.settle(1, models.Settlement{Recall: kept.Recall, Fence: second[0].Fence, State: models.Accepted, Called: true})
	b.settle(0, models.Settlement{Recall: kept.Recall, Fence: second[0].Fence, State: models.Unknown, Called: true})
	b.state(kept.Recall, models.Accepted)
}

func pauses(b *bench) {
	kept := b.toRecall("1")
	until := time.Now().Add(time.Hour)
	for _, u := range []time.Time{until, until.Add(time.Minute), until.Add(-time.Minute)} {
		if err := b.store.PauseApp(b.Context(), app, u, "60007"); err != nil {
			b.Fatal(err)
		}
	}
	if claims := b.claim(kept.Conversation, 1); len(claims) != 0 {
		b.Error("a paused app was worked for")
	}
	if due, err := b.store.DueConversations(b.Context(), 10); err != nil || len(due) != 0 {
		b.Errorf("due = %v, %v", due, err)
	}
	if diff := cmp.Diff([]string{"app.paused"}, b.actions(app)); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if err := b.store.PauseApp(b.Context(), "other", time.Now().Add(-time.Second), "x"); err != nil {
		b.Fatal(err)
	}
}

func expires(b *bench) {
	in := found(posted("1", "card"), models.VerdictRecall)
	in.Event.Message.Deadline = time.Now().Add(time.Hour)
	kept := b.keep(in)[0]
	late := b.open(store.Options{Node: "late", Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
	if strings.HasPrefix(b.database, "sqlite:") {
		claims, err := late.ClaimRecalls(b.Context(), kept.Conversation, 1, time.Minute)
		if err != nil || len(claims) != 0 {
			b.Errorf("claims = %v, %v", claims, err)
		}
		b.state(kept.Recall, models.Expired)
		return
	}
	// PostgreSQL's own clock decides: a node whose clock runs ahead ends nothing early.
	if claims, err := late.ClaimRecalls(b.Context(), kept.Conversation, 1, time.Minute); err != nil || len(claims) != 1 {
		b.Errorf("claims = %v, %v", claims, err)
	}
}

func ordersByGravity(b *bench) {
	now := time.Now()
	make := func(name string, s models.Severity, deadline time.Time) models.Judged {
		in := found(posted(name, "x"), models.VerdictRecall)
		in.Decision.Severity = s
		in.Event.Message.Deadline = deadline
		return in
	}
	c := b.keep(
		make("low", models.Low, now.Add(time.Minute)), make("never", models.Critical, time.Time{}),
		make("later", models.Critical, now.Add(2*time.Hour)), make("sooner", models.Critical, now.Add(time.Hour)),
	)[0].Conversation
	asker := b.keep(posted("asked", "x"))[0].Message
	b.decide(asked(asker))
	var got []string
	for _, cl := range append(b.claim(c, 2), b.claim(c, 10)...) {
		got = append(got, cl.Ref)
	}
	if diff := cmp.Diff([]string{"asked", "sooner", "later", "never", "low"}, got); diff != "" {
		b.Errorf("order (-want +got):\n%s", diff)
	}
}

func claimsOneKind(b *bench) {
	accepted := b.toRecall("1")
	cl := b.claim(accepted.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.Accepted, Called: true})
	unknown := b.toRecall("2")
	cl = b.claim(accepted.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.Unknown, Called: true})
	b.toRecall("3")
	calls := b.claim(accepted.Conversation, 10)
	if len(calls) != 2 || calls[0].Was == models.Accepted || calls[1].Was == models.Accepted {
		b.Fatalf("calls = %+v, want the unknown and the queued one", calls)
	}
	b.state(unknown.Recall, models.Unknown)
	proofs := b.claim(accepted.Conversation, 10)
	if len(proofs) != 1 || proofs[0].Was != models.Accepted || proofs[0].State != models.Accepted || proofs[0].Attempts != 1 {
		b.Fatalf("proofs = %+v, want the accepted one", proofs)
	}
}

// claimsPersonsAlone: what a person waits for is claimed without what nobody waits for.
func claimsPersonsAlone(b *bench) {
	rule := b.toRecall("1")
	person := b.decide(asked(b.keep(posted("2", "rude"))[0].Message))
	b.toRecall("3")
	got := b.claim(rule.Conversation, 10)
	if len(got) != 1 || got[0].ID != person.Recall.ID {
		b.Errorf("claimed %+v, want the person's alone", got)
	}
	if got = b.claim(rule.Conversation, 10); len(got) != 2 {
		b.Errorf("claimed %+v, want the two of the rule", got)
	}
}

func releases(b *bench) {
	kept := b.toRecall("1")
	cl := b.claim(kept.Conversation, 1)[0]
	at := time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC()
	b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.Queued, DueAt: at})
	r := b.state(kept.Recall, models.Queued)
	if r.Attempts != 0 || !r.SentAt.IsZero() || !r.DueAt.Equal(at) {
		b.Errorf("after a release: %d attempts, sent at %v, due at %v", r.Attempts, r.SentAt, r.DueAt)
	}
	if len(b.claim(kept.Conversation, 1)) != 0 {
		b.Error("claimed before it is due")
	}
}

func looksAgain(b *bench) {
	kept := b.toRecall("1")
	cl := b.claim(kept.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.Unknown, Called: true, Explanation: "no answer"})
	for range 2 {
		cl = b.claim(kept.Conversation, 1)[0]
		b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.Unknown})
	}
	entries := len(b.actions(string(kept.Recall)))
	if entries != 3 {
		b.Errorf("%d audit entries, want 3: looking is no transition", entries)
	}
	cl = b.claim(kept.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.AlreadyGone, Called: true})
	r := b.state(kept.Recall, models.AlreadyGone)
	if r.Attempts != 2 || r.Explanation != "no answer" {
		b.Errorf("%d attempts, %q", r.Attempts, r.Explanation)
	}
	if m := b.message(kept.Message); m.State != models.Removed {
		b.Errorf("the message is %s, want removed", m.State)
	}
}

func refusesSettlements(b *bench) {
	kept := b.toRecall("1")
	cl := b.claim(kept.Conversation, 1)[0]
	for _, s := range []models.RecallState{models.Sent, models.Held, models.Requested, models.Cancelled, "odd", ""} {
		b.settle(0, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: s, Called: true})
	}
	b.settle(0, models.Settlement{Recall: "nobody", Fence: 1, State: models.Accepted})
	b.state(kept.Recall, models.Sent)
}
