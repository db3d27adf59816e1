package console

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func shownDiff(lines []diffLine) string {
	var b strings.Builder
	for _, l := range lines {
		switch l.Kind {
		case "skip":
			fmt.Fprintf(&b, "@%d ", l.Skipped)
		case "same":
			fmt.Fprintf(&b, "=%s ", l.Text)
		case "gone":
			fmt.Fprintf(&b, "-%s ", l.Text)
		case "new":
			fmt.Fprintf(&b, "+%s ", l.Text)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestDiffShowsWhatIsOtherAndALittleAround(t *testing.T) {
	text := func(words string) string { return strings.Join(strings.Fields(words), "\n") }
	for _, tc := range []struct{ before, after, want string }{
		{"a b c", "a b c", "@3"},
		{"a b c", "a x c", "=a -b +x =c"},
		{"a b", "a b c", "=a =b +c"},
		{"a b c", "b c", "-a =b =c"},
		{"1 2 3 4 5 6 7 8 9", "1 2 3 4 x 6 7 8 9", "@1 =2 =3 =4 -5 +x =6 =7 =8 @1"},
		{"a b c a b b a", "c b a b a c", "-a -b =c -a =b +a =b =a +c"},
	} {
		got := diff(text(tc.before), text(tc.after))
		if s := shownDiff(got); s != tc.want {
			t.Errorf("%q to %q: %q, want %q", tc.before, tc.after, s, tc.want)
		}
		if differs(got) != (tc.before != tc.after) {
			t.Errorf("%q to %q: differs = %v", tc.before, tc.after, differs(got))
		}
	}
}

// Whoever takes the lines that are gone from the first text and adds the new ones has
// the second, whatever the two are, and however large.
func TestDiffLeadsFromOneTextToTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "c", ""})
		a, b := rapid.SliceOfN(word, 1, 30).Draw(t, "before"), rapid.SliceOfN(word, 1, 30).Draw(t, "after")
		var before, after []string
		d := &differ{a: a, b: b}
		d.middle(len(a), len(b))
		for _, l := range d.lines {
			if l.Kind != "new" {
				before = append(before, l.Text)
			}
			if l.Kind != "gone" {
				after = append(after, l.Text)
			}
		}
		if diff := cmp.Diff(a, before) + cmp.Diff(b, after); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDiffOfLargeTextsIsCheap(t *testing.T) {
	var a, b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&a, "old %d\n", i)
		fmt.Fprintf(&b, "new %d\n", i)
	}
	gone, added := 0, 0
	for _, l := range diff("head\n"+a.String(), "head\n"+b.String()) {
		switch l.Kind {
		case "gone":
			gone++
		case "new":
			added++
		}
	}
	if gone != 5000 || added != 5000 {
		t.Errorf("%d gone and %d new, want all", gone, added)
	}
}
