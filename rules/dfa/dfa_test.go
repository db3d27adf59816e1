package dfa

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var exprs = []string{
	`abc`, `a+b?c*`, `[a-c]{2,4}`, `(?:ab|ac|b)+`, `\d{3}[ -]?\d{2}[ -]?\d{4}`, `(?i)key[-_ ]{0,3}[:=]`, `[^ab]{1,3}c`, `.{0,3}b`,
	`密码[:：]?\d+`, `[一-龥]{1,3}a`, `[é-ü]+`, `(?s).{2}`, `(?:a{2,3}b){1,2}`, `x*`, `[a-z]{0,5}[0-9]`, `a|ab|abc|abcd`, `\p{Cyrillic}+1`, `[^\x00-\x7f]+`,
}

func set(tb testing.TB, limit int, exprs ...string) (*Set, []Start) {
	tb.Helper()
	var b Builder
	for _, x := range exprs {
		tree, err := syntax.Parse(x, syntax.Perl)
		if err != nil {
			tb.Fatal(err)
		}
		if _, _, err := b.Add(tree); err != nil {
			tb.Fatal(err)
		}
	}
	s := b.Build(limit)
	starts := make([]Start, 0, len(exprs)+1)
	all := make([]int, len(exprs))
	for i := range exprs {
		all[i] = i
		starts = append(starts, s.Start(i))
	}
	return s, append(starts, s.Start(all...))
}

// slowEnds asks package regexp at every place.
func slowEnds(text string, at int) map[int][]int {
	out := map[int][]int{}
	for i, x := range exprs {
		re := regexp.MustCompile(`\A(?:` + x + `)\z`)
		for end := at + 1; end <= len(text); end++ {
			if end < len(text) && !utf8.RuneStart(text[end]) {
				continue
			}
			inside := end < len(text) && word[text[end-1]] && word[text[end]]
			if !inside && re.MatchString(text[at:end]) {
				out[end] = append(out[end], i)
			}
		}
	}
	return out
}

func TestWalksEndWhereRegexpsDo(t *testing.T) {
	big, bigStarts := set(t, 4000, exprs...)
	small, smallStarts := set(t, 16, exprs...) // forgets all the time
	alphabet := []string{"a", "b", "c", "1", "23", " ", "-", "key", ":", "密码", "：", "é", "ü", "д", "x", "\n"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 10).Draw(t, "text"), "")
		at := rapid.IntRange(0, len(text)).Draw(t, "at")
		for at < len(text) && !utf8.RuneStart(text[at]) {
			at++
		}
		want := slowEnds(text, at)
		for _, s := range []struct {
			*Set
			Start
		}{{big, bigStarts[len(exprs)]}, {small, smallStarts[len(exprs)]}} {
			ends, _, _ := s.Walk(s.Start, []byte(text), at, len(text), nil, nil, nil)
			got := map[int][]int{}
			for _, e := range ends {
				for i := range exprs {
					if slices.ContainsFunc(e.Patterns, func(p Some) bool { return p.Word == i>>6 && p.Bits>>(i&63)&1 != 0 }) {
						got[e.At] = append(got[e.At], i)
					}
				}
			}
			for len(want) > maxEnds { // only the last are kept
				first := len(text)
				for at := range want {
					first = min(first, at)
				}
				delete(want, first)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("ends in %q from %d (-regexp +walk):\n%s", text, at, diff)
			}
		}
	})
}

// TestMatchAndBegins has one pattern at a time, as those who know where a match ends ask.
func TestMatchAndBegins(t *testing.T) {
	big, starts := set(t, 4000, exprs...)
	small, smallStarts := set(t, 16, exprs...)
	matched := 0
	for i, expr := range exprs {
		whole, some := regexp.MustCompile(`\A(?:`+expr+`)\z`), regexp.MustCompile(`\A(?:`+expr+`)`)
		for _, text := range []string{"", "a", "ab", "abc", "abab", "key: 12", "key:12", "密码：1", "12-12", "112", "cab1", "aé", "xü", "1c"} {
			for _, s := range []struct {
				*Set
				Start
			}{{big, starts[i]}, {small, smallStarts[i]}} {
				if !whole.MatchString("") {
					if got, want := s.Match(s.Start, []byte(text), 0), whole.MatchString(text); got != want {
						t.Errorf("%s matches %q: %v, want %v", expr, text, got, want)
					} else if got {
						matched++
					}
					if got, want := s.Begins(s.Start, []byte(text), 0), some.MatchString(text); got != want {
						t.Errorf("%s begins %q: %v, want %v", expr, text, got, want)
					}
				}
			}
		}
	}
	if matched < 10 {
		t.Errorf("only %d matches", matched)
	}
}

