package gitleaks

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	// leastEntropy is what a value has that is more than a character or two.
	leastEntropy = 2
	// goodEntropy is what random letters and digits of some length have.
	goodEntropy = 3
)

// general reports whether the rule is about no vendor.
func (r rule) general() bool {
	return slices.ContainsFunc(r.Keywords, func(k string) bool {
		return slices.Contains([]string{"key", "token", "secret", "password", "api"}, strings.ToLower(k))
	})
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
