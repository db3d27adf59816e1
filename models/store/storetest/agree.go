package storetest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var agreeTests = []test{
	{"who said that it may stay is told to the next", staysUntilAnyway},
	{"who tries again is told too", retryIsTold},
	{"an edit is another text", editIsAnotherText},
	{"the platform decides nothing for people", platformDecidesNothing},
	{"two people at once ask for one recall", twoAskAtOnce},
	{"a case and a recall at once have one end", caseAndRecallAtOnce},
}

// decided is a message whose case somebody closed with allow.
func (b *bench) decided(ref string) models.MessageID {
	b.Helper()
	id := b.keep(found(posted(ref, "card"), models.VerdictReview))[0].Message
	by := models.RecallRequest{Actor: "moderator:ann", Authority: models.ByOwner, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, b.caseOf(id).ID, models.VerdictAllow, models.Reason{}, by); err != nil {
		b.Fatalf("DecideCase: %v", err)
	}
	return id
}

// caseOf returns the newest case of a message.
func (b *bench) caseOf(id models.MessageID) models.Case {
	b.Helper()
	all, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{})
	if err != nil {
		b.Fatalf("Cases: %v", err)
	}
	for _, c := range all {
		if c.Message == id {
			return c
		}
	}
	b.Fatalf("message %s has no case", id)
	return models.Case{}
}

func staysUntilAnyway(b *bench) {
	id := b.decided("1")
	got := b.decide(asked(id))
	if !errors.Is(got.Err, models.ErrConflict) || !strings.Contains(got.Err.Error(), "decided allow by moderator:ann at 20") {
		b.Fatalf("the next hears %v", got.Err)
	}
	if rs, _, _ := b.store.Recalls(b.Context(), everything, models.RecallFilter{Message: id}); len(rs) != 0 {
		b.Fatalf("%d recalls were made", len(rs))
	}
	for name, change := range map[string]func(*models.RecallRequest){
		"anyway":     func(q *models.RecallRequest) { q.Anyway = true },
		"the sender": func(q *models.RecallRequest) { q.Authority, q.Actor = models.BySender, "account:main:alice" },
		"the same":   func(q *models.RecallRequest) { q.Actor = "moderator:ann" },
	} {
		id := b.decided(name)
		q := asked(id)
		change(&q)
		got := b.decide(q)
		if got.Err != nil || got.Recall.State != models.Queued {
			b.Errorf("%s: %+v", name, got)
			continue
		}
		es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(got.Recall.ID)})
		if len(es) != 1 || es[0].Details["anyway"] != string(b.caseOf(id).ID) {
			b.Errorf("%s: audit = %+v", name, es)
		}
	}
}

// retryIsTold: a recall that was refused, and after it a person's word that the
// message may stay.
func retryIsTold(b *bench) {
	kept := b.toRecall("1")
	cl := b.claim(kept.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: models.Refused, Called: true})
	q := wish(kept.Message)
	if _, err := b.wish(q); err != nil {
		b.Fatal(err)
	}
	ann := models.RecallRequest{Actor: "moderator:ann", Authority: models.ByOwner, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, b.caseOf(kept.Message).ID, models.VerdictAllow, models.Reason{}, ann); err != nil {
		b.Fatal(err)
	}
	if _, err := b.store.RetryRecall(b.Context(), everything, cl.ID, asked("")); !errors.Is(err, models.ErrConflict) || !strings.Contains(err.Error(), "moderator:ann") {
		b.Errorf("the next who tries again hears %v", err)
	}
	again, err := b.store.RetryRecall(b.Context(), everything, cl.ID, ann)
	if err != nil || again.State != models.Queued {
		b.Fatalf("ann herself: %+v, %v", again, err)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(again.ID)})
	if len(es) != 1 || es[0].Details["anyway"] != string(b.caseOf(kept.Message).ID) || es[0].Details["retry_of"] != string(cl.ID) {
		b.Errorf("audit = %+v", es)
	}
}

