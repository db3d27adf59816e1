// Package layers proves that the depguard rules of .golangci.yml find what
// they are for: each has a planted fault here, which must be reported, and
// every arrow that may exist has one which must not.
package layers

import (
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
)

const ours = "github.com/takeback-chat/takeback"

// planted are imports that the rule must refuse, by the file they stand in. A
// folder of its own keeps the planted tree free of import cycles.
var planted = []struct{ rule, file, imports string }{
	{"models", "models/planted.go", "github.com/google/uuid"},
	{"models", "models/planted.go", ours + "/rules"},
	{"store", "models/store/planted/planted.go", ours + "/rules"},
	{"store", "models/store/seal/planted/planted.go", ours + "/platforms"},
	{"store", "models/store/planted/planted.go", ours + "/jobs"},
	{"rules", "rules/planted/planted.go", ours + "/models/store"},
	{"rules", "rules/planted/planted.go", ours + "/platforms"},
	{"rules", "rules/packs/planted/planted.go", ours + "/server/api"},
	{"rules-pure", "rules/planted/planted.go", "net/http"},
	{"rules-pure", "rules/planted/planted.go", "os"},
	{"rules-pure", "rules/planted/planted.go", "database/sql"},
	{"platforms", "platforms/planted/planted.go", ours + "/jobs"},
	{"platforms", "platforms/planted/planted.go", ours + "/platforms/tencent"},
	{"platforms", "platforms/matrix/planted/planted.go", ours + "/platforms/tencent"},
	{"platforms", "platforms/matrix/planted/planted.go", ours + "/models/store"},
	{"platforms-tencent", "platforms/tencent/planted/planted.go", ours + "/platforms/matrix"},
	{"platforms-tencent", "platforms/tencent/planted/planted.go", ours + "/server"},
	{"webhooks", "webhooks/planted.go", ours + "/models/store"},
	{"webhooks", "webhooks/planted.go", ours + "/jobs"},
	{"webhooks", "webhooks/planted.go", ours + "/platforms/tencent"},
	{"jobs", "jobs/planted/planted.go", ours + "/server"},
	{"jobs", "jobs/planted/planted.go", ours + "/webhooks"},
	{"jobs", "jobs/planted/planted.go", ours + "/platforms/tencent"},
	{"server", "server/planted/planted.go", ours + "/webhooks"},
	{"server", "server/console/planted/planted.go", ours + "/jobs"},
	{"server", "server/api/planted/planted.go", ours + "/platforms/tencent"},
	{"config", "config/planted.go", ours + "/models"},
	{"tracing", "tracing/planted/planted.go", ours + "/webhooks"},
	{"tracing", "tracing/planted/planted.go", ours + "/models/store"},
	{"webhooks", "webhooks/planted/planted.go", ours + "/tracing"},
	{"store", "models/store/planted/planted.go", ours + "/tracing"},
	{"gorm-in-store", "server/planted/planted.go", "gorm.io/gorm"},
	{"gorm-in-store", "app.go", "gorm.io/driver/sqlite"},
	{"gorm-in-store", "jobs/planted/planted.go", "github.com/mattn/go-sqlite3"},
	{"asynq-in-jobs", "webhooks/planted/planted.go", "github.com/hibiken/asynq"},
	{"asynq-in-jobs", "app.go", "github.com/redis/go-redis/v9"},
	{"asynq-in-jobs", "server/planted/planted.go", "github.com/alicebob/miniredis/v2"},
	{"gin-at-edge", "jobs/planted/planted.go", "github.com/gin-gonic/gin"},
	{"gin-at-edge", "app.go", "github.com/gin-gonic/gin"},
	{"otel-in-tracing", "webhooks/planted/planted.go", "go.opentelemetry.io/otel/trace"},
	{"otel-in-tracing", "app.go", "go.opentelemetry.io/otel"},
	{"tests-stay-out", "server/planted/planted.go", ours + "/internal/testservers"},
	{"no-assertions", "rules/planted/planted_test.go", "github.com/stretchr/testify/require"},
}

