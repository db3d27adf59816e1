package live_test

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/live"
)

func change(kind models.ChangeKind, id string) models.Change {
	return models.Change{Kind: kind, ID: id}
}

func ids(batch []models.Change) []string {
	var out []string
	for _, c := range batch {
		out = append(out, string(c.Kind)+" "+c.ID)
	}
	return out
}

func TestBatchHoldsEachThingOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		v := hub.Subscribe()
		defer v.Close()
		hub.Announce(change(models.CaseChanged, "first"))
		<-v.C() // it comes at once, and what follows is gathered for a while
		late := time.Now().Add(time.Second)
		hub.Announce(change(models.MessageChanged, "a"))
		hub.Announce(change(models.RecallChanged, "a"))
		hub.Announce(models.Change{Kind: models.MessageChanged, ID: "a", At: late})
		batch := <-v.C()
		if diff := cmp.Diff([]string{"message a", "recall a"}, ids(batch)); diff != "" {
			t.Errorf("batch (-want +got):\n%s", diff)
		}
		if !batch[0].At.Equal(late) {
			t.Errorf("of two changes of one thing the batch holds %v, want the later %v", batch[0].At, late)
		}
	})
}

func TestFirstBatchComesAtOnceThenFiveASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		v := hub.Subscribe()
		defer v.Close()
		start := time.Now()
		var at []time.Duration
		var wg sync.WaitGroup
		wg.Go(func() {
			for range v.C() {
				at = append(at, time.Since(start))
			}
		})
		for i := range 100 { // one change every 10 ms for one second
			hub.Announce(change(models.MessageChanged, strconv.Itoa(i)))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		v.Close()
		wg.Wait()
		ms := time.Millisecond
		want := []time.Duration{0, 200 * ms, 400 * ms, 600 * ms, 800 * ms, 1000 * ms}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("batches came at (-want +got):\n%s", diff)
		}
	})
}

func TestSlowViewerIsToldToReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		v := hub.Subscribe()
		defer v.Close()
		hub.Announce(change(models.MessageChanged, "first"))
		synctest.Wait() // it lies in the channel now
		for i := range live.Waiting + 1 {
			hub.Announce(change(models.MessageChanged, strconv.Itoa(i)))
		}
		if got := ids(<-v.C()); len(got) != 1 || v.Lost() {
			t.Errorf("the batch already handed out = %v, lost; want the first change, not lost", got)
		}
		if batch := <-v.C(); batch != nil {
			t.Errorf("after falling behind the batch has %d changes, want nil", len(batch))
		}
		if !v.Lost() {
			t.Error("Lost() = false after changes were dropped")
		}
		hub.Announce(change(models.MessageChanged, "after"))
		if diff := cmp.Diff([]string{"message after"}, ids(<-v.C())); diff != "" {
			t.Errorf("the stream does not go on (-want +got):\n%s", diff)
		}
		if v.Lost() {
			t.Error("Lost() = true twice for one loss")
		}
	})
}

func TestViewerSeesOnlyWhatItAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		mine := models.Scope{Groups: []models.Place{{App: "main", Ref: "@mine"}}}
		v := hub.SubscribeTo(func(c models.Change) bool { return mine.Shows(c.Conversation) })
		defer v.Close()
		for i := range 2 * live.Waiting { // a flood elsewhere does not make it fall behind
			hub.Announce(models.Change{ID: strconv.Itoa(i), Conversation: models.Conversation{App: "main", Group: "@other"}})
		}
		hub.Announce(models.Change{Kind: models.CaseChanged, ID: "x", Conversation: models.Conversation{App: "main", Group: "@mine"}})
		if diff := cmp.Diff([]string{"case x"}, ids(<-v.C())); diff != "" {
			t.Errorf("batch (-want +got):\n%s", diff)
		}
	})
}

func TestCloseEndsTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		v, other := hub.Subscribe(), hub.Subscribe()
		defer other.Close()
		hub.Announce(change(models.MessageChanged, "a")) // a timer is armed
		v.Close()
		v.Close()
		hub.Announce(change(models.MessageChanged, "b"))
		synctest.Wait()
		if _, open := <-v.C(); open {
			t.Error("the channel still gives batches after Close")
		}
		if n := hub.Viewers(); n != 1 {
			t.Errorf("viewers = %d after one of two closed, want 1", n)
		}
	})
}

func TestClosedHubEndsEveryViewer(t *testing.T) {
	hub := live.NewHub()
	before := hub.Subscribe()
	hub.Close()
	after := hub.Subscribe()
	hub.Announce(change(models.MessageChanged, "a"))
	for name, v := range map[string]*live.Viewer{"opened before": before, "opened after": after} {
		if _, open := <-v.C(); open {
			t.Errorf("a viewer %s the hub closed goes on", name)
		}
		v.Close()
	}
	if n := hub.Viewers(); n != 0 {
		t.Errorf("%d viewers are left", n)
	}
}

func TestAnnounceNeverBlocks(t *testing.T) {
	hub := live.NewHub()
	var wg sync.WaitGroup
	for range 4 {
		v := hub.Subscribe() // nobody reads
		defer v.Close()
	}
	for range 4 {
		wg.Go(func() {
			for i := range 5000 {
				hub.Announce(change(models.MessageChanged, strconv.Itoa(i)))
			}
		})
	}
	wg.Wait() // a block would end the test by its time limit
}
