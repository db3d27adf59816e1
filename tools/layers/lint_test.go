package layers

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

type finding struct{ file, imports, rule string }

// lint runs depguard alone over the planted tree.
func lint(t *testing.T, dir string) map[finding]bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), linter(t), "run", "--enable-only=depguard", "--allow-parallel-runners", "--concurrency=1", "--show-stats=false",
		"--issues-exit-code=0", "--path-mode=abs", "--output.json.path=stdout", "./...")
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("golangci-lint: %v\n%s", err, stderr.String())
	}
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct{ Filename string }
		}
	}
	if err := json.NewDecoder(strings.NewReader(string(out))).Decode(&report); err != nil {
		t.Fatalf("read the report: %v\n%s\n%s", err, out, stderr.String())
	}
	found := map[finding]bool{}
	for _, i := range report.Issues {
		if i.FromLinter != "depguard" {
			t.Fatalf("%s: %s: %s", i.Pos.Filename, i.FromLinter, i.Text)
		}
		file, err := filepath.Rel(dir, i.Pos.Filename)
		if err != nil {
			t.Fatal(err)
		}
		found[parse(t, file, i.Text)] = true
	}
	return found
}

// parse reads depguard's sentence: import 'X' is not allowed from list 'Y': why.
func parse(t *testing.T, file, text string) finding {
	t.Helper()
	parts := strings.Split(text, "'")
	if len(parts) < 5 {
		t.Fatalf("%s: not depguard's sentence: %s", file, text)
	}
	return finding{file, parts[1], parts[3]}
}

// linter is the pinned golangci-lint as a program, since `go tool` itself
// works only inside this module and the planted tree is another one.
func linter(t *testing.T) string {
	t.Helper()
	for _, args := range [][]string{{"tool", "golangci-lint", "version"}, {"tool", "-n", "golangci-lint"}} {
		out, err := exec.CommandContext(t.Context(), "go", args...).Output()
		if err != nil {
			t.Fatalf("go %s: %v", strings.Join(args, " "), err)
		}
		if args[1] == "-n" {
			return strings.TrimSpace(string(out))
		}
	}
	return ""
}
