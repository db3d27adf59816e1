package rules

import (
	"sync"

	"github.com/takeback-chat/takeback/rules/dfa"
	"github.com/takeback-chat/takeback/rules/fold"
)

// scratch is the memory of one scan, kept for the next one, so that a clean
// message costs no allocation.
type scratch struct {
	original string
	folded   fold.Text // the text as it stands
	viewed   fold.Text // what a view makes of it
	previous fold.Text // the sender's message before

	// What follows is about the text that is being read: folded or viewed.
	now        *fold.Text
	text       []byte
	view       int8 // -1: as it stands
	strict     bool // only a check digit proves something in this view
	cutsMemory []bool
	cuts       []bool // by byte: the text was joined before it; nil: nowhere
	hits       []hit
	ends       []dfa.End
	any        dfa.Bits
	open       dfa.Bits // patterns of a machine that are worth weighing in this text
	may        dfa.Bits // those, and the ones that a context word could still open
	begins     int8     // whether a number can begin where the walk did: 0 not asked, 1 yes, -1 no
	opener     *machine // whose patterns open and may are
	seen       classes  // of the bytes of the text
	done       dfa.Bits // patterns that found something where this walk began
	opened     []hit    // literals that some pattern must have near by
	heard      []heard  // context words, once they are read
	before     []heard  // those of the message before
	read       bool     // they are read
	spoken     []uint32 // by context word: the hearing that opened patterns for it
	hearing    uint32
	asked      bool     // the patterns that need a context word are open
	last       []mark   // by probe
	windows    []window // by probe.search
	epoch      uint32
	hinted     []hinted // by view
	blob       blob
	lastEdge   edged
	long       bool // the text as it stands has a long word, maybe of base64
	digits     bool // it has digits
	lastClean  bool
	found      []candidate
	walks      int   // how many bytes walks may take before they are short
	budget     int   // of looked: where that is
	weighs     int32 // how many matches of one pattern may be weighed
	total      int   // of weighed
	regexps    int   // bytes that package regexp may still be given
	edges      int   // matches whose edges may still be looked at
	weighed    int   // matches: what a test holds to be linear, like looked
	looked     int   // bytes that walks and regexps took: what a test holds to be linear
	costly     int   // how many calls of costly validators are left for this text
	explain    bool
	share      string // what a finder says of what is being weighed
}

// mark is what a probe has found in this text.
type mark struct {
	epoch  uint32
	count  int32
	weighs int32
	end    int32
}

// maxCostly bounds the calls of validators that take tens of microseconds.
const maxCostly = 64

// scratches keeps the memory of scans that are over.
type scratches struct{ pool sync.Pool }

func (p *scratches) get(e *Engine) *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{last: make([]mark, len(e.probes)), windows: make([]window, e.windows), hinted: make([]hinted, len(e.views)), any: make(dfa.Bits, e.words()), spoken: make([]uint32, len(e.context.words))}
}

func (p *scratches) put(s *scratch) {
	s.original = ""
	p.pool.Put(s)
}

// begin makes the scratch ready for a message.
func (s *scratch) begin(original string) {
	clear(s.hinted)
	s.original, s.found, s.looked, s.costly = original, s.found[:0], 0, maxCostly
	s.weighed = 0
}

// turn makes the scratch read another text.
func (s *scratch) turn(t *fold.Text, view int) {
	s.now, s.text, s.view, s.strict = t, t.Bytes, int8(view), false
	s.hits, s.opened, s.heard, s.read, s.cuts = s.hits[:0], s.opened[:0], s.heard[:0], false, nil
	s.opener = nil
	s.blob = blob{}
	s.epoch++
	s.walks = walkEach*len(s.text) + walkFree
	s.regexps = regexpFree + regexpEach*len(s.text)
	s.weighs = int32(weighFree + len(s.text)/weighEach)
	s.total = s.weighed + allFree + len(s.text)/allEach
	if view != asItStands {
		s.walks /= viewShare
		s.weighs, s.total = s.weighs/viewShare, s.weighed+(s.total-s.weighed)/viewShare
	}
	s.budget = s.looked + s.walks
	s.edges = triesEach * (s.total - s.weighed)
}

