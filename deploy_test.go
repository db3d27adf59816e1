package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"github.com/takeback-chat/takeback/config"
)

// alarm is one rule of the Prometheus rule file.
type alarm struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func alarms(t *testing.T) (all []alarm) {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []alarm }
	}
	text, err := os.ReadFile("deploy/prometheus/takeback.rules.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// drawn are the expressions of the dashboard.
func drawn(t *testing.T) (all []string) {
	t.Helper()
	var board struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	text, err := os.ReadFile("deploy/grafana/takeback.json")
	if err == nil {
		err = json.Unmarshal(text, &board)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}

var (
	metricName = regexp.MustCompile(`\b(?:takeback|process)_[a-z_]+`)
	selector   = regexp.MustCompile(`\b(takeback_[a-z_]+)\{([^}]*)\}`)
	selected   = regexp.MustCompile(`([a-z_]+)(?:=~|!=|!~|=)"`)
)

// figure is the name of a metric without what a histogram adds.
func figure(name string) string {
	for _, end := range []string{"_bucket", "_sum", "_count"} {
		name = strings.TrimSuffix(name, end)
	}
	return name
}

// exports reports whether the program has a metric: then another one of that name, with
// other words, is refused. What has no series yet would not show in what it gathers.
func exports(r *prometheus.Registry, name string) bool {
	other := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "A metric that is not there."})
	if r.Register(other) != nil {
		return true
	}
	r.Unregister(other)
	return false
}

// documented are the labels of each metric as docs/operating.md has them.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	labels := map[string][]string{}
	for _, row := range rowsBelow(t, "## Metrics and alarms") {
		for _, m := range regexp.MustCompile("`(takeback_[a-z_]+)(?:\\{([a-z_,]+)\\})?`").FindAllStringSubmatch(row[0], -1) {
			labels[m[1]] = strings.Split(m[2], ",")
		}
	}
	return labels
}

// rowsBelow are the rows of the first table below a line of docs/operating.md.
func rowsBelow(t *testing.T, line string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n"+line)
	if !ok {
		t.Fatalf("docs/operating.md has no line %q", line)
	}
	for l := range strings.Lines(rest) {
		if !strings.HasPrefix(l, "|") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.ReplaceAll(strings.Trim(l, "| \n"), `\|`, "\x00"), " | ")
		for i := range cells {
			cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "\x00", "|")
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("docs/operating.md has no table below %q", line)
	}
	return rows[2:]
}

// Every metric that a rule or the dashboard names is one that the program has, with
// these labels, and every one that the page describes is too.
func TestWhatIsWatchedIsExported(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	exprs, labels := drawn(t), documented(t)
	for _, a := range alarms(t) {
		exprs = append(exprs, a.Expr)
	}
	used := map[string]bool{}
	for _, expr := range exprs {
		for _, name := range metricName.FindAllString(expr, -1) {
			used[figure(name)] = true
		}
		for _, m := range selector.FindAllStringSubmatch(expr, -1) {
			for _, l := range selected.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(labels[figure(m[1])], l[1]) {
					t.Errorf("%s has no label %s: %s", m[1], l[1], expr)
				}
			}
		}
	}
	for name := range labels {
		used[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if !exports(w.registry, name) {
			t.Errorf("the program has no metric %s", name)
		}
	}
	if exports(w.registry, "takeback_no_such_metric") {
		t.Error("a metric that is not there is found: this proves nothing")
	}
	if len(exprs) < 40 || len(used) < 25 {
		t.Errorf("%d expressions and %d metrics were looked at", len(exprs), len(used))
	}
}

