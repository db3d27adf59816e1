package jobs

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// turns records who had a turn, and says how many more each needs.
type turns struct {
	mu   sync.Mutex
	had  []models.ConversationID
	left map[models.ConversationID]int
	took time.Duration
	now  int
	most int
	wide int  // turns of one conversation that run now
	twin bool // one conversation had two turns at once
	busy map[models.ConversationID]bool
}

func (s *turns) turn(_, _ context.Context, p place) (place, bool) {
	s.mu.Lock()
	s.had = append(s.had, p.id)
	s.now++
	s.most = max(s.most, s.now)
	s.twin = s.twin || s.busy[p.id]
	s.busy[p.id] = true
	s.mu.Unlock()
	time.Sleep(s.took)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	s.busy[p.id] = false
	s.left[p.id]--
	return p, s.left[p.id] > 0
}

func drainsOf(s *turns, limit int) *drains {
	s.busy = make(map[models.ConversationID]bool)
	if s.left == nil {
		s.left = make(map[models.ConversationID]int)
	}
	m, err := newMetrics(Options{}, nil)
	if err != nil {
		panic(err)
	}
	return newDrains(limit, s.turn, m)
}

func TestFloodHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Millisecond, left: map[models.ConversationID]int{"flood": 100}}
		d := drainsOf(s, 1)
		d.ring("flood", time.Time{}, freshLine)
		d.start()
		time.Sleep(10 * time.Millisecond)
		<-d.ring("calm", time.Time{}, freshLine)
		d.stop(time.Second)
		if n := slices.Index(s.had, "calm"); n > 15 {
			t.Errorf("the calm conversation was %d. in line", n)
		}
	})
}

func TestRingsDoNotStarveTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Millisecond}
		d := drainsOf(s, 1)
		for n := range 20 {
			d.ring(models.ConversationID("ring"+strconv.Itoa(n)), time.Time{}, freshLine)
		}
		d.sweep(models.Conversation{ID: "swept"})
		d.start()
		time.Sleep(time.Second)
		d.stop(time.Second)
		if n := slices.Index(s.had, "swept"); n != freshFirst {
			t.Errorf("the swept conversation was %d. in line, want after %d rings", n, freshFirst)
		}
	})
}

func TestRingOvertakesTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Millisecond}
		d := drainsOf(s, 1)
		for n := range 100 {
			d.sweep(models.Conversation{ID: models.ConversationID(strconv.Itoa(n))})
		}
		if !d.again("99", time.Now()) || d.again("100", time.Now()) {
			t.Error("again does not know who is here")
		}
		d.start()
		time.Sleep(time.Second)
		d.stop(time.Second)
		if n := slices.Index(s.had, "99"); n != 0 || len(s.had) != 100 {
			t.Errorf("the rung conversation was %d. in line of %d turns", n, len(s.had))
		}
	})
}

func TestManyRingsAreOneTurnAndOneMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: 10 * time.Millisecond}
		d := drainsOf(s, 8)
		d.start()
		for range 100 {
			d.ring("a", time.Time{}, freshLine)
		}
		time.Sleep(time.Millisecond)
		for range 100 {
			d.ring("a", time.Time{}, freshLine) // while it is running
		}
		d.sweep(models.Conversation{ID: "a"})
		time.Sleep(time.Second)
		d.stop(time.Second)
		if diff := cmp.Diff([]models.ConversationID{"a", "a"}, s.had); diff != "" || s.twin {
			t.Errorf("at once: %v; turns (-want +got):\n%s", s.twin, diff)
		}
	})
}

func TestNoMoreAtOnceThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Millisecond}
		d := drainsOf(s, 4)
		d.start()
		for n := range 50 {
			d.ring(models.ConversationID(strconv.Itoa(n)), time.Time{}, freshLine)
		}
		time.Sleep(time.Second)
		if n := d.waiting(); n != 0 {
			t.Errorf("%d conversations were not let go", n)
		}
		d.stop(time.Second)
		if s.most != 4 || len(s.had) != 50 {
			t.Errorf("%d at once, %d turns; want 4 and 50", s.most, len(s.had))
		}
	})
}

// Where nobody waits, a conversation with much to do takes the places that are free;
// where somebody does, it has one.
func TestOneWithMuchToDoTakesFreePlaces(t *testing.T) {
	for _, tt := range []struct {
		name   string
		others int
		most   int
	}{
		{"alone", 0, 4},
		{"others have theirs", 2, 2},
		{"others wait", 9, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &turns{took: time.Second, left: map[models.ConversationID]int{"much": 100}}
			d := drainsOf(s, 4)
			most := 0
			d.turn = func(ctx, begin context.Context, p place) (place, bool) {
				if p.id == "much" {
					s.mu.Lock()
					s.wide++
					most = max(most, s.wide)
					s.mu.Unlock()
					d.widen(p.id)
					defer func() { s.mu.Lock(); s.wide--; s.mu.Unlock() }()
				}
				return s.turn(ctx, begin, p)
			}
			for n := range tt.others {
				d.ring(models.ConversationID(strconv.Itoa(n)), time.Time{}, freshLine)
			}
			d.ring("much", time.Time{}, urgentLine)
			d.start()
			time.Sleep(time.Second / 2)
			synctest.Wait()
			if most != tt.most || d.running > 4 {
				t.Errorf("%s: it had %d turns at once, want %d", tt.name, most, tt.most)
			}
			d.stop(5 * time.Second)
		})
	}
}

