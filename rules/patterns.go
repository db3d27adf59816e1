package rules

import "slices"

// PatternText is a regexp of a detector as other engines can run it.
type PatternText struct {
	Detector string
	Regexp   string // RE2 syntax
	// Keywords are texts in small letters, one of which stands in or near every
	// match. Where there is none, only digits or letters tell where to look.
	Keywords []string
}

// Patterns returns the regexps of the packs, for measuring other engines with them.
// What code finds, and what lists of words find, is not among them.
func Patterns(packs []Pack) []PatternText {
	var out []PatternText
	for _, pack := range packs {
		for _, d := range pack.detectors {
			for _, p := range d.patterns {
				if p.trigger != byMatcher {
					out = append(out, PatternText{d.ID, p.expr, p.literals()})
				}
			}
		}
	}
	return out
}

// literals returns the texts without which the pattern finds nothing.
func (p *pattern) literals() []string {
	if len(p.prefixes) > 0 {
		return slices.Clone(p.prefixes)
	}
	return slices.Clone(p.keywords)
}
