package storetest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var legalHoldTests = []test{
	{"what a hold would be on", previewsHolds},
	{"nobody takes it back", keepsFromAll},
	{"a rule's wish becomes a case", keepsFromPolicy},
	{"a part of a value that is under hold", keepsAPart},
	{"what had not left ends", endsWhatIsQueued},
	{"what it meets at the claim ends", endsAtTheClaim},
	{"what may have left is looked for", keepsLooking},
	{"a hold beside a claim", holdsBesideClaims},
	{"sweeps leave it alone", keepsFromSweeps},
	{"until the last is gone", keepsUntilTheLast},
	{"it ends by itself", endsByItself},
	{"two people lift it", liftedByTwo},
	{"what cannot be held", refusesHolds},
	{"they are listed", listsHolds},
	{"the database refuses to erase", refusesErasing},
}

// legalHold places a hold by ann.
func (b *bench) legalHold(kind models.LegalHoldKind, thing string) models.LegalHold {
	b.Helper()
	h, err := b.store.PlaceLegalHold(b.Context(), models.LegalHold{
		Kind: kind, App: app, Thing: thing, Reason: "order of 1 May", PlacedBy: "moderator:ann",
	})
	if err != nil {
		b.Fatalf("PlaceLegalHold: %v", err)
	}
	return h
}

func (b *bench) lift(id models.LegalHoldID, actor string, want models.LegalHoldState) models.LegalHold {
	b.Helper()
	h, err := b.store.LiftLegalHold(b.Context(), id, actor, "the case is closed")
	if err != nil || h.State(time.Now()) != want {
		b.Fatalf("LiftLegalHold by %s = %+v, %v, want %s", actor, h, err, want)
	}
	return h
}

// onEach holds one message in each way.
func (b *bench) onEach(k models.Kept, do func(models.LegalHoldKind, string)) {
	for kind, thing := range map[models.LegalHoldKind]string{
		models.HoldMessage: string(k.Message), models.HoldConversation: string(k.Conversation), models.HoldSender: "alice",
	} {
		do(kind, thing)
	}
}

func keepsFromAll(b *bench) {
	kept := b.keep(posted("1", "hello"))[0]
	failed := b.toRecall("2")
	claim := b.claim(failed.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Refused, Called: true})
	waiting := b.keep(found(posted("3", "card"), models.VerdictReview))[0]
	other := posted("4", "mine")
	other.Event.Message.Sender = "bob"
	free := b.keep(other)[0]
	b.onEach(kept, func(kind models.LegalHoldKind, thing string) {
		h := b.legalHold(kind, thing)
		q := asked(kept.Message)
		q.Anyway, q.Authority = true, models.ByOperator
		err := b.decide(q).Err
		if !errors.Is(err, models.ErrLegalHold) || !errors.Is(err, models.ErrConflict) ||
			!strings.Contains(err.Error(), "moderator:ann since ") || strings.Contains(err.Error(), "order of") {
			b.Errorf("on a %s: an operator: %v", kind, err)
		}
		if err := b.decide(wish(kept.Message)).Err; !errors.Is(err, models.ErrLegalHold) {
			b.Errorf("on a %s: the sender: %v", kind, err)
		}
		if _, err := b.wish(wish(kept.Message)); !errors.Is(err, models.ErrLegalHold) {
			b.Errorf("on a %s: the sender's wish: %v", kind, err)
		}
		if kind != models.HoldMessage {
			by := asked(failed.Message)
			if _, err := b.store.RetryRecall(b.Context(), everything, failed.Recall, by); !errors.Is(err, models.ErrLegalHold) {
				b.Errorf("on a %s: a retry: %v", kind, err)
			}
			c := b.caseOf(waiting.Message)
			if _, _, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictRecall, by.Reason, by); !errors.Is(err, models.ErrLegalHold) {
				b.Errorf("on a %s: by its case: %v", kind, err)
			}
			if c := b.caseOf(waiting.Message); c.State != models.CaseOpen {
				b.Errorf("on a %s: the case is %s", kind, c.State)
			}
		}
		b.lift(h.ID, "moderator:ann", models.HoldLifted)
		want := []string{"legal_hold.placed", "legal_hold.lifted"}
		if diff := cmp.Diff(want, b.actions(string(h.ID))); diff != "" {
			b.Errorf("audit (-want +got):\n%s", diff)
		}
	})
	b.legalHold(models.HoldSender, "alice")
	b.keep(removed("1"))
	if err := b.decide(asked(kept.Message)).Err; !errors.Is(err, models.ErrInvalid) || errors.Is(err, models.ErrLegalHold) {
		b.Errorf("what is gone: %v", err)
	}
	if got := b.decide(asked(free.Message)); got.Err != nil {
		b.Errorf("somebody else's: %v", got.Err)
	}
	b.verify()
}

