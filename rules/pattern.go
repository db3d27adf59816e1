package rules

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/validators"
)

// pattern is one regexp of a detector, with what must be in a text to make it
// worth running.
type pattern struct {
	name     string
	re       *regexp.Regexp
	value    int // the group that is the value; 0: the whole match
	keywords []string
	digits   int32
	unbroken int32
	reach    int32 // how many bytes around its trigger a match can lie
	bounded  bool  // a match has a longest length
	begins   bool  // every match begins with a keyword, at the start of a word
	steps    bool  // every match begins where a number or word does, and has digits
	trim     validators.Trim
	expr     string
}

const (
	// maxReach is the window of patterns that have no longest match.
	maxReach = 4096
	// maxSteps bounds the program of a regexp. RE2 spends at most one step per
	// instruction and byte, so this bounds the time per byte. It is what refuses
	// (a{1,500}b?){1,500}, which RE2 would run, slowly.
	maxSteps = 3000
)

// compile reads a regexp and measures it. The error is a sentence for the
// author of the pack.
func (p *pattern) compile(expr string) error {
	re, err := regexp.Compile(expr)
	if err != nil {
		return fmt.Errorf("it is not a valid regexp (RE2 syntax): %w", err)
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return fmt.Errorf("it is not a valid regexp (RE2 syntax): %w", err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return fmt.Errorf("it cannot be compiled: %w", err)
	}
	if n := len(prog.Inst); n > maxSteps {
		return fmt.Errorf("it is too costly: %d instructions, at most %d are allowed; use smaller repeat counts", n, maxSteps)
	}
	if re.MatchString("") {
		return errors.New("it matches the empty text")
	}
	if i := re.SubexpIndex("value"); i > 0 {
		p.value = i
	}
	p.re = re
	longest, bounded := width(tree)
	p.bounded = bounded && longest <= maxReach
	p.reach = maxReach
	if p.bounded {
		p.reach = int32(longest) + utf8.UTFMax
	}
	p.expr = expr
	p.findTrigger(tree)
	if p.begins {
		return p.anchor()
	}
	return nil
}

// findTrigger takes from the regexp what makes it worth running, unless the
// pack says so itself.
func (p *pattern) findTrigger(tree *syntax.Regexp) {
	if len(p.keywords) > 0 || p.digits > 0 || p.unbroken > 0 {
		return
	}
	if texts := prefixesOf(tree); len(texts) > 0 {
		p.keywords, p.begins = texts, p.bounded
		return
	}
	if n := fewest(tree, digits); n >= leastDigits {
		p.digits = int32(min(n, 64))
		return
	}
	if n, _ := longestRun(tree); n >= leastRun {
		p.unbroken = int32(min(n, 64))
	}
}

// anchor makes the regexp one that is tried where a keyword stands or a number
// begins, and nowhere else: what is common in talk then costs next to nothing.
func (p *pattern) anchor() error {
	if !p.bounded {
		return fmt.Errorf("it has no longest match, or one beyond %d bytes, and so cannot begin at a keyword; bound its repeats", maxReach)
	}
	re, err := regexp.Compile(`\A(?:` + p.expr + `)`)
	if err != nil {
		return fmt.Errorf("it is not a valid regexp (RE2 syntax): %w", err)
	}
	p.re = re
	return nil
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
		if n := len(re.Rune); n > 0 {
			longest = max(utf8.RuneLen(re.Rune[n-1]), 1)
		}
		return longest, true
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
