package rules

// budget is what may still be spent on one text, so that none is slow. Ordinary texts stay far below;
// in one that is made to be slow, late matches can be lost.
type budget struct {
	walks   int   // how many bytes walks may take before they are short
	until   int   // of looked: where that is
	weighs  int32 // how many matches of one pattern may be weighed
	total   int   // of weighed
	regexps int   // bytes that package regexp may still be given
	edges   int   // matches whose edges may still be looked at
	weighed int   // matches: what a test holds to be linear, like looked
	looked  int   // bytes that walks and regexps took: what a test holds to be linear
	costly  int   // how many calls of costly validators are left for this text
}

const (
	// walkEach and walkFree are how many bytes walks may take in all, by byte of
	// the text and besides. Ordinary texts take a few by byte.
	walkEach = 4
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

// maxCostly bounds the calls of validators that take tens of microseconds.
const maxCostly = 64

// grant sets what may be spent on the next text, of so many bytes. A view has a part of what the text
// has as it stands.
func (b *budget) grant(size int, view bool) {
	share := 1
	if view {
		share = viewShare
	}
	b.walks = (walkFree + walkEach*size) / share
	b.until = b.looked + b.walks
	b.regexps = (regexpFree + regexpEach*size) / share
	b.weighs = int32((weighFree + size/weighEach) / share)
	all := (allFree + size/allEach) / share
	b.total, b.edges = b.weighed+all, triesEach*all
}

// reach is how far a walk may go.
func (b *budget) reach() int {
	switch {
	case b.looked <= b.until:
		return maxReach
	case b.looked <= b.until+b.walks:
		return shortWalk
	}
	return shortestWalk
}

// worthStarting reports whether numbers are tried around the digit at text[at]: in a text that has
// had its share of walks only where three digits stand together, and after half as much more nowhere.
func (s *scratch) worthStarting(at int) bool {
	if s.looked <= s.until {
		return true
	}
	return s.looked <= s.until+s.walks/2 && at+2 < len(s.text) && digit(s.text[at+1]) && digit(s.text[at+2])
}

// spendRegexp takes the bytes that a regexp was given off what they may have.
func (b *budget) spendRegexp(n int) {
	b.looked += n
	b.regexps -= n
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

// spend takes one call of a costly validator off the budget, and reports
// whether there was one left. What is not costly may always be called.
func (b *budget) spend(costly bool) bool {
	if !costly {
		return true
	}
	b.costly--
	return b.costly >= 0
}
