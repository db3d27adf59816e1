package jobs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// mouth is a chat in memory that can be posted into, with faults to turn on. It
// knows a repetition by its number only where it drops repetitions.
type mouth struct {
	*chat

	mu     sync.Mutex
	took   time.Duration // by each call
	there  map[uint32]int
	called []string // the calls in their order
	names  []string // in whose name was posted

	// answer, if set, answers the nth call that posts. applied says whether the
	// message is there afterwards.
	answer func(n int, p platforms.Posting) (got platforms.Posted, applied bool, err error)
	// sight, if set, answers the nth look.
	sight func(n int, p platforms.Posting) (platforms.Posted, error)
}

func newMouth() *mouth { return &mouth{chat: newChat(), there: map[uint32]int{}} }

// note counts a call and returns which of its kind it is.
func (m *mouth) note(op string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.called = append(m.called, op)
	n := 0
	for _, c := range m.called {
		if c == op {
			n++
		}
	}
	return n
}

func (m *mouth) Post(ctx context.Context, p platforms.Posting) (platforms.Posted, error) {
	n := m.note(opPost)
	if m.took > 0 {
		hold(ctx, nil, m.took)
	}
	got, applied, err := platforms.Posted{State: platforms.PostDone, Ref: "7", Code: "0", At: time.Now()}, true, error(nil)
	if m.answer != nil {
		got, applied, err = m.answer(n, p)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names = append(m.names, p.Sender)
	if applied && (m.limits.DropsRepeats == 0 || m.there[p.Random] == 0) {
		m.there[p.Random]++
	}
	return got, err
}

func (m *mouth) Seek(_ context.Context, p platforms.Posting) (platforms.Posted, error) {
	n := m.note(opSeek)
	if m.sight != nil {
		return m.sight(n, p)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.there[p.Random] > 0 {
		return platforms.Posted{State: platforms.PostDone, Ref: "7", At: time.Now()}, nil
	}
	return platforms.Posted{State: platforms.PostAbsent}, nil
}

// seen returns the calls so far, and how often each number is there.
func (m *mouth) seen() (calls []string, there map[uint32]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.called), maps.Clone(m.there)
}

// outbox is a PostingStore in memory, with the claims, fences and settlements of the real one.
type outbox struct {
	mu     sync.Mutex
	rows   []*parcel
	down   int // settlements that the database does not take
	wrongs []string
	ended  chan struct{} // closed once nothing is worked on any more
}

type parcel struct {
	models.Posting
	fence int
	lease time.Time
}

func newOutbox() *outbox { return &outbox{ended: make(chan struct{})} }

// add queues n postings for a group.
func (o *outbox) add(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for range n {
		number := len(o.rows) + 1
		o.rows = append(o.rows, &parcel{Posting: models.Posting{
			ID: models.PostingID(fmt.Sprintf("posting-%d", number)), App: "main", Conversation: group(1), Kind: models.ReplacementPosting,
			Sender: "alice", Named: "alice", Language: models.English, Elements: models.TextElements("new"), Random: uint32(number), //nolint:gosec // a small one
			State: models.PostingQueued, OrderedAt: time.Now(),
		}})
	}
}

// age moves the first sending of all that wait into the past.
func (o *outbox) age(by time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.rows {
		p.SentAt = p.SentAt.Add(-by)
	}
}

func (o *outbox) ClaimPostings(ctx context.Context, limit int, lease time.Duration) ([]models.PostingClaim, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err() //nolint:wrapcheck // as the store does
	}
	var claims []models.PostingClaim
	now := time.Now()
	for _, p := range o.rows {
		if len(claims) == limit || !p.EndedAt.IsZero() || p.DueAt.After(now) || p.lease.After(now) {
			continue
		}
		was := p.State
		p.fence++
		p.lease = now.Add(lease)
		if was == models.PostingQueued {
			p.State = models.PostingSent
			p.Attempts++
			if p.SentAt.IsZero() {
				p.SentAt = now
			}
		}
		claims = append(claims, models.PostingClaim{Posting: p.Posting, Was: was, Fence: p.fence})
	}
	return claims, nil
}

func (o *outbox) SettlePosting(ctx context.Context, st models.PostingSettlement) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down > 0 {
		o.down--
		return false, errDatabase
	}
	for _, p := range o.rows {
		if p.ID == st.Posting && p.fence == st.Fence && p.EndedAt.IsZero() {
			o.settle(p, st)
			o.checkEnd()
			return true, cmp.Or(ctx.Err(), nil)
		}
	}
	return false, nil
}

func (o *outbox) settle(p *parcel, st models.PostingSettlement) {
	if p.State != st.State && !p.State.CanBecome(st.State) {
		o.wrongs = append(o.wrongs, fmt.Sprintf("%s -> %s", p.State, st.State))
	}
	if st.Explanation == "" {
		o.wrongs = append(o.wrongs, fmt.Sprintf("-> %s without an explanation", st.State))
	}
	if !st.Called && st.State == models.PostingQueued && p.State == models.PostingSent {
		p.Attempts--
	}
	if p.Attempts == 0 {
		p.SentAt = time.Time{}
	}
	if st.OwnName {
		p.Sender = ""
	}
	if st.DueAt.IsZero() {
		p.EndedAt = time.Now()
	}
	p.State, p.Code, p.Explanation, p.DueAt, p.Ref, p.lease = st.State, st.Code, st.Explanation, st.DueAt, st.Ref, time.Time{}
}

func (o *outbox) checkEnd() {
	for _, p := range o.rows {
		if p.EndedAt.IsZero() {
			return
		}
	}
	close(o.ended)
}

func (o *outbox) PostingBacklog(context.Context) (map[models.PostingState]int64, error) {
	return map[models.PostingState]int64{}, nil
}

// states counts the postings by state, and lists what was settled against the rules.
func (o *outbox) states() (map[models.PostingState]int, []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	count := map[models.PostingState]int{}
	for _, p := range o.rows {
		count[p.State]++
	}
	return count, o.wrongs
}

// first is the first posting as it is now.
func (o *outbox) first() models.Posting {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rows[0].Posting
}