// TestSearchFindsWhereverAMatchEnds looks through a text in pieces of any size.
func TestSearchFindsWhereverAMatchEnds(t *testing.T) {
	const expr = `[a-c]{2,3}1+x|密码=[0-9]`
	re := regexp.MustCompile(expr)
	big, _ := set(t, 400, expr)
	big.Anywhere()
	small, _ := set(t, 16, expr) // forgets all the time
	small.Anywhere()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]*Set{big, small}).Draw(t, "set")
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "bc", "1", "11x", "密", "码", "=", "7", "\xff", "z"}), 0, 20).Draw(t, "text"), ""))
		var x Search
		found := false
		for rest := text; len(rest) > 0 && !found; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			_, found = x.Next(s, rest[:n])
			rest = rest[n:]
		}
		if want := re.Match(text); want && !found || found && !want && s == big {
			t.Fatalf("%q: found %v, want %v", text, found, want)
		}
	})
}

func TestAnyKnowsEndsInsideWords(t *testing.T) {
	s, starts := set(t, 100, `abc`, `ab`, `abcd`)
	all := make(Bits, s.Words())
	all.Add(0)
	all.Add(1)
	all.Add(2)
	s.Only(all)
	found := make(Bits, s.Words())
	ends, looked, _ := s.Walk(starts[3], []byte("abcx"), 0, 4, nil, nil, found)
	if len(ends) != 0 || !found.Has(0) || !found.Has(1) || found.Has(2) || looked != 4 {
		t.Errorf("ends %v, any %b, looked at %d", ends, found, looked)
	}
}

func TestExact(t *testing.T) {
	tests := map[string]bool{`abc\d+`: true, `\babc`: false, `abc$`: false, `\pL+`: false, `[^a]`: true, `(?i)ask`: true}
	for x, want := range tests {
		tree, err := syntax.Parse(x, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if _, exact, err := new(Builder).Add(tree); exact != want || err != nil {
			t.Errorf("%s: exact is %v (%v), want %v", x, exact, err, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	tree, err := syntax.Parse(`(?:[a-z]{1,900}){1,1}[0-9]{900}(?:[a-z]{900})`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	var b Builder
	if _, _, err := b.Add(tree); err != nil {
		t.Fatal(err)
	}
	tree, _ = syntax.Parse(strings.Repeat(`[a-z]{900}`, 25), syntax.Perl)
	if _, _, err := b.Add(tree); err == nil {
		t.Error("a pattern with tens of thousands of states is taken")
	}
	if p, _, err := b.Add(&syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune("ok")}); p != 1 || err != nil {
		t.Errorf("the next pattern is number %d (%v)", p, err)
	}
}

func TestStatesAreBounded(t *testing.T) {
	s, starts := set(t, 40, `(?:a|b)*a(?:a|b){12}`)
	text := []byte(strings.Repeat("abbabaaabbabab", 300))
	s.Walk(starts[0], text, 0, len(text), nil, nil, nil)
	if n := s.States(); n > 40 {
		t.Errorf("%d states, 40 are allowed", n)
	}
}

func BenchmarkWalk(b *testing.B) {
	s, starts := set(b, 4000, exprs...)
	text := []byte(strings.Repeat("abcabcacbab ", 400))
	b.SetBytes(int64(len(text)))
	var ends []End
	for b.Loop() {
		ends, _, _ = s.Walk(starts[len(exprs)], text, 0, len(text), nil, ends[:0], nil)
	}
}
