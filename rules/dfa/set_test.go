package dfa

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// A class ends where an instruction tells a byte from the one before, and
// nowhere else, for attempts at a pattern that were given up too.
func TestClassesAreWhatInstructionsTellApart(t *testing.T) {
	large := []string{`(?:[a-z]|[é-ü]){600}`, `[一-龥]{400}x`, strings.Repeat(`[а-я]{900}`, 25)}
	for _, x := range slices.Concat(exprs, large) {
		tree, err := syntax.Parse(x, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		var b Builder
		_, _, _ = b.Add(tree) // one is too large
		s := b.Build(16)
		for at := 1; at < 256; at++ {
			want := false
			for _, i := range s.insts {
				low, high := byte(at-1), byte(at)
				want = want || i.op == opByte && (i.lo <= low && low <= i.hi) != (i.lo <= high && high <= i.hi)
			}
			for _, set := range s.sets {
				want = want || set.has(byte(at)) != set.has(byte(at-1))
			}
			if got := s.classes[at] != s.classes[at-1]; got != want {
				t.Errorf("%.40s: a class ends before byte %#x: %v, want %v", x, at, got, want)
			}
		}
	}
}

// Most texts ask for few states, and a table for all that may be is large.
func TestATableHasRoomForWhatWasAskedFor(t *testing.T) {
	s, starts := set(t, 1600, `a{300}b`, `c{900}d`)
	for _, x := range []struct {
		text string
		room int32
	}{{"ab", 100}, {strings.Repeat("a", 300) + "b", 400}, {strings.Repeat("c", 900) + "d", 1600}} {
		if got, want := s.Match(starts[2], []byte(x.text), 0), len(x.text) > 2; got != want {
			t.Errorf("%.3s...: match is %v, want %v", x.text, got, want)
		}
		if got := s.table().limit; got != x.room {
			t.Errorf("%.3s...: room for %d states, want %d", x.text, got, x.room)
		}
	}
}
