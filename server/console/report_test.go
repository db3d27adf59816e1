package console

import (
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/report"
)

// lived puts a recall of a message into the store, with the audit that led there.
func (w *world) lived(c models.Conversation, s models.RecallState) models.Recall {
	m := w.posted(c, "alice", "hello")
	r := lived(s)
	r.ID, r.Message, r.App, r.Conversation, r.Ref, r.Sender = models.RecallID(models.NewID()), m.ID, m.App, m.Conversation, m.Ref, m.Sender
	r.SentAtPlatform, r.Actor, r.Members, r.EvidenceAt = noon.Add(-2*time.Second), "moderator:ann", 40, noon
	w.store.put(r)
	for _, e := range []models.AuditEntry{
		{Action: "recall.sent", Actor: "worker:one", At: noon.Add(10 * time.Millisecond), Details: map[string]string{"attempts": "1"}},
		{Action: "recall.accepted", Actor: "worker:one", At: noon.Add(60 * time.Millisecond), Details: map[string]string{"attempts": "1", "code": "0"}},
		{Action: "recall.joined", Actor: "moderator:bea", At: noon, Details: map[string]string{"authority": "admin", "trigger": "api", "reason": "abuse"}},
	} {
		e.Thing = string(r.ID)
		w.store.audit = append(w.store.audit, e)
	}
	return r
}

func TestTheReportOfARecall(t *testing.T) {
	w := newWorld(t)
	r := w.lived(sales, models.Confirmed)
	p := w.operator().page("/recalls/" + string(r.ID))
	p.wants("[data-result=removed]", "removed")
	p.wants("#timeline", "posted")
	p.wants("#timeline", "seen by us")
	p.wants("#timeline", "confirmed")
	p.wants("#timeline", "+0.34 s") // from accepted to confirmed
	p.wants("#timeline", "2.40 s")  // visible for
	p.wants("#timeline", "40")
	p.wants("#calls", "accepted")
	p.wants("main", "moderator:bea")
}

func TestTheReportTellsOfLegalHolds(t *testing.T) {
	w := newWorld(t)
	r := w.lived(sales, models.Cancelled)
	w.store.holds = map[models.MessageID]models.LegalHold{r.Message: {PlacedAt: noon, LiftedAt: noon.Add(time.Minute), LiftedBy: "moderator:ann"}}
	p := w.operator().page("/recalls/" + string(r.ID))
	p.wants("#timeline", "put under a legal hold")
	p.wants("#timeline", "legal hold lifted")
}

// Green is for what is proved alone, and what was removed in part has a colour of its own.
func TestAcceptedIsNeverShownAsRemoved(t *testing.T) {
	for _, tt := range []struct {
		in     models.Conversation
		state  models.RecallState
		result report.Result
		class  string
	}{
		{sales, models.Confirmed, report.Removed, "green"},
		{sales, models.Accepted, report.NotProved, "amber"},
		{models.Conversation{ID: "conv-live", App: "main", Kind: models.Live, Ref: "@live", Group: "@live"}, models.Confirmed, report.InPart, "part"},
		{sales, models.Unknown, report.NotKnown, "violet"},
		{sales, models.Failed, report.NotRemoved, "red"},
		{sales, models.Cancelled, report.Withdrawn, "struck"},
	} {
		w := newWorld(t)
		r := w.lived(tt.in, tt.state)
		p := w.operator().page("/recalls/" + string(r.ID))
		pill := p.one("[data-result=" + string(tt.result) + "]")
		if got := attr(pill.root, "class"); got != "pill "+tt.class {
			t.Errorf("%s in a %s: %s is shown as %q, want %q", tt.state, tt.in.Kind, tt.result, got, tt.class)
		}
	}
	for _, result := range report.Results {
		if _, ok := resultClass[result]; !ok {
			t.Errorf("%s has no class", result)
		}
	}
}
