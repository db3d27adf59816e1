package rules

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/fold"
)

const (
	// maxPrefixes bounds the texts that one pattern may begin with.
	maxPrefixes = 64
	// leastPrefix is the shortest text that is worth looking for, in bytes.
	leastPrefix = 3
	// leastRun is the shortest unbroken word that is rare enough in talk.
	leastRun = 12
	// leastDigits is the fewest digits that are rare enough in talk.
	leastDigits = 3
)

// prefixes is a set of texts one of which every match begins with.
type prefixes struct {
	texts []string // small letters
	exact bool     // a match is one of them, whole, so that what follows may be joined on
}

// anything is what is known of an expression of which nothing is known.
var anything = prefixes{texts: []string{""}}

// prefixesOf returns the texts that every match of re begins with, case
// ignored, or nil when there are too many of them or they are too short to be
// worth looking for.
func prefixesOf(re *syntax.Regexp) []string {
	p := leading(re)
	for _, t := range p.texts {
		if len(t) < leastPrefix {
			return nil
		}
	}
	slices.Sort(p.texts)
	return slices.Compact(p.texts)
}

func leading(re *syntax.Regexp) prefixes {
	switch re.Op { //nolint:exhaustive // the rest is below, or says nothing here
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return prefixes{texts: []string{""}, exact: true}
	case syntax.OpLiteral:
		return prefixes{texts: []string{strings.Map(foldedRune, string(re.Rune))}, exact: true}
	case syntax.OpCharClass:
		return leadingClass(re)
	case syntax.OpCapture:
		return leading(re.Sub[0])
	case syntax.OpConcat:
		return leadingConcat(re.Sub)
	case syntax.OpAlternate:
		return leadingAny(re.Sub)
	case syntax.OpQuest:
		p := leading(re.Sub[0])
		return prefixes{texts: append([]string{""}, p.texts...), exact: p.exact}
	case syntax.OpPlus:
		return prefixes{texts: leading(re.Sub[0]).texts}
	case syntax.OpRepeat:
		if re.Min > 0 {
			return leadingConcat(slices.Repeat([]*syntax.Regexp{re.Sub[0]}, min(re.Min, 8))).cut(re.Min == re.Max && re.Min <= 8)
		}
	}
	return anything
}

// foldedRune is the small letter among the cases of r, as folding writes it.
func foldedRune(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(lowerASCII(byte(r)))
	}
	small := unicode.ToLower(r)
	for o := small; ; {
		if fold.Fold(string(o)) == string(o) && unicode.IsLower(o) {
			return o
		}
		if o = unicode.SimpleFold(o); o == small {
			return small
		}
	}
}

func (p prefixes) cut(exact bool) prefixes {
	p.exact = p.exact && exact
	return p
}

// leadingClass lists the members of a small class.
func leadingClass(re *syntax.Regexp) prefixes {
	var texts []string
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			t := string(foldedRune(r))
			if !slices.Contains(texts, t) {
				texts = append(texts, t)
			}
			if len(texts) > 8 {
				return anything
			}
		}
	}
	if len(texts) == 0 {
		return anything
	}
	return prefixes{texts: texts, exact: true}
}

// leadingConcat joins the texts of one part to those of the next for as long
// as there are few.
func leadingConcat(subs []*syntax.Regexp) prefixes {
	all := prefixes{texts: []string{""}, exact: true}
	for _, sub := range subs {
		next := leading(sub)
		if len(all.texts)*len(next.texts) > maxPrefixes {
			return all.cut(false)
		}
		var joined []string
		for _, a := range all.texts {
			for _, b := range next.texts {
				joined = append(joined, a+b)
			}
		}
		all = prefixes{texts: joined, exact: next.exact}
		if !all.exact {
			break
		}
	}
	return all
}

func leadingAny(subs []*syntax.Regexp) prefixes {
	all := prefixes{exact: true}
	for _, sub := range subs {
		p := leading(sub)
		all.texts = append(all.texts, p.texts...)
		all.exact = all.exact && p.exact
	}
	if len(all.texts) > maxPrefixes {
		return anything
	}
	return all
}

// fewest returns how many characters of every match lie in the class at least.
func fewest(re *syntax.Regexp, in func(lo, hi rune) bool) int {
	switch re.Op { //nolint:exhaustive // the rest is below, or says nothing here
	case syntax.OpLiteral:
		n := 0
		for _, r := range re.Rune {
			if in(r, r) {
				n++
			}
		}
		return n
	case syntax.OpCharClass:
		if within(re, in) {
			return 1
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		if in(0, unicode.MaxRune) {
			return 1
		}
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n += fewest(sub, in)
		}
		return n
	case syntax.OpCapture, syntax.OpPlus:
		return fewest(re.Sub[0], in)
	case syntax.OpRepeat:
		return re.Min * fewest(re.Sub[0], in)
	case syntax.OpAlternate:
		n := fewest(re.Sub[0], in)
		for _, sub := range re.Sub[1:] {
			n = min(n, fewest(sub, in))
		}
		return n
	}
	return 0
}

func within(re *syntax.Regexp, in func(lo, hi rune) bool) bool {
	for i := 0; i+1 < len(re.Rune); i += 2 {
		if !in(re.Rune[i], re.Rune[i+1]) {
			return false
		}
	}
	return len(re.Rune) > 0
}

func digits(lo, hi rune) bool { return lo >= '0' && hi <= '9' }

func alnums(lo, hi rune) bool {
	return digits(lo, hi) || lo >= 'A' && hi <= 'Z' || lo >= 'a' && hi <= 'z' || lo == 0x17F && hi == lo || lo == 0x212A && hi == lo
}

// longestRun returns the length of the longest stretch of letters and digits
// that every match has, and whether every match is nothing else.
func longestRun(re *syntax.Regexp) (n int, only bool) {
	switch re.Op { //nolint:exhaustive // the rest is below, or says nothing here
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpEmptyMatch:
		all := len(re.Rune)
		if re.Op == syntax.OpCharClass {
			all = 1
		}
		n = fewest(re, alnums)
		return n, n == all
	case syntax.OpCapture:
		return longestRun(re.Sub[0])
	case syntax.OpPlus:
		return longestRun(re.Sub[0])
	case syntax.OpRepeat:
		n, only = longestRun(re.Sub[0])
		if only {
			n *= re.Min
		}
		return n, only && re.Min > 0
	case syntax.OpConcat:
		return longestOf(re.Sub)
	case syntax.OpAlternate:
		n, only = longestRun(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			m, o := longestRun(sub)
			n, only = min(n, m), only && o
		}
		return n, only
	}
	return 0, false
}

func longestOf(subs []*syntax.Regexp) (longest int, only bool) {
	open, only := 0, true
	for _, sub := range subs {
		n, o := longestRun(sub)
		if o {
			open += n
		} else {
			open, only = 0, false
		}
		longest = max(longest, open, n)
	}
	return longest, only
}