// keepsFromPolicy: what comes after the hold, and what an edit brings.
func keepsFromPolicy(b *bench) {
	kept := b.keep(posted("1", "hello"))[0]
	h := b.legalHold(models.HoldSender, "alice")
	late := b.toRecall("2")
	if late.Recall != "" || late.Ring {
		b.Errorf("a recall was asked for: %+v", late)
	}
	b.keep(found(edited(posted("1", "hello"), "card", time.Now().Add(time.Second)), models.VerdictRecall))
	open := b.openCases()
	if len(open) != 2 {
		b.Fatalf("cases = %+v", open)
	}
	for _, c := range open {
		if !strings.Contains(c.Why, "under a legal hold, so nothing was taken back") || c.Rule != "cards" {
			b.Errorf("case = %+v", c)
		}
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(open[0].ID), Action: "case.opened"})
	if len(es) != 1 || es[0].Details["legal_hold"] != string(h.ID) {
		b.Errorf("audit = %+v", es)
	}
	if rs, _, err := b.store.Recalls(b.Context(), everything, models.RecallFilter{}); err != nil || len(rs) != 0 {
		b.Errorf("recalls = %+v, %v", rs, err)
	}
	b.lift(h.ID, "moderator:ann", models.HoldLifted)
	if rs, _, err := b.store.Recalls(b.Context(), everything, models.RecallFilter{}); err != nil || len(rs) != 0 {
		b.Errorf("after the lift: recalls = %+v, %v, want what was kept left to people", rs, err)
	}
	if got := b.decide(asked(kept.Message)); got.Err != nil {
		b.Errorf("after the lift: %v", got.Err)
	}
}

// keepsAPart: a value is completed by another message, and one of its parts is held.
func keepsAPart(b *bench) {
	ids := b.keepParts(2)
	b.legalHold(models.HoldMessage, string(ids[0]))
	last := b.keep(completing("last", models.VerdictRecall, ids...))[0]
	open := b.openCases()
	if len(open) != 1 || open[0].Message != ids[0] || !strings.Contains(open[0].Why, "under a legal hold") {
		b.Errorf("cases = %+v, want that of the part that is held", open)
	}
	for _, id := range []models.MessageID{ids[1], last.Message} {
		if r := b.recallOf(id); r.State != models.Queued {
			b.Errorf("the recall of another part is %s", r.State)
		}
	}
	if rs, _, err := b.store.Recalls(b.Context(), everything, models.RecallFilter{Message: ids[0]}); err != nil || len(rs) != 0 {
		b.Errorf("recalls of the part that is held: %+v, %v", rs, err)
	}
}

func endsWhatIsQueued(b *bench) {
	ruled, waits := b.toRecall("1"), b.held("2", time.Hour)
	asks := b.keep(posted("3", "hello"))[0]
	b.decide(asked(asks.Message))
	h := b.legalHold(models.HoldConversation, room.Ref)
	if h.Stopped != 3 || h.TooLate != 0 || h.Thing != string(ruled.Conversation) {
		b.Errorf("hold = %+v, want three stopped", h)
	}
	for _, id := range []models.RecallID{ruled.Recall, waits.Recall, b.recallOf(asks.Message).ID} {
		r := b.state(id, models.Cancelled)
		if r.Explanation != "Stopped before it left: the message is under a legal hold." || r.Attempts != 0 {
			b.Errorf("recall = %+v", r)
		}
		es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(id), Action: "recall.cancelled"})
		if len(es) != 1 || es[0].Actor != "moderator:ann" || es[0].Details["legal_hold"] != string(h.ID) || es[0].Details["why"] != "legal_hold" {
			b.Errorf("audit = %+v", es)
		}
	}
	open := b.openCases()
	if len(open) != 2 || open[0].Why == "" || slices.ContainsFunc(open, func(c models.Case) bool { return c.Message == asks.Message }) {
		b.Errorf("cases = %+v, want those of what a rule wanted", open)
	}
	b.verify()
}

// endsAtTheClaim: recalls that the transaction of the hold did not come to.
func endsAtTheClaim(b *bench) {
	ruled := b.toRecall("1")
	waits := b.held("2", time.Millisecond)
	h := b.legalHold(models.HoldSender, "bob")
	b.rawExec(b.raw(), "UPDATE legal_holds SET thing = 'alice'")
	if barred, err := b.store.BarredRecalls(b.Context(), []models.RecallID{ruled.Recall, waits.Recall}); err != nil || len(barred) != 2 {
		b.Errorf("BarredRecalls = %v, %v, want both", barred, err)
	}
	time.Sleep(5 * time.Millisecond)
	b.release(1)
	if claims := b.claim(ruled.Conversation, 10); len(claims) != 0 {
		b.Errorf("%d claims, want none", len(claims))
	}
	for _, k := range []models.Kept{ruled, waits} {
		b.state(k.Recall, models.Cancelled)
		es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(k.Recall), Action: "recall.cancelled"})
		if len(es) != 1 || es[0].Actor != "worker:one" || es[0].Details["legal_hold"] != string(h.ID) {
			b.Errorf("audit = %+v", es)
		}
	}
	if n := len(b.openCases()); n != 2 {
		b.Errorf("%d cases, want 2", n)
	}
	b.verify()
}

