package jobs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/takeback-chat/takeback/internal/beat"
)

// Redis says where the doorbell hangs. Exactly one of URL, Sentinel and Cluster
// is set; with none of them, or with Embedded, a Redis inside this process is
// used, which needs no port and forgets everything when the process ends.
type Redis struct {
	Embedded bool
	URL      string // redis://[user:password@]host:port/db, rediss:// for TLS, unix:// for a socket
	Sentinel Sentinel
	Cluster  []string // host:port of some of the nodes

	// For Sentinel and Cluster; a URL carries its own.
	Username string
	Password string
	TLS      bool
}

// Sentinel names a master that sentinels watch over.
type Sentinel struct {
	Master   string
	Addrs    []string // host:port of the sentinels
	Password string   // of the sentinels themselves
}

// patience is how long we wait for Redis to connect, to read and to write. The
// defaults are seconds, during which a hung Redis would hold up every ring.
const patience = 500 * time.Millisecond

var errRedisChoice = errors.New("more than one of url, sentinel and cluster is set")

// options turns the choice into those of the client; nil for embedded.
func (r Redis) options() (*redis.UniversalOptions, error) {
	chosen := 0
	for _, set := range []bool{r.Embedded, r.URL != "", r.Sentinel.Master != "" || len(r.Sentinel.Addrs) > 0, len(r.Cluster) > 0} {
		if set {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return nil, errRedisChoice
	case r.URL != "":
		return urlOptions(r.URL)
	case len(r.Cluster) > 0:
		return r.secured(&redis.UniversalOptions{Addrs: r.Cluster, IsClusterMode: true}), nil
	case r.Sentinel.Master != "" && len(r.Sentinel.Addrs) > 0:
		return r.secured(&redis.UniversalOptions{
			Addrs: r.Sentinel.Addrs, MasterName: r.Sentinel.Master, SentinelPassword: r.Sentinel.Password,
		}), nil
	case r.Sentinel.Master != "" || len(r.Sentinel.Addrs) > 0:
		return nil, errors.New("sentinel needs both the name of the master and addresses")
	}
	return nil, nil
}

func (r Redis) secured(o *redis.UniversalOptions) *redis.UniversalOptions {
	o.Username, o.Password = r.Username, r.Password
	if r.TLS {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}

func urlOptions(url string) (*redis.UniversalOptions, error) {
	o, err := redis.ParseURL(url)
	if err != nil { // its text can hold the URL, and with it the password
		return nil, errors.New("the redis url is not of the form redis://user:password@host:port/db")
	}
	u := &redis.UniversalOptions{
		Addrs: []string{o.Addr}, Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig,
	}
	if o.Network == "unix" {
		u.Dialer = func(ctx context.Context, _, addr string) (net.Conn, error) {
			return (&net.Dialer{Timeout: patience}).DialContext(ctx, "unix", addr)
		}
	}
	return u, nil
}

// connection is the client and what we know of the server behind it.
type connection struct {
	client   redis.UniversalClient
	embedded *miniredis.Miniredis // nil for a real one
	log      *slog.Logger
	down     atomic.Int64 // unix milliseconds since when Redis does not answer; 0: it does
	nodes    atomic.Int64 // takeback nodes that were listening when last asked
}

// connect prepares a client, without connecting. The bell hangs on it as a hook.
func connect(r Redis, b *bell, log *slog.Logger) (*connection, error) {
	o, err := r.options()
	if err != nil {
		return nil, err
	}
	quietRedis()
	c, hold := &connection{log: log}, longestHold
	if o == nil {
		hold = ownHold
		c.embedded = miniredis.NewMiniRedis()
		o = &redis.UniversalOptions{Addrs: []string{"embedded:0"}, Dialer: func(context.Context, string, string) (net.Conn, error) {
			return c.embedded.Dial()
		}}
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = patience, patience, patience
	o.DialerRetries, o.MaxRetries = 1, 1
	o.ContextTimeoutEnabled = true // without it go-redis ignores deadlines of contexts
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	c.client = redis.NewUniversalClient(o)
	c.client.AddHook(hook{bell: b, longest: hold})
	return c, nil
}

func (c *connection) close() {
	if err := c.client.Close(); err != nil {
		c.log.Debug("redis client did not close cleanly", slog.Any("error", err))
	}
	if c.embedded != nil {
		c.embedded.Close()
	}
}

// up reports whether Redis answered when last asked.
func (c *connection) up() bool { return c.down.Load() == 0 }

func (c *connection) healthy() error {
	since := c.down.Load()
	if since == 0 {
		return nil
	}
	return fmt.Errorf("redis has not answered since %s; recalls are worked without it", time.UnixMilli(since).UTC().Format(time.RFC3339))
}

// saw notes whether Redis answered, and says so when that changes.
func (c *connection) saw(err error) {
	switch {
	case err != nil && c.down.CompareAndSwap(0, time.Now().UnixMilli()):
		c.log.Warn("redis does not answer; recalls are worked without it", slog.Any("error", err))
	case err == nil && c.down.Swap(0) != 0:
		c.log.Info("redis answers again")
	}
}

// watch asks Redis once a second how it is. The embedded one is told instead how
// much time has passed: its own clock mode walks all keys on every command.
func (c *connection) watch(ctx context.Context) error {
	for last := time.Now(); ; {
		if c.embedded == nil {
			c.ask(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case now := <-beat.Next(time.Second):
			if c.embedded != nil {
				c.embedded.FastForward(now.Sub(last))
			}
			last = now
		}
	}
}

// ask counts the nodes that listen to the bell, which also tells whether Redis
// answers. In a cluster each server counts only those connected to itself.
func (c *connection) ask(ctx context.Context) {
	n, err := c.client.PubSubNumSub(ctx, bellChannel).Result()
	if ctx.Err() != nil {
		return
	}
	c.saw(err)
	if err == nil {
		c.nodes.Store(n[bellChannel])
	}
}
