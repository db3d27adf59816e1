package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/takeback-chat/takeback/config"
)

// TestSettingsInTheReadmeLoad loads what a newcomer copies.
func TestSettingsInTheReadmeLoad(t *testing.T) {
	_, rest, ok := strings.Cut(read(t, "../README.md"), "```yaml\n")
	if !ok {
		t.Fatal("the README has no YAML")
	}
	src, _, _ := strings.Cut(rest, "```")
	c := load(t, t.TempDir(), src)
	if len(c.Apps) != 1 || c.Apps[0].ID != "main" {
		t.Errorf("the README's settings have the apps %v", c.Apps)
	}
}

// TestSettingsOfComposeLoad loads what compose.yaml hands to the nodes.
func TestSettingsOfComposeLoad(t *testing.T) {
	var file struct {
		Configs map[string]struct{ Content string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "../compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	src := file.Configs["takeback"].Content
	src = regexp.MustCompile(`\$\{TAKEBACK_PUBLIC_URL[^}]*\}`).ReplaceAllString(src, "https://takeback.example.com")
	src = regexp.MustCompile(`\$\{TAKEBACK_SDK_APP_ID[^}]*\}`).ReplaceAllString(src, "1400000000")
	src = strings.ReplaceAll(src, "/run/", dir+"/")
	c := load(t, dir, src)
	if c.Keys != "/data/keys/takeback.keys" {
		t.Errorf("the keyset is %s, want it in the volume that the nodes share", c.Keys)
	}
	if c.DatabasePassword == "" || c.RedisPassword == "" {
		t.Error("a password was not read from its secret")
	}
}

// load reads settings from a folder with every secret that they name.
func load(t *testing.T, dir, src string) config.Config {
	t.Helper()
	secrets := regexp.MustCompile(`secrets/[a-z-]+`).FindAllString(src, -1)
	if len(secrets) < 3 {
		t.Fatalf("the settings name the secrets %v", secrets)
	}
	for _, name := range secrets {
		write(t, filepath.Join(dir, name), strings.Repeat("ab", 16))
	}
	file := filepath.Join(dir, "takeback.yaml")
	write(t, file, src)
	c, err := config.Load(file, nil)
	if err != nil {
		t.Fatalf("the settings do not load: %v", err)
	}
	return c
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
