package dfa

import "sync/atomic"

// End is a place where patterns of a walk can end.
type End struct {
	At       int // the match is text[at:At]
	Patterns []Some
}

// maxEnds is how many ends of one walk are kept at most, the last ones, and half of it how many are
// at least: more than there are in any number.
const maxEnds = 64

// Walk runs the patterns of a start over text from at, at most to stop, and appends where some
// of them can end to ends, in order; where there are very many such places, the
// last ones. An end inside a word of ASCII letters and digits is none, unless cuts, which is
// nil or as long as text, holds for the byte behind it. Each
// pattern of Only that can end somewhere, inside a word too, is added to any,
// unless any is nil. Looked is how many bytes the walk took; met says that
// some pattern can end, so that there is something in ends or any.
func (s *Set) Walk(start Start, text []byte, at, stop int, cuts []bool, ends []End, any Bits) (_ []End, looked int, met bool) {
	kept := len(ends)
	for t := s.table(); ; t = s.renew(t) {
		if s.leaps > 0 && cuts == nil && at < stop && s.classes[text[at]] == s.digit {
			var whole bool
			if ends, looked, met, whole = t.leap(start, text, at, stop, ends[:kept], any); whole {
				return ends, looked, met
			}
			continue
		}
		state, i := t.run(start, text, at, stop)
		switch state {
		case dead:
			return ends, i - at, false
		case full:
			continue
		}
		var whole bool
		if ends, i, whole = t.gather(state, text, i, stop, cuts, ends[:kept], any); whole {
			return ends, i - at, true
		}
	}
}

// Match reports whether a pattern of a start matches text[at:], all of it.
func (s *Set) Match(start Start, text []byte, at int) bool {
	for t := s.table(); ; t = s.renew(t) {
		if ends := t.match(start, text, at); ends != full {
			return ends >= marks
		}
	}
}

// Begins reports whether a pattern of a start matches some of text from at on.
func (s *Set) Begins(start Start, text []byte, at int) bool {
	for t := s.table(); ; t = s.renew(t) {
		if state, _ := t.run(start, text, at, len(text)); state != full {
			return state >= marks
		}
	}
}

// Search looks for the patterns of the first start of a Set for which Anywhere was called, piece by
// piece. The zero value is at the beginning.
type Search struct {
	table *table
	state int32
}

// Next goes on over a piece of text that is behind the one before, and stops where a match may end:
// end is behind it, found is true, and the search is at its beginning again. When the automaton
// forgets what it knew, it says so too, as it might have found one.
func (x *Search) Next(s *Set, text []byte) (end int, found bool) {
	t := s.table()
	if x.table != t {
		lost := x.table != nil
		*x = Search{t, t.begin(0) &^ live}
		if lost {
			return 0, true
		}
	}
	for i, b := range text {
		class := t.set.classes[b]
		n := atomic.LoadInt32(&t.next[int(x.state)+int(class)])
		if n == unknown {
			n = t.grow(x.state, class)
		}
		if n == full {
			s.renew(t)
		}
		if n == full || n >= marks {
			*x = Search{}
			return i + 1, true
		}
		x.state = n
	}
	return len(text), false
}

func (t *table) match(start Start, text []byte, at int) int32 {
	state := t.begin(start)
	classes, next := &t.set.classes, t.next
	for i := at; i < len(text) && state > dead; i++ {
		class := classes[text[i]]
		n := atomic.LoadInt32(&next[int(state&^live)+int(class)])
		if n == unknown {
			n = t.grow(state, class)
		}
		state = n
	}
	return state
}

// run walks until a pattern can end or none can match. Most walks die here
// within a few bytes.
func (t *table) run(start Start, text []byte, at, stop int) (state int32, i int) {
	if state = t.begin(start); state == full {
		return full, at
	}
	state &^= live // no match is empty
	classes, next := &t.set.classes, t.next
	for i = at; i < stop; i++ {
		class := classes[text[i]]
		n := atomic.LoadInt32(&next[int(state)+int(class)])
		if n == unknown {
			n = t.grow(state, class)
		}
		if n <= dead {
			return n, i + 1
		}
		if state = n; n >= marks {
			return state, i + 1
		}
	}
	return dead, i
}

// gather goes on from a state in which a pattern can end, before text[i].
func (t *table) gather(state int32, text []byte, i, stop int, cuts []bool, ends []End, any Bits) (_ []End, _ int, whole bool) {
	kept := len(ends)
	classes, next := &t.set.classes, t.next
	for seen := dead; ; i++ {
		if state >= marks {
			if state&marks != 0 && state != seen && any != nil { // most long values stay in one state
				for _, o := range t.only[t.number(state)] {
					any[o.Word] |= o.Bits
				}
				seen = state
			}
			if state&tells != 0 && (i == len(text) || !word[text[i-1]] || !word[text[i]] || cuts != nil && cuts[i]) {
				ends = keep(ends, kept, End{i, t.ends[t.number(state)]})
			}
		}
		if i >= stop {
			return ends, i, true
		}
		class := classes[text[i]]
		n := atomic.LoadInt32(&next[int(state&^live)+int(class)])
		if n == unknown {
			n = t.grow(state, class)
		}
		if n <= dead {
			return ends, i + 1, n == dead
		}
		state = n
	}
}

// keep appends an end, and drops the first half of the walk's when there are too many.
func keep(ends []End, kept int, e End) []End {
	if len(ends)-kept == maxEnds {
		ends = append(ends[:kept], ends[kept+maxEnds/2:]...)
	}
	return append(ends, e)
}

// word holds for ASCII letters and digits.
var word = func() (w [256]bool) {
	for b := range 256 {
		w[b] = b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	return w
}()
