package gitleaks

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// nearby is how far from a value the words stand that gitleaks looks for in the
// match before it, in characters.
const nearby = 30

// Import makes a pack of a configuration of gitleaks. The remarks say, a
// sentence each, what could not be taken over and why; the error says why there is no pack.
// The file is only named in both, and the same configuration always makes the
// same pack.
func Import(file string, toml []byte) (packYAML []byte, remarks []string, err error) {
	c, err := readConfig(file, toml)
	if err != nil {
		return nil, nil, err
	}
	p := pack{
		Pack: packName(file), Title: "Secrets, after gitleaks",
		Description: "Keys and tokens of many vendors, by the rules of a gitleaks configuration.",
	}
	remarks = c.remarks()
	seen := map[string]bool{}
	for _, r := range c.Rules {
		d, said, err := c.detector(r)
		for _, s := range said {
			remarks = append(remarks, r.ID+": "+s)
		}
		switch {
		case err != nil:
			remarks = append(remarks, fmt.Sprintf("%s is left out: %v", r.ID, err))
		case seen[d.ID]:
			remarks = append(remarks, r.ID+" is left out: another rule has the same id")
		default:
			seen[d.ID] = true
			p.Detectors = append(p.Detectors, d)
		}
	}
	if len(p.Detectors) == 0 {
		return nil, remarks, fmt.Errorf("%s has no rule that can be taken over", file)
	}
	packYAML, err = p.write()
	return packYAML, remarks, err
}

// packName is the name of the file without its ending, as packs take it.
func packName(file string) string {
	name := strings.ToLower(path.Base(file))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.TrimLeft(notInID.ReplaceAllString(name, "-"), "-_0123456789")
	return cmp.Or(strings.TrimRight(name[:min(len(name), maxID)], "-_"), "gitleaks")
}

// remarks are about the configuration as a whole.
func (c config) remarks() []string {
	var out []string
	if c.Extend.UseDefault {
		out = append(out, "it extends gitleaks' default configuration, whose rules are the pack gitleaks: keep that pack on")
	}
	if c.Extend.Path != "" || c.Extend.URL != "" {
		out = append(out, "it extends another configuration, which is not read: import that one too")
	}
	if len(c.Extend.DisabledRules) > 0 {
		out = append(out, "disabled rules of the configuration that it extends are not taken over: "+strings.Join(c.Extend.DisabledRules, ", "))
	}
	for _, a := range c.Allowlists {
		if len(a.Paths)+len(a.Commits) > 0 {
			out = append(out, "the paths and commits of the global allowlist are left out: a message has neither")
		}
	}
	return out
}

// detector makes a detector of a rule, and holds it to examples.
func (c config) detector(r rule) (d detector, remarks []string, err error) {
	switch {
	case r.ID == "":
		return d, nil, errors.New("it has no id")
	case r.Regex == "":
		return d, nil, errors.New("it has no regexp: it is about paths alone")
	}
	patterns, err := patternsOf(r)
	if err != nil {
		return d, nil, err
	}
	if r.Path != "" {
		remarks = append(remarks, "it was meant for files of certain paths; it looks at every message now, and is less sure")
	}
	if len(r.Required) > 0 {
		remarks = append(remarks, "the other rules that it requires near by are not asked for")
	}
	lists := append(slices.Clone(r.Allowlists), c.global(r, patterns)...)
	exclude, said := exclusions(lists)
	d = r.describe(patterns, exclude)
	remarks = append(remarks, said...)
	return d, remarks, d.prove(r, patterns)
}

// global are the configuration's allowlists for all rules that can be about
// this one. Most values cannot be what they name: they are of fixed length and
// have no signs.
func (c config) global(r rule, patterns []pattern) []allowlist {
	var out []allowlist
	free := r.general() || slices.ContainsFunc(patterns, pattern.free)
	for _, a := range c.Allowlists {
		a.Paths, a.Commits = nil, nil
		if len(a.TargetRules) > 0 && slices.Contains(a.TargetRules, r.ID) || len(a.TargetRules) == 0 && free {
			out = append(out, a)
		}
	}
	return out
}

func (r rule) describe(patterns []pattern, exclude []exclusion) detector {
	title, kind := r.title()
	d := detector{
		ID: r.identifier(), Title: title, Category: "secrets", Severity: r.severity(kind), Edge: "token", Exclude: exclude,
		Description: both{EN: title.EN + ", in the shape that gitleaks' rule " + r.ID + " looks for.", ZH: title.ZH + "，采用 gitleaks 规则 " + r.ID + " 的格式。"},
		Source:      "gitleaks, rule " + r.ID, Confidence: r.levels(patterns), Mask: "token",
	}
	if slices.ContainsFunc(patterns, func(p pattern) bool {
		return longest(p.re) == unbounded && p.value == nil && p.form != formPrefix || p.free()
	}) {
		d.Mask = "hidden"
	}
	if !strings.Contains(r.Regex, `\b`) && !strings.Contains(r.Regex, "$") {
		d.Edge = "word"
	}
	if slices.ContainsFunc(exclude, func(x exclusion) bool { return len(x.Near) > 0 }) {
		d.Near = nearby
	}
	for _, p := range patterns {
		// A name may be the end of another: gitleaks takes "myAcmeToken" too.
		out := packPattern{Name: string(p.form), Inside: p.form == formNamed && p.value != nil, Regexp: p.re.String()}
		if !named(p.re, r.Keywords) || p.value != nil && len(heads(p.re)) == 0 {
			out.Keywords = r.Keywords
		}
		d.Patterns = append(d.Patterns, out)
	}
	return d
}
