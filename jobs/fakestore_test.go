package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// memory is a Store in memory, with the claims, fences and settlements of the real one.
type memory struct {
	mu     sync.Mutex
	rows   map[models.RecallID]*row
	order  []*row
	paused map[string]time.Time
	down   error // every method answers it
	open   []models.Breaker
	claims int                  // calls of ClaimRecalls
	slow   func() time.Duration // how long the answer to a claim is on its way; nil: not at all
	looks  int                  // calls of DueConversations
	wrongs []string
	asked  []string      // what a person was asked, and why
	ended  chan struct{} // closed when nothing is left that is not over or accepted
	first  chan struct{} // closed by the first look for due conversations
}

type row struct {
	models.Recall
	fence  int
	lease  time.Time
	barred bool // a breaker stops it
	legal  bool // a legal hold is on its message
	read   *models.Read
}

func newMemory() *memory {
	return &memory{rows: make(map[models.RecallID]*row), paused: make(map[string]time.Time), ended: make(chan struct{}), first: make(chan struct{})}
}

// swept is closed when the first sweep was made. With a long sweep interval, only
// rings find what is added later.
func (m *memory) swept() <-chan struct{} { return m.first }

// add queues n recalls of one conversation.
func (m *memory) add(c models.Conversation, n int) []models.RecallID {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []models.RecallID
	for range n {
		r := &row{Recall: models.Recall{
			ID: models.RecallID(models.NewID()), App: c.App, Conversation: c, State: models.Queued,
			Ref: fmt.Sprintf("%s-%d", c.Ref, len(m.order)+1), Text: "Card number", RequestedAt: time.Now(), DueAt: time.Now(),
		}}
		m.rows[r.ID] = r
		m.order = append(m.order, r)
		ids = append(ids, r.ID)
	}
	return ids
}

func (m *memory) recall(id models.RecallID) models.Recall {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[id].Recall
}

// change alters a row behind everyone's back.
func (m *memory) change(id models.RecallID, f func(*row)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m.rows[id])
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = err
}

func (r *row) due(now time.Time) bool {
	switch r.State {
	case models.Queued, models.Unknown, models.Accepted:
		return !r.DueAt.After(now) && !r.lease.After(now)
	case models.Sent:
		return !r.lease.After(now)
	default:
		return false
	}
}

// DueRecalls implements Store.
func (m *memory) DueRecalls(ctx context.Context, c models.ConversationID, limit int) ([]models.RecallClaim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(m.down, ctx.Err()); err != nil {
		return nil, err
	}
	var due []models.RecallClaim
	for _, r := range m.dueOf(c, time.Now()) {
		due = append(due, models.RecallClaim{Recall: r.Recall, Was: r.State})
	}
	return due[:min(limit, len(due))], nil
}

// dueOf are the recalls of one kind of work that are due in a conversation, in order.
func (m *memory) dueOf(c models.ConversationID, now time.Time) []*row {
	var due []*row
	for _, r := range m.order {
		if r.Conversation.ID == c && r.due(now) && !m.paused[r.App].After(now) {
			due = append(due, r)
		}
	}
	slices.SortStableFunc(due, func(a, b *row) int { return b.Priority - a.Priority })
	return slices.DeleteFunc(due, func(r *row) bool { return (r.State == models.Accepted) != (due[0].State == models.Accepted) })
}

func (m *memory) ClaimRecalls(
	ctx context.Context, c models.ConversationID, limit int, lease time.Duration, seen ...models.Evidence,
) ([]models.RecallClaim, error) {
	claims, err := m.claim(ctx, c, limit, lease, seen)
	if m.slow != nil {
		time.Sleep(m.slow())
	}
	return claims, err
}

func (m *memory) claim(ctx context.Context, c models.ConversationID, limit int, lease time.Duration, seen []models.Evidence) ([]models.RecallClaim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	if err := cmp.Or(m.down, ctx.Err()); err != nil {
		return nil, err
	}
	now := time.Now()
	for _, r := range m.order {
		if r.State == models.Queued && !r.Deadline.IsZero() && !r.Deadline.After(now) {
			r.State = models.Expired
		}
		if r.State == models.Queued && r.legal {
			r.State = models.Cancelled
		}
	}
	due := m.dueOf(c, now)
	var claims []models.RecallClaim
	for _, r := range due[:min(limit, len(due))] {
		if i := slices.IndexFunc(seen, func(e models.Evidence) bool { return e.Recall == r.ID }); i >= 0 && r.State == models.Queued && r.EvidenceAt.IsZero() {
			r.Members, r.EvidenceAt, r.read = seen[i].Members, now, seen[i].Read
		}
		claims = append(claims, r.claim(now, lease))
	}
	return claims, nil
}

func (r *row) claim(now time.Time, lease time.Duration) models.RecallClaim {
	was := r.State
	r.fence++
	r.lease = now.Add(lease)
	if was == models.Queued || was == models.Sent {
		r.State = models.Sent
		r.Attempts++
		if r.SentAt.IsZero() {
			r.SentAt = now
		}
	}
	return models.RecallClaim{Recall: r.Recall, Was: was, Fence: r.fence, Barred: r.barred || r.legal, LegalHold: r.legal}
}

