package dfa

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
)

// longestLeap is how many digits a walk takes in one step at most: more than a group of any number has.
const longestLeap = 24

// What a leap is beside a state.
const (
	bySteps int32 = -2 // it passes a state of which a walk must know
	dies    int32 = -3 // less one for each digit behind the first: nothing can match any more behind so many
)

// Leap makes walks take digits that stand together in one step, where no pattern tells one digit from
// another. It is to be called before the first walk.
func (s *Set) Leap() {
	class := s.classes['0']
	for _, c := range s.classes['0' : '9'+1] {
		if c != class {
			return
		}
	}
	s.leaps, s.digit = s.stride-1, class
	s.stride = s.stride + longestLeap + 1 | 1
}

// leap is run and gather in one for a text without cuts: inside a run of digits no pattern can end, so that
// only the state behind it matters.
func (t *table) leap(start Start, text []byte, at, stop int, ends []End, any Bits) (_ []End, looked int, met, whole bool) {
	state := t.begin(start)
	if state == full {
		return ends, 0, false, false
	}
	state &^= live // no match is empty
	kept, seen := len(ends), dead
	classes, next, digit, leaps := &t.set.classes, t.next, t.set.digit, t.set.leaps
	for i := at; i < stop; {
		n, step := unknown, 1
		class := classes[text[i]]
		if class == digit {
			step = min(digitsIn(text[i:stop]), longestLeap)
			if n = atomic.LoadInt32(&next[int(state&^live+leaps)+step]); n == unknown {
				n = t.growLeap(state, step)
			}
			if n <= dies {
				return ends, i + int(dies-n) + 1 - at, met, true
			}
			if n == bySteps {
				n, step = unknown, 1
			}
		}
		if n == unknown {
			if n = atomic.LoadInt32(&next[int(state&^live)+int(class)]); n == unknown {
				n = t.grow(state, class)
			}
		}
		i += step
		if n <= dead {
			return ends, i - at, met, n == dead
		}
		if state = n; state < marks {
			continue
		}
		met = true
		if state&marks != 0 && state != seen && any != nil {
			for _, o := range t.only[t.number(state)] {
				any[o.Word] |= o.Bits
			}
			seen = state
		}
		if state&tells != 0 && (i == len(text) || !word[text[i-1]] || !word[text[i]]) {
			ends = keep(ends, kept, End{i, t.ends[t.number(state)]})
		}
	}
	return ends, stop - at, met, true
}

// growLeap works out where n digits lead from a state.
func (t *table) growLeap(state int32, n int) int32 {
	to := state
	for k := range n {
		if to&marks != 0 && k > 0 {
			to = bySteps
			break
		}
		if to = t.grow(to, t.set.digit); to == full {
			return full
		}
		if to == dead {
			to = dies - int32(k)
			break
		}
	}
	atomic.StoreInt32(&t.next[int(state&^live+t.set.leaps)+n], to)
	return to
}

// digitsIn returns how many digits text begins with, one at least.
func digitsIn(text []byte) int {
	n := 0
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		low := w &^ high
		if others := (low + 0x7F7F7F7F7F7F7F7F - '9'*ones | ^(low + (0x80-'0')*ones) | w) & high; others != 0 {
			return n + bits.TrailingZeros64(others)/8
		}
	}
	for n < len(text) && text[n]-'0' <= 9 {
		n++
	}
	return n
}

const (
	ones = 0x0101010101010101
	high = 0x8080808080808080
)
