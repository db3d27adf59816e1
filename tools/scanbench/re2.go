package main

import (
	"fmt"

	"github.com/wasilibs/go-re2"

	"github.com/takeback-chat/takeback/rules"
)

func init() {
	kinds = append(kinds, kind{"keyword Aho-Corasick + go-re2", "spans", makeRE2})
}

// makeRE2 is makeKeyword with RE2 in WebAssembly for package regexp.
func makeRE2(patterns func() []rules.PatternText) (product, error) {
	var all []*re2.Regexp
	for _, p := range patterns() {
		re, err := re2.Compile(p.Regexp)
		if err != nil {
			return product{}, fmt.Errorf("%s: %w", p.Detector, err)
		}
		all = append(all, re)
	}
	f := newFilter(patterns())
	return product{scan: func(text string) int {
		n := 0
		for _, i := range f.worth(text) {
			n += len(all[i].FindAllStringIndex(text, -1))
		}
		return n
	}}, nil
}
