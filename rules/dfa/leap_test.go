package dfa

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// numbers tell no digit from another.
var numbers = []string{
	`\d{3,5}(?:[ .-]\d{2,13}){1,6}`, `\d{10}|\d{6} ?\d{3} ?\d`, `\d{1,3}x`, `[a-f0-9]{4,30}`, `\d{2,40}-?[a-z]`, `\d+`, `[a-z]?\d{3}(?:a|\d{2})`,
}

// TestLeapsEndWhereStepsDo walks over groups of digits in one step and digit by digit.
func TestLeapsEndWhereStepsDo(t *testing.T) {
	steps, starts := set(t, 4000, numbers...)
	big, _ := set(t, 4000, numbers...)
	small, _ := set(t, 300, numbers...) // forgets now and then
	some := make(Bits, steps.Words())
	some.Add(2)
	some.Add(5)
	for _, s := range []*Set{steps, big, small} {
		s.Only(some)
	}
	big.Leap()
	small.Leap()
	if big.leaps == 0 {
		t.Fatal("no leaps")
	}
	pieces := []string{"1", "22", "333", "4444", "7777777", "0000000000", "1234567890123456789012345", " ", ".", "-", "x", "a", "é"}
	rapid.Check(t, func(t *rapid.T) {
		text := "1" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 10).Draw(t, "text"), "")
		stop := rapid.IntRange(0, len(text)).Draw(t, "stop")
		type walked struct {
			Ends   []End
			Looked int
			Any    Bits
		}
		walk := func(s *Set) walked {
			any := make(Bits, s.Words())
			ends, looked, _ := s.Walk(starts[len(numbers)], []byte(text), 0, stop, nil, nil, any)
			return walked{ends, looked, any}
		}
		want := walk(steps)
		for _, s := range []*Set{big, small} {
			if diff := cmp.Diff(want, walk(s)); diff != "" {
				t.Fatalf("in the first %d bytes of %q (-steps +leaps):\n%s", stop, text, diff)
			}
		}
	})
}

func TestNoLeapsWhereDigitsDiffer(t *testing.T) {
	s, _ := set(t, 100, `1\d{3}`)
	if s.Leap(); s.leaps != 0 {
		t.Error("1 is like any other digit")
	}
}
