package rules

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"sync"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/dfa"
	"github.com/takeback-chat/takeback/rules/matchers"
)

// trigger says what makes a pattern worth running.
type trigger uint8

const (
	byPrefix  trigger = iota // one of its texts begins every match
	byDigits                 // every match has digits
	byRun                    // every match has a long unbroken word
	byKeyword                // one of its keywords stands near every match
	byMatcher                // code that knows its own anchors
)

var triggerNames = map[trigger]string{
	byPrefix: "the text it begins with", byDigits: "digits", byRun: "a long unbroken word", byKeyword: "a keyword near by", byMatcher: "a matcher of its own",
}

// pattern is one regexp of a detector, with what must be in a text to make it
// worth running.
type pattern struct {
	name     string
	expr     string
	tree     *syntax.Regexp // as it was parsed
	kept     string         // or as it was written down
	trigger  trigger
	prefixes []string // in small letters
	keywords []string // one must stand within aside bytes; none: no such demand
	run      int      // the shortest unbroken word, where that is the trigger
	lead     int      // how many bytes can come before the first digit
	reach    int      // how far a match can extend, in bytes
	insts    int      // how many instructions it has in an automaton
	inside   bool     // it may begin inside a word
	trims    bool     // punctuation at the end of a value is none of it
	group    int      // the group that is the value; 0: the whole match
	matcher  matchers.Matcher
	code     string // its name

	quickOnce sync.Once
	quick     *dfa.Set // tells where there may be a match; made when first asked for

	once sync.Once
	re   *regexp.Regexp // where captures or anchors matter; made when first asked for
}

const (
	// maxReach is how far a match extends at most.
	maxReach = 4096
	// maxSteps bounds the program of a regexp, and so the time that it takes per
	// byte. It is what refuses (a{1,500}b?){1,500}.
	maxSteps = 8000
)

// hints are what a pack says itself of what makes a pattern worth running.
type hints struct {
	keywords []string
	digits   int
	unbroken int
	begins   bool
}

// compile reads a regexp and measures it. The error is a sentence for the
// author of the pack.
func (p *pattern) compile(expr string, h hints) error {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return fmt.Errorf("it is not a valid regexp (RE2 syntax): %w", err)
	}
	p.expr, p.tree = expr, tree
	p.group = groupOf(tree)
	longest, bounded := width(tree)
	if p.reach = maxReach; bounded {
		p.reach = min(longest+utf8.UTFMax, maxReach)
	}
	if err := p.measure(); err != nil {
		return err
	}
	return p.findTrigger(h)
}

// groupOf returns the number of the group named value, or 0.
func groupOf(tree *syntax.Regexp) int {
	for i, name := range tree.CapNames() {
		if name == "value" {
			return i
		}
	}
	return 0
}

// measure refuses what costs too much or finds nothing.
func (p *pattern) measure() error {
	var b dfa.Builder
	_, _, err := b.Add(p.tree)
	if err != nil {
		return fmt.Errorf("it is too costly: %w", err)
	}
	if p.insts = b.Len(); p.insts > maxSteps {
		return fmt.Errorf("it is too costly: %d instructions, at most %d are allowed; use smaller repeat counts", p.insts, maxSteps)
	}
	if least(p.tree) == 0 {
		return errors.New("it matches the empty text")
	}
	return nil
}

// regexp is the pattern for package regexp, anchored where a walk began, or
// for a window.
func (p *pattern) regexp() *regexp.Regexp {
	p.once.Do(func() {
		expr := p.expr
		if p.trigger != byKeyword {
			expr = `\A(?:` + expr + `)`
		}
		p.re = regexp.MustCompile(expr) // the tree of it was parsed before
	})
	return p.re
}

// alternatives are the pattern, or its alternatives as patterns of their own where it
// could only be found by keywords and each of these by something better.
func (p *pattern) alternatives() []*pattern {
	if p.trigger != byKeyword || p.tree.Op != syntax.OpAlternate || p.group > 0 {
		return []*pattern{p}
	}
	var out []*pattern
	for _, sub := range p.tree.Sub {
		alone := &pattern{name: p.name, inside: p.inside, trims: p.trims}
		if err := alone.compile(sub.String(), hints{keywords: p.keywords}); err != nil || alone.trigger == byKeyword {
			return []*pattern{p}
		}
		out = append(out, alone)
	}
	return out
}

// findTrigger takes from the regexp what makes it worth running, unless the
// pack says it better.
func (p *pattern) findTrigger(h hints) error {
	p.keywords = h.keywords
	p.prefixes = prefixesOf(p.tree)
	digitsIn, run := fewest(p.tree, digits), 0
	if n, _ := longestRun(p.tree); n >= leastRun {
		run = n
	}
	switch {
	case h.begins && len(p.prefixes) == 0:
		p.prefixes, p.keywords = h.keywords, nil
		if len(p.prefixes) == 0 {
			return errors.New("it is said to begin with a keyword, and there are no keywords")
		}
	case len(p.prefixes) > 0:
		if h.begins {
			p.keywords = nil
		}
	case len(p.keywords) > 0 && h.digits == 0 && digitsIn >= leastDigits && leadOf(p.tree) > maxWordLead:
		p.trigger = byKeyword // it would be tried at every word before a digit
	case h.digits > 0, digitsIn >= leastDigits:
		p.trigger, p.lead = byDigits, leadOf(p.tree)
	case run > 0, h.unbroken >= leastRun:
		p.trigger, p.run, p.lead = byRun, max(run, h.unbroken), leadOfRun(p.tree)
	case len(p.keywords) > 0:
		p.trigger = byKeyword
	default:
		return fmt.Errorf("it would run on every message: every match must begin with a text of %d bytes, have %d digits or an unbroken word of %d letters and digits; or give keywords that stand near by",
			leastPrefix, leastDigits, leastRun)
	}
	return nil
}
