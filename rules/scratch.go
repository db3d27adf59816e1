package rules

import "sync"

// scratch is the memory of one scan, kept for the next one, so that a clean
// message costs no allocation.
type scratch struct {
	folded   folded
	hits     []hit
	digits   []run
	unbroken []run
	open     run // the run of digits that the filter is in; n is 0 outside
	most     int32

	regions map[int32][]window // per probe
	touched []int32
	ends    map[int32]int // where the last match of a probe that begins at its keyword ended
	found   []candidate
	lowered []byte
	matches map[int32]int // how many a probe has found; words count under -1 - detector
	looked  int           // bytes that regexps were given at most: what a test holds to be linear
	costly  int           // how many calls of costly validators are left for this text
}

// window is a stretch of the text in which a pattern is worth running.
type window struct{ start, end int32 }

// maxCostly bounds the calls of validators that take tens of microseconds.
const maxCostly = 64

var scratches = sync.Pool{New: func() any { return newScratch() }}

func newScratch() *scratch {
	return &scratch{regions: map[int32][]window{}, ends: map[int32]int{}, matches: map[int32]int{}}
}

func (s *scratch) reset() {
	s.hits, s.digits, s.unbroken = s.hits[:0], s.digits[:0], s.unbroken[:0]
	for _, p := range s.touched {
		s.regions[p] = s.regions[p][:0]
	}
	s.touched, s.found = s.touched[:0], s.found[:0]
	clear(s.ends)
	clear(s.matches)
	s.open, s.most, s.looked, s.costly = run{}, 0, 0, maxCostly
}

// idle reports whether the filter saw nothing at all.
func (s *scratch) idle() bool { return len(s.hits)+len(s.digits)+len(s.unbroken) == 0 }

// spend takes one call of a costly validator off the budget, and reports
// whether there was one left. What is not costly may always be called.
func (s *scratch) spend(costly bool) bool {
	if !costly {
		return true
	}
	s.costly--
	return s.costly >= 0
}

// digit takes note of a digit; runs shorter than least are forgotten.
func (s *scratch) digit(at, least int32) {
	if s.open.n > 0 && at-s.open.end <= digitGap {
		s.open.end, s.open.n = at+1, s.open.n+1
		return
	}
	s.endDigits(least)
	s.open = run{at, at + 1, 1}
}

func (s *scratch) endDigits(least int32) {
	if s.open.n > 0 && least > 0 && s.open.n >= least {
		s.digits = append(s.digits, s.open)
		s.most = max(s.most, s.open.n)
	}
	s.open = run{}
}

// want adds a window for a probe, joined to the last one where they touch.
// Windows arrive nearly in order; one that lies before the last widens it.
func (s *scratch) want(probe int32, w window) {
	ws := s.regions[probe]
	if len(ws) == 0 {
		s.touched = append(s.touched, probe)
		s.regions[probe] = append(ws, w)
		return
	}
	if last := &ws[len(ws)-1]; w.start <= last.end {
		last.start, last.end = min(last.start, w.start), max(last.end, w.end)
		return
	}
	s.regions[probe] = append(ws, w)
}
