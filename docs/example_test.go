package docs

import (
	"go/ast"
	"go/build"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/platforms"
)

// TestTheSmallestAdapterCompiles checks the example of adding-a-platform.md
// against the seam as it is.
func TestTheSmallestAdapterCompiles(t *testing.T) {
	src := goBlock(t, "adding-a-platform.md", "package silent")
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "silent.go", src, 0)
	if err != nil {
		t.Fatalf("the example does not parse: %v", err)
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	build.Default.GOROOT = strings.TrimSpace(string(root)) // a test built with -trimpath does not know it
	conf := types.Config{Importer: importer.ForCompiler(set, "source", nil)}
	if _, err := conf.Check("silent", set, []*ast.File{file}, nil); err != nil {
		t.Errorf("the example does not compile: %v", err)
	}
	formatted, err := format.Source([]byte(src))
	if err != nil || string(formatted) != src {
		t.Errorf("the example is not formatted (%v)", err)
	}
}

// TestEveryOutcomeIsExplained keeps the table of outcomes complete.
func TestEveryOutcomeIsExplained(t *testing.T) {
	told := firstWords(table(t, "adding-a-platform.md", "**An outcome is what"))
	want := []platforms.State{
		platforms.Recalled, platforms.Hidden, platforms.WasGone, platforms.NotFound, platforms.Refused,
		platforms.TooLate, platforms.Throttled, platforms.Unsure, platforms.Present,
	}
	if len(told) != len(want) {
		t.Fatalf("the page explains %d outcomes, there are %d", len(told), len(want))
	}
	for i, s := range want {
		if told[i] != string(s) {
			t.Errorf("row %d explains %s, want %s", i+1, told[i], s)
		}
	}
}

// goBlock returns the Go code block of a page that begins as given.
func goBlock(t *testing.T, file, begin string) string {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "```go\n"+begin)
	if !ok {
		t.Fatalf("%s has no Go code that begins with %q", file, begin)
	}
	body, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatalf("%s: the code block does not end", file)
	}
	return begin + body
}
