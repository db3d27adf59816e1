package jobs

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/takeback-chat/takeback/internal/failpoint"
	"github.com/takeback-chat/takeback/models"
)

const (
	queueName = "recalls"
	taskType  = "drain"

	// The names of tasks come from a bounded set, for miniredis remembers every key
	// name it ever saw. A task that a crash left behind blocks its name; the slot
	// in the name moves on every half minute, so that others of its shard soon pass.
	shards   = 64
	slots    = 8
	slotTime = 30 * time.Second

	// taskTime is far above the longest turn of a drain: asynq would archive a task
	// that runs out of time, and keep its name taken. It must be in whole seconds,
	// since asynq cuts off the rest and takes zero for half an hour.
	taskTime = 60 * time.Second

	// ropeLength bounds what waits to be handed on. What is above it is left to
	// the sweeper.
	ropeLength = 10_000
)

// rope carries rings from callers who cannot wait to asynq, and past it to this
// node's own drains where asynq cannot take them.
type rope struct {
	redis     *connection
	client    *asynq.Client
	inspector *asynq.Inspector
	bell      *bell
	drains    *drains
	metrics   *metrics
	log       *slog.Logger

	mu      sync.Mutex
	waiting map[models.ConversationID]time.Time // since when
	order   []models.ConversationID
	queued  map[models.ConversationID]time.Time // rung here, and given to asynq
	pulled  chan struct{}                       // has room for one: something waits
}

func newRope(c *connection, b *bell, d *drains, m *metrics, log *slog.Logger) *rope {
	return &rope{
		redis: c, client: asynq.NewClientFromRedisClient(c.client),
		inspector: asynq.NewInspectorFromRedisClient(c.client), bell: b, drains: d, metrics: m, log: log,
		waiting: make(map[models.ConversationID]time.Time), queued: make(map[models.ConversationID]time.Time),
		pulled: make(chan struct{}, 1),
	}
}

// pull notes a ring and returns at once.
func (r *rope) pull(c models.ConversationID) {
	if !r.note(c) {
		return
	}
	select {
	case r.pulled <- struct{}{}:
	default:
	}
}

// note reports whether the ring is a new one.
func (r *rope) note(c models.ConversationID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.waiting[c]; ok || c == "" {
		return false
	}
	if len(r.order) >= ropeLength {
		r.metrics.rings.WithLabelValues("left_to_sweep").Inc()
		return false
	}
	r.waiting[c] = time.Now()
	r.order = append(r.order, c)
	return true
}

// take empties the rope.
func (r *rope) take() ([]models.ConversationID, map[models.ConversationID]time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	order, since := r.order, r.waiting
	r.order, r.waiting = nil, make(map[models.ConversationID]time.Time)
	return order, since
}

func (r *rope) run(ctx context.Context) error {
	tidy := time.NewTicker(time.Minute)
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tidy.C:
			r.tidy()
		case <-r.pulled:
		}
		order, since := r.take()
		for _, c := range order {
			r.metrics.rings.WithLabelValues(r.handOn(ctx, c, since[c])).Inc()
		}
	}
}

// handOn takes one ring to where it is worked on, and names the way it went.
func (r *rope) handOn(ctx context.Context, c models.ConversationID, since time.Time) string {
	switch {
	case ctx.Err() != nil:
		return "left_to_sweep"
	case r.drains.again(c, since):
		return "joined" // it is being worked on here, and will be looked at once more
	case r.redis.up() && r.enqueue(ctx, c, since):
		return "queued"
	}
	r.drains.ring(c, since, freshLine)
	return "direct"
}

// enqueue reports whether a task now stands for the conversation. A taken name is
// a no: its task may be for another conversation of the shard, be about to end, or
// be stuck.
func (r *rope) enqueue(ctx context.Context, c models.ConversationID, since time.Time) bool {
	r.remember(c, since)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := failpoint.Around("redis.enqueue", func() error {
		_, err := r.client.EnqueueContext(ctx, asynq.NewTask(taskType, []byte(c)),
			asynq.TaskID(taskID(c, time.Now())), asynq.Queue(queueName), asynq.MaxRetry(0), asynq.Timeout(taskTime))
		return err
	})
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return false
	}
	if err != nil {
		r.redis.saw(err)
		return false
	}
	r.bell.ring()
	if r.redis.embedded == nil {
		r.publish(ctx)
	}
	return true
}

// publish wakes the other nodes. They would look within a second anyway.
func (r *rope) publish(ctx context.Context) {
	err := failpoint.Around("redis.publish", func() error { return r.redis.client.Publish(ctx, bellChannel, "").Err() })
	if err != nil {
		r.log.DebugContext(ctx, "other nodes were not rung", slog.Any("error", err))
	}
}

// remember keeps when a ring came until its task comes back to this node. Those
// that another node takes are forgotten in bulk: this is for a histogram alone.
func (r *rope) remember(c models.ConversationID, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queued) >= 1000 {
		clear(r.queued)
	}
	r.queued[c] = since
}

func (r *rope) recollect(c models.ConversationID) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer delete(r.queued, c)
	return r.queued[c]
}

// tidy frees the names of tasks that asynq put aside because their node died.
func (r *rope) tidy() {
	if !r.redis.up() {
		return
	}
	if _, err := r.inspector.DeleteAllArchivedTasks(queueName); err != nil {
		r.log.Debug("stale tasks were not deleted", slog.Any("error", err))
	}
}

func taskID(c models.ConversationID, now time.Time) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c)) // never fails
	return fmt.Sprintf("drain:%d:%d", h.Sum32()%shards, now.UnixNano()/int64(slotTime)%slots)
}

// answer is asynq's handler. It stays for the first turn of the conversation, so
// that a busy node leaves tasks to others, and never fails: asynq would archive
// the task and keep its name taken for months.
func (j *Jobs) answer(ctx context.Context, t *asynq.Task) error {
	c := models.ConversationID(t.Payload())
	if c == "" {
		return nil
	}
	select {
	case <-j.drains.ring(c, j.rope.recollect(c), freshLine):
	case <-ctx.Done():
	case <-time.After(taskTime / 2):
	}
	return nil
}

func newServer(c *connection, o Options) *asynq.Server {
	return asynq.NewServerFromRedisClient(c.client, asynq.Config{
		Concurrency:       o.Concurrency,
		Queues:            map[string]int{queueName: 1},
		StrictPriority:    true,
		TaskCheckInterval: 200 * time.Microsecond, // the pause after each long poll; see hook
		ShutdownTimeout:   grace,
		Logger:            asynqLog{o.Logger},
		LogLevel:          asynq.WarnLevel,
	})
}
