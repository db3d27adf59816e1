package gitleaks

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/rules"
)

const (
	// leastEntropy is what a value has that is more than a character or two.
	leastEntropy = 2
	// goodEntropy is what random letters and digits of some length have.
	goodEntropy = 3
	// nearby is how far from a value the words stand that gitleaks looks for in
	// the match before it, in characters.
	nearby = 30
	// wanted is how many examples of either kind a detector gets.
	wanted = 5
)

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
		Pack: "gitleaks", Title: "Secrets, after gitleaks",
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

// general reports whether the rule is about no vendor.
func (r rule) general() bool {
	return slices.ContainsFunc(r.Keywords, func(k string) bool {
		return slices.Contains([]string{"key", "token", "secret", "password", "api"}, strings.ToLower(k))
	})
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

func (r rule) severity(k kind) string {
	switch {
	case k.public:
		return "medium"
	case r.general():
		return "high"
	}
	return "critical"
}

// levels say how sure the detector is: quite of a vendor's mark or name beside
// a value that looks random, less so of one that does not, and no more than
// middling of a shape alone. None is certain: a detector of our own, which checks
// more, is to win over an imported one.
func (r rule) levels(patterns []pattern) []level {
	has := map[form]bool{}
	for _, p := range patterns {
		has[p.form] = true
	}
	var out []level
	for _, f := range []form{formPrefix, formNamed, formShape} {
		if !has[f] {
			continue
		}
		least := r.leastEntropy(patterns, f)
		good := max(least, goodEntropy)
		switch {
		case !r.sure(patterns, f):
			out = append(out, level{"medium", r.when(has, f, least)})
		case good > least:
			out = append(out, level{"high", r.when(has, f, good)}, level{"medium", r.when(has, f, least)})
		default:
			out = append(out, level{"high", r.when(has, f, least)})
		}
	}
	slices.SortStableFunc(out, func(a, b level) int { return cmp.Compare(a.Level, b.Level) }) // high before medium
	return out
}

// sure reports whether a match of that form is no accident. Hexadecimal digits
// without anything else are a hash more often than a secret.
func (r rule) sure(patterns []pattern, f form) bool {
	if r.Path != "" || r.general() {
		return false
	}
	return f != formShape || !slices.ContainsFunc(patterns, func(p pattern) bool {
		return p.form == formShape && (shortest(p.re) < 30 || strings.Trim(literals(p.re), "\x00") == "")
	})
}

// leastEntropy is what the rule asks for. Where it asks for none it stands for
// gitleaks' own allowlist of one character over and over, which a long mark
// makes up for.
func (r rule) leastEntropy(patterns []pattern, f form) float64 {
	if r.Entropy > 0 {
		return r.Entropy
	}
	for _, p := range patterns {
		if p.form == f && (f != formPrefix || slices.ContainsFunc(heads(p.re), func(t string) bool { return len(t) < 12 })) {
			return leastEntropy
		}
	}
	return 1
}

func (r rule) when(has map[form]bool, f form, entropy float64) []string {
	var when []string
	if len(has) > 1 {
		when = append(when, "form:"+string(f))
	}
	return append(when, "entropy:"+strconv.FormatFloat(math.Round(entropy*100)/100, 'g', -1, 64))
}

// prove gives the detector its examples and loads it. A pattern that the
// loader would run on every message gets the rule's keywords.
func (d *detector) prove(r rule, patterns []pattern) error {
	var match, clean [][]string
	for i, p := range patterns {
		near := ""
		if len(d.Patterns[i].Keywords) > 0 {
			near = d.Patterns[i].Keywords[0]
		}
		match, clean = append(match, p.matches(near)), append(clean, p.cleans(d.Title.EN))
	}
	matches, cleans := inTurn(match), inTurn(clean)
	for {
		n := max(wanted, len(patterns))
		d.Match, d.Clean = matches[:min(len(matches), n)], cleans[:min(len(cleans), n)]
		problems := d.load()
		if len(problems) == 0 {
			return nil
		}
		progress := false
		for _, p := range slices.Backward(problems) {
			switch list, i := place(p.Field); {
			case list == "patterns" && d.Patterns[i].Keywords == nil && len(r.Keywords) > 0:
				d.Patterns[i].Keywords, progress = r.Keywords, true
			case list == "match" && len(matches) > 1 && i < len(matches):
				matches, progress = slices.Delete(matches, i, i+1), true
			case list == "clean" && len(cleans) > 1 && i < len(cleans):
				cleans, progress = slices.Delete(cleans, i, i+1), true
			}
		}
		if !progress {
			return errors.New(problems[0].Words)
		}
	}
}

// inTurn takes a text of each list, then the next of each; none twice.
func inTurn(lists [][]string) []string {
	var out []string
	seen := map[string]bool{"": true}
	for i := 0; slices.ContainsFunc(lists, func(l []string) bool { return i < len(l) }); i++ {
		for _, l := range lists {
			if i < len(l) && !seen[strings.TrimSpace(l[i])] {
				seen[strings.TrimSpace(l[i])] = true
				out = append(out, l[i])
			}
		}
	}
	return out
}

// load reads a pack of the detector alone.
func (d *detector) load() []rules.SourceError {
	text, err := pack{Pack: "gitleaks", Title: "-", Description: "-", Detectors: []detector{*d}}.write()
	if err != nil {
		return []rules.SourceError{{Words: err.Error()}}
	}
	_, err = rules.ParsePack("gitleaks.yaml", text)
	if all, ok := errors.AsType[*rules.SourceErrors](err); ok {
		// Of several problems of one example the first counts.
		return slices.CompactFunc(all.Problems, func(a, b rules.SourceError) bool { return a.Field == b.Field })
	}
	return nil
}

// place reads which item of which list a problem is about, from a field such as
// detectors[0].match[3].
func place(field string) (list string, i int) {
	_, rest, _ := strings.Cut(field, "].")
	list, rest, ok := strings.Cut(rest, "[")
	number, _, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	if !ok || err != nil {
		return "", 0
	}
	return list, i
}