// The rules that wake somebody are the alarms of the page, one for one.
func TestTheRulesAreTheAlarmsOfThePage(t *testing.T) {
	var want, got []string
	for _, row := range rowsBelow(t, "Wake somebody for these:") {
		want = append(want, row[0])
	}
	tickets := 0
	for _, a := range alarms(t) {
		switch a.Labels["severity"] {
		case "page":
			got = append(got, a.Annotations["when"])
		case "ticket":
			tickets++
		default:
			t.Errorf("%s is of severity %q", a.Alert, a.Labels["severity"])
		}
		if a.Expr == "" || a.Annotations["summary"] == "" || !regexp.MustCompile(`^Takeback[A-Za-z]+$`).MatchString(a.Alert) {
			t.Errorf("the rule %+v lacks something", a)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 12 || tickets < 4 {
		t.Errorf("alarms and rules, beside %d tickets (-page +rules):\n%s", tickets, diff)
	}
}

// manifests are the documents of deploy/kubernetes by kind and name.
func manifests(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob("deploy/kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]any{}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for d := yaml.NewDecoder(f); ; {
			var doc map[string]any
			if d.Decode(&doc) != nil {
				break
			}
			name, _ := at(doc, "metadata", "name").(string)
			all[fmt.Sprintf("%s/%s", doc["kind"], name)] = doc
		}
		_ = f.Close()
	}
	return all
}

// at follows keys, and numbers of items, into a document.
func at(doc any, path ...any) any {
	for _, p := range path {
		switch d := doc.(type) {
		case map[string]any:
			key, _ := p.(string)
			doc = d[key]
		case []any:
			i, ok := p.(int)
			if !ok || i >= len(d) {
				return nil
			}
			doc = d[i]
		default:
			return nil
		}
	}
	return doc
}

func TestTheNodesAreConfined(t *testing.T) {
	all := manifests(t)
	pod := at(all["StatefulSet/takeback"], "spec", "template", "spec")
	box := at(pod, "containers", 0)
	for name, c := range map[string]struct{ got, want any }{
		"not root":              {at(pod, "securityContext", "runAsNonRoot"), true},
		"user":                  {at(pod, "securityContext", "runAsUser"), 65532},
		"system calls":          {at(pod, "securityContext", "seccompProfile", "type"), "RuntimeDefault"},
		"token":                 {at(pod, "automountServiceAccountToken"), false},
		"read-only":             {at(box, "securityContext", "readOnlyRootFilesystem"), true},
		"no more rights":        {at(box, "securityContext", "allowPrivilegeEscalation"), false},
		"no capabilities":       {at(box, "securityContext", "capabilities", "drop"), []any{"ALL"}},
		"none are added":        {at(box, "securityContext", "capabilities", "add"), nil},
		"memory":                {at(box, "resources", "limits", "memory"), "1Gi"},
		"started":               {at(box, "startupProbe", "httpGet", "path"), "/healthz"},
		"alive":                 {at(box, "livenessProbe", "httpGet", "path"), "/healthz"},
		"ready":                 {at(box, "readinessProbe", "httpGet", "path"), "/readyz"},
		"time to stop":          {at(pod, "terminationGracePeriodSeconds"), 30},
		"one container":         {at(pod, "containers", 1), nil},
		"one always stays":      {at(all["PodDisruptionBudget/takeback"], "spec", "maxUnavailable"), 1},
		"two nodes":             {at(all["StatefulSet/takeback"], "spec", "replicas"), 2},
		"whom the policy is on": {at(all["NetworkPolicy/takeback"], "spec", "podSelector", "matchLabels"), at(all["StatefulSet/takeback"], "spec", "selector", "matchLabels")},
	} {
		if !cmp.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	variables, _ := at(box, "env").([]any)
	for _, v := range variables {
		if name, _ := at(v, "name").(string); name != "TAKEBACK_NODE" && name != "GOMEMLIMIT" {
			t.Errorf("the variable %s: secrets come as files", name)
		}
	}
}

// Every file of the folder is in the kustomization, and the settings are ones that the
// program takes, with the secrets where they are mounted.
func TestTheSettingsOfTheNodesAreTaken(t *testing.T) {
	all := manifests(t)
	files, _ := filepath.Glob("deploy/kubernetes/*.yaml")
	listed, _ := at(all["Kustomization/"], "resources").([]any)
	if len(listed) != len(files)-1 || len(listed) < 6 {
		t.Errorf("%d of %d files are in the kustomization", len(listed), len(files)-1)
	}
	dir := t.TempDir()
	for _, name := range []string{"database", "redis", "path", "tencent-key", "webhook-token"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("0123456789abcdef0123456789abcdef"), 0o440); err != nil {
			t.Fatal(err)
		}
	}
	text, _ := at(all["ConfigMap/takeback"], "data", "takeback.yaml").(string)
	c, err := config.Load(write(t, "takeback.yaml", strings.ReplaceAll(text, "/run/secrets/takeback", dir)), nil)
	if err != nil || len(c.Apps) != 1 || c.Keys != "/run/secrets/keys/takeback.keys" {
		t.Errorf("the settings: %v, keys %q", err, c.Keys)
	}
}

// The socket unit opens what the service listens on by default, under a name that is the
// main socket's, and the service takes it.
func TestTheSocketUnitIsTheServicesDoor(t *testing.T) {
	units := map[string]string{}
	for _, name := range []string{"takeback.service", "takeback.socket"} {
		text, err := os.ReadFile(filepath.Join("deploy/systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		units[name] = "\n" + string(text)
	}
	for line, unit := range map[string]string{
		"ListenStream=" + config.Default().Listen:                        "takeback.socket",
		"FileDescriptorName=http":                                        "takeback.socket",
		"Requires=takeback.socket":                                       "takeback.service",
		"NoNewPrivileges=yes":                                            "takeback.service",
		"ExecStart=/usr/local/bin/takeback serve --config takeback.yaml": "takeback.service",
	} {
		if !strings.Contains(units[unit], "\n"+line+"\n") {
			t.Errorf("%s has no line %s", unit, line)
		}
	}
}
