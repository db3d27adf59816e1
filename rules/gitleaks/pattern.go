package gitleaks

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
)

// pattern is one regexp of a rule, in the form that packs have.
type pattern struct {
	re    *syntax.Regexp
	value *syntax.Regexp // what the group value holds; nil: the whole match is the value
	form  form
}

// form is how distinctive a pattern is.
type form string

const (
	formPrefix form = "prefix" // the value begins with the vendor's mark
	formNamed  form = "named"  // the vendor's name and an assignment stand in front of it
	formShape  form = "shape"  // nothing but its shape, or a name near by
)

// patternsOf reads the regexp of a rule and splits it until every part has one
// value and, where that can be had, begins with a text.
func patternsOf(r rule) ([]pattern, error) {
	tree, err := syntax.Parse(r.Regex, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("its regexp is not valid: %w", err)
	}
	if r.SecretGroup > 0 && capture(tree, r.SecretGroup) == nil {
		return nil, fmt.Errorf("its regexp has no group %d", r.SecretGroup)
	}
	tree = folded(unnamed(tree, r.SecretGroup))
	var out []pattern
	all := variants(trimmed(tree), r.SecretGroup)
	if len(all) > maxVariants {
		return nil, fmt.Errorf("its regexp has more than %d branches with values or beginnings of their own", maxVariants)
	}
	for _, v := range all {
		v = trimmed(v)
		p := pattern{re: bare(open(r.Regex, v))}
		if group := secret(v, r.SecretGroup); group > 0 {
			if inner := capture(v, group); inner != nil && (v.Op != syntax.OpCapture || v.Cap != group) {
				p.re, p.value = marked(v, group), bare(inner.Sub[0])
			}
		}
		p.form = p.formOf(r)
		out = append(out, p)
	}
	return out, nil
}

// openEnd is how much longer a match may be than the regexp has it where the
// regexp says nothing of what follows.
const openEnd = 100

// open is re with room at its end where the rule's regexp has any: it takes
// tokens that are longer than its longest match, and finds the beginning of
// them, where ours must end with a word.
func open(expr string, re *syntax.Regexp) *syntax.Regexp {
	parts := slices.Clone(concat(re))
	last := parts[len(parts)-1]
	if !strings.HasSuffix(expr, "}") || last.Op != syntax.OpRepeat || last.Max <= last.Min {
		return re
	}
	room := *last
	room.Max = min(last.Max+openEnd, 1000)
	parts[len(parts)-1] = &room
	return joined(parts)
}

// formOf says how distinctive the pattern is.
func (p pattern) formOf(r rule) form {
	texts := heads(p.re)
	switch {
	case len(texts) == 0 || !named(p.re, r.Keywords):
		return formShape
	case p.value != nil:
		return formNamed
	case slices.ContainsFunc(texts, plainWord):
		return formShape
	}
	return formPrefix
}

// plainWord reports whether a text is too short to be a vendor's mark: words
// begin with it.
func plainWord(text string) bool {
	marks := strings.ContainsFunc(text, func(r rune) bool { return r < 'a' || r > 'z' })
	return len(text) < 3 || len(text) < 4 && !marks
}

// named reports whether one of the rule's keywords is a part of the regexp, so
// that looking for it beside the match would say nothing.
func named(re *syntax.Regexp, keywords []string) bool {
	if len(keywords) == 0 {
		return true
	}
	texts := literals(re) + "\x00" + strings.Join(heads(re), "\x00")
	return slices.ContainsFunc(keywords, func(k string) bool { return strings.Contains(texts, strings.ToLower(k)) })
}

// folded is re without the Kelvin sign and the long s, which (?i) takes for k
// and s: texts are folded, and have neither.
func folded(re *syntax.Regexp) *syntax.Regexp {
	sub := make([]*syntax.Regexp, len(re.Sub))
	for i, s := range re.Sub {
		sub[i] = folded(s)
	}
	out := with(re, sub...)
	if re.Op == syntax.OpCharClass {
		out.Rune = nil
		for pair := range slices.Chunk(re.Rune, 2) {
			if pair[0] != pair[1] || pair[0] != '\u017F' && pair[0] != '\u212A' {
				out.Rune = append(out.Rune, pair...)
			}
		}
	}
	return out
}

// captures lists the groups of re that are in no other group and no repeat.
func captures(re *syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpCapture:
		return []*syntax.Regexp{re}
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		return nil
	default:
		var out []*syntax.Regexp
		for _, sub := range re.Sub {
			out = append(out, captures(sub)...)
		}
		return out
	}
}

// unnamed is re without its named groups, which name parts of a shape; only
// the group that is said to hold the secret stays.
func unnamed(re *syntax.Regexp, keep int) *syntax.Regexp {
	if re.Op == syntax.OpCapture && re.Name != "" && re.Cap != keep {
		return unnamed(re.Sub[0], keep)
	}
	sub := make([]*syntax.Regexp, len(re.Sub))
	for i, s := range re.Sub {
		sub[i] = unnamed(s, keep)
	}
	return with(re, sub...)
}

// secret is which group holds the value: the one that the rule names, else the
// first; 0 where there is none.
func secret(re *syntax.Regexp, named int) int {
	if named > 0 {
		return named
	}
	first := 0
	for _, c := range captures(re) {
		if first == 0 || c.Cap < first {
			first = c.Cap
		}
	}
	return first
}

// capture returns the group with that number.
func capture(re *syntax.Regexp, group int) *syntax.Regexp {
	if re.Op == syntax.OpCapture && re.Cap == group {
		return re
	}
	for _, sub := range re.Sub {
		if c := capture(sub, group); c != nil {
			return c
		}
	}
	return nil
}

// bare is re without groups.
func bare(re *syntax.Regexp) *syntax.Regexp { return marked(re, -1) }

// marked is re with one of its groups, which gets the name value.
func marked(re *syntax.Regexp, group int) *syntax.Regexp {
	sub := make([]*syntax.Regexp, len(re.Sub))
	for i, s := range re.Sub {
		sub[i] = marked(s, group)
	}
	switch out := with(re, sub...); {
	case re.Op != syntax.OpCapture:
		return out
	case re.Cap == group:
		out.Name = "value"
		return out
	default:
		return sub[0]
	}
}
