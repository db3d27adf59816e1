package simulation

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

func (a *agreement) decide(t *rapid.T) {
	q := models.RecallRequest{Reason: models.Reason{Code: models.Abuse}, Actor: "eve", Authority: models.ByOperator, Trigger: models.FromAPI}
	m, theirs := a.some(t)
	if m == nil {
		return
	}
	ours := a.database.decide(m, withMessage(q, m.ID))
	res, err := a.store.Decide(t.Context(), everything, []models.RecallRequest{withMessage(q, theirs)})
	if err != nil || ours != (res[0].Err == nil) {
		t.Fatalf("a person asks for %s: the database says %v, the store %+v, %v", m.Ref, ours, res, err)
	}
	a.name(t)
}

func withMessage(q models.RecallRequest, id models.MessageID) models.RecallRequest {
	q.Message = id
	return q
}

// some is a message of the database, and its id in the store.
func (a *agreement) some(t *rapid.T) (*message, models.MessageID) {
	found, _, err := a.store.Messages(t.Context(), everything, models.MessageFilter{App: app, Conversation: a.room.Ref})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return nil, ""
	}
	m := found[rapid.IntRange(0, len(found)-1).Draw(t, "message")]
	return a.messages[messageKey{a.conversations[a.room.Ref].ID, m.Ref}], m.ID
}

func (a *agreement) cancel(t *rapid.T) {
	if len(a.recalls) == 0 {
		return
	}
	r := a.recalls[rapid.IntRange(0, len(a.recalls)-1).Draw(t, "recall")]
	ours := r.State.CanBecome(models.Cancelled)
	if ours {
		a.move(r, models.Cancelled, models.CausePerson)
	}
	_, err := a.store.CancelRecall(t.Context(), everything, a.ids[r.ID], "eve", models.Reason{})
	if ours != (err == nil) {
		t.Fatalf("cancelling %s, which is %s: the database says %v, the store %v", r.ID, r.State, ours, err)
	}
}

// hold lets the holds of rules be over.
func (a *agreement) hold(t *rapid.T) {
	time.Sleep(3 * time.Millisecond) // the store counts in whole ones
	a.release()
	if _, err := a.store.ReleaseHeld(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// stop stops everything automatic, has it withdrawn, and lets it go on.
func (a *agreement) stop(t *rapid.T) {
	a.stopped = true
	_, err := a.store.StopRecalls(t.Context(), "eve", "")
	if err == nil {
		_, err = a.store.WithdrawStopped(t.Context())
	}
	a.withdraw()
	a.barred(t)
	if rapid.Bool().Draw(t, "claimed meanwhile") {
		a.claim(t)
	}
	a.stopped = false
	if err == nil {
		_, err = a.store.StartRecalls(t.Context(), "eve", "it is over")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// barred holds the last question before a call to agree.
func (a *agreement) barred(t *rapid.T) {
	var ours, ids []models.RecallID
	for _, r := range a.recalls {
		ids = append(ids, a.ids[r.ID])
		if a.database.barred(r) {
			ours = append(ours, a.ids[r.ID])
		}
	}
	theirs, err := a.store.BarredRecalls(t.Context(), ids)
	slices.Sort(ours)
	slices.Sort(theirs)
	if err != nil || !slices.Equal(ours, theirs) {
		t.Fatalf("barred: %v in the database, %v in the store, %v", ours, theirs, err)
	}
}

// evidence has both keep who could see the messages of the last claim.
func (a *agreement) evidence(t *rapid.T) {
	if len(a.claims) == 0 {
		return
	}
	c := a.claims[len(a.claims)-1]
	ours := a.recall(c.ID).holds(c.Fence)
	held, err := a.store.KeepEvidence(t.Context(), a.place, []models.Evidence{{Recall: a.ids[c.ID], Fence: c.Fence, Members: 3}})
	if err != nil || ours != (len(held) == 1) {
		t.Fatalf("evidence of %s under fence %d: the database says %v, the store %v, %v", c.ID, c.Fence, ours, held, err)
	}
	if r := a.recall(c.ID); ours {
		r.Members, r.EvidenceAt = 3, time.Now()
	}
}

// same holds all that both know of the room's recalls and messages to be the same.
func (a *agreement) same(t *rapid.T) {
	type known struct {
		State           models.RecallState
		Message         models.MessageState
		Calls, Looks    int
		Automatic       bool
		Priority        int
		Sent, Yes, Over bool
	}
	theirs := a.inStore(t)
	states := a.states(t)
	got, want := map[models.RecallID]known{}, map[models.RecallID]known{}
	of := func(r models.Recall, m models.MessageState) known {
		k := known{r.State, m, r.Attempts, r.Looks, r.Automatic, r.Priority, !r.SentAt.IsZero(), !r.AcceptedAt.IsZero(), !r.EndedAt.IsZero()}
		if r.State.Terminal() {
			k.Looks = 0 // nobody looks any more
		}
		return k
	}
	for _, r := range a.recalls {
		got[a.ids[r.ID]] = of(r.Recall, a.byID[r.Message].State)
	}
	for id, r := range theirs {
		want[id] = of(r, states[r.Ref])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("recalls (-store +database):\n%s", diff)
	}
	a.barred(t)
}

// states are those of the room's messages in the store.
func (a *agreement) states(t *rapid.T) map[string]models.MessageState {
	found, _, err := a.store.Messages(t.Context(), everything, models.MessageFilter{App: app, Conversation: a.room.Ref})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]models.MessageState{}
	for _, m := range found {
		states[m.Ref] = m.State
	}
	return states
}
