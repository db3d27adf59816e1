package layers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plant writes the files, and an empty package for everything they import:
// packages of ours in the tree, other modules beside it.
func plant(t *testing.T, dir string, imports map[string][]string) {
	t.Helper()
	mod, stubs := "module "+ours+"\n\ngo 1.26.0\n", t.TempDir()
	known := map[string]bool{}
	for file, paths := range imports {
		write(t, filepath.Join(dir, file), source(file, paths))
		for _, path := range paths {
			own, ok := strings.CutPrefix(path, ours+"/")
			switch {
			case known[path] || !strings.Contains(path, "."):
			case ok:
				write(t, filepath.Join(dir, own, "doc.go"), "package "+filepath.Base(own)+"\n")
			default:
				stub := filepath.Join(stubs, strings.ReplaceAll(path, "/", "_"))
				write(t, filepath.Join(stub, "go.mod"), "module "+path+"\n")
				write(t, filepath.Join(stub, "doc.go"), "package stub\n")
				mod += fmt.Sprintf("require %s %s\nreplace %s => %s\n", path, version(path), path, stub)
			}
			known[path] = true
		}
	}
	write(t, filepath.Join(dir, "go.mod"), mod)
}

// version is a version that the module path allows.
func version(path string) string {
	if major := filepath.Base(path); strings.HasPrefix(major, "v") && len(major) == 2 {
		return major + ".0.0"
	}
	return "v0.0.0"
}

// source is a file that imports paths and does nothing. Its package differs
// from the stubs' only by folder: nothing imports it, so nothing goes round.
func source(file string, paths []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n", packageOf(file))
	for _, p := range paths {
		fmt.Fprintf(&b, "\t_ %q\n", p)
	}
	b.WriteString(")\n")
	return b.String()
}

func packageOf(file string) string {
	if dir := filepath.Base(filepath.Dir(file)); dir != "." {
		return dir
	}
	return "main"
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	src, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(src))
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
