package rules

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// sample writes a text that expr matches. The same seed gives the same text.
func sample(expr string, seed uint64) (string, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("<<%s>> is not a valid regexp: %w", shorten(expr), err)
	}
	w := sampler{Rand: rand.New(rand.NewPCG(seed, uint64(len(expr))))}
	w.write(tree)
	return w.String(), nil
}

type sampler struct {
	*rand.Rand
	strings.Builder
}

func (w *sampler) write(re *syntax.Regexp) {
	switch re.Op { //nolint:exhaustive // the rest is below, or says nothing here
	case syntax.OpLiteral:
		w.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		w.WriteRune(w.member(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.WriteRune('a' + w.Int32N(26))
	case syntax.OpCapture:
		w.write(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			w.write(sub)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.IntN(len(re.Sub))])
	case syntax.OpQuest:
		w.repeat(re.Sub[0], 0, 1)
	case syntax.OpStar:
		w.repeat(re.Sub[0], 0, 3)
	case syntax.OpPlus:
		w.repeat(re.Sub[0], 1, 4)
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 {
			most = re.Min + 8
		}
		w.repeat(re.Sub[0], re.Min, most)
	}
}

func (w *sampler) repeat(re *syntax.Regexp, least, most int) {
	for range least + w.IntN(most-least+1) {
		w.write(re)
	}
}

// member picks one of the runes of a class, visible ASCII where there is any.
func (w *sampler) member(class []rune) rune {
	n := rune(0)
	for i := 0; i < len(class); i += 2 {
		n += max(0, min(class[i+1], '~')-max(class[i], '!')+1)
	}
	if n <= 0 {
		return class[0]
	}
	at := w.Int32N(n)
	for i := 0; i < len(class); i += 2 {
		lo, hi := max(class[i], '!'), min(class[i+1], '~')
		if lo > hi {
			continue
		}
		if at <= hi-lo {
			return lo + at
		}
		at -= hi - lo + 1
	}
	return class[0]
}
