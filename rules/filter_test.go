package rules

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Literals stand wherever a plain search finds them, in any case and at every place a text can
// have, since most are looked for only at every second one.
func TestFilterFindsWhatAPlainSearchFinds(t *testing.T) {
	f := builtinRuleset(t).Engine.filter
	g := rand.New(rand.NewPCG(4, 2))
	found := 0
	for n := range 1500 {
		text := literalsIn(f, g)
		got, _, _ := f.pass(text, nil)
		want := plainHits(f, text)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(hit{})); diff != "" {
			t.Fatalf("text %d, %q (-plain search +filter):\n%s", n, text, diff)
		}
		found += len(got)
	}
	if found < 5000 {
		t.Errorf("%d literals were found", found)
	}
}

// literalsIn writes a text of some literals, whole or not, in any case, with a little between them.
func literalsIn(f *filter, g *rand.Rand) []byte {
	var text []byte
	for range 1 + g.IntN(4) {
		text = append(text, "x9 q.-我:"[:g.IntN(10)]...)
		lit := f.literals[g.IntN(len(f.literals))].text
		if g.IntN(4) == 0 {
			lit = lit[:g.IntN(len(lit))]
		}
		if g.IntN(2) == 0 {
			lit = bytes.ToUpper(lit)
		}
		text = append(text, lit...)
	}
	return text
}

// plainHits is the slow way of pass.
func plainHits(f *filter, text []byte) []hit {
	var hits []hit
	for at := range text {
		for id := range f.literals {
			if standsAt(text[at:], f.literals[id].text) && besideFits(f, id, text, at) {
				hits = append(hits, hit{int32(id), int32(at)})
			}
		}
	}
	return hits
}

// besideFits reports whether that stands beside a literal of one byte that it must have there.
func besideFits(f *filter, id int, text []byte, at int) bool {
	lit := &f.literals[id]
	beside := lit.besides()
	return beside == nil || len(lit.text) > 2 || at > 0 && at+1 < len(text) && beside[text[at-1]] && beside[text[at+1]]
}
