package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"
)

// asynqLog gives asynq's own words to slog. They name tasks and keys, and the
// payload of a task is no more than a conversation's id.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.log.Debug("asynq", detail(args)) }
func (l asynqLog) Info(args ...any)  { l.log.Info("asynq", detail(args)) }
func (l asynqLog) Warn(args ...any)  { l.log.Warn("asynq", detail(args)) }
func (l asynqLog) Error(args ...any) { l.log.Error("asynq", detail(args)) }

// Fatal does not end the process: without asynq we still sweep.
func (l asynqLog) Fatal(args ...any) { l.log.Error("asynq", detail(args)) }

func detail(args []any) slog.Attr { return slog.String("detail", fmt.Sprint(args...)) }

// quietRedis gives go-redis's words to slog as well. It knows one logger for the
// whole process and writes a line for each connection that fails, which is why
// they are for debugging only: connection.saw tells what matters.
var quietRedis = sync.OnceFunc(func() { redis.SetLogger(redisLog{}) })

type redisLog struct{}

// Printf implements the logger of go-redis.
func (redisLog) Printf(ctx context.Context, format string, v ...any) {
	slog.DebugContext(ctx, "redis client", slog.String("detail", fmt.Sprintf(format, v...)))
}
