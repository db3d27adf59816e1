package simulation

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/storetest"
)

// The database of the worlds answers as the store does, whatever is asked of both: else
// the core might keep its laws only there.
func TestDatabaseAgreesWithTheStore(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{
		Database: "sqlite:" + filepath.Join(t.TempDir(), "takeback.db"), Keys: storetest.Keys(t), Node: "one", Migrate: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	runs, seen := 0, newTally()
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		a := newAgreement(s, fmt.Sprintf("room%d", runs), seen)
		rt.Repeat(map[string]func(*rapid.T){
			"post": a.post, "edit": a.edit, "remove": a.remove, "claim": a.claim, "settle": a.settle, "work": a.work,
			"decide": a.decide, "cancel": a.cancel, "hold": a.hold, "stop": a.stop, "evidence": a.evidence, "": a.same,
		})
	})
	t.Logf("proof: %d runs, %d kinds of transition", runs, len(seen.edges))
}

// agreement is one conversation in the database of a world and in a store.
type agreement struct {
	*database

	link   link
	store  *store.Store
	room   *room
	ids    map[models.RecallID]models.RecallID // of the store, by those of the database
	place  models.ConversationID               // of the room, in the store
	claims []models.RecallClaim                // ever given out, with the database's ids
}

var everything = models.Scope{All: true}

func newAgreement(s *store.Store, ref string, seen *tally) *agreement {
	w := &world{journal: &journal{over: true}, seen: seen, began: time.Now()}
	w.data, w.chat = newDatabase(w), &chat{world: w}
	r := &room{Conversation: models.Conversation{App: app, Kind: models.Group, Ref: ref, Group: ref}}
	for n := range 3 {
		w.chat.posts = append(w.chat.posts, &post{room: r, ref: strconv.Itoa(n + 1)})
	}
	return &agreement{
		database: w.data, link: link{&life{world: w, id: "one"}}, store: s, room: r, ids: map[models.RecallID]models.RecallID{},
	}
}

// keep has both keep an event.
func (a *agreement) keep(t *rapid.T, in models.Judged) {
	in.Event.Conversation = a.room.Conversation
	own := in
	if m := in.Event.Message; m != nil {
		c := *m
		own.Event.Message = &c
	}
	kept, err := a.store.Keep(t.Context(), app, []models.Judged{in})
	if err != nil {
		t.Fatal(err)
	}
	k := keeping{database: a.database, same: map[models.MessageID]models.MessageID{}}
	got := k.keep(&own)
	told := in.Event.Message == nil || got.Result == kept[0].Result // of a removal the store keeps more: when, and by whom
	if !told || got.Ring != kept[0].Ring {
		t.Fatalf("%s: the database says %+v, the store %+v", in.Event.Kind, got, kept[0])
	}
	a.name(t)
}

// name finds out which recall of the store is which.
func (a *agreement) name(t *rapid.T) {
	if len(a.ids) == len(a.recalls) {
		return
	}
	r := a.recalls[len(a.recalls)-1] // one act makes one recall at most
	for id, theirs := range a.inStore(t) {
		if a.place = theirs.Conversation.ID; theirs.Ref == r.Ref && !theirs.State.Terminal() {
			a.ids[r.ID] = id
		}
	}
	if a.ids[r.ID] == "" {
		t.Fatalf("%s of %s is not in the store", r.ID, r.Ref)
	}
}

// inStore are the recalls of the room in the store.
func (a *agreement) inStore(t *rapid.T) map[models.RecallID]models.Recall {
	found, _, err := a.store.Recalls(t.Context(), everything, models.RecallFilter{App: app, Conversation: a.room.Ref, Page: models.Page{Limit: 500}})
	if err != nil {
		t.Fatal(err)
	}
	all := map[models.RecallID]models.Recall{}
	for _, r := range found {
		all[r.ID] = r
	}
	return all
}

func (a *agreement) message(t *rapid.T) *models.Message {
	ref, text := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "ref"), rapid.SampledFrom([]string{"one", "two"}).Draw(t, "text")
	return &models.Message{
		ID: models.MessageID(models.NewID()), Ref: ref, Sender: "bob", State: models.Visible, Inspection: models.Found, Revision: 1,
		Elements: []models.Element{{Kind: models.TextElement, Path: "Text", Text: text}},
	}
}

