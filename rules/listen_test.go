package rules

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// In a long text a match hears what it would hear if all of the text was read.
func TestInALongTextTheSameWordsAreHeard(t *testing.T) {
	e := builtinRuleset(t).Engine
	pieces := []string{"ok then ", "密码", "验证码", "card", "card number ", " ssn", "passport", "x", "手机号码", "é", "пароль", "паролями ", "4012 8888 ", ", ", "\n", "\xff", "sort code:", "phone-number", "是什么", "order "}
	all := make([]string, 0, len(e.context.words))
	for i := range e.context.words {
		all = append(all, e.context.words[i].text+" ")
	}
	spoken := 0
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.OneOf(rapid.SampledFrom(pieces), rapid.SampledFrom(all))
		text := strings.Join(rapid.SliceOfN(one, 100, 200).Draw(t, "pieces"), "")
		s := e.scratches.get(e)
		defer e.scratches.put(s)
		s.begin(text)
		s.folded.Fold(text)
		s.turn(&s.folded, asItStands)
		whole := e.context.read(s.text, 0, len(s.text), nil)
		for range 3 {
			start := rapid.IntRange(0, len(s.text)).Draw(t, "start")
			end := min(start+rapid.IntRange(0, 20).Draw(t, "length"), len(s.text))
			near := e.wordsNear(s, start, end)
			for id, d := range e.detectors {
				u := use{int32(id), speaksFor}
				want, heard := e.context.nearest(s.text, whole, u, d.near, start, end)
				if got, ok := e.context.nearest(s.text, near, u, d.near, start, end); ok != heard || heard && got != want {
					t.Fatalf("%s hears a word %d away (%v) from %d to %d of %q, want %d (%v)", d.ID, got, ok, start, end, s.text, want, heard)
				}
				if heard {
					spoken++
				}
				if heard && !e.mayBeSpokenFor(s, int32(id), start, end) {
					t.Fatalf("%s does not hear its word from %d to %d of %q", d.ID, start, end, s.text)
				}
			}
		}
	})
	if spoken < 20 {
		t.Errorf("%d words were heard", spoken)
	}
}

// Places some characters away are the same whether characters are counted one by one or eight bytes at a time.
func TestPlacesSomeCharactersAway(t *testing.T) {
	text := []byte("ab密码cd é😀, plain words that go on 一二三四五六 and on\xff\x80\x80 to the end")
	tried := 0
	for n := range 60 {
		for at := range len(text) + 1 {
			wantBack, wantForth := at, at
			for range n {
				if wantBack > 0 {
					for wantBack--; wantBack > 0 && !utf8.RuneStart(text[wantBack]); {
						wantBack--
					}
				}
				if wantForth < len(text) {
					for wantForth++; wantForth < len(text) && !utf8.RuneStart(text[wantForth]); {
						wantForth++
					}
				}
			}
			if got := back(text, at, n); got != wantBack {
				t.Errorf("back(%d, %d) = %d, want %d", at, n, got, wantBack)
			}
			if got := forth(text, at, n); got != wantForth {
				t.Errorf("forth(%d, %d) = %d, want %d", at, n, got, wantForth)
			}
			tried++
		}
	}
	if tried < 4000 {
		t.Errorf("%d places were tried", tried)
	}
}