func (m *memory) BarredRecalls(_ context.Context, ids []models.RecallID) ([]models.RecallID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var barred []models.RecallID
	for _, id := range ids {
		if r := m.rows[id]; r.legal || r.Automatic && r.barred || r.State.Terminal() {
			barred = append(barred, id)
		}
	}
	return barred, m.down
}

func (m *memory) WithdrawStopped(context.Context) (int, error) { return 0, nil }

func (m *memory) ForgetSignIns(context.Context) (int, error) { return 0, nil }

func (m *memory) ReleaseHeld(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, r := range m.order {
		if r.State == models.Held && !r.DueAt.After(time.Now()) {
			r.State = models.Queued
			n++
		}
	}
	return n, m.down
}

func (m *memory) OpenBreakers(context.Context) ([]models.Breaker, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open, m.down
}

func (m *memory) Settle(ctx context.Context, settlements []models.Settlement) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(m.down, ctx.Err()); err != nil {
		return 0, err
	}
	applied := 0
	for _, s := range settlements {
		if r := m.rows[s.Recall]; r.fence == s.Fence && m.settle(r, s) {
			applied++
		}
	}
	m.checkEnd()
	return applied, nil
}

func (m *memory) KeepEvidence(_ context.Context, _ models.ConversationID, found []models.Evidence) ([]models.RecallID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var held []models.RecallID
	for _, e := range found {
		r := m.rows[e.Recall]
		if r.fence != e.Fence || r.State.Terminal() {
			continue
		}
		r.Members, r.EvidenceAt, r.read = e.Members, time.Now(), e.Read
		held = append(held, e.Recall)
	}
	return held, m.down
}

func (m *memory) settle(r *row, s models.Settlement) bool {
	if s.State == models.Cancelled && r.State == models.Sent && !s.Called {
		r.State, r.Attempts = models.Queued, r.Attempts-1
	}
	if r.State != s.State && !r.State.CanBecome(s.State) {
		m.wrongs = append(m.wrongs, fmt.Sprintf("%s -> %s", r.State, s.State))
		return false
	}
	if s.Explanation == "" {
		m.wrongs = append(m.wrongs, fmt.Sprintf("-> %s without an explanation", s.State))
	}
	if s.State == models.Accepted && r.State != models.Accepted {
		r.AcceptedAt = time.Now()
	}
	switch {
	case r.State == models.Sent && (s.State == models.Queued || s.State == models.AlreadyGone) && !s.Called:
		r.Attempts-- // the claim counted a call that did not leave
	case r.State != models.Sent && s.Called:
		r.Attempts++
	}
	switch {
	case s.Called:
		r.Looks = 0
	case s.Looked:
		r.Looks++
	}
	if s.Ask != "" && r.AskedAt.IsZero() {
		r.AskedAt = time.Now()
		m.asked = append(m.asked, s.Ask)
	}
	r.State, r.Code, r.Explanation, r.DueAt, r.lease = s.State, s.Code, s.Explanation, s.DueAt, time.Time{}
	return true
}

func (m *memory) checkEnd() {
	for _, r := range m.order {
		if !r.State.Terminal() && r.State != models.Accepted {
			return
		}
	}
	select {
	case <-m.ended:
	default:
		close(m.ended)
	}
}

func (m *memory) DueConversations(ctx context.Context, limit int) ([]models.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.looks++; m.looks == 1 {
		close(m.first)
	}
	if err := cmp.Or(m.down, ctx.Err()); err != nil {
		return nil, err
	}
	seen := make(map[models.ConversationID]bool)
	var due []models.Conversation
	now := time.Now()
	for _, r := range m.order {
		if len(due) < limit && !seen[r.Conversation.ID] && r.due(now) && !m.paused[r.App].After(now) {
			seen[r.Conversation.ID] = true
			due = append(due, r.Conversation)
		}
	}
	return due, nil
}

func (m *memory) PauseApp(_ context.Context, app string, until time.Time, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.paused[app] = until
	return m.down
}

func (m *memory) Backlog(context.Context) (map[models.RecallState]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := make(map[models.RecallState]int64)
	for _, r := range m.order {
		if !r.State.Terminal() {
			count[r.State]++
		}
	}
	return count, m.down
}

// states counts rows by state.
func (m *memory) states() map[models.RecallState]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := make(map[models.RecallState]int)
	for _, r := range m.order {
		count[r.State]++
	}
	return count
}

// sound fails the test if anything was settled against the rules.
func (m *memory) sound(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range slices.Sorted(maps.Keys(tally(m.wrongs))) {
		t.Errorf("illegal settlement: %s", w)
	}
}

func tally(words []string) map[string]int {
	n := make(map[string]int)
	for _, w := range words {
		n[w]++
	}
	return n
}

var errDatabase = errors.New("database is away")
