package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var slotTests = []test{
	{"what is over is counted once, by its slot", countsSlotsOnce},
	{"nodes that count the same slot count it once", countsSlotsTogether},
	{"numbers keep to the scope", countsSlotsInScope},
}

// history is a store whose clock a test sets.
type history struct {
	*bench

	at time.Time
}

// began is when the histories of these tests begin: at no border of anything.
var began = time.Date(2026, 11, 20, 9, 58, 12, 0, time.UTC)

func (b *bench) history() *history {
	b.Helper()
	h := &history{b, began}
	b.store = b.open(store.Options{Node: "past", Now: func() time.Time { return h.at }})
	return h
}

// takenBack keeps a message that a rule takes back, and has it confirmed after some
// time; whoever counted readers before that says how many there were.
func (h *history) takenBack(ref, rule string, took time.Duration, read int) {
	h.Helper()
	j := found(posted(ref, "card"), models.VerdictRecall)
	j.Event.Message.SentAt, j.Decision.Rule = h.at, rule
	kept := h.keep(j)[0]
	claim := h.claim(kept.Conversation, 1)[0]
	if read >= 0 {
		h.keep(models.Judged{Event: models.Event{
			Kind: models.EventRead, At: h.at, Conversation: room, Reads: []models.Read{{Ref: ref, Count: read, Unread: 9}},
		}})
	}
	h.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Called: true, DueAt: h.at.Add(time.Hour)})
	h.at = h.at.Add(took)
	h.keep(removed(ref))
}

// day is a little history: three recalls and two cases over three hours.
func (h *history) day() {
	h.Helper()
	h.takenBack("1", "cards", 800*time.Millisecond, 0)
	h.takenBack("2", "cards", 40*time.Second, 3)
	h.at = began.Add(time.Hour)
	h.takenBack("3", "keys", 3*time.Hour, -1)
	for i, v := range []models.Verdict{models.VerdictAllow, models.VerdictRecall} {
		open := h.waits([]string{"4", "5"}[i], models.High, time.Hour)
		by := asked(open.Message)
		if _, _, err := h.store.DecideCase(h.Context(), everything, open.ID, v, by.Reason, by); err != nil {
			h.Fatal(err)
		}
	}
}

// numbers returns the figures of a scope, and what they add up to.
func (b *bench) numbers(s models.Scope) (all []models.Figures, sum models.Figures) {
	b.Helper()
	all, part, err := b.store.Numbers(b.Context(), s, began.Add(-time.Hour))
	if err != nil || part {
		b.Fatalf("Numbers: %v, part %v", err, part)
	}
	for _, t := range all {
		sum.Add(t)
	}
	return all, sum
}

// countSlots counts until there is nothing more to count, and says how often it did.
func (b *bench) countSlots(s *store.Store) (times int) {
	b.Helper()
	for {
		more, err := s.CountSlots(b.Context())
		if err != nil {
			b.Fatalf("CountSlots: %v", err)
		}
		if times++; !more {
			return times
		}
	}
}

func countsSlotsOnce(b *bench) {
	h := b.history()
	h.day()
	before, sum := h.numbers(everything)
	want := models.Figures{
		Outcomes: map[models.RecallState]int{models.Confirmed: 3}, Reasons: map[models.ReasonCode]int{models.SensitiveInformation: 3},
		Rules: map[string]int{"cards": 2, "keys": 1}, Took: map[int]int{models.TookBand(time.Second): 1, models.TookBand(45 * time.Second): 1, models.TookBand(3 * time.Hour): 1},
		Reads:    map[models.ReadBefore]int{models.ReadByNobody: 1, models.ReadBySome: 1, models.ReadNotKnown: 1},
		Verdicts: map[string]models.Verdicts{"cards": {Recall: 1, Allow: 1}},
	}
	if diff := cmp.Diff(want, sum); diff != "" {
		b.Errorf("numbers (-want +got):\n%s", diff)
	}
	if len(before) != 2 || !before[0].At.Equal(began.Truncate(models.Slot)) {
		b.Errorf("%d slots, the first at %v", len(before), before)
	}
	h.at = h.at.Add(20 * time.Minute)
	if n := h.countSlots(h.store); n < 2 {
		b.Errorf("all was counted at once, %d times", n)
	}
	h.same(before)
	h.keep(found(posted("6", "card"), models.VerdictRecall)) // after the last count
	h.keep(removed("6"))
	h.at = h.at.Add(time.Hour)
	if _, sum := h.numbers(everything); sum.Outcomes[models.Confirmed] != 3 || sum.Outcomes[models.AlreadyGone] != 1 {
		b.Errorf("%v ended, want 3 confirmed and 1 that was gone", sum.Outcomes)
	}
	after, _ := h.numbers(everything)
	h.countSlots(h.store)
	h.same(after)
}

// same says that the numbers are what they were before they were counted.
func (b *bench) same(want []models.Figures) {
	b.Helper()
	for range 2 {
		got, _ := b.numbers(everything)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreSliceElements(empty)); diff != "" {
			b.Errorf("counting changed the numbers (-before +after):\n%s", diff)
		}
		b.countSlots(b.store)
	}
}

// empty says of figures that nothing was over in its slot: the last one of a count.
func empty(t models.Figures) bool {
	return len(t.Outcomes)+len(t.Verdicts) == 0
}

func countsSlotsTogether(b *bench) {
	h := b.history()
	h.day()
	want, _ := h.numbers(everything)
	h.at = h.at.Add(time.Hour)
	other := b.open(store.Options{Node: "other", Now: func() time.Time { return h.at }})
	done := make(chan error, 2)
	for _, s := range []*store.Store{h.store, other} {
		go func() {
			var err error
			for more := true; more && err == nil; {
				more, err = s.CountSlots(b.Context())
			}
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			b.Errorf("CountSlots: %v", err)
		}
	}
	h.same(want)
}

func countsSlotsInScope(b *bench) {
	h := b.history()
	h.day()
	for _, counted := range []bool{false, true} {
		if counted {
			h.at = h.at.Add(time.Hour)
			h.countSlots(h.store)
		}
		for _, tt := range []struct {
			name  string
			scope models.Scope
			want  int
		}{
			{"all", everything, 3},
			{"the group", models.Scope{Groups: []models.Place{{App: app, Ref: room.Ref}}}, 3},
			{"another group", models.Scope{Groups: []models.Place{{App: app, Ref: "x"}}}, 0},
			{"none", models.Scope{}, 0},
		} {
			b.Run(tt.name, func(*testing.T) {
				if _, sum := h.numbers(tt.scope); sum.Outcomes[models.Confirmed] != tt.want || sum.Verdicts["cards"].Recall != min(tt.want, 1) {
					b.Errorf("%s, counted %v: %v", tt.name, counted, sum)
				}
			})
		}
	}
}
