package storetest

import (
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// Where messages are partitioned by time, no index sees to it that one which comes twice
// around an edge is kept once.
var edgeTests = []test{
	{"what comes again behind an edge is known", knowsBehindEdges},
	{"two nodes on both sides of an edge", keepsOnceAtEdges},
	{"a removal on the other side of an edge", removesAcrossEdges},
}

const week = 7 * day

// edge is the next moment at which a week ends, counted from 1970.
func edge() time.Time {
	past := time.Duration(time.Now().UnixMilli()%week.Milliseconds()) * time.Millisecond
	return time.Now().Truncate(time.Millisecond).Add(week - past)
}

// came is a message that was sent and received at some times.
func came(name string, sent, received time.Time) models.Judged {
	j := posted(name, "text of "+name)
	m := *j.Event.Message
	m.SentAt, m.ReceivedAt, m.Deadline = sent, received, time.Time{}
	j.Event.Message, j.Event.At = &m, sent
	return j
}

func knowsBehindEdges(b *bench) {
	at := edge()
	for _, tt := range []struct {
		name          string
		sent          time.Time
		first, second time.Duration // received, from the edge
	}{
		{name: "a second later", sent: at.Add(-2 * time.Second), first: -time.Second, second: time.Second},
		{name: "two weeks later", sent: at.Add(-2 * time.Second), first: -time.Second, second: 2 * week},
		{name: "many weeks later", sent: at.Add(-2 * time.Second), first: -time.Second, second: 90 * week},
		{name: "sent nobody knows when", first: -time.Second, second: 3 * day},
		{name: "sent by a clock that is fast", sent: at.Add(time.Hour), first: -time.Second, second: 2 * time.Hour},
		{name: "sent by a clock that is slow", sent: at.Add(-time.Hour), first: time.Second, second: 2 * time.Second},
		{name: "earlier than the first", sent: at.Add(-2 * time.Second), first: time.Second, second: -time.Second},
	} {
		first := came(tt.name, tt.sent, at.Add(tt.first))
		again := came(tt.name, tt.sent, at.Add(tt.second))
		other := came(tt.name, tt.sent, at.Add(tt.second))
		other.Event.Message.Elements = models.TextElements("other words")
		for i, want := range []models.KeepResult{models.KeptNew, models.KeptDuplicate, models.KeptConflict} {
			if k := b.keep([]models.Judged{first, again, other}[i])[0]; k.Result != want {
				b.Errorf("%s: delivery %d is %s, want %s", tt.name, i, k.Result, want)
			}
		}
	}
	if n := len(b.states()); n != 7 {
		b.Errorf("%d messages, want 7", n)
	}
}

// states are those of all messages.
func (b *bench) states() []string {
	b.Helper()
	return b.column(b.raw(), "SELECT state FROM messages")
}

func keepsOnceAtEdges(b *bench) {
	const many = 60
	at, two := edge(), b.open(store.Options{Node: "two"})
	results := make([][2]models.KeepResult, many)
	for i := range many {
		var both sync.WaitGroup
		for side, s := range []*store.Store{b.store, two} {
			both.Go(func() {
				in := came(ref(i), at.Add(-time.Second), at.Add(time.Duration(2*side-1)*time.Millisecond))
				kept, err := s.Keep(b.Context(), app, []models.Judged{in})
				if err != nil {
					b.Errorf("Keep: %v", err)
					return
				}
				results[i][side] = kept[0].Result
			})
		}
		both.Wait()
	}
	for i, r := range results {
		if (r[0] == models.KeptNew) == (r[1] == models.KeptNew) {
			b.Errorf("message %d: %s before the edge and %s behind it", i, r[0], r[1])
		}
	}
	if n := len(b.states()); n != many {
		b.Errorf("%d messages of %d", n, many)
	}
}

func removesAcrossEdges(b *bench) {
	const many = 60
	at := edge()
	two := b.open(store.Options{Node: "two", Now: func() time.Time { return at.Add(time.Millisecond) }})
	for i := range many {
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := b.store.Keep(b.Context(), app, []models.Judged{came(ref(i), at.Add(-time.Second), at.Add(-time.Millisecond))}); err != nil {
				b.Errorf("Keep: %v", err)
			}
		})
		both.Go(func() {
			if _, err := two.Keep(b.Context(), app, []models.Judged{removed(ref(i))}); err != nil {
				b.Errorf("Keep: %v", err)
			}
		})
		both.Wait()
	}
	states, gone := b.states(), 0
	for _, s := range states {
		if s == string(models.Removed) {
			gone++
		}
	}
	if len(states) != many || gone != many {
		b.Errorf("%d messages of %d, %d of them removed", len(states), many, gone)
	}
}
