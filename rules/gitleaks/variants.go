package gitleaks

import (
	"regexp/syntax"
	"slices"
)

// maxVariants bounds the regexps that one is split into.
const maxVariants = 24

// variants splits re at its branches until each variant has its value in one
// place and begins with a text. Where that cannot be had re stays whole. It
// stops when there are too many.
func variants(re *syntax.Regexp, group int) []*syntax.Regexp {
	at := branching(re, func(alt *syntax.Regexp) bool { return group == 0 && len(captures(alt)) > 0 })
	if texts := heads(re); at == nil && (len(texts) == 0 || len(captures(re)) == 0 && mixed(texts)) {
		at = first(re)
	}
	if at == nil {
		return []*syntax.Regexp{re}
	}
	var out []*syntax.Regexp
	for _, branch := range at.Sub {
		if out = append(out, variants(trimmed(replaced(re, at, branch)), group)...); len(out) > maxVariants {
			break
		}
	}
	return out
}

// mixed reports whether some of the texts are a vendor's mark and some are not.
func mixed(texts []string) bool {
	plain := slices.ContainsFunc(texts, plainWord)
	return plain && slices.ContainsFunc(texts, func(t string) bool { return !plainWord(t) })
}

// branching returns the first alternation outside groups for which wanted
// holds.
func branching(re *syntax.Regexp, wanted func(*syntax.Regexp) bool) *syntax.Regexp {
	switch {
	case re.Op == syntax.OpCapture:
		return nil
	case re.Op == syntax.OpAlternate && wanted(re):
		return re
	case re.Op != syntax.OpConcat && re.Op != syntax.OpAlternate:
		return nil
	}
	for _, sub := range re.Sub {
		if at := branching(sub, wanted); at != nil {
			return at
		}
	}
	return nil
}

// first returns the alternation that re begins with.
func first(re *syntax.Regexp) *syntax.Regexp {
	switch re.Op {
	case syntax.OpAlternate:
		return re
	case syntax.OpConcat, syntax.OpCapture:
		return first(re.Sub[0])
	default:
		return nil
	}
}

// replaced is re with another tree in the place of one of its own.
func replaced(re, old, by *syntax.Regexp) *syntax.Regexp {
	if re == old {
		return by
	}
	sub := make([]*syntax.Regexp, len(re.Sub))
	for i, s := range re.Sub {
		sub[i] = replaced(s, old, by)
	}
	return with(re, sub...)
}
