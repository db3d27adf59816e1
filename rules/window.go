package rules

import (
	"regexp/syntax"
	"slices"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// maxQuick bounds the states that are kept of an automaton that tells where a pattern may match. It
// takes repeats for endless, so that it has few states, and may see a match where there is
// none: package regexp, fifty times as slow, is then asked.
const maxQuick = 512

// mayBe returns what tells quickly where the pattern may match; nil where nothing does.
func (p *pattern) mayBe() *dfa.Set {
	p.quickOnce.Do(func() {
		var b dfa.Builder
		if _, _, err := b.Add(endless(p.syntax())); err != nil {
			return
		}
		p.quick = b.Build(maxQuick)
		p.quick.Start(0)
		p.quick.Anywhere()
	})
	return p.quick
}

// window is how far a pattern that has nothing to begin at was looked for in a text.
type window struct {
	epoch  uint32
	from   int // matches that begin before it were found
	to     int // up to here there is none that ends, but those that search knows of
	search dfa.Search
}

// windowOf returns the window of a pattern in the text that is being read.
func (s *scratch) windowOf(pattern int32) *window {
	w := &s.windows[pattern]
	if w.epoch != s.epoch {
		*w = window{epoch: s.epoch}
	}
	return w
}

// mayMatch reports whether there may be a match in text[lo:hi]. What it looked through before it
// does not look through again.
func (w *window) mayMatch(p *pattern, s *scratch, lo, hi int) bool {
	set := p.mayBe()
	if set == nil {
		return true
	}
	if lo > w.to {
		w.to, w.search = lo, dfa.Search{}
	}
	end, found := w.search.Next(set, s.text[w.to:hi])
	w.to += end
	s.looked += end
	return found
}

// fewRepeats are not taken for endless: they cost little.
const fewRepeats = 4

// endless is the tree with every repeat of more than a few taken for one without an end. It
// matches whatever the tree does. The tree itself is left alone.
func endless(re *syntax.Regexp) *syntax.Regexp {
	other := *re
	other.Sub = slices.Clone(re.Sub)
	for i, sub := range re.Sub {
		other.Sub[i] = endless(sub)
	}
	if re.Op == syntax.OpRepeat && (re.Max < 0 || re.Max > fewRepeats) {
		if other.Op = syntax.OpPlus; re.Min == 0 {
			other.Op = syntax.OpStar
		}
	}
	return &other
}

// window looks for a pattern that has nothing to begin at around a keyword. Package regexp is
// only asked where the pattern may be; after a match that was refused the search goes on at the next word.
func (e *Engine) window(s *scratch, id int32, start, end int) {
	p := &e.probes[id]
	w := s.windowOf(p.search)
	lo, hi := max(start-p.reach-aside, w.from, 0), min(end+p.reach+aside, len(s.text))
	for lo < hi && !s.boundary(lo) {
		lo++
	}
	if s.regexps <= 0 || hi <= w.to || !w.mayMatch(p.pattern, s, lo, hi) {
		return
	}
	for at := lo; at < hi && s.free(id, at); {
		loc := p.regexp().FindSubmatchIndex(s.text[at:hi])
		if loc == nil {
			s.spendRegexp(hi - at)
			break
		}
		s.spendRegexp(loc[1])
		next := nextWord(s.text, at+loc[0])
		if from, to := at+loc[2*p.group], at+loc[2*p.group+1]; loc[2*p.group] >= 0 && e.weigh(s, id, from, to) {
			s.mark(id, at+loc[1])
			next = at + loc[1]
		}
		at = max(next, at+1)
		w.from = at
	}
	w.from = max(w.from, lo, hi-p.reach)
	w.to, w.search = w.from, dfa.Search{}
}

// nextWord returns where the next word of ASCII letters and digits starts, or
// the next character that is none.
func nextWord(text []byte, at int) int {
	for at < len(text) && alnum(text[at]) {
		at++
	}
	for at < len(text) && !alnum(text[at]) && text[at] < 0x80 {
		at++
	}
	for at < len(text) && text[at]&0xC0 == 0x80 {
		at++
	}
	return at
}
