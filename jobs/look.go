package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// RedisCondition is what somebody learns of a Redis who changes nothing in it.
type RedisCondition struct {
	Version string // empty for the embedded one
	Evicts  string // the policy by which it drops what we put in; empty: it drops nothing
}

// LookAtRedis asks a Redis how it is, as a node would reach it.
func LookAtRedis(ctx context.Context, r Redis) (c RedisCondition, err error) {
	conn, err := connect(r, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return c, err
	}
	defer conn.close()
	if conn.embedded != nil {
		return c, nil
	}
	told, err := conn.client.Info(ctx).Result()
	if err != nil {
		return c, fmt.Errorf("ask Redis how it is: %w", err)
	}
	c.Version = infoOf(told, "redis_version")
	if policy := infoOf(told, "maxmemory_policy"); policy != "noeviction" && infoOf(told, "maxmemory") != "0" {
		c.Evicts = policy
	}
	return c, nil
}

// infoOf finds a field in what INFO answers: lines of NAME:VALUE.
func infoOf(told, name string) string {
	for line := range strings.Lines(told) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
