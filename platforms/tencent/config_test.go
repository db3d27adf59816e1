package tencent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no name", func(c *Config) { c.App = "" }, "the app has no name"},
		{"no number", func(c *Config) { c.SDKAppID = 0 }, "sdk_app_id is missing"},
		{"no key", func(c *Config) { c.SecretKey = "" }, "the secret key is missing"},
		{"no admin", func(c *Config) { c.Admin = "" }, "the administrator account is missing"},
		{"no token", func(c *Config) { c.WebhookToken = "" }, "the webhook token is missing"},
		{"negative roaming", func(c *Config) { c.Roaming = -1 }, "roaming is negative"},
		{"no API", func(c *Config) { c.API = "" }, "base URL"},
		{"API of another scheme", func(c *Config) { c.API = "ftp://chat.invalid" }, "base URL"},
		{"API without host", func(c *Config) { c.API = "https:///v4" }, "base URL"},
		{"API with a query", func(c *Config) { c.API = "https://chat.invalid?x=1" }, "base URL holds more"},
		{"API with a user", func(c *Config) { c.API = "https://u:p@chat.invalid" }, "base URL holds more"},
		{"API that is none", func(c *Config) { c.API = "https://chat invalid:port" }, "base URL"},
	} {
		c := testConfig()
		tc.change(&c)
		_, err := New(c)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: New = %v, want %q in it", tc.name, err, tc.want)
		}
		if err != nil && (strings.Contains(err.Error(), testKey) || strings.Contains(err.Error(), "u:p")) {
			t.Errorf("%s: the error holds a secret", tc.name)
		}
	}
}

func TestNewDefaults(t *testing.T) {
	a := newAdapter(t, func(c *Config) { c.API += "///" })
	if a.config.API != "https://chat.invalid" || a.config.Roaming != DefaultRoaming || a.config.BlockText != DefaultBlockText {
		t.Errorf("defaults: %q, %s, %q", a.config.API, a.config.Roaming, a.config.BlockText)
	}
	if !a.Own("administrator") || a.Own("jared") || a.Name() != models.Tencent {
		t.Error("the adapter does not know itself")
	}
}

func TestNothingPrintsSecrets(t *testing.T) {
	a := newAdapter(t, nil)
	c := testConfig()
	var b bytes.Buffer
	for _, v := range []any{c, &c, a, *a, []Config{c}, map[string]*Adapter{"a": a}, struct{ C Config }{c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&b, verb+"\n", v)
		}
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", slog.Any("v", v))
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", slog.Any("v", v))
		_ = json.NewEncoder(&b).Encode(v)
	}
	for _, secret := range []string{testKey, testToken, fmt.Sprintf("%x", testKey), fmt.Sprintf("%x", testToken)} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("a secret was printed")
		}
	}
}

func TestLimits(t *testing.T) {
	a := newAdapter(t, nil)
	type row struct {
		Window                                string
		Batch, Reason                         int
		Audience                              string
		History, Roles, Proves, HarmlessRetry bool
		Gate                                  string
	}
	want := map[models.ConversationKind]row{
		models.Direct: {"168h0m0s", 1, 0, "", true, false, true, true, "2s"},
		models.Group:  {"168h0m0s", 10, 100, "every member of the group", true, true, true, true, "2s"},
		models.Topic:  {"168h0m0s", 10, 100, "every member of the group", true, true, true, true, "2s"},
		models.Live:   {"1h0m0s", 10, 100, "every member of the group", false, true, true, true, "2s"},
	}
	got := map[models.ConversationKind]row{}
	for _, kind := range models.ConversationKinds {
		l := a.Limits(kind)
		got[kind] = row{l.Window.String(), l.Batch, l.ReasonBytes, l.ReasonAudience, l.History, l.Roles, l.Proves, l.HarmlessRetry, l.GateBudget.String()}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Limits (-want +got):\n%s", diff)
	}
}
