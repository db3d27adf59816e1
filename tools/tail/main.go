// Command tail lists the ten longest files and functions of the product and
// of its tests, so that a reviewer sees what grows. Nothing is enforced by it.
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// shown is how many of a kind are listed.
const shown = 10

// entry is one file or function and how many lines it has.
type entry struct {
	lines int
	where string
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tail FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "tail:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	var product, tests census
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && skipped(d.Name()):
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			return tests.add(root, path)
		case strings.HasSuffix(path, ".go"):
			return product.add(root, path)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("walk %s: %w", root, err)
	}
	product.print("product")
	tests.print("tests")
	return nil
}

// skipped names folders that hold no code of ours.
func skipped(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"testdata", "vendor", "dist", "node_modules"}, name)
}

// census is the files and functions seen.
type census struct{ files, functions []entry }

func (c *census) add(root, path string) error {
	set := token.NewFileSet()
	src, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return fmt.Errorf("name %s: %w", path, err)
	}
	c.files = append(c.files, entry{bytes.Count(src, []byte("\n")), name})
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			from, to := set.Position(f.Pos()), set.Position(f.End())
			where := fmt.Sprintf("%s:%d %s", name, from.Line, f.Name.Name)
			c.functions = append(c.functions, entry{to.Line - from.Line + 1, where})
		}
	}
	return nil
}

func (c *census) print(title string) {
	total := 0
	for _, f := range c.files {
		total += f.lines
	}
	fmt.Printf("%s: %d files, %d functions, %d lines\n", title, len(c.files), len(c.functions), total)
	printLongest("files", c.files)
	printLongest("functions", c.functions)
}

func printLongest(kind string, entries []entry) {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.lines, a.lines), cmp.Compare(a.where, b.where))
	})
	fmt.Printf("  longest %s\n", kind)
	for _, e := range entries[:min(shown, len(entries))] {
		fmt.Printf("  %6d  %s\n", e.lines, e.where)
	}
}
