package gitleaks

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// maxTexts bounds the texts that an alternation is written out to.
const maxTexts = 128

// exclusions says in the pack's terms what the allowlists of a rule say.
// Remarks are about what has no equal.
func exclusions(lists []allowlist) (out []exclusion, remarks []string) {
	for _, a := range lists {
		x, r := a.exclusions()
		out, remarks = append(out, x...), append(remarks, r...)
	}
	return out, remarks
}

func (a allowlist) exclusions() (out []exclusion, remarks []string) {
	if len(a.Paths)+len(a.Commits) > 0 {
		if a.all() {
			return nil, []string{"an allowlist that holds for some paths or commits only is left out: a message has neither"}
		}
		remarks = append(remarks, "the paths and commits of an allowlist are left out: a message has neither")
	}
	if a.all() && len(a.StopWords) > 0 && len(a.Regexes) > 0 {
		return nil, append(remarks, "an allowlist that wants a regexp and a stopword at once is left out")
	}
	reason := cmp.Or(oneLine(a.Description), "on the rule's allowlist")
	for _, expr := range a.Regexes {
		x, remark := a.exclusion(expr)
		x.Reason = reason
		if remark != "" {
			remarks = append(remarks, remark)
		}
		if x.Regexp != "" || len(x.Near) > 0 {
			out = append(out, x)
		}
	}
	if len(a.StopWords) > 0 {
		out = append(out, exclusion{Contains: stopWords(a.StopWords), Reason: cmp.Or(oneLine(a.Description), "the rule's stopwords")})
	}
	return out, remarks
}

// exclusion takes over one regexp. What gitleaks looks for in the whole match
// or line, name and all, are words that must not stand near by.
func (a allowlist) exclusion(expr string) (x exclusion, remark string) {
	if _, err := regexp.Compile(expr); err != nil {
		return x, fmt.Sprintf("the allowlist's regexp %s is left out: %v", shorten(expr), err)
	}
	if a.RegexTarget == "" || a.RegexTarget == "secret" {
		x.Regexp = expr
		return x, ""
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return x, fmt.Sprintf("the allowlist's regexp %s is left out: %v", shorten(expr), err)
	}
	var left []string
	x.Near, left = words(tree)
	if len(left) > 0 {
		remark = fmt.Sprintf("of an allowlist about the whole %s these are left out, as they stand for too many words: %s",
			a.RegexTarget, strings.Join(left, " "))
	}
	return x, remark
}

// words writes an alternation out; branches that stand for too many texts are
// returned as they are.
func words(re *syntax.Regexp) (texts, left []string) {
	if texts, ok := written(re); ok && !slices.ContainsFunc(texts, blank) {
		slices.Sort(texts)
		return slices.Compact(texts), nil
	}
	whole := bare(re)
	at := branching(whole, func(*syntax.Regexp) bool { return true })
	if at == nil {
		return nil, []string{shorten(re.String())}
	}
	for _, branch := range at.Sub {
		t, l := words(replaced(whole, at, branch))
		texts, left = append(texts, t...), append(left, l...)
		if len(left) > maxTexts {
			return nil, []string{shorten(re.String())}
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts), left
}

func blank(s string) bool { return strings.TrimSpace(s) != s || len(s) < 3 }

// written lists all texts that re stands for, in small letters, if they are
// few.
func written(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}, true
	case syntax.OpCharClass:
		return members(re)
	case syntax.OpCapture:
		return written(re.Sub[0])
	case syntax.OpQuest:
		texts, ok := written(re.Sub[0])
		return append(texts, ""), ok
	case syntax.OpAlternate:
		return writtenAny(re.Sub)
	case syntax.OpConcat:
		return writtenAll(re.Sub)
	default:
		return nil, false
	}
}

func writtenAny(subs []*syntax.Regexp) ([]string, bool) {
	var out []string
	for _, sub := range subs {
		texts, ok := written(sub)
		if out = append(out, texts...); !ok || len(out) > maxTexts {
			return nil, false
		}
	}
	return out, true
}

func writtenAll(subs []*syntax.Regexp) ([]string, bool) {
	out := []string{""}
	for _, sub := range subs {
		texts, ok := written(sub)
		if !ok || len(out)*len(texts) > maxTexts {
			return nil, false
		}
		var longer []string
		for _, o := range out {
			for _, t := range texts {
				longer = append(longer, o+t)
			}
		}
		out = longer
	}
	return out, true
}

// stopWords are the words in small letters, sorted, without those that another
// of them is a part of.
func stopWords(words []string) []string {
	var out []string
	for _, w := range words {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	kept := out[:0:0]
	for _, w := range out {
		if !slices.ContainsFunc(kept, func(k string) bool { return strings.Contains(w, k) }) {
			kept = append(kept, w)
		}
	}
	slices.Sort(kept)
	return kept
}

// free reports whether a value of the pattern can be what stands for a value:
// a variable, a placeholder in braces.
func (p pattern) free() bool {
	re := p.re
	if p.value != nil {
		re = p.value
	}
	return anyClass(re, func(class *syntax.Regexp) bool { return holds(class, "${%") })
}

func anyClass(re *syntax.Regexp, is func(*syntax.Regexp) bool) bool {
	switch re.Op {
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpCharClass:
		return is(re)
	default:
		return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return anyClass(sub, is) })
	}
}

// oneLine is a text without line breaks and control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// shorten keeps a stranger's text out of the reader's way.
func shorten(s string) string {
	s = oneLine(s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
