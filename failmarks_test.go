package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// marked are the functions of libraries by which something is committed or told to others.
// Clients of HTTP are marked where they are made.
var marked = []string{"Transaction", "BeginTx", "EnqueueContext", "Enqueue", "Publish"}

// ofPartitions are the functions that commit what comes and goes of partitions, which only
// PostgreSQL has: the script does not come by. What a death between their commits leaves,
// and a refused one, has tests of its own in models/store.
var ofPartitions = []string{"reshape", "copyKept"}

// marksOf checks that every commit and every call to others is marked before and after,
// and returns the names of the marks.
func marksOf(t *testing.T) (names []string) {
	t.Helper()
	found := 0
	for _, folder := range []string{"models/store", "jobs", "webhooks", "server", "platforms/tencent", "tracing"} {
		for _, file := range productFiles(t, folder) {
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok {
					made, here := marksIn(t, f)
					found += made
					names = append(names, here...)
				}
			}
		}
	}
	if found < 7 {
		t.Errorf("only %d commits and calls were found", found)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func productFiles(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() && (d.Name() == "storetest" || d.Name() == "tencentsim") {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		files = append(files, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// marksIn counts the commits and calls of a function, and names its marks.
func marksIn(t *testing.T, f *ast.FuncDecl) (made int, names []string) {
	t.Helper()
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if of, ok := n.Type.(*ast.SelectorExpr); ok && ofHTTP(of, "Client") {
				made++
			}
		case *ast.SelectorExpr:
			if ofHTTP(n, "DefaultClient", "Get", "Head", "Post", "PostForm") {
				t.Errorf("%s calls others without a mark", f.Name.Name)
			}
		case *ast.CallExpr:
			call, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if slices.Contains(marked, call.Sel.Name) {
				made++
			}
			if of, ok := call.X.(*ast.Ident); ok && of.Name == "failpoint" {
				name, err := strconv.Unquote(n.Args[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				if call.Sel.Name == "Hit" {
					names = append(names, name)
				} else {
					names = append(names, name+".before", name+".after")
				}
			}
		}
		return true
	})
	for _, name := range names {
		base, _, _ := strings.Cut(name, ".before")
		base, _, _ = strings.Cut(base, ".after")
		if !slices.Contains(names, base+".before") || !slices.Contains(names, base+".after") {
			t.Errorf("%s is marked with %s, and not on its other side", f.Name.Name, name)
		}
	}
	if slices.Contains(ofPartitions, f.Name.Name) {
		return 0, nil
	}
	if len(names) != 2*made {
		t.Errorf("%s has %d commits or calls and %d marks", f.Name.Name, made, len(names))
	}
	return made, names
}

// ofHTTP reports whether s is a name of the package http.
func ofHTTP(s *ast.SelectorExpr, names ...string) bool {
	of, ok := s.X.(*ast.Ident)
	return ok && of.Name == "http" && slices.Contains(names, s.Sel.Name)
}