func verdict(t *rapid.T) models.Decision {
	return models.Decision{
		Verdict: rapid.SampledFrom([]models.Verdict{models.VerdictAllow, models.VerdictReview, models.VerdictRecall, models.VerdictRecall}).Draw(t, "verdict"),
		Actor:   "policy", Rule: "cards", Reason: models.Reason{Code: models.Abuse},
		Hold: rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond}).Draw(t, "hold"),
	}
}

func (a *agreement) post(t *rapid.T) {
	a.keep(t, models.Judged{Event: models.Event{Kind: models.EventPosted, Message: a.message(t)}, Decision: verdict(t)})
}

func (a *agreement) edit(t *rapid.T) {
	m := a.message(t)
	m.EditedAt = time.Unix(int64(rapid.IntRange(1, 3).Draw(t, "edited")), 0)
	a.keep(t, models.Judged{Event: models.Event{Kind: models.EventEdited, Message: m}, Decision: verdict(t)})
}

func (a *agreement) remove(t *rapid.T) {
	ref := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "ref")
	a.keep(t, models.Judged{Event: models.Event{Kind: models.EventRemoved, At: time.Unix(1, 0), Refs: []string{ref}}})
}

// guessed has both guess what a claim gives, and makes up who could see the messages of some
// of it.
func (a *agreement) guessed(t *rapid.T, limit int) (here, there []models.Evidence) {
	theirs, err := a.store.DueRecalls(t.Context(), a.place, limit)
	if err != nil {
		t.Fatal(err)
	}
	var ours []models.RecallClaim
	if c, ok := a.conversations[a.room.Ref]; ok {
		ours = a.world.data.guess(c.ID, limit)
	}
	var got, want []models.RecallID
	for _, c := range ours {
		got = append(got, a.ids[c.ID])
		if rapid.Bool().Draw(t, "asked") {
			here, there = append(here, models.Evidence{Recall: c.ID, Members: 7}), append(there, models.Evidence{Recall: a.ids[c.ID], Members: 7})
		}
	}
	for _, c := range theirs {
		want = append(want, c.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("guessed (-store +database):\n%s", diff)
	}
	return here, there
}

func (a *agreement) claim(t *rapid.T) {
	lease := rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "lease")
	limit := rapid.IntRange(1, 3).Draw(t, "limit")
	here, there := a.guessed(t, limit)
	theirs, err := a.store.ClaimRecalls(t.Context(), a.place, limit, lease, there...)
	if err != nil {
		t.Fatal(err)
	}
	var ours []models.RecallClaim
	if c, ok := a.conversations[a.room.Ref]; ok {
		ours = a.link.claim(c.ID, limit, lease, here...)
	}
	type claimed struct {
		ID           models.RecallID
		Was, State   models.RecallState
		Fence, Calls int
		Barred, Seen bool
		Members      int
	}
	var got, want []claimed
	for _, c := range ours {
		got = append(got, claimed{a.ids[c.ID], c.Was, c.State, c.Fence, c.Attempts, c.Barred, !c.EvidenceAt.IsZero(), c.Members})
	}
	for _, c := range theirs {
		want = append(want, claimed{c.ID, c.Was, c.State, c.Fence, c.Attempts, c.Barred, !c.EvidenceAt.IsZero(), c.Members})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("claimed (-store +database):\n%s", diff)
	}
	a.claims = append(a.claims, ours...)
}

// settle answers any claim ever given out, mostly the last, in any way.
func (a *agreement) settle(t *rapid.T) {
	if len(a.claims) == 0 {
		return
	}
	c := a.claims[len(a.claims)-1]
	if rapid.IntRange(0, 3).Draw(t, "another") == 0 {
		c = a.claims[rapid.IntRange(0, len(a.claims)-1).Draw(t, "claim")]
	}
	st := models.Settlement{
		Recall: c.ID, Fence: c.Fence, State: rapid.SampledFrom(models.RecallStates).Draw(t, "to"), Explanation: "Because.",
		Called: rapid.Bool().Draw(t, "called"), Looked: rapid.Bool().Draw(t, "looked"),
		DueAt: rapid.SampledFrom([]time.Time{{}, {}, time.Now().Add(time.Hour)}).Draw(t, "due"),
	}
	ours := btoi(a.link.settle(a.recall(c.ID), st))
	st.Recall = a.ids[c.ID]
	theirs, err := a.store.Settle(t.Context(), []models.Settlement{st})
	if err != nil || ours != theirs {
		t.Fatalf("%s under fence %d as %s: %d applied in the database, %d in the store, %v", c.ID, c.Fence, st.State, ours, theirs, err)
	}
}

func (a *agreement) work(t *rapid.T) {
	a.claim(t)
	a.settle(t)
}
