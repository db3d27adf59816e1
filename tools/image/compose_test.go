package image

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type compose struct {
	Services map[string]service
	Configs  map[string]struct{ Content string }
	Secrets  map[string]struct{ File string }
	Networks map[string]struct{ Internal bool }
	Volumes  map[string]any
}

type service struct {
	Image       string
	User        string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	CapAdd      []string `yaml:"cap_add"`
	SecurityOpt []string `yaml:"security_opt"`
	Privileged  bool
	Ports       []string
	Networks    []string
	Volumes     []string
	Secrets     []string
	Environment map[string]string
	Command     []string
	Healthcheck struct{ Test []string }
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
}

func TestEveryServiceIsConfined(t *testing.T) {
	c := readCompose(t)
	if len(c.Services) != 4 {
		t.Fatalf("%d services, want two nodes, PostgreSQL and Redis", len(c.Services))
	}
	for name, s := range c.Services {
		if !s.ReadOnly {
			t.Errorf("%s: the root file system is writable", name)
		}
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged {
			t.Errorf("%s: keeps capabilities (drop %v, add %v, privileged %v)", name, s.CapDrop, s.CapAdd, s.Privileged)
		}
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s: may gain privileges", name)
		}
		if !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(s.User) {
			t.Errorf("%s: runs as %q, want numbers that are not root's", name, s.User)
		}
		if !regexp.MustCompile(`:(\d+\.\d+|\$\{TAKEBACK_VERSION:-dev\})`).MatchString(s.Image) {
			t.Errorf("%s: image %s is not pinned", name, s.Image)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network; a proxy that ends TLS stands before it", name, p)
			}
		}
		for _, secret := range s.Secrets {
			if c.Secrets[secret].File == "" {
				t.Errorf("%s: secret %s is not a file", name, secret)
			}
		}
		for key, value := range s.Environment {
			if strings.Contains(key, "PASSWORD") && !strings.HasSuffix(key, "_FILE") {
				t.Errorf("%s: %s=%s: secrets come from files", name, key, value)
			}
		}
		for _, v := range s.Volumes {
			volume, _, _ := strings.Cut(v, ":")
			if _, ok := c.Volumes[volume]; !ok {
				t.Errorf("%s: volume %s is not declared", name, volume)
			}
		}
	}
}

func TestNodes(t *testing.T) {
	c := readCompose(t)
	for _, name := range []string{"takeback-1", "takeback-2"} {
		s := c.Services[name]
		if !slices.Contains(s.Volumes, "keys:/data/keys") || !slices.Contains(s.Volumes, name+":/data") {
			t.Errorf("%s: volumes %v, want data of its own and the shared keyset", name, s.Volumes)
		}
		if len(s.DependsOn) == 0 {
			t.Errorf("%s: waits for nothing", name)
		}
		for dependency, d := range s.DependsOn {
			if d.Condition != "service_healthy" {
				t.Errorf("%s: does not wait until %s is healthy", name, dependency)
			}
		}
	}
}

func TestStores(t *testing.T) {
	c := readCompose(t)
	for _, name := range []string{"postgres", "redis"} {
		s := c.Services[name]
		if len(s.Healthcheck.Test) < 2 {
			t.Errorf("%s: no health check", name)
		}
		if len(s.Ports) > 0 || !slices.Equal(s.Networks, []string{"inside"}) || !c.Networks["inside"].Internal {
			t.Errorf("%s: reachable from outside", name)
		}
	}
	redis := strings.Join(c.Services["redis"].Command, " ")
	for _, want := range []string{"--appendonly yes", "--maxmemory-policy noeviction"} {
		if !strings.Contains(redis, want) {
			t.Errorf("redis runs without %s", want)
		}
	}
	if strings.Contains(redis, "--requirepass") {
		t.Error("redis takes its password as an argument, which process lists show")
	}
}

// TestNodeConfiguration checks that every secret the nodes are told of is
// mounted. That the settings exist is tested where they are read.
func TestNodeConfiguration(t *testing.T) {
	c := readCompose(t)
	var settings map[string]any
	content := regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(c.Configs["takeback"].Content, "1")
	if err := yaml.Unmarshal([]byte(content), &settings); err != nil {
		t.Fatal(err)
	}
	if db, _ := settings["database"].(string); !strings.HasPrefix(db, "postgres://") || strings.Contains(db, ":"+"1@") {
		t.Errorf("database: %v", settings["database"])
	}
	mounted := regexp.MustCompile(`/run/secrets/([a-z-]+)`).FindAllStringSubmatch(content, -1)
	if len(mounted) != 5 {
		t.Fatalf("the configuration names %d secret files, want 5", len(mounted))
	}
	for _, m := range mounted {
		if !slices.Contains(c.Services["takeback-1"].Secrets, m[1]) {
			t.Errorf("secret %s is not mounted", m[1])
		}
	}
}

func readCompose(t *testing.T) compose {
	t.Helper()
	var c compose
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &c); err != nil {
		t.Fatalf("compose.yaml: %v", err)
	}
	return c
}