// lawful are imports that no rule may refuse.
var lawful = []struct{ file, imports string }{
	{"models/lawful.go", "crypto/sha256"},
	{"models/store/lawful/lawful.go", "gorm.io/gorm"},
	{"models/store/lawful/lawful.go", ours + "/models"},
	{"models/store/lawful/lawful.go", ours + "/models/store/seal"},
	{"models/store/storetest/lawful/lawful.go", ours + "/internal/testservers"},
	{"rules/lawful/lawful.go", ours + "/models"},
	{"rules/lawful/lawful.go", ours + "/rules/packs"},
	{"rules/lawful/lawful.go", "cel.dev/cel-go/cel"},
	{"platforms/lawful/lawful.go", "net/http"},
	{"platforms/tencent/lawful/lawful.go", ours + "/platforms"},
	{"platforms/tencent/lawful/lawful.go", ours + "/platforms/tencent/tencentsim"},
	{"webhooks/lawful/lawful.go", "github.com/gin-gonic/gin"},
	{"webhooks/lawful/lawful.go", ours + "/rules"},
	{"jobs/lawful/lawful.go", "github.com/hibiken/asynq"},
	{"jobs/lawful/lawful.go", ours + "/platforms"},
	{"server/console/lawful/lawful.go", "github.com/gin-gonic/gin"},
	{"server/api/lawful/lawful.go", ours + "/server/access"},
	{"server/lawful/lawful_test.go", ours + "/internal/testservers"},
	{"app.go", ours + "/platforms/tencent"},
	{"app.go", ours + "/webhooks"},
	{"app.go", ours + "/tracing"},
	{"tracing/lawful/lawful.go", "go.opentelemetry.io/otel/sdk/trace"},
	{"tracing/lawful/lawful.go", ours + "/models"},
	{"internal/bench/lawful.go", "github.com/gin-gonic/gin"},
	{"internal/bench/lawful.go", "github.com/mattn/go-sqlite3"},
	{"internal/bench/lawful.go", ours + "/internal/testservers"},
}

func TestEachRuleFindsItsPlantedFaultAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	copyFile(t, "../../.golangci.yml", filepath.Join(dir, ".golangci.yml"))
	imports := map[string][]string{}
	for _, p := range planted {
		imports[p.file] = append(imports[p.file], p.imports)
	}
	for _, l := range lawful {
		imports[l.file] = append(imports[l.file], l.imports)
	}
	plant(t, dir, imports)
	found := lint(t, dir)
	for _, p := range planted {
		key := finding{p.file, p.imports, p.rule}
		if !found[key] {
			t.Errorf("%s imports %s: rule %s does not report it", p.file, p.imports, p.rule)
		}
		delete(found, key)
	}
	for _, l := range lawful {
		for f := range found {
			if f.file == l.file && f.imports == l.imports {
				t.Errorf("%s imports %s: rule %s refuses it, and it is lawful", l.file, l.imports, f.rule)
			}
		}
	}
}

// TestEveryRuleHasAPlantedFault keeps the table above complete.
func TestEveryRuleHasAPlantedFault(t *testing.T) {
	src, err := os.ReadFile("../../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]any `yaml:"rules"`
				} `yaml:"depguard"`
			} `yaml:"settings"`
		} `yaml:"linters"`
	}
	if err := yaml.Unmarshal(src, &config); err != nil {
		t.Fatal(err)
	}
	rules := config.Linters.Settings.Depguard.Rules
	if len(rules) < 10 {
		t.Fatalf("only %d depguard rules were read", len(rules))
	}
	for _, p := range planted {
		if _, ok := rules[p.rule]; !ok {
			t.Errorf("a fault is planted for rule %s, which does not exist", p.rule)
		}
	}
	for rule := range rules {
		if !proved(rule) {
			t.Errorf("rule %s has no planted fault", rule)
		}
	}
}

func proved(rule string) bool {
	for _, p := range planted {
		if p.rule == rule {
			return true
		}
	}
	return false
}
