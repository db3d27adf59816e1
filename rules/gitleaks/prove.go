package gitleaks

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/rules"
)

// wanted is how many examples of either kind a detector gets.
const wanted = 5

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
