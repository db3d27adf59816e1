package rules

import (
	"regexp/syntax"
	"unicode/utf8"
)

// leadOfRun returns how many bytes can come before the unbroken word that every
// match has.
func leadOfRun(tree *syntax.Regexp) int {
	if tree.Op == syntax.OpCapture {
		return leadOfRun(tree.Sub[0])
	}
	if tree.Op != syntax.OpConcat {
		return 0
	}
	before, best, longest := 0, 0, 0
	for i, sub := range tree.Sub {
		if n, _ := longestOf(tree.Sub[i:]); n >= longest {
			longest, best = n, before
		}
		n, _ := width(sub)
		before += n
	}
	return min(best, maxLead)
}

// leadOf returns how many bytes can come before the first digit that every
// match has.
func leadOf(re *syntax.Regexp) int {
	n, _ := lead(re)
	return min(n, maxLead)
}

// maxWordLead is how long the letters before the first digit may be for a pattern
// that could also be found by its keywords.
const maxWordLead = 12

// maxLead bounds how far before a digit a number can begin.
const maxLead = 32

// lead returns the most bytes before the first digit, and whether there is one
// in every match.
func lead(re *syntax.Regexp) (n int, found bool) {
	switch re.Op { //nolint:exhaustive // the rest is below, or says nothing here
	case syntax.OpCapture:
		return lead(re.Sub[0])
	case syntax.OpPlus, syntax.OpRepeat:
		if m, ok := lead(re.Sub[0]); ok && (re.Op == syntax.OpPlus || re.Min > 0) {
			return m, true
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			m, ok := lead(sub)
			n += m
			if ok {
				return n, true
			}
		}
		return n, false
	case syntax.OpAlternate:
		found = true
		for _, sub := range re.Sub {
			m, ok := lead(sub)
			n, found = max(n, m), found && ok
		}
		return n, found
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r >= '0' && r <= '9' {
				return n, true
			}
			n += utf8.RuneLen(r)
		}
		return n, false
	case syntax.OpCharClass:
		if within(re, digits) {
			return 0, true
		}
	}
	longest, bounded := width(re)
	if !bounded {
		longest = maxLead
	}
	return longest, false
}

// width returns the length in bytes of the longest match, and whether there is
// one.
func width(re *syntax.Regexp) (longest int, bounded bool) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			longest += max(utf8.RuneLen(r), 1)
		}
		return longest, true
	case syntax.OpCharClass:
		return classWidth(re.Rune), true
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax, true
	case syntax.OpStar, syntax.OpPlus:
		return 0, false
	case syntax.OpRepeat:
		n, ok := width(re.Sub[0])
		return n * re.Max, ok && re.Max >= 0
	case syntax.OpAlternate:
		return widest(re.Sub)
	default: // groups, concatenations, quests and the empty ones
		return sum(re.Sub)
	}
}

// classWidth is the most bytes that a character of a class takes. The Kelvin sign and
// the long s, which (?i) brings, are folded away before.
func classWidth(class []rune) int {
	for n := len(class); n > 0; n -= 2 {
		if r := class[n-1]; r != 0x212A && r != 0x17F {
			return max(utf8.RuneLen(r), 1)
		}
	}
	return 0
}

func widest(subs []*syntax.Regexp) (longest int, bounded bool) {
	bounded = true
	for _, sub := range subs {
		n, ok := width(sub)
		longest, bounded = max(longest, n), bounded && ok
	}
	return longest, bounded
}

func sum(subs []*syntax.Regexp) (longest int, bounded bool) {
	bounded = true
	for _, sub := range subs {
		n, ok := width(sub)
		longest, bounded = longest+n, bounded && ok
	}
	return longest, bounded
}

// least returns the length of the shortest match in characters.
func least(re *syntax.Regexp) int {
	return fewest(re, func(rune, rune) bool { return true })
}
