package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/config"
)

// write lays files into a folder; names that begin with "secrets/" get mode 0600.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var secretFiles = map[string]string{
	"secrets/path":          strings.Repeat("p", 32) + "\n",
	"secrets/tencent-key":   strings.Repeat("k", 64),
	"secrets/webhook-token": "token",
}

func withSecrets(yaml string) map[string]string {
	files := map[string]string{"takeback.yaml": yaml}
	maps.Copy(files, secretFiles)
	return files
}

const oneApp = `
apps:
  - id: main
    platform: tencent
    path_secret_file: secrets/path
    tencent:
      sdk_app_id: 1400000000
      secret_key_file: secrets/tencent-key
      webhook_token_file: secrets/webhook-token
`

func TestExampleLoadsAndIsComplete(t *testing.T) {
	example, err := os.ReadFile("../takeback.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, withSecrets(string(example)))
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	if diff := cmp.Diff(want.Caps, c.Caps); diff != "" {
		t.Errorf("the example's caps are not the default (-default +example):\n%s", diff)
	}
	want.Intake.Strikes = filepath.Join(dir, want.Intake.Strikes)
	if diff := cmp.Diff(want.Intake, c.Intake); diff != "" {
		t.Errorf("the example's intake is not the default (-default +example):\n%s", diff)
	}
	if c.Apps[0].Tencent.SecretKey.Reveal() != strings.Repeat("k", 64) {
		t.Error("secret key was not read from its file")
	}
	for _, key := range config.FileKeys() {
		if !strings.Contains(string(example), key+":") {
			t.Errorf("takeback.example.yaml does not mention %s", key)
		}
	}
}

func TestDefaultsRun(t *testing.T) {
	c, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), c); diff != "" {
		t.Errorf("Load of nothing (-want +got):\n%s", diff)
	}
}

