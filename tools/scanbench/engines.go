package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	ahocorasick "github.com/BobuSumisu/aho-corasick"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// kind is how an engine is made of the patterns.
type kind struct {
	name, what string
	make       func(patterns func() []rules.PatternText) (product, error)
}

// product is an engine that was made.
type product struct {
	scan  scanner
	left  int           // patterns that it could not take
	heap  int64         // memory that Go does not see
	built time.Duration // where it is not what making took
}

const (
	takebackEngine = "takeback, all packs"
	loopEngine     = "stdlib regexp loop"
	spansEngine    = "Hyperscan, spans by stdlib"
)

// kinds lists the engines; Hyperscan adds itself where it is built in.
var kinds = []kind{
	{takebackEngine, "exact spans, validated", makeTakeback},
	{loopEngine, "spans", makeLoop},
	{"keyword Aho-Corasick + stdlib", "spans", makeKeyword},
	{"a table look-up for each byte", "nothing: a yardstick", makeYardstick},
}

// build makes the engines whose name has one of the words, or all.
func build(only string) ([]*engine, error) {
	patterns := sync.OnceValue(func() []rules.PatternText { return rules.Patterns(rules.Builtin()) })
	var out []*engine
	for _, k := range kinds {
		if !named(k.name, only) {
			continue
		}
		e := &engine{name: k.name, what: k.what, speeds: map[string]speed{}}
		if err := e.build(k, patterns); err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (e *engine) build(k kind, patterns func() []rules.PatternText) error {
	took, heap, err := made(func() (err error) {
		e.product, err = k.make(patterns)
		return err
	})
	e.heap += heap
	if e.built == 0 {
		e.built = took
	}
	return err
}

func named(name, only string) bool {
	for word := range strings.SplitSeq(only, ",") {
		if strings.Contains(strings.ToLower(name), strings.ToLower(word)) {
			return true
		}
	}
	return false
}

// makeTakeback is the first to ask for the packs, which are read then: all that a
// start costs is in the table.
func makeTakeback(func() []rules.PatternText) (product, error) {
	e, err := rules.New(rules.Builtin(), rules.Options{})
	return product{scan: scannerOf(e)}, err
}

func scannerOf(e *rules.Engine) scanner {
	elements := []models.Element{{Kind: models.TextElement}}
	return func(text string) int {
		elements[0].Text = text
		return len(e.Scan(elements))
	}
}

// makeYardstick is what any scanner does at least, so that a run on a busy machine can
// be told from one on a quiet one.
func makeYardstick(func() []rules.PatternText) (product, error) {
	var table [256]uint8
	table['@'] = 1
	return product{scan: func(text string) int {
		n := 0
		for i := range len(text) {
			n += int(table[text[i]])
		}
		return n
	}}, nil
}

// makeLoop tries every pattern on every text.
func makeLoop(patterns func() []rules.PatternText) (product, error) {
	all, err := compiled(patterns())
	return product{scan: func(text string) int {
		n := 0
		for _, re := range all {
			n += len(re.FindAllStringIndex(text, -1))
		}
		return n
	}}, err
}

func compiled(patterns []rules.PatternText) ([]*regexp.Regexp, error) {
	all := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		var err error
		if all[i], err = regexp.Compile(p.Regexp); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Detector, err)
		}
	}
	return all, nil
}

// makeKeyword tries the patterns one of whose keywords stands in the text, and those
// that have none.
func makeKeyword(patterns func() []rules.PatternText) (product, error) {
	all, err := compiled(patterns())
	f := newFilter(patterns())
	return product{scan: func(text string) int {
		n := 0
		for _, i := range f.worth(text) {
			n += len(all[i].FindAllStringIndex(text, -1))
		}
		return n
	}}, err
}

// filter says which patterns are worth trying, as scanners of secrets do it: an
// Aho-Corasick automaton over the text in small letters.
type filter struct {
	trie   *ahocorasick.Trie
	of     [][]int32 // the patterns of a keyword
	always []int32
	seen   []uint32 // by pattern: the text in which it was worth trying last
	now    uint32
	out    []int32
}

func newFilter(patterns []rules.PatternText) *filter {
	f := &filter{seen: make([]uint32, len(patterns))}
	number := map[string]int{}
	var words []string
	for i, p := range patterns {
		if len(p.Keywords) == 0 {
			f.always = append(f.always, int32(i))
		}
		for _, k := range p.Keywords {
			n, ok := number[k]
			if !ok {
				n = len(words)
				number[k] = n
				words, f.of = append(words, k), append(f.of, nil)
			}
			f.of[n] = append(f.of[n], int32(i))
		}
	}
	f.trie = ahocorasick.NewTrieBuilder().AddStrings(words).Build()
	return f
}

// worth returns the patterns to try on a text, until it is asked again.
func (f *filter) worth(text string) []int32 {
	f.now++
	f.out = append(f.out[:0], f.always...)
	f.trie.Walk([]byte(strings.ToLower(text)), func(_, _, word int64) bool {
		for _, p := range f.of[word] {
			if f.seen[p] != f.now {
				f.seen[p] = f.now
				f.out = append(f.out, p)
			}
		}
		return true
	})
	return f.out
}
