package jobs

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// followed remembers what it was told of the messages that it follows.
type followed struct {
	follows map[models.MessageID]bool
	mu      sync.Mutex
	all     []string
	began   time.Time
}

func (p *followed) Follows(m models.MessageID) bool { return p.follows[m] }

func (p *followed) Passed(s models.Station) {
	p.mu.Lock()
	defer p.mu.Unlock()
	words := fmt.Sprintf("%s %s %s-%s %s %d", s.Message, s.Name, s.Begin.Sub(p.began), s.End.Sub(p.began), s.Result, s.Attempt)
	if s.Batch > 0 {
		words += fmt.Sprintf(" of %d", s.Batch)
	}
	if s.Failed {
		words += " failed " + s.Code
	}
	p.all = append(p.all, words)
}

// Of two messages that are taken back together, the one that is followed leaves a station
// for each claim and each call, with what the platform said.
func TestStationsOfARecall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		c.fault = func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
			time.Sleep(50 * time.Millisecond)
			if n == 1 {
				return nil, false, &platforms.CallError{Op: "recall", Class: platforms.Lost, Code: "http_502"}
			}
			return nil, false, nil
		}
		p := &followed{follows: map[models.MessageID]bool{"m1": true}, began: time.Now()}
		for i, id := range m.add(group(1), 2) {
			m.change(id, func(r *row) { r.Message = models.MessageID(fmt.Sprintf("m%d", i+1)) })
		}
		o := with(m, c)
		o.Tracer = p
		j := node(t, o)
		j.Ring(group(1).ID)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		want := []string{
			"m1 claimed 1ms-0s queued 1", // the tracer sees to it that nothing ends before it begins
			"m1 called 0s-50ms lost 1 of 2 failed http_502",
			"m1 claimed 3.051s-4s unknown 1",
			"m1 looked 4s-4s present 1 of 2",
			"m1 called 4s-4.05s recalled 1 of 2",
		}
		if diff := cmp.Diff(want, p.all); diff != "" {
			t.Errorf("stations (-want +got):\n%s", diff)
		}
	})
}