func TestEnvironmentOverridesFile(t *testing.T) {
	dir := write(t, withSecrets("listen: 127.0.0.1:1\n"+oneApp))
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), []string{
		"HOME=/root", "TAKEBACK_LISTEN=127.0.0.1:2", "TAKEBACK_INTAKE__GATE_BUDGET=500ms",
		"TAKEBACK_APPS__MAIN__TENCENT__SECRET_KEY=from-environment", "TAKEBACK_APPS__0__TENCENT__RATE=100",
		"TAKEBACK_REDIS=cluster://a:1, cluster://b:2", "TAKEBACK_TEST_ANYTHING=1",
		"TAKEBACK_TRACING__ENDPOINT=http://collector:4318", "TAKEBACK_TRACING__SAMPLE=0.5",
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Listen, c.Intake.GateBudget, c.Apps[0].Tencent.SecretKey.Reveal(), c.Apps[0].Tencent.Rate, c.Redis, c.Tracing}
	want := []any{
		"127.0.0.1:2", 500 * time.Millisecond, "from-environment", 100,
		[]string{"cluster://a:1", "cluster://b:2"},
		config.Tracing{Endpoint: "http://collector:4318", Sample: 0.5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Keys != filepath.Join(dir, "takeback.keys") && c.Keys != "takeback.keys" {
		t.Errorf("keys = %q", c.Keys)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	dir := write(t, map[string]string{"takeback.yaml": "keys: k\ndatabase: sqlite:d.db\npolicy: p.yaml\n"})
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Keys, c.Database, c.Policy}
	want := []string{filepath.Join(dir, "k"), "sqlite:" + filepath.Join(dir, "d.db"), filepath.Join(dir, "p.yaml")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPacksInShortAndInLong(t *testing.T) {
	dir := write(t, map[string]string{"takeback.yaml": "packs:\n  - own.yaml\n  - {file: names.csv, title: Projects, category: custom, severity: high, homophones: true, stop: [a b]}\n"})
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Pack{
		{File: filepath.Join(dir, "own.yaml")},
		{File: filepath.Join(dir, "names.csv"), Title: "Projects", Category: "custom", Severity: "high", Homophones: true, Stop: []string{"a b"}},
	}
	if diff := cmp.Diff(want, c.Packs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c, err = config.Load("", []string{"TAKEBACK_PACKS=a.yaml, b.txt"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]config.Pack{{File: "a.yaml"}, {File: "b.txt"}}, c.Packs); diff != "" {
		t.Errorf("from the environment (-want +got):\n%s", diff)
	}
}

func TestIndexesStandBesideTheFile(t *testing.T) {
	dir := write(t, map[string]string{"takeback.yaml": "exact: [a.edm, /b.edm]\ndocuments: c.fp\n"})
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{filepath.Join(dir, "a.edm"), "/b.edm"}, {filepath.Join(dir, "c.fp")}}, [][]string{c.Exact, c.Documents}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFaultsNameLineAndField(t *testing.T) {
	cases := map[string]struct {
		yaml  string
		env   []string
		line  int
		field string
		words string
	}{
		"unknown key":        {"listen: 127.0.0.1:1\nlisten_on: x\n", nil, 2, "listen_on", "not a known key"},
		"typo gets a hint":   {"intake:\n  que: 1\n", nil, 2, "intake.que", "did you mean queue?"},
		"unknown deep key":   {oneApp + "      color: red\n", nil, 10, "apps[0].tencent.color", "not a known key"},
		"doubled key":        {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", nil, 2, "listen", "set twice"},
		"not YAML":           {"listen: [\n", nil, 1, "", "not valid YAML"},
		"wrong type":         {"intake:\n  queue: many\n", nil, 2, "intake.queue", ""},
		"bad duration":       {"intake:\n  gate_budget: soon\n", nil, 2, "intake.gate_budget", ""},
		"bad address":        {"\nlisten: here\n", nil, 2, "listen", "HOST:PORT"},
		"bad database":       {"database: mysql://x/y\n", nil, 1, "database", "sqlite:PATH"},
		"password in URL":    {"database: postgres://u:p@h/d\n", nil, 1, "database", "password does not belong"},
		"bad redis":          {"redis: [redis://a:1, redis://b:1]\n", nil, 1, "redis", "embedded"},
		"sentinel, no name":  {"redis: [sentinel://a:1]\n", nil, 1, "redis", "master's name"},
		"secret in the file": {"apps:\n  - id: main\n    path_secret: abc\n", nil, 3, "apps[0].path_secret", "do not belong"},
		"short path secret":  {oneApp, []string{"TAKEBACK_APPS__MAIN__PATH_SECRET=short"}, 5, "apps[0].path_secret_file", "at least 22"},
		"missing secret":     {strings.Replace(oneApp, "path_secret_file: secrets/path", "", 1), nil, 3, "apps[0].path_secret_file", "must name a file"},
		"no such file":       {strings.Replace(oneApp, "secrets/path", "secrets/nope", 1), nil, 5, "apps[0].path_secret_file", "there is no file"},
		"bad app id":         {strings.Replace(oneApp, "id: main", "id: Ma/in", 1), nil, 3, "apps[0].id", "small letters"},
		"unknown platform":   {strings.Replace(oneApp, "platform: tencent", "platform: irc", 1), nil, 4, "apps[0].platform", "must be one of"},
		"rate too high":      {oneApp + "      rate: 900\n", nil, 10, "apps[0].tencent.rate", "at most 200"},
		"a list for a map":   {"intake: [1]\n", nil, 1, "intake", "mapping"},
		"a scalar document":  {"hello\n", nil, 1, "", "mapping"},
		"a cap of nothing":   {"caps: {rule: 0}\n", nil, 1, "caps.rule", "at least 1"},
		"bad gate_late":      {"intake: {gate_late: maybe}\n", nil, 1, "intake.gate_late", "deliver, block"},
		"index twice":        {"exact: [a.edm, a.edm]\n", nil, 1, "exact", "one file twice"},
		"index of no name":   {"documents:\n  - ''\n", nil, 2, "documents[0]", "must be set"},
		"index is a mapping": {"exact:\n  - {file: a.edm}\n", nil, 2, "exact[0]", "string"},
		"pack without file":  {"packs:\n  - {title: Ours}\n", nil, 2, "packs[0].file", "must be set"},
		"pack of what kind":  {"packs: [a.toml]\n", nil, 1, "packs[0].file", "list of words"},
		"pack, unknown key":  {"packs:\n  - file: a.txt\n    sevrity: low\n", nil, 3, "packs[0].sevrity", "did you mean severity?"},
		"pack tells itself":  {"packs:\n  - file: a.yaml\n    severity: low\n", nil, 3, "packs[0].severity", "a pack says it itself"},
		"pack, bad category": {"packs:\n  - {file: a.csv, category: food}\n", nil, 2, "packs[0].category", "must be one of: contact"},
		"pack, bad id":       {"packs:\n  - {file: a.csv, id: Our Words}\n", nil, 2, "packs[0].id", "small letters"},
		"pack is a list":     {"packs: [[a.yaml]]\n", nil, 1, "packs[0]", "mapping"},
		"kept too shortly":   {"retention: {clean: 5m}\n", nil, 1, "retention.clean", "at least 1h"},
		"clean outlives":     {"retention:\n  clean: 9000h\n", nil, 2, "retention.clean", "not be longer than retention.finding"},
		"clean for ever":     {"retention:\n  clean: 0s\n", nil, 2, "retention.clean", "not be longer than retention.finding"},
		"evidence outlives":  {"retention:\n  evidence: 9000h\n", nil, 2, "retention.evidence", "not be longer than retention.finding"},
		"finding for ever":   {"retention:\n  finding: 0s\n  audit: 9000h\n", nil, 3, "retention.audit", "not be shorter than retention.finding"},
		"not a collector":    {"tracing: {endpoint: collector}\n", nil, 1, "tracing.endpoint", "begins with http://"},
		"password for it":    {"tracing: {endpoint: 'http://u:p@h:4318'}\n", nil, 1, "tracing.endpoint", "without a name, password or query"},
		"key for it":         {"tracing: {endpoint: 'http://h:4318?key=k'}\n", nil, 1, "tracing.endpoint", "without a name, password or query"},
		"the path of traces": {"tracing: {endpoint: 'http://h:4318/v1/traces/'}\n", nil, 1, "tracing.endpoint", "end before /v1/traces"},
		"more than all":      {"tracing:\n  sample: 1.5\n", nil, 2, "tracing.sample", "at most 1"},
		"less than nothing":  {"tracing:\n  sample: -0.1\n", nil, 2, "tracing.sample", "at least 0"},
		"no number":          {"tracing:\n  sample: .nan\n", nil, 2, "tracing.sample", "at least 0"},
		"unknown variable":   {"", []string{"TAKEBACK_LISTEM=x"}, 0, "TAKEBACK_LISTEM", "not a known setting"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			dir := write(t, withSecrets(tc.yaml))
			_, err := config.Load(filepath.Join(dir, "takeback.yaml"), tc.env)
			var ps config.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("Load = %v, want problems", err)
			}
			p := ps[0]
			if p.Line != tc.line || p.Field != tc.field || !strings.Contains(p.Words, tc.words) {
				t.Errorf("got %q (line %d, field %q)\nwant line %d, field %q, words %q", p, p.Line, p.Field, tc.line, tc.field, tc.words)
			}
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	dir := write(t, map[string]string{"takeback.yaml": "a: 1\nb: 2\nintake:\n  c: 3\n"})
	_, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
	if got := strings.Count(err.Error(), "not a known key"); got != 3 {
		t.Errorf("%d faults told, want 3:\n%v", got, err)
	}
}

func TestSecretFileReadableByOthersIsRefused(t *testing.T) {
	dir := write(t, withSecrets(oneApp))
	if err := os.Chmod(filepath.Join(dir, "secrets/tencent-key"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(filepath.Join(dir, "takeback.yaml"), nil)
	if err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("Load = %v, want a refusal that says chmod 600", err)
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	dir := write(t, withSecrets(oneApp))
	c, err := config.Load(filepath.Join(dir, "takeback.yaml"), []string{
		"TAKEBACK_DATABASE=postgres://u:dbpassword@h/d", "TAKEBACK_REDIS=redis://:rdpassword@h:1/0",
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Hooks = []config.Hook{{ID: "crm", URL: "https://u:hookpassword@crm.example.com/hookpath?x=hookquery"}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("config", slog.Any("config", c), slog.Any("app", c.Apps[0]))
	if !strings.Contains(fmt.Sprint(c), "crm.example.com") {
		t.Error("it does not print where a hook leads")
	}
	out := fmt.Sprintf("%v %+v %#v %s %q ", c, c, c.Apps[0].PathSecret, c.Apps[0].Tencent.WebhookToken, c.DatabasePassword) + log.String()
	for _, secret := range []string{strings.Repeat("p", 32), strings.Repeat("k", 64), `"token"`, "dbpassword", "rdpassword", "hookpassword", "hookpath", "hookquery"} {
		if strings.Contains(out, secret) {
			t.Errorf("a secret was printed: %s", out)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(oneApp))
	f.Add([]byte("a: &x [*x]\n"))
	f.Add([]byte("redis: {}\napps: {}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		path := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(path, src, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = config.Load(path, nil)
	})
}
