package rules

import (
	"flag"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestBuiltinPacksLoadWithTheirExamples(t *testing.T) {
	files, err := fs.Glob(packFiles, "packs/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(builtinOrder) {
		t.Errorf("%d packs are embedded, %d are in the order", len(files), len(builtinOrder))
	}
	for _, name := range builtinOrder {
		file := "packs/" + name + ".yaml"
		text, err := packFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParsePack(file, text)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if p.Name != name {
			t.Errorf("%s calls itself %q", file, p.Name)
		}
		for _, d := range p.detectors {
			match := len(slices.DeleteFunc(slices.Clone(d.examples), func(x example) bool { return !x.match || x.made }))
			if clean := len(slices.DeleteFunc(slices.Clone(d.examples), func(x example) bool { return x.match || x.made })); match < 5 || clean < 5 {
				t.Errorf("%s has %d match and %d clean examples, at least 5 of each are wanted", d.ID, match, clean)
			}
			if d.Source == "" {
				t.Errorf("%s names no source", d.ID)
			}
		}
	}
}

// The pack that the description of the format shows is a pack.
func TestDescribedPackLoads(t *testing.T) {
	text, err := os.ReadFile("packs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	block, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("packs/README.md shows no pack")
	}
	p, err := ParsePack("packs/README.md", []byte(block))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Detectors()) != 1 {
		t.Errorf("it has %d detectors, want 1", len(p.Detectors()))
	}
	for _, known := range [][]string{packFields, detectorFields, patternFields} {
		for _, field := range known {
			if !strings.Contains(string(text), field) {
				t.Errorf("packs/README.md does not name the field %s", field)
			}
		}
	}
}

func TestDefaultPolicyLoads(t *testing.T) {
	if _, err := ParsePolicy("policy.default.yaml", DefaultPolicySource()); err != nil {
		t.Fatal(err)
	}
	if n := len(DefaultPolicy().Rules()); n != 3 {
		t.Errorf("the built-in policy has %d rules, want 3", n)
	}
}

var write = flag.Bool("write", false, "write the compiled packs anew")

// TestCompiledPacksAreOfTheYAML fails when a pack was changed and
// `go generate ./rules` not run.
func TestCompiledPacksAreOfTheYAML(t *testing.T) {
	var want []byte
	for _, s := range BuiltinSources() {
		src, root := open(s.File, s.Text)
		pack := readRoot(root)
		if err := src.err(); err != nil {
			t.Fatal(err)
		}
		want = appendPatterns(appendTree(want, root.value), pack.detectors)
	}
	if *write {
		if err := os.WriteFile("packs/compiled.bin", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(want) != compiledPacks {
		t.Fatal("packs/compiled.bin is not of the packs: run go generate ./rules")
	}
}

func TestCompiledPacksCutShortAreRefused(t *testing.T) {
	for n := range 200 {
		r := treeReader{data: compiledPacks[:n]}
		if _, err := r.next(); err == nil {
			t.Fatalf("%d bytes are a pack", n)
		}
	}
}