func keepsLooking(b *bench) {
	_, left := b.claimed("1")
	kept, lost := b.unknown("2")
	b.settle(1, models.Settlement{Recall: lost.ID, Fence: lost.Fence, State: models.Unknown, Called: true})
	h := b.legalHold(models.HoldConversation, string(kept.Conversation))
	if h.Stopped != 0 || h.TooLate != 2 {
		b.Errorf("hold = %+v, want two that were under way", h)
	}
	if barred, err := b.store.BarredRecalls(b.Context(), []models.RecallID{left.ID}); err != nil || len(barred) != 1 {
		b.Errorf("BarredRecalls = %v, %v: a call would leave", barred, err)
	}
	claims := b.claim(kept.Conversation, 10)
	if len(claims) != 1 || claims[0].ID != lost.ID || !claims[0].Barred || !claims[0].LegalHold || claims[0].Attempts != lost.Attempts+1 {
		b.Errorf("claims = %+v", claims)
	}
	b.settle(1, models.Settlement{Recall: left.ID, Fence: left.Fence, State: models.Accepted, Called: true})
	b.state(left.ID, models.Accepted) // what was on its way is told as it is
}

// holdsBesideClaims: whatever the moment, either the claim sees the hold and ends the
// recall, or the hold stands before the worker asks for the last time.
func holdsBesideClaims(b *bench) {
	other := b.open(store.Options{Node: "other"})
	seen := map[models.RecallState]int{}
	for n := range 12 {
		kept := b.toRecall(ref(n + 1))
		var wait sync.WaitGroup
		begin := make(chan struct{})
		wait.Go(func() {
			<-begin
			_, err := other.PlaceLegalHold(b.Context(), models.LegalHold{
				Kind: models.HoldMessage, Thing: string(kept.Message), Reason: "x", PlacedBy: "moderator:ann",
			})
			if err != nil {
				b.Errorf("PlaceLegalHold: %v", err)
			}
		})
		var claims []models.RecallClaim
		wait.Go(func() {
			<-begin
			time.Sleep(time.Duration(n%4) * time.Millisecond)
			var err error
			if claims, err = b.store.ClaimRecalls(b.Context(), kept.Conversation, 10, time.Minute); err != nil {
				b.Errorf("ClaimRecalls: %v", err)
			}
		})
		close(begin)
		wait.Wait()
		r := b.recall(kept.Recall)
		seen[r.State]++
		barred, err := b.store.BarredRecalls(b.Context(), []models.RecallID{kept.Recall})
		switch {
		case err != nil || len(barred) != 1:
			b.Fatalf("BarredRecalls = %v, %v: the call would leave under a hold", barred, err)
		case r.State == models.Cancelled:
		case r.State == models.Queued && len(claims) == 0: // the claim passed the locked row by
			if again := b.claim(kept.Conversation, 10); len(again) != 0 {
				b.Fatalf("claimed under a hold: %+v", again)
			}
			b.state(kept.Recall, models.Cancelled)
		case r.State == models.Sent && len(claims) == 1:
			b.settle(1, models.Settlement{Recall: r.ID, Fence: claims[0].Fence, State: models.Queued})
			if again := b.claim(kept.Conversation, 10); len(again) != 0 {
				b.Fatalf("claimed under a hold: %+v", again)
			}
			b.state(kept.Recall, models.Cancelled)
		default:
			b.Fatalf("the recall is %s with %d claims", r.State, len(claims))
		}
	}
	b.Logf("proof: of 12 recalls claimed beside their hold none could leave; met in the states %v", seen)
	b.verify()
}

func keepsFromSweeps(b *bench) {
	kept := b.spam(1, 4)
	b.legalHold(models.HoldMessage, string(kept[0].Message))
	sw := b.sweepBy(ofMallory(), 50, nil)
	if diff := cmp.Diff(map[models.SweepWhy]int{models.MetLegalHold: 1}, sw.Progress.Excluded); diff != "" || sw.Chosen != 3 {
		b.Errorf("%d chosen, excluded (-want +got):\n%s", sw.Chosen, diff)
	}
	b.run(sw.ID, "moderator:eve", models.SweepRunning)
	b.legalHold(models.HoldMessage, string(kept[1].Message))
	if due := b.askFor(b.claimSweep(10)); len(due) != 2 {
		b.Errorf("%d were asked for, want two", len(due))
	}
	if diff := cmp.Diff(map[models.SweepWhy]int{models.MetLegalHold: 1}, b.sweep(sw.ID).Progress.Passed); diff != "" {
		b.Errorf("passed over (-want +got):\n%s", diff)
	}
	if h := b.legalHold(models.HoldSender, "mallory"); h.Stopped != 2 {
		b.Errorf("%d recalls were stopped, want those of the sweep", h.Stopped)
	}
	if n := b.takeAll(kept[0].Conversation); n != 0 {
		b.Errorf("%d recalls left", n)
	}
}
