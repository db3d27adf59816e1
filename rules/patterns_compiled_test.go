package rules

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// facts is all that a pattern is, for comparing.
func facts(p *pattern) map[string]any {
	f := map[string]any{
		"name": p.name, "code": p.code, "expr": p.expr, "trigger": triggerNames[p.trigger], "prefixes": p.prefixes, "keywords": p.keywords, "run": p.run,
		"lead": p.lead, "reach": p.reach, "inside": p.inside, "trims": p.trims, "group": p.group, "insts": p.insts, "anchors": p.matcher.Anchors,
	}
	if tree := p.syntax(); tree != nil {
		f["tree"] = tree.String()
	}
	return f
}

func TestCompiledPatternsAreOfTheYAML(t *testing.T) {
	compared := 0
	for i, s := range BuiltinSources() {
		read, src := readPack(s.File, s.Text)
		if err := src.err(); err != nil {
			t.Fatal(err)
		}
		compiled := Builtin()[i].detectors
		for n, d := range read.detectors {
			if len(d.patterns) != len(compiled[n].patterns) {
				t.Fatalf("%s has %d patterns, compiled %d", d.ID, len(d.patterns), len(compiled[n].patterns))
			}
			for k, p := range d.patterns {
				q := compiled[n].patterns[k]
				if diff := cmp.Diff(facts(p), facts(q)); diff != "" {
					t.Fatalf("%s: pattern %d (-read +compiled):\n%s", d.ID, k, diff)
				}
				if p.tree != nil && !p.tree.Equal(q.syntax()) {
					t.Fatalf("%s: the tree of pattern %d is not that of %s", d.ID, k, p.expr)
				}
				compared++
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d patterns were compared", compared)
	}
}

func TestCompiledPatternsCutShortAreRefused(t *testing.T) {
	all := appendPatterns(nil, slices.Concat(Builtin()[0].detectors[:3], Builtin()[2].detectors[:3]))
	for n := range all {
		r := treeReader{data: string(all[:n])}
		for range 6 {
			r.patterns()
		}
		if !r.short {
			t.Fatalf("%d bytes of %d are all patterns", n, len(all))
		}
	}
}
