package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"
)

// Format prints the configuration without any secret, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	type plain Config // without this method
	_, _ = fmt.Fprintf(f, "%+v", plain(c.redacted()))
}

// LogValue shows where the parts of the service are, without any secret.
func (c Config) LogValue() slog.Value {
	r := c.redacted()
	apps := make([]string, len(r.Apps))
	for i, a := range r.Apps {
		apps[i] = a.ID
	}
	return slog.GroupValue(
		slog.String("listen", r.Listen), slog.String("metrics_listen", r.MetricsListen),
		slog.String("database", r.Database), slog.Any("redis", r.Redis), slog.Any("apps", apps),
	)
}

// redacted is c with the passwords cut out of its URLs, and of those of hooks all
// but the server: the rest may be a secret.
func (c Config) redacted() Config {
	c.Database = withoutPassword(c.Database)
	c.Redis = slices.Clone(c.Redis)
	for i := range c.Redis {
		c.Redis[i] = withoutPassword(c.Redis[i])
	}
	c.Hooks = slices.Clone(c.Hooks)
	for i := range c.Hooks {
		c.Hooks[i].URL = c.Hooks[i].Server()
	}
	return c
}

func withoutPassword(raw string) string {
	if !hasPassword(raw) {
		return raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return redacted
	}
	return u.Redacted()
}
