package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// Every fault still fits the product: its place is there, once.
func TestEveryFaultCanBePlanted(t *testing.T) {
	names := map[string]bool{}
	for _, f := range faults {
		broken, err := f.broken(root)
		if err != nil {
			t.Error(err)
			continue
		}
		if src, err := os.ReadFile(filepath.Join(root, f.file)); err != nil || string(src) == string(broken) {
			t.Errorf("fault %q changes nothing: %v", f.name, err)
		}
		if names[f.name] {
			t.Errorf("two faults are called %q", f.name)
		}
		names[f.name] = true
	}
	if len(names) < 9 {
		t.Errorf("%d faults", len(names))
	}
}

func TestEveryProofIsATest(t *testing.T) {
	names := map[string]bool{}
	for _, p := range proofs {
		if names[p.name] {
			t.Errorf("two proofs are called %q", p.name)
		}
		names[p.name] = true
		name, _, _ := strings.Cut(strings.Trim(p.run, "^$"), "$")
		name = strings.NewReplacer("(SQLite|Postgres)", "SQLite").Replace(name)
		files, err := filepath.Glob(filepath.Join(root, p.pkg, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no tests in %s: %v", p.name, p.pkg, err)
		}
		found := false
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(src), "func "+name)
		}
		if !found {
			t.Errorf("%s: no test %s in %s", p.name, name, p.pkg)
		}
	}
}

// What is cut off is neither held nor failed, noticed nor unnoticed.
func TestStoppedSaysNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, only := range []string{"^" + proofs[0].name + "$", "^" + faults[0].name + "$"} {
		var out strings.Builder
		err := run(ctx, []string{"-small", "-only", only, root}, &out)
		if !errors.Is(err, errStopped) || errors.Is(err, errFailed) || strings.Contains(out.String(), "NO") {
			t.Errorf("%s: %v\n%s", only, err, out.String())
		}
	}
}

func TestNoticed(t *testing.T) {
	failed := errors.New("exit status 1")
	tests := []struct {
		output string
		err    error
		want   bool
	}{
		{"--- FAIL: TestX\nFAIL", failed, true},
		{"ok", nil, false},
		{"FAIL p [build failed]", failed, false},
		{"panic: before any test", failed, false},
	}
	for _, tt := range tests {
		if got := noticedBy(tt.output, tt.err); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.output, got, tt.want)
		}
	}
}

func TestProved(t *testing.T) {
	got := proved("=== RUN\n    a_test.go:5: proof: 3 cases, seed 7\n    a_test.go:6: other\n        b.go:12: proof: 4 cases\n")
	if strings.Join(got, "|") != "3 cases, seed 7|4 cases" {
		t.Errorf("%q", got)
	}
}
