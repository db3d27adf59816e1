package jobs

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/internal/failpoint"
	"github.com/takeback-chat/takeback/models"
)

// Queue carries rings to whichever node takes them. It is a doorbell: a ring may be
// late, come twice, or never come. Tasks of asynq in Redis are one.
type Queue interface {
	// Put hands on a ring for a conversation. Where it reports false, this node has
	// to look by itself.
	Put(ctx context.Context, c models.ConversationID) bool
	// Serve calls take for what was put on this node or another, until ctx ends, and
	// returns once no call of take runs any more. take comes back when the conversation
	// was looked at.
	Serve(ctx context.Context, take func(context.Context, models.ConversationID)) error
}

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
)

// tasks is the queue that asynq keeps in Redis.
type tasks struct {
	redis     *connection
	client    *asynq.Client
	inspector *asynq.Inspector
	server    *asynq.Server
	bell      *bell
	log       *slog.Logger
}

func newTasks(c *connection, b *bell, o Options) *tasks {
	return &tasks{
		redis: c, client: asynq.NewClientFromRedisClient(c.client), inspector: asynq.NewInspectorFromRedisClient(c.client),
		server: newServer(c, o), bell: b, log: o.Logger,
	}
}

// Put implements Queue. A taken name is a no: its task may be for another
// conversation of the shard, be about to end, or be stuck.
func (t *tasks) Put(ctx context.Context, c models.ConversationID) bool {
	if !t.redis.up() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := failpoint.Around("redis.enqueue", func() error {
		_, err := t.client.EnqueueContext(ctx, asynq.NewTask(taskType, []byte(c)),
			asynq.TaskID(taskID(c, time.Now())), asynq.Queue(queueName), asynq.MaxRetry(0), asynq.Timeout(taskTime))
		return err
	})
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return false
	}
	if err != nil {
		t.redis.saw(err)
		return false
	}
	t.bell.ring()
	if t.redis.embedded == nil {
		t.publish(ctx)
	}
	return true
}

// publish wakes the other nodes. They would look within a second anyway.
func (t *tasks) publish(ctx context.Context) {
	err := failpoint.Around("redis.publish", func() error { return t.redis.client.Publish(ctx, bellChannel, "").Err() })
	if err != nil {
		t.log.DebugContext(ctx, "other nodes were not rung", slog.Any("error", err))
	}
}

// Serve implements Queue. The handler never fails: asynq would archive the task and
// keep its name taken for months.
func (t *tasks) Serve(ctx context.Context, take func(context.Context, models.ConversationID)) error {
	err := t.server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		take(ctx, models.ConversationID(task.Payload()))
		return nil
	}))
	if err != nil {
		return fmt.Errorf("start asynq: %w", err)
	}
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return t.redis.watch(ctx) })
	parts.Go(func() error { return t.bell.listen(ctx, t.redis) })
	parts.Go(func() error { return t.tidy(ctx) })
	<-ctx.Done()
	t.bell.mute() // the fetcher may be waiting for a ring, and Stop waits for the fetcher
	t.server.Stop()
	t.shutdown()
	return parts.Wait()
}

// shutdown ends asynq. Its subscriber may wait for ever on a Redis that hangs;
// nothing is kept there, so after a while it is left behind.
func (t *tasks) shutdown() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.server.Shutdown()
	}()
	select {
	case <-ended:
	case <-time.After(grace):
		t.log.Warn("asynq did not stop: redis hangs")
	}
}

// tidy frees the names of tasks that asynq put aside because their node died.
func (t *tasks) tidy(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(time.Minute):
		}
		if !t.redis.up() {
			continue
		}
		if _, err := t.inspector.DeleteAllArchivedTasks(queueName); err != nil {
			t.log.DebugContext(ctx, "stale tasks were not deleted", slog.Any("error", err))
		}
	}
}

func taskID(c models.ConversationID, now time.Time) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c)) // never fails
	return fmt.Sprintf("drain:%d:%d", h.Sum32()%shards, now.UnixNano()/int64(slotTime)%slots)
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
