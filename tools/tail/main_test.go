package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCensusCountsLines(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.go")
	src := "package a\n\n// F does nothing.\nfunc F() {\n}\n"
	if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	var c census
	if err := c.add(dir, file); err != nil {
		t.Fatal(err)
	}
	if len(c.files) != 1 || c.files[0] != (entry{5, "a.go"}) {
		t.Errorf("files = %v, want a.go with 5 lines", c.files)
	}
	if len(c.functions) != 1 || c.functions[0] != (entry{2, "a.go:4 F"}) {
		t.Errorf("functions = %v, want F in line 4 with 2 lines", c.functions)
	}
}

func TestRunWalksTheTree(t *testing.T) {
	if err := run(".."); err != nil {
		t.Error(err)
	}
	if err := run(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there gives no error")
	}
}
