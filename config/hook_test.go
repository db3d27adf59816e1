package config

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHooks(t *testing.T) {
	key := func(n int) string {
		return hookPrefix + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", n)))
	}
	tests := []struct {
		name, secret, events, want string
		keys                       int
	}{
		{"one secret", key(32), "[recall.*, case.opened]", "", 1},
		{"two while it is changed", key(32) + "\n" + key(24), "[]", "", 2},
		{"a short secret", key(16), "[]", "whsec_ and base64", 0},
		{"a secret of another form", strings.Repeat("k", 40), "[]", "whsec_ and base64", 0},
		{"an event that is none", key(32), "[message.*]", "must be recall.*", 0},
		{"a star in the middle", key(32), "[recall.*ed]", "must be recall.*", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "hook"), []byte(tt.secret), 0o600); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "takeback.yaml")
			src := "hooks:\n  - {url: \"https://crm.example.com/in?x=1\", secret_file: hook, events: " + tt.events + "}\n"
			if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Load(file, nil)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), tt.secret) {
					t.Errorf("Load: %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil || len(c.Hooks) != 1 || c.Hooks[0].ID != "crm.example.com" || c.Hooks[0].Server() != "https://crm.example.com" {
				t.Fatalf("Load = %+v, %v", c.Hooks, err)
			}
			if keys, err := c.Hooks[0].Keys(); err != nil || len(keys) != tt.keys {
				t.Errorf("%d keys, %v", len(keys), err)
			}
		})
	}
}