// spend takes one call of a costly validator off the budget, and reports
// whether there was one left. What is not costly may always be called.
func (s *scratch) spend(costly bool) bool {
	if !costly {
		return true
	}
	s.costly--
	return s.costly >= 0
}

// free reports whether a probe may find something at start: it has not found
// something there already, nor too much in all.
func (s *scratch) free(probe int32, start int) bool {
	m := &s.last[probe]
	return m.epoch != s.epoch || int(m.end) <= start && m.count < maxMatches
}

func (s *scratch) mark(probe int32, end int) {
	m := &s.last[probe]
	if m.epoch != s.epoch {
		*m = mark{epoch: s.epoch}
	}
	m.count, m.end = m.count+1, int32(end)
}

// boundary reports whether a value may begin or end before text[at]: no word
// of ASCII letters and digits goes on there.
func (s *scratch) boundary(at int) bool {
	return at <= 0 || at >= len(s.text) || !alnum(s.text[at-1]) || !alnum(s.text[at]) || s.cut(at)
}

// cut reports whether text[at-1] and text[at] were joined by a view.
func (s *scratch) cut(at int) bool { return s.cuts != nil && at < len(s.cuts) && s.cuts[at] }

const (
	// walkEach and walkFree are how many bytes walks may take in all, by byte of
	// the text and besides. Ordinary texts take a few by byte.
	walkEach = 5
	walkFree = 8 << 10
	// weighFree and one for every weighEach bytes are how many matches of one pattern are
	// weighed in a text, and a viewShare-th of that in each of its views.
	weighFree = 200
	weighEach = 100
	viewShare = 4
	// allFree and one for every allEach bytes are how many are weighed in all; fewer in views, which
	// bring together what stands apart. Of triesEach times as many the edges and check digits are
	// looked at.
	allFree   = 1000
	allEach   = 8
	triesEach = 4
	// shortWalk is how far walks go in a text that is made to be slow, and shortestWalk in one that
	// has had twice its share.
	shortWalk    = 128
	shortestWalk = 24
	// regexpFree and regexpEach for every byte is how much package regexp is given of one
	// text in all: what a file needs that has a key in every line.
	regexpFree = 8 << 10
	regexpEach = 3
)

// reach is how far a walk may go.
func (s *scratch) reach() int {
	switch {
	case s.looked <= s.budget:
		return maxReach
	case s.looked <= s.budget+s.walks:
		return shortWalk
	}
	return shortestWalk
}

// worthStarting reports whether numbers are tried around the digit at text[at]: in a text that has
// had its share of walks only where three digits stand together, and after half as much more nowhere.
func (s *scratch) worthStarting(at int) bool {
	if s.looked <= s.budget {
		return true
	}
	return s.looked <= s.budget+s.walks/2 && at+2 < len(s.text) && digit(s.text[at+1]) && digit(s.text[at+2])
}

// spendRegexp takes the bytes that a regexp was given off what they may have.
func (s *scratch) spendRegexp(n int) {
	s.looked += n
	s.regexps -= n
}

// affords reports whether a probe may still weigh a match.
func (s *scratch) affords(probe int32) bool {
	m := &s.last[probe]
	s.edges--
	return s.edges > 0 && s.weighed < s.total && (m.epoch != s.epoch || m.weighs < s.weighs)
}

// spendWeighing takes one off what a probe, and all of them, may weigh.
func (s *scratch) spendWeighing(probe int32) {
	m := &s.last[probe]
	if m.epoch != s.epoch {
		*m = mark{epoch: s.epoch}
	}
	m.weighs++
	s.weighed++
}
