package rules_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// arrive scans what one posted within seconds as it arrives, and returns what is found to be split.
func arrive(e *rules.Engine, texts []string, order []int) (found []models.Finding) {
	all, _ := posted(append(slices.Clone(texts), "")...)
	there := make([]bool, len(all))
	for _, at := range order {
		var past, next []rules.Past
		for i := range all {
			switch {
			case there[i] && i < at:
				past = append(past, all[i])
			case there[i]:
				next = append(next, all[i])
			}
		}
		there[at] = true
		for _, f := range e.ScanAfter(all[at].Elements, past, next...) {
			if len(f.Parts) > 0 {
				found = append(found, f)
			}
		}
	}
	return found
}

// TestNumbersInARowAreNoValue has less than one in ten thousand rows of numbers pass for a value: as they were posted, as
// they arrive late, and where they were posted in disorder.
func TestNumbersInARowAreNoValue(t *testing.T) {
	t.Parallel()
	e := acrossEngine(t)
	const each = 2000
	ran, hits := 0, 0
	for k, s := range append(streams, stream{"mixed", mixed}) {
		for seed := range uint64(each) {
			r := rand.New(rand.NewPCG(seed, uint64(k)))
			n := 4 + r.IntN(5)
			texts, order := s.row(r, n), slices.Sorted(slices.Values(r.Perm(n)))
			switch seed % 3 {
			case 1:
				order = r.Perm(n)
			case 2:
				r.Shuffle(n, func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
			}
			if seed%20 == 0 {
				texts = fullWidth(texts)
			}
			ran++
			if found := arrive(e, texts, order); len(found) > 0 {
				hits++
				t.Logf("%s: %q in order %v has a %s in %d parts", s.kind, texts, order, found[0].Detector, len(found[0].Parts))
			}
		}
	}
	t.Logf("%d of %d rows", hits, ran)
	if ran < 20_000 || hits*10_000 > ran {
		t.Errorf("%d of %d rows of numbers pass for a value, want less than one in 10,000 of 20,000", hits, ran)
	}
}

func fullWidth(texts []string) []string {
	for i := range texts {
		texts[i] = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, texts[i])
	}
	return texts
}

// TestCardsInPartsAreFound cuts cards of all networks, with and without words beside the parts, which
// arrive in any order.
func TestCardsInPartsAreFound(t *testing.T) {
	t.Parallel()
	e := acrossEngine(t)
	for _, cut := range []struct {
		how   string
		parts func(*rand.Rand) []string
		want  float64
	}{{"in its groups", groups, 0.97}, {"between two groups", halves, 0.97}, {"anywhere", anywhere, 0.98}} {
		for words, add := range partWords {
			if cut.how == "anywhere" && words != "none" && words != "chatter" {
				continue // a single digit among words is no fragment
			}
			const n = 200
			found := 0
			for seed := range uint64(n) {
				r := rand.New(rand.NewPCG(seed, 7))
				texts := add(r, cut.parts(r))
				if slices.ContainsFunc(arrive(e, texts, r.Perm(len(texts))), func(f models.Finding) bool { return f.Detector == "credit_card" }) {
					found++
				}
			}
			if float64(found) < cut.want*n {
				t.Errorf("%d of %d cards cut %s with %s beside the parts are found, want %.0f %%", found, n, cut.how, words, 100*cut.want)
			}
		}
	}
}

// partWords set words beside parts and messages between them.
var partWords = map[string]func(*rand.Rand, []string) []string{
	"none": func(_ *rand.Rand, p []string) []string { return p },
	"its name": func(r *rand.Rand, p []string) []string {
		p[0] = oneOf(r, "my card is ", "card: ", "visa ", "信用卡") + p[0]
		return p
	},
	"what links them": func(r *rand.Rand, p []string) []string {
		for i := range p[1:] {
			p[i+1] = oneOf(r, "then ", "and ", "next: ", "", "", "然后", "接着 ") + p[i+1]
		}
		return p
	},
	"their number": func(_ *rand.Rand, p []string) []string {
		for i := range p {
			p[i] = strconv.Itoa(i+1) + "/" + strconv.Itoa(len(p)) + ": " + p[i]
		}
		return p
	},
	"words on the outer sides": func(r *rand.Rand, p []string) []string {
		p[0] = oneOf(r, "hey can you book it with ", "here you go ", "麻烦你记一下 ", "take this: ") + p[0]
		p[len(p)-1] += oneOf(r, " thanks a lot", " bob", " ok?", "，谢谢", "")
		return p
	},
	"a number before": func(r *rand.Rand, p []string) []string {
		return append([]string{oneOf(r, "see you at 10", "I paid 20", "room 12 it is")}, p...)
	},
	"chatter": func(r *rand.Rand, p []string) []string {
		return append(p[:1:1], append([]string{oneOf(r, "wait", "one moment please", "sorry")}, p[1:]...)...)
	},
}

func groups(r *rand.Rand) (parts []string) {
	number := drawCard(r)
	sizes := []int{4, 4, 4, 4}
	switch len(number) {
	case 15:
		sizes = []int{4, 6, 5}
	case 19:
		sizes = []int{6, 13}
	}
	for _, n := range sizes {
		parts, number = append(parts, number[:n]), number[n:]
	}
	return parts
}

func halves(r *rand.Rand) []string {
	parts, sep := groups(r), oneOf(r, "", " ", "-")
	k := 1 + r.IntN(len(parts)-1)
	return []string{strings.Join(parts[:k], sep), strings.Join(parts[k:], sep)}
}

func anywhere(r *rand.Rand) (parts []string) {
	number := drawCard(r)
	for left := 1 + r.IntN(3); left > 0; left-- {
		cut := 1 + r.IntN(len(number)-left)
		parts, number = append(parts, number[:cut]), number[cut:]
	}
	return append(parts, number)
}

// drawCard makes the number of a card of a network.
func drawCard(r *rand.Rand) string {
	number, size := oneOf(r, "4", "4", "51", "55", "2221", "34", "37", "6011", "62", "3530"), 16
	switch {
	case number == "34" || number == "37":
		size = 15
	case number == "62" && r.IntN(2) == 0:
		size = 19
	}
	for len(number) < size-1 {
		number += strconv.Itoa(r.IntN(10))
	}
	for d := 0; ; d++ {
		if checks(number + strconv.Itoa(d)) {
			return number + strconv.Itoa(d)
		}
	}
}

// checks reports whether the last digit of a card is right.
func checks(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d = d*2 - d/5*9
		}
		sum += d
	}
	return sum%10 == 0
}
