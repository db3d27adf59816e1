package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// chat is a platform in memory with faults to turn on. Every message exists until
// it is recalled.
type chat struct {
	mu     sync.Mutex
	limits platforms.Limits
	took   time.Duration // by each call
	gone   map[string]int
	calls  []time.Time
	sizes  []int
	order  []string // conversation refs of recall calls
	looks  int
	busy   map[string]bool
	double []string // refs that were called for while another call was out

	// fault, if set, answers instead. applied says whether the messages go.
	fault func(n int, o platforms.Order) (outcomes []platforms.Outcome, applied bool, err error)
	// view, if set, answers Verify.
	view func(n int, o platforms.Order) ([]platforms.Outcome, error)
}

func newChat() *chat {
	return &chat{
		limits: platforms.Limits{Batch: 10, Proves: true, History: true, HarmlessRetry: true},
		gone:   make(map[string]int), busy: make(map[string]bool),
	}
}

func (c *chat) Name() models.Platform                           { return models.Tencent }
func (c *chat) Limits(models.ConversationKind) platforms.Limits { return c.limits }
func (c *chat) Authority(context.Context, models.Conversation, string) (models.Role, error) {
	return models.RoleNone, nil
}

func (c *chat) Recall(ctx context.Context, o platforms.Order) ([]platforms.Outcome, error) {
	n := c.enter(o)
	defer c.leave(o)
	if c.took > 0 {
		hold(ctx, nil, c.took)
	}
	if c.fault != nil {
		if outcomes, applied, err := c.fault(n, o); outcomes != nil || err != nil {
			if applied {
				c.apply(o)
			}
			return outcomes, err
		}
	}
	if ctx.Err() != nil {
		return nil, &platforms.CallError{Op: "recall", Class: platforms.Lost, Err: ctx.Err()}
	}
	return c.apply(o), nil
}

func (c *chat) enter(o platforms.Order) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, time.Now())
	c.sizes = append(c.sizes, len(o.Items))
	c.order = append(c.order, o.Conversation.Ref)
	for _, i := range o.Items {
		if c.busy[i.Ref] {
			c.double = append(c.double, i.Ref)
		}
		c.busy[i.Ref] = true
	}
	return len(c.calls)
}

func (c *chat) leave(o platforms.Order) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range o.Items {
		delete(c.busy, i.Ref)
	}
}

func (c *chat) apply(o platforms.Order) []platforms.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	outcomes := make([]platforms.Outcome, 0, len(o.Items))
	for _, i := range o.Items {
		c.gone[i.Ref]++
		state := platforms.Recalled
		if c.gone[i.Ref] > 1 {
			state = platforms.WasGone
		}
		outcomes = append(outcomes, platforms.Outcome{State: state, Code: "0"})
	}
	return outcomes
}

func (c *chat) Verify(_ context.Context, o platforms.Order) ([]platforms.Outcome, error) {
	c.mu.Lock()
	c.looks++
	n, view := c.looks, c.view
	c.mu.Unlock()
	if view != nil {
		return view(n, o)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	outcomes := make([]platforms.Outcome, 0, len(o.Items))
	for _, i := range o.Items {
		state := platforms.Present
		if c.gone[i.Ref] > 0 {
			state = platforms.WasGone
		}
		outcomes = append(outcomes, platforms.Outcome{State: state})
	}
	return outcomes, nil
}

// count returns how many recall calls came, and how many messages are gone.
func (c *chat) count() (calls, gone int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls), len(c.gone)
}

// twice lists the refs that were taken back more than once.
func (c *chat) twice() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var refs []string
	for ref, n := range c.gone {
		if n > 1 {
			refs = append(refs, ref)
		}
	}
	return append(refs, c.double...)
}

func (c *chat) times() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}