func TestStoppedDrainsTakeNothingAndKeepNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Second}
		d := drainsOf(s, 1)
		d.ring("a", time.Time{}, freshLine)
		waits := d.ring("b", time.Time{}, freshLine)
		d.start()
		d.stop(5 * time.Second)
		<-waits
		<-d.ring("c", time.Time{}, freshLine)
		if diff := cmp.Diff([]models.ConversationID{"a"}, s.had); diff != "" {
			t.Errorf("turns (-want +got):\n%s", diff)
		}
	})
}

func TestLineHasAnEnd(t *testing.T) {
	d := drainsOf(&turns{}, 1)
	for n := range longestLine + 10 {
		d.ring(models.ConversationID(strconv.Itoa(n)), time.Time{}, freshLine)
	}
	if n := d.waiting(); n != longestLine {
		t.Errorf("%d wait, want %d", n, longestLine)
	}
	d.stop(0)
}

// A person's ring goes before all that was rung for, also where the conversation
// waits or has its turn already, and for one turn only.
func TestPersonsGoFirst(t *testing.T) {
	tests := []struct {
		name string
		from func(d *drains)
	}{
		{"not here yet", func(*drains) {}},
		{"in the backlog", func(d *drains) { d.sweep(models.Conversation{ID: "person"}) }},
		{"rung for", func(d *drains) { d.ring("person", time.Time{}, freshLine) }},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := &turns{took: time.Millisecond, left: map[models.ConversationID]int{"person": 3}}
			d := drainsOf(s, 1)
			for n := range 100 {
				d.ring(models.ConversationID("ring"+strconv.Itoa(n)), time.Time{}, freshLine)
			}
			tt.from(d)
			d.ring("person", time.Time{}, urgentLine)
			d.start()
			time.Sleep(time.Second)
			d.stop(time.Second)
			if s.had[0] != "person" || s.had[1] == "person" || len(s.had) != 103 {
				t.Errorf("%s: %d turns, the first for %s", tt.name, len(s.had), s.had[:4])
			}
		})
	}
}

func TestPersonsDoNotStarveTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Millisecond}
		d := drainsOf(s, 1)
		d.spare = 0
		for n := range 50 {
			d.ring(models.ConversationID("person"+strconv.Itoa(n)), time.Time{}, urgentLine)
		}
		d.sweep(models.Conversation{ID: "swept"})
		d.start()
		time.Sleep(time.Second)
		d.stop(time.Second)
		if n := slices.Index(s.had, "swept"); n != urgentFirst {
			t.Errorf("the swept conversation was %d. in line, want after %d of persons", n, urgentFirst)
		}
	})
}

// A person waits neither for the turn that the conversation has nor for a place.
func TestPersonsRingDuringATurnIsATurnBesideIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: 10 * time.Millisecond}
		d := drainsOf(s, 1)
		d.ring("a", time.Time{}, freshLine)
		d.start()
		time.Sleep(time.Millisecond)
		for n := range 10 {
			d.ring(models.ConversationID(strconv.Itoa(n)), time.Time{}, freshLine)
		}
		for range 3 {
			d.ring("a", time.Time{}, urgentLine)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if !s.twin || s.most != 2 {
			t.Errorf("after a person's ring %d turns ran at once, a second of the conversation: %t", s.most, s.twin)
		}
		for range 3 { // these are for what the turn beside may not have seen: one more
			d.ring("a", time.Time{}, urgentLine)
		}
		time.Sleep(time.Second)
		d.stop(time.Second)
		if n := len(s.had); n != 13 || s.most != 2 || d.waiting() != 0 {
			t.Errorf("%d turns, %d at once: %v", n, s.most, s.had)
		}
	})
}

// A ring that finds a free place needs no queue; one that would have to wait is better
// off at a node that has one.
func TestARingTakesAFreePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Second}
		d := drainsOf(s, 2)
		if d.takes("early", time.Now()) {
			t.Error("a ring was taken before there was a place")
		}
		d.start()
		for i, want := range []bool{true, true, false, false} {
			if got := d.takes(models.ConversationID(strconv.Itoa(i)), time.Now()); got != want {
				t.Errorf("ring %d: taken %v, want %v", i, got, want)
			}
		}
		d.stop(time.Minute)
		if d.takes("late", time.Now()) {
			t.Error("a ring was taken when no more are begun")
		}
		slices.Sort(s.had)
		if diff := cmp.Diff([]models.ConversationID{"0", "1"}, s.had); diff != "" {
			t.Errorf("turns (-want +got):\n%s", diff)
		}
	})
}

// What waits on this node goes before a ring that comes later.
func TestARingWaitsBehindWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &turns{took: time.Second}
		d := drainsOf(s, 1)
		d.sweep(models.Conversation{ID: "backlog"}) // nothing works yet, so it is in line
		d.state = working
		if d.takes("fresh", time.Now()) {
			t.Error("a ring went before who waits")
		}
	})
}
