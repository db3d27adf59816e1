package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
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

// heads lists, in small letters, the texts one of which every match begins
// with, or nothing when they are too many or not known.
func heads(re *syntax.Regexp) []string {
	texts, _ := leading(re)
	if slices.Contains(texts, "") {
		return nil
	}
	return texts
}

// maxHeads bounds the texts that a match may begin with.
const maxHeads = 64

// leading also says whether a match is one of the texts, whole.
func leading(re *syntax.Regexp) (texts []string, whole bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}, true
	case syntax.OpCharClass:
		return members(re)
	case syntax.OpCapture:
		return leading(re.Sub[0])
	case syntax.OpQuest:
		texts, whole = leading(re.Sub[0])
		return append([]string{""}, texts...), whole
	case syntax.OpAlternate:
		return leadingAny(re.Sub)
	case syntax.OpConcat:
		return leadingAll(re.Sub)
	default:
		return []string{""}, false
	}
}

// members lists a small class.
func members(re *syntax.Regexp) (texts []string, whole bool) {
	for i := 0; i+1 < len(re.Rune); i += 2 {
		if re.Rune[i+1]-re.Rune[i] > 8 {
			return []string{""}, false
		}
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if t := string(unicode.ToLower(r)); !slices.Contains(texts, t) {
				texts = append(texts, t)
			}
		}
	}
	if len(texts) > 8 {
		return []string{""}, false
	}
	return texts, true
}

func leadingAny(subs []*syntax.Regexp) (texts []string, whole bool) {
	whole = true
	for _, sub := range subs {
		t, w := leading(sub)
		texts, whole = append(texts, t...), whole && w
	}
	if len(texts) > maxHeads {
		return []string{""}, false
	}
	return texts, whole
}

func leadingAll(subs []*syntax.Regexp) (texts []string, whole bool) {
	texts, whole = []string{""}, true
	for _, sub := range subs {
		next, w := leading(sub)
		if len(next)*len(texts) > maxHeads {
			return texts, false
		}
		var longer []string
		for _, t := range texts {
			for _, n := range next {
				longer = append(longer, t+n)
			}
		}
		if texts = longer; !w {
			return texts, false
		}
	}
	return texts, whole
}

// literals gathers every literal text of re, in small letters, with a zero
// byte for what is none.
func literals(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return strings.ToLower(string(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "." // meant as a dot more often than not
	case syntax.OpConcat, syntax.OpCapture:
		return strings.Join(each(re.Sub, literals), "")
	default:
		return "\x00" + strings.Join(each(re.Sub, literals), "\x00") + "\x00"
	}
}

func each(subs []*syntax.Regexp, say func(*syntax.Regexp) string) []string {
	out := make([]string, len(subs))
	for i, sub := range subs {
		out[i] = say(sub)
	}
	return out
}
