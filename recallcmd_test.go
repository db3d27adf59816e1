package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// settings writes the world's configuration to a file, for commands beside it.
func (w *world) settings(t *testing.T) string {
	t.Helper()
	dir, c := t.TempDir(), w.conf
	a := c.Apps[0]
	secret := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	database, password := c.Database, ""
	if before, rest, ok := strings.Cut(c.Database, "@"); ok && strings.Count(before, ":") == 2 {
		i := strings.LastIndex(before, ":")
		database, password = before[:i]+"@"+rest, fmt.Sprintf("database_password_file: %s\n", secret("database", before[i+1:]))
	}
	return secret("takeback.yaml", fmt.Sprintf(`metrics_listen: ""
database: %q
%skeys: %q
apps:
  - id: %s
    platform: tencent
    path_secret_file: %s
    tencent: {sdk_app_id: %d, secret_key_file: %s, webhook_token_file: %s, admin: %s, api: %q}
`, database, password, c.Keys, a.ID, secret("path", a.PathSecret.Reveal()), a.Tencent.SDKAppID,
		secret("key", a.Tencent.SecretKey.Reveal()), secret("token", a.Tencent.WebhookToken.Reveal()), a.Tencent.Admin, a.Tencent.API))
}

// command runs a command and returns its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(args, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// messageID waits for a message to be kept and returns our id of it.
func (w *world) messageID(t *testing.T, token, conversation, ref string) string {
	t.Helper()
	id := ""
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?limit=500", nil)
		for _, m := range items(list) {
			if m["ref"] == ref && m["conversation_ref"] == conversation {
				id, _ = m["id"].(string)
				return ""
			}
		}
		return "message " + ref + " is not kept"
	})
	return id
}

// An operator previews recalls at the command line, and asks for one.
func TestRecallAtTheCommandLine(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token, file := w.operator(t), w.settings(t)
		sent, err := w.sim.Post(t.Context(), tencentsim.Post{Group: "sales", From: "bob", Text: "lunch at noon?", Receipt: true})
		if err != nil {
			t.Fatal(err)
		}
		ref := itoa(sent.Seq)
		id := w.messageID(t, token, "sales", ref)
		if err := w.sim.Read("mia", "sales", sent.Seq); err != nil {
			t.Fatal(err)
		}

		code, out, errs := command(t, "recall", "--config", file, "--conversation", "sales", "--ref", ref+",4711", "--dry-run", "--json")
		if code != exitFound || errs != "" {
			t.Fatalf("dry run: %d\n%s%s", code, out, errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		var seen told
		if err := json.Unmarshal([]byte(lines[0]), &seen); err != nil || len(lines) != 2 || !strings.Contains(lines[1], "refused") {
			t.Fatalf("it printed %q, %v", out, err)
		}
		if seen.Message != id || !*seen.Recallable || seen.Members != 4 || seen.Likelihood != models.Partly || *seen.ReadBy != 1 || *seen.Left < 6*24*3600 {
			t.Errorf("the preview is %s", lines[0])
		}
		if _, list := w.call(t, token, http.MethodGet, "/api/v1/recalls", nil); len(items(list)) != 0 {
			t.Error("a dry run asked for a recall")
		}

		code, out, errs = command(t, "recall", "--config", file, "--reason", "other", "--note", "asked by phone", id)
		if code != exitOK || !strings.Contains(out, "queued") {
			t.Fatalf("recall: %d\n%s%s", code, out, errs)
		}
		got := w.recallOf(t, token, sent.Seq)
		if got["trigger"] != "cli" || got["authority"] != "operator" || got["actor"] != operator() {
			t.Errorf("the recall is %v", got)
		}
		code, out, _ = command(t, "recall", "--config", file, "--dry-run", id)
		if code != exitFound || !strings.Contains(out, models.GoneAlready.Words()) {
			t.Errorf("after it is gone: %d\n%s", code, out)
		}
		w.silent(t, "asked by phone")
		w.auditHolds(t)
	})
}

func TestRecallCommandSaysWhatIsMissing(t *testing.T) {
	for want, args := range map[string][]string{
		"name messages":               {"--reason", "abuse"},
		"not both":                    {"--reason", "abuse", "--conversation", "sales", "--ref", "1", "x"},
		"go together":                 {"--reason", "abuse", "--ref", "1"},
		"a reason is needed":          {"x"},
		"The reason is not one of":    {"--reason", "because", "x"},
		`The reason "other" needs a`:  {"--reason", "other", "x"},
		"--app is needed: 0 apps are": {"--reason", "abuse", "--conversation", "sales", "--ref", "1"},
	} {
		file := write(t, "takeback.yaml", "metrics_listen: \"\"\n")
		code, _, errs := command(t, append([]string{"recall", "--config", file}, args...)...)
		if code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("%q: exit code %d, %q; want %q", args, code, errs, want)
		}
	}
}
