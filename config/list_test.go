package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/config"
)

func TestListShowsEverySettingAndNoSecret(t *testing.T) {
	hook := "https://hooks.example/" + strings.Repeat("u", 20)
	files := withSecrets(oneApp + "hooks:\n  - id: siem\n    url: " + hook + "\n    secret_file: secrets/hook\n")
	files["secrets/hook"] = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
	c, err := config.Load(filepath.Join(write(t, files), "takeback.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range c.List() {
		if _, twice := got[s.Key]; twice || s.Key == "" || strings.HasSuffix(s.Key, ".") {
			t.Errorf("the key %q stands twice or is none", s.Key)
		}
		got[s.Key] = s.Value
		for _, secret := range []string{c.Apps[0].PathSecret.Reveal(), c.Apps[0].Tencent.SecretKey.Reveal(), c.Hooks[0].Secret.Reveal(), hook} {
			if strings.Contains(s.Value, secret) {
				t.Errorf("%s shows a secret", s.Key)
			}
		}
	}
	for key, want := range map[string]string{
		"caps.rule": "20", "intake.gate_budget": "1s", "apps[0].id": "main", "apps[0].tencent.rate": "160", "apps[0].sender.window": "2m0s",
		"apps[0].path_secret": "[redacted]", "hooks[0].url": "https://hooks.example", "stop_file": "",
	} {
		if got[key] != want {
			t.Errorf("%s = %q, want %q", key, got[key], want)
		}
	}
}
