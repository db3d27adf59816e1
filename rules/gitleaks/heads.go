package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

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
