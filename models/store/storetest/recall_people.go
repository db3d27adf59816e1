package storetest

import (
	"errors"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func cancels(b *bench) {
	kept := b.toRecall("1")
	if _, err := b.store.CancelRecall(b.Context(), models.Scope{}, kept.Recall, "eve", models.Reason{}); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("without a scope: %v", err)
	}
	got, err := b.store.CancelRecall(b.Context(), everything, kept.Recall, "moderator:eve", models.Reason{Code: models.ChangeOfMind})
	if err != nil || got.State != models.Cancelled {
		b.Fatalf("CancelRecall = %+v, %v", got, err)
	}
	if len(b.claim(kept.Conversation, 1)) != 0 {
		b.Error("a cancelled recall was claimed")
	}
	if _, err := b.store.CancelRecall(b.Context(), everything, kept.Recall, "eve", models.Reason{}); !errors.Is(err, models.ErrConflict) {
		b.Errorf("twice: %v, want ErrConflict", err)
	}
	sent := b.toRecall("2")
	b.claim(sent.Conversation, 1)
	if _, err := b.store.CancelRecall(b.Context(), everything, sent.Recall, "eve", models.Reason{}); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a sent one: %v, want ErrConflict", err)
	}
	again := b.decide(asked(kept.Message))
	if again.Err != nil || again.Joined {
		b.Errorf("after a cancel a new request is %+v", again)
	}
}

func retries(b *bench) {
	kept := b.toRecall("1")
	retry := func(id models.RecallID) (models.Recall, error) {
		by := asked("")
		by.Reason = models.Reason{Code: models.Abuse}
		return b.store.RetryRecall(b.Context(), everything, id, by)
	}
	if _, err := retry(kept.Recall); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a queued one: %v, want ErrConflict", err)
	}
	last := kept.Recall
	for _, end := range []models.RecallState{models.Failed, models.Refused, models.Unknown} {
		cl := b.claim(kept.Conversation, 1)[0]
		b.settle(1, models.Settlement{Recall: cl.ID, Fence: cl.Fence, State: end, Called: true, DueAt: time.Now().Add(time.Hour)})
		next, err := retry(last)
		if err != nil || next.ID == last || next.State != models.Queued || next.Reason.Code != models.Abuse {
			b.Fatalf("retry of a %s one = %+v, %v", end, next, err)
		}
		es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(next.ID)})
		if len(es) != 1 || es[0].Details["retry_of"] != string(last) {
			b.Errorf("audit = %+v", es)
		}
		if r := b.recall(last); !r.State.Terminal() {
			b.Errorf("the old recall is %s still", r.State)
		}
		last = next.ID
	}
	b.keep(removed("1"))
	if _, err := retry(kept.Recall); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("of a message that is gone: %v, want ErrInvalid", err)
	}
}

func decidesCases(b *bench) {
	by := models.RecallRequest{Actor: "moderator:eve", Authority: models.ByAdmin, Trigger: models.FromConsole}
	b.keep(found(posted("1", "card"), models.VerdictReview), found(posted("2", "card"), models.VerdictReview))
	open, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen, Conversation: room.Ref})
	if err != nil || len(open) != 2 || open[0].Rule != "cards" || open[0].Severity != models.High {
		b.Fatalf("cases = %+v, %v", open, err)
	}
	reason := models.Reason{Code: models.SensitiveInformation, Note: "a card indeed"}
	if _, _, err := b.store.DecideCase(b.Context(), models.Scope{}, open[0].ID, models.VerdictAllow, reason, by); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("without a scope: %v", err)
	}
	if _, _, err := b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictMask, reason, by); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("a verdict that is none for a case: %v", err)
	}
	c, r, err := b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictRecall, reason, by)
	if err != nil || r == nil || r.State != models.Queued || c.State != models.CaseDecided || c.DecidedBy != by.Actor || c.Reason != reason {
		b.Fatalf("DecideCase = %+v, %+v, %v", c, r, err)
	}
	by.Actor = "moderator:bob"
	c, _, err = b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictAllow, reason, by)
	if !errors.Is(err, models.ErrConflict) || !strings.Contains(err.Error(), "moderator:eve") || c.DecidedBy != "moderator:eve" {
		b.Errorf("the loser hears %v and sees %+v", err, c)
	}
	c, r, err = b.store.DecideCase(b.Context(), everything, open[1].ID, models.VerdictAllow, models.Reason{}, by)
	if err != nil || r != nil || c.Verdict != models.VerdictAllow {
		b.Errorf("allowed: %+v, %+v, %v", c, r, err)
	}
	if got, err := b.store.Case(b.Context(), everything, c.ID); err != nil || !cmp.Equal(got, c) {
		b.Errorf("Case = %+v, %v", got, err)
	}
}

func recallAnswersCase(b *bench) {
	id := b.keep(found(posted("1", "card"), models.VerdictReview))[0].Message
	b.decide(asked(id))
	cases, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{})
	if err != nil || len(cases) != 1 || cases[0].Verdict != models.VerdictRecall || cases[0].DecidedBy != "moderator:eve" {
		b.Errorf("cases = %+v, %v", cases, err)
	}
}
