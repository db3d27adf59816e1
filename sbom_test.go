package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The bill of materials has every module that go.mod asks for by itself and the product
// holds, each once and with a version, and is the same each time.
func TestTheBillOfMaterials(t *testing.T) {
	code, out, errs := command(t, "version", "--sbom")
	if code != exitOK {
		t.Fatalf("%d: %s", code, errs)
	}
	if _, again, _ := command(t, "version", "--sbom"); again != out {
		t.Error("it is another one the second time")
	}
	var b bom
	if err := json.Unmarshal([]byte(out), &b); err != nil {
		t.Fatal(err)
	}
	serial := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if b.Format != "CycloneDX" || b.SpecVersion != "1.6" || b.Version != 1 || !serial.MatchString(b.SerialNumber) {
		t.Errorf("its head is %s %s %d %s", b.Format, b.SpecVersion, b.Version, b.SerialNumber)
	}
	if b.Metadata.Component.Type != "application" || b.Metadata.Component.Name != "github.com/takeback-chat/takeback" {
		t.Errorf("it is of %+v", b.Metadata.Component)
	}
	versions := map[string]string{}
	for _, c := range b.Components {
		if versions[c.Name] != "" || c.Version == "" || c.Purl != c.Ref || !regexp.MustCompile(`^pkg:(golang|generic)/[^@]+@[^@]+$`).MatchString(c.Purl) {
			t.Errorf("the component %+v", c)
		}
		versions[c.Name] = c.Version
		if !slices.Contains(b.Dependencies[0].DependsOn, c.Ref) {
			t.Errorf("nothing depends on %s", c.Ref)
		}
	}
	for name, version := range asked(t) {
		if versions[name] != version {
			t.Errorf("%s is %q in it, go.mod says %s", name, versions[name], version)
		}
	}
	if versions["std"] == "" || !strings.HasPrefix(versions["sqlite"], "3.") || len(versions) < 60 {
		t.Errorf("%d components; std %q, sqlite %q", len(versions), versions["std"], versions["sqlite"])
	}
}

// asked are the modules of the product that go.mod names, beside those of tests.
func asked(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range []string{"github.com/gin-gonic/gin", "github.com/hibiken/asynq", "gorm.io/gorm", "github.com/mattn/go-sqlite3", "github.com/jackc/pgx/v5"} {
		m := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(name) + ` (\S+)`).FindStringSubmatch(string(text))
		if m == nil {
			t.Fatalf("go.mod does not name %s", name)
		}
		all[name] = m[1]
	}
	return all
}
