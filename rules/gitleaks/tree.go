package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// The functions here look at the tree of a regexp, and make other trees of it;
// none changes the one that it is given.

// concat is the parts of re one behind the other.
func concat(re *syntax.Regexp) []*syntax.Regexp {
	if re.Op == syntax.OpConcat {
		return re.Sub
	}
	return []*syntax.Regexp{re}
}

func joined(parts []*syntax.Regexp) *syntax.Regexp {
	switch len(parts) {
	case 0:
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}
	case 1:
		return parts[0]
	}
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: slices.Clone(parts)}
}

// with is re with other parts.
func with(re *syntax.Regexp, sub ...*syntax.Regexp) *syntax.Regexp {
	out := *re
	out.Sub = sub
	return &out
}

// trimmed is re without what may or must stand around a match that belongs to
// neither name nor value: the beginning of an identifier, word boundaries,
// quotes, the end of the line.
func trimmed(re *syntax.Regexp) *syntax.Regexp {
	parts := concat(re)
	for len(parts) > 0 && isLead(parts[0]) {
		parts = parts[1:]
	}
	for len(parts) > 0 && isTrail(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	if len(parts) == 1 && parts[0].Op == syntax.OpCapture {
		return with(parts[0], trimmed(parts[0].Sub[0]))
	}
	if n := len(parts); n > 1 { // a name in a group of its own, or a value at the end
		parts = slices.Clone(parts)
		if parts[0].Op == syntax.OpConcat {
			return trimmed(joined(append(slices.Clone(parts[0].Sub), parts[1:]...)))
		}
	}
	return joined(parts)
}

// isLead reports whether re can be dropped from the beginning.
func isLead(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest:
		return re.Flags&syntax.NonGreedy != 0
	case syntax.OpRepeat:
		return re.Flags&syntax.NonGreedy != 0 && re.Min == 0
	case syntax.OpCharClass:
		return !holdsWord(re)
	default:
		return isBorder(re, false)
	}
}

// isTrail reports whether re can be dropped from the end.
func isTrail(re *syntax.Regexp) bool { return isBorder(re, true) }

// isBorder reports whether re matches nothing, or may at the border of a text
// and is a character or two elsewhere.
func isBorder(re *syntax.Regexp, end bool) bool {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	case syntax.OpBeginLine, syntax.OpBeginText:
		return !end
	case syntax.OpEndLine, syntax.OpEndText:
		return end
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return isBorder(sub, end) }) && longest(re) <= 3
	default:
		return false
	}
}

// holdsWord reports whether a class has letters or digits.
func holdsWord(re *syntax.Regexp) bool { return holds(re, "azAZ09") }

// holds reports whether a class has one of the characters.
func holds(re *syntax.Regexp, chars string) bool {
	for i := 0; i+1 < len(re.Rune); i += 2 {
		if strings.ContainsFunc(chars, func(r rune) bool { return re.Rune[i] <= r && r <= re.Rune[i+1] }) {
			return true
		}
	}
	return false
}

// unbounded stands for no longest match.
const unbounded = 1 << 20

// longest is how many characters the longest match has.
func longest(re *syntax.Regexp) int {
	return length(re, func(a, b int) int { return max(a, b) }, func(re *syntax.Regexp) int {
		switch {
		case re.Op == syntax.OpQuest:
			return 1
		case re.Op == syntax.OpRepeat && re.Max >= 0:
			return re.Max
		}
		return unbounded
	})
}

// shortest is how many characters the shortest match has.
func shortest(re *syntax.Regexp) int {
	return length(re, func(a, b int) int { return min(a, b) }, func(re *syntax.Regexp) int {
		switch re.Op {
		case syntax.OpPlus:
			return 1
		case syntax.OpRepeat:
			return re.Min
		default:
			return 0
		}
	})
}

// length counts characters: of branches the one that choose prefers, of repeats
// as many as times says.
func length(re *syntax.Regexp, choose func(a, b int) int, times func(*syntax.Regexp) int) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return min(times(re)*length(re.Sub[0], choose, times), unbounded)
	case syntax.OpAlternate:
		n := length(re.Sub[0], choose, times)
		for _, sub := range re.Sub[1:] {
			n = choose(n, length(sub, choose, times))
		}
		return n
	default:
		n := 0
		for _, sub := range re.Sub {
			n += length(sub, choose, times)
		}
		return min(n, unbounded)
	}
}
