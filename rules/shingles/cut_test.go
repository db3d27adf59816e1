package shingles

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/rules/keyed"
	"github.com/takeback-chat/takeback/rules/units"
)

// The quick way through plain words finds the units that package units finds.
func TestCutFindsEveryUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringOf(rapid.SampledFrom([]rune("ab7 ,é\u0301张三한я😀\uFFFD"))).Draw(t, "text") + rapid.SampledFrom([]string{"", "\xff", "a\xe5\xbc"}).Draw(t, "end"))
		var want, got []units.Unit
		for u, ok := units.Next(text, 0); ok; u, ok = units.Next(text, u.End) {
			want = append(want, units.Unit{Start: u.Start, End: u.End})
		}
		var c cutter
		if size := c.cut(text, keyed.Hash{}); size >= leastText {
			c.marks = c.marks[:len(c.marks)-1] // the end
		}
		for _, m := range c.marks {
			got = append(got, units.Unit{Start: m.start, End: m.end})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	})
}

// Of every window of neighbours one piece is kept.
func TestEveryWindowKeepsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hashes := rapid.SliceOfN(rapid.Uint64Range(0, 20), 1, 60).Draw(t, "hashes")
		pieces := make([]piece, len(hashes))
		for i, h := range hashes {
			pieces[i] = piece{hash: h, from: i}
		}
		last, first := -1, true
		winnow(pieces, func(p *piece) {
			if p.from <= last || p.from-last > window {
				t.Fatalf("kept %d behind %d", p.from, last)
			}
			last, first = p.from, false
		})
		if first || len(pieces)-last > window {
			t.Fatalf("the last that is kept is %d of %d", last, len(pieces))
		}
	})
}
