package dfa

import "sync/atomic"

// End is a place where patterns of a walk can end.
type End struct {
	At       int // the match is text[at:At]
	Patterns Bits
}

// maxEnds is how many ends of one walk are kept, the last ones.
const maxEnds = 12

// Walk runs the patterns of a start over text from at, at most to stop, and appends where some
// of them can end to ends, in order; where there are more than a dozen such places, the
// last dozen. An end inside a word of ASCII letters and digits is none, unless cuts, which is
// nil or as long as text, holds for the byte behind it. Each
// pattern of any that can end somewhere, inside a word too, is added to any,
// unless any is nil. Looked is how many bytes the walk took.
func (s *Set) Walk(start Start, text []byte, at, stop int, cuts []bool, ends []End, any Bits) (_ []End, looked int) {
	kept := len(ends)
	for t := s.table(); ; t = s.renew(t) {
		var whole bool
		if ends, looked, whole = t.walk(start, text, at, stop, cuts, ends[:kept], any); whole {
			return ends, looked
		}
	}
}

func (t *table) walk(start Start, text []byte, at, stop int, cuts []bool, ends []End, any Bits) (_ []End, looked int, whole bool) {
	kept := len(ends)
	state := t.begin(start)
	if state == full {
		return ends, 0, false
	}
	classes, next, shift := &t.set.classes, t.next, t.set.shift
	for i := at; i < stop && state != dead; i++ {
		class := classes[text[i]]
		n := atomic.LoadInt32(&next[int(state)<<shift|int(class)])
		if n == unknown {
			n = t.grow(state, class)
			if n == full {
				return ends, 0, false
			}
		}
		state = n
		looked++
		if accepts := t.accepts[state]; accepts != nil {
			for w := range any {
				any[w] |= accepts[w]
			}
			if i+1 == len(text) || !word[text[i]] || !word[text[i+1]] || cuts != nil && cuts[i+1] {
				ends = keep(ends, kept, End{i + 1, accepts})
			}
		}
	}
	return ends, looked, true
}

// keep appends an end, and drops the first of the walk when there are too many.
func keep(ends []End, kept int, e End) []End {
	if len(ends)-kept == maxEnds {
		copy(ends[kept:], ends[kept+1:])
		ends[len(ends)-1] = e
		return ends
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