func editIsAnotherText(b *bench) {
	id := b.decided("1")
	b.keep(edited(posted("1", "card"), "another text", time.Now().Add(time.Second)))
	if got := b.decide(asked(id)); got.Err != nil || got.Recall.ID == "" {
		b.Errorf("after an edit: %+v", got)
	}
}

func platformDecidesNothing(b *bench) {
	id := b.keep(found(posted("1", "card"), models.VerdictReview))[0].Message
	b.keep(removed("1"))
	if got := b.decide(asked(id)); !errors.Is(got.Err, models.ErrInvalid) {
		b.Errorf("a message that is gone: %+v, want ErrInvalid", got)
	}
}

// atOnce runs acts on two nodes at the same time.
func (b *bench) atOnce(acts ...func(*store.Store)) {
	b.Helper()
	nodes := []*store.Store{b.store, b.store}
	if !strings.HasPrefix(b.database, "sqlite:") {
		nodes[1] = b.open(store.Options{Node: "two"})
	}
	var wg sync.WaitGroup
	for i, act := range acts {
		wg.Go(func() { act(nodes[i%len(nodes)]) })
	}
	wg.Wait()
}

func twoAskAtOnce(b *bench) {
	for n := range 20 {
		id := b.keep(posted(ref(n), "hello"))[0].Message
		var got [2]store.DecideResult
		ask := func(i int, actor string) func(*store.Store) {
			return func(s *store.Store) {
				q := asked(id)
				q.Actor = actor
				res, err := s.Decide(b.Context(), everything, []models.RecallRequest{q})
				if err != nil {
					b.Errorf("Decide: %v", err)
					return
				}
				got[i] = res[0]
			}
		}
		b.atOnce(ask(0, "moderator:eve"), ask(1, "moderator:ann"))
		if got[0].Err != nil || got[1].Err != nil || got[0].Recall.ID != got[1].Recall.ID || got[0].Joined == got[1].Joined {
			b.Fatalf("round %d: %+v and %+v, want one recall that one of them joined", n, got[0], got[1])
		}
		if acts := b.actions(string(got[0].Recall.ID)); len(acts) != 2 || !slices.Contains(acts, "recall.joined") {
			b.Errorf("round %d: audit = %v", n, acts)
		}
	}
}

// A case that is decided and a recall asked for at the same time: whoever comes
// first is right, and the other one is told.
func caseAndRecallAtOnce(b *bench) {
	first := map[string]int{}
	for n := range 30 {
		id := b.keep(found(posted(ref(n), "card"), models.VerdictReview))[0].Message
		open := b.caseOf(id)
		var asking, deciding error
		ask := func(s *store.Store) {
			res, err := s.Decide(b.Context(), everything, []models.RecallRequest{asked(id)})
			if asking = err; err == nil {
				asking = res[0].Err
			}
		}
		decide := func(s *store.Store) {
			by := models.RecallRequest{Actor: "moderator:ann", Authority: models.ByOwner, Trigger: models.FromConsole}
			_, _, deciding = s.DecideCase(b.Context(), everything, open.ID, models.VerdictAllow, models.Reason{}, by)
		}
		acts := []func(*store.Store){ask, decide}
		b.atOnce(acts[n%2], acts[1-n%2])
		closed := b.caseOf(id)
		rs, _, _ := b.store.Recalls(b.Context(), everything, models.RecallFilter{Message: id})
		switch {
		case asking == nil && errors.Is(deciding, models.ErrConflict) && closed.Verdict == models.VerdictRecall && len(rs) == 1:
			first["recall"]++
		case errors.Is(asking, models.ErrConflict) && deciding == nil && closed.Verdict == models.VerdictAllow && len(rs) == 0:
			first["case"]++
		default:
			b.Fatalf("round %d: asking %v, deciding %v, the case ended %s with %d recalls", n, asking, deciding, closed.Verdict, len(rs))
		}
	}
	if first["recall"]+first["case"] != 30 {
		b.Errorf("%v rounds ran", first)
	}
}
