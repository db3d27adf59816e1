package main

import (
	"math"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// A long text is read in windows of 64 KB that overlap by 8 KB. A finding is
// taken from the window in whose inner part it begins: before it there is room
// for the words that speak for it, behind it for its end and for more words.
const (
	windowSize   = 64 << 10
	windowBefore = 2 << 10
	windowBehind = 6 << 10
	windowInner  = windowSize - windowBefore - windowBehind
)

// stretch is a piece of a long text, with what stands around it as far as the
// findings in it want to know.
type stretch struct {
	text     string
	base     int  // where text begins in the whole
	from, to int  // where findings may begin, in the whole; from is a multiple of windowInner
	ends     bool // the whole ends where text does
}

// whole is a stretch that is a whole text.
func whole(text string) stretch { return stretch{text: text, to: len(text), ends: true} }

// searcher finds in texts of any length. Each worker has its own.
type searcher struct {
	engine  *rules.Engine
	explain bool
	element [1]models.Element
	found   []models.Finding
	why     []rules.Explanation
}

// search leaves what it finds in a stretch in found, and why in why; start and
// end are those in the whole text.
func (s *searcher) search(x stretch) {
	s.found, s.why = s.found[:0], s.why[:0]
	if x.base == 0 && x.ends && len(x.text) <= windowInner+windowBehind {
		s.scan(x.text, 0, 0, math.MaxInt)
		return
	}
	for at := x.from; at < x.to; at += windowInner {
		lo, hi := max(at-windowBefore-x.base, 0), at+windowInner+windowBehind-x.base
		next := at + windowInner
		if hi >= len(x.text) {
			hi = len(x.text)
			if x.ends {
				next, x.to = math.MaxInt, 0
			}
		}
		lo, hi = runeBorder(x.text, lo), runeBorder(x.text, hi)
		s.scan(x.text[lo:hi], x.base+lo, at, next)
	}
}

// runeBorder moves at to the next place where a character begins.
func runeBorder(text string, at int) int {
	for range utf8.UTFMax - 1 {
		if at >= len(text) || utf8.RuneStart(text[at]) {
			break
		}
		at++
	}
	return at
}

// scan keeps what begins from (in the whole text) up to next.
func (s *searcher) scan(text string, base, from, next int) {
	if s.explain {
		for _, x := range s.engine.Explain(text, "") {
			if s.keep(x.Finding, base, from, next) {
				s.why = append(s.why, x.Explanation)
			}
		}
		return
	}
	s.element[0].Text = text
	for _, f := range s.engine.Scan(s.element[:]) {
		s.keep(f, base, from, next)
	}
}

func (s *searcher) keep(f models.Finding, base, from, next int) bool {
	f.Start, f.End = f.Start+base, f.End+base
	mine := f.Start >= from && f.Start < next
	if mine = mine && !overlaps(s.found, f); mine {
		s.found = append(s.found, f)
	}
	return mine
}

// overlaps reports whether f, which begins behind all of found, begins inside the last.
func overlaps(found []models.Finding, f models.Finding) bool {
	return len(found) > 0 && f.Start < found[len(found)-1].End
}
