package jobs

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/takeback-chat/takeback/internal/testservers"
)

func TestLookingAtRedis(t *testing.T) {
	if c, err := LookAtRedis(t.Context(), Redis{Embedded: true}); err != nil || c != (RedisCondition{}) {
		t.Errorf("embedded: %+v, %v", c, err)
	}
	plain := testservers.Redis(t)
	if c, err := LookAtRedis(t.Context(), Redis{URL: plain}); err != nil || !strings.Contains(c.Version, ".") || c.Evicts != "" {
		t.Errorf("a plain one: %+v, %v", c, err)
	}
	full := testservers.RedisServer(t, "--maxmemory", "10mb", "--maxmemory-policy", "allkeys-lru")
	if c, err := LookAtRedis(t.Context(), Redis{URL: full.URL()}); err != nil || c.Evicts != "allkeys-lru" {
		t.Errorf("one that evicts: %+v, %v", c, err)
	}
	open, err := redis.ParseURL(plain)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(open)
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "requirepass", "swordfish").Err(); err != nil {
		t.Fatal(err)
	}
	address := strings.Replace(plain, "redis://", "redis://:wrong-word@", 1)
	if _, err := LookAtRedis(t.Context(), Redis{URL: address}); err == nil || strings.Contains(err.Error(), "wrong-word") {
		t.Errorf("a wrong password: %v", err)
	}
}
