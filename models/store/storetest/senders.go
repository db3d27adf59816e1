package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var senderTests = []test{
	{"a sender takes back what is the sender's", senderTakesBack},
	{"a late wish becomes a case", lateWish},
	{"a wish goes into the case that waits", wishInCase},
	{"a wish joins a recall under way", wishJoins},
	{"a wish is answered once", wishAnswered},
	{"a token is found by its name", tokenByName},
}

// wish is what alice asks for of her own.
func wish(id models.MessageID) models.RecallRequest {
	return models.RecallRequest{
		Message: id, Reason: models.Reason{Code: models.WrongRecipient, Note: "meant for finance"},
		Actor: "account:main:alice", Authority: models.BySender, Trigger: models.FromAPI,
	}
}

func (b *bench) wish(q models.RecallRequest) (store.AskResult, error) {
	b.Helper()
	return b.store.AskRecall(b.Context(), q)
}

func senderTakesBack(b *bench) {
	id := b.keep(posted("1", "hello"))[0].Message
	q := wish(id)
	q.Actor = "account:main:bob"
	if got := b.decide(q); !errors.Is(got.Err, models.ErrNotFound) {
		b.Errorf("of somebody else's: %+v, want ErrNotFound", got)
	}
	if _, err := b.wish(q); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("asking for somebody else's: %v, want ErrNotFound", err)
	}
	got := b.decide(wish(id))
	if got.Err != nil || got.Recall.Authority != models.BySender || got.Recall.Account != "" || got.Recall.State != models.Queued {
		b.Errorf("alice's own: %+v", got)
	}
}

func lateWish(b *bench) {
	id := b.keep(found(posted("1", "card"), models.VerdictAllow))[0].Message
	before := b.announced(models.CaseChanged)
	got, err := b.wish(wish(id))
	if err != nil || got.Recall != nil || got.Case.State != models.CaseOpen || got.Case.Severity != models.High || got.Case.Rule != "" {
		b.Fatalf("AskRecall = %+v, %v", got, err)
	}
	asked := got.Case.Request
	if asked.By != "account:main:alice" || asked.Reason != wish(id).Reason || asked.At.IsZero() {
		b.Errorf("the request is %+v", asked)
	}
	again, err := b.wish(wish(id))
	if diff := cmp.Diff(got.Case, again.Case); diff != "" || err != nil {
		b.Errorf("asked again: %v (-first +second):\n%s", err, diff)
	}
	if n := b.announced(models.CaseChanged) - before; n != 1 {
		b.Errorf("%d changes were announced, want one", n)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(got.Case.ID)})
	if len(es) != 1 || es[0].Action != "case.opened" || es[0].Actor != asked.By || es[0].Details["authority"] != "sender" ||
		es[0].Details["note_digest"] == "" {
		b.Errorf("audit = %+v", es)
	}
	by := models.RecallRequest{Actor: "moderator:olga", Authority: models.ByOwner, Account: "olga", Trigger: models.FromConsole}
	_, r, err := b.store.DecideCase(b.Context(), everything, got.Case.ID, models.VerdictRecall, models.Reason{Code: models.WrongRecipient}, by)
	if err != nil || r.Authority != models.ByOwner || r.Actor != "moderator:olga" {
		b.Errorf("decided: %+v, %v; want the decider's right", r, err)
	}
}

func wishInCase(b *bench) {
	id := b.keep(found(posted("1", "card"), models.VerdictReview))[0].Message
	open := b.caseOf(id)
	got, err := b.wish(wish(id))
	if err != nil || got.Case.ID != open.ID || got.Case.Rule != "cards" || got.Case.Request.By != "account:main:alice" {
		b.Fatalf("AskRecall = %+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"case.opened", "case.requested"}, b.actions(string(open.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func wishJoins(b *bench) {
	kept := b.toRecall("1")
	got, err := b.wish(wish(kept.Message))
	if err != nil || got.Recall == nil || got.Recall.ID != kept.Recall || got.Case.ID != "" || got.Recall.Automatic {
		b.Errorf("AskRecall = %+v, %v", got, err)
	}
}

func wishAnswered(b *bench) {
	first := posted("1", "hello")
	id := b.keep(first)[0].Message
	got, err := b.wish(wish(id))
	if err != nil {
		b.Fatal(err)
	}
	by := models.RecallRequest{Actor: "moderator:olga", Authority: models.ByOwner, Trigger: models.FromConsole}
	if _, _, err := b.store.DecideCase(b.Context(), everything, got.Case.ID, models.VerdictAllow, models.Reason{}, by); err != nil {
		b.Fatal(err)
	}
	if _, err := b.wish(wish(id)); !errors.Is(err, models.ErrConflict) {
		b.Errorf("asked again after the answer: %v, want ErrConflict", err)
	}
	b.keep(edited(first, "another text", time.Now().Add(time.Second)))
	if anew, err := b.wish(wish(id)); err != nil || anew.Case.ID == got.Case.ID {
		b.Errorf("after an edit: %+v, %v, want a new case", anew, err)
	}
	b.keep(removed("1"))
	if _, err := b.wish(wish(id)); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("of what is gone: %v, want ErrInvalid", err)
	}
}

func tokenByName(b *bench) {
	t := models.Token{Name: "shop", Hash: make([]byte, 32), Caller: models.Caller{Grant: models.GrantApp, Account: models.Account{App: app}}}
	if err := b.store.CreateToken(b.Context(), t, "test"); err != nil {
		b.Fatal(err)
	}
	got, err := b.store.TokenByName(b.Context(), "shop")
	if err != nil || got.Caller.Grant != models.GrantApp || got.Caller.Account.App != app {
		b.Errorf("TokenByName = %+v, %v", got, err)
	}
	if err := b.store.RevokeToken(b.Context(), "shop", "test"); err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"shop", "nobody"} {
		if _, err := b.store.TokenByName(b.Context(), name); !errors.Is(err, models.ErrNotFound) {
			b.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
}
