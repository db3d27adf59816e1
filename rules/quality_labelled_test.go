package rules

import (
	_ "embed"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode"

	"github.com/takeback-chat/takeback/rules/validators"
)

//go:embed testdata/labelled.txt
var labelledText string

// labelledForm is one way in which people write a value.
type labelledForm struct {
	alone bool // it is found with no word beside it
	tree  *syntax.Regexp
	value *regexp.Regexp // where the value stands in what tree writes; nil: it is all of it
	right []func(string) bool
	write func(gen) string // in place of tree
}

// labelledKind is the part of the labelled set that one detector must find.
type labelledKind struct {
	detector string
	words    []string
	forms    []labelledForm
}

var dateForms = strings.NewReplacer(
	"<YMD>", `(?:[4-9]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])`,
	"<CYMD>", `19[4-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])`,
	"<DMY>", `(?:0[1-9]|1\d|2[0-8])(?:0[1-9]|1[0-2])[4-9]\d`,
	"<DMCY>", `(?:0[1-9]|1\d|2[0-8])(?:0[1-9]|1[0-2])19[4-9]\d`,
)

// readLabelled reads testdata/labelled.txt.
func readLabelled(tb testing.TB) []labelledKind {
	tb.Helper()
	var kinds []labelledKind
	for line := range strings.Lines(labelledText) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != ' ':
			id, words, _ := strings.Cut(line, ": ")
			kinds = append(kinds, labelledKind{detector: id, words: strings.Split(words, "; "), forms: addressForms[id]})
		default:
			k := &kinds[len(kinds)-1]
			k.forms = append(k.forms, readForm(tb, line))
		}
	}
	return kinds
}

func readForm(tb testing.TB, line string) labelledForm {
	tb.Helper()
	evidence, expr, _ := strings.Cut(line, ": ")
	f := labelledForm{alone: strings.Contains(evidence, "+")}
	expr = dateForms.Replace(expr)
	var err error
	if f.tree, err = syntax.Parse(expr, syntax.Perl); err != nil {
		tb.Fatalf("%q: %v", line, err)
	}
	if strings.Contains(expr, "?P<value>") {
		f.value = regexp.MustCompile(expr)
	}
	for name := range strings.FieldsSeq(strings.Trim(evidence, " +-")) {
		f.right = append(f.right, rightness(tb, name))
	}
	return f
}

func rightness(tb testing.TB, name string) func(string) bool {
	tb.Helper()
	kind, arg, _ := strings.Cut(name, ":")
	v, ok := validators.Lookup(kind)
	if !ok {
		tb.Fatalf("no validator is named %q", name)
	}
	right, err := v.Make(arg)
	if err != nil {
		tb.Fatal(err)
	}
	return right
}

// make writes a value in its form, the value apart from what it stands in.
func (f *labelledForm) make(g gen) (text, value string) {
	for range 500_000 {
		if text = f.text(g); f.value == nil {
			value = text
		} else {
			m := f.value.FindStringSubmatch(text)
			value = m[f.value.SubexpIndex("value")]
		}
		if f.holds(value) {
			return text, value
		}
	}
	panic("no value of this form has the evidence: " + f.tree.String())
}

func (f *labelledForm) text(g gen) string {
	if f.write != nil {
		return f.write(g)
	}
	w := sampler{Rand: g.Rand}
	w.write(f.tree)
	return w.String()
}

func (f *labelledForm) holds(v string) bool {
	for _, right := range f.right {
		if !right(v) {
			return false
		}
	}
	return true
}

// The sentences around a word and a value: W is the word, V the value.
var (
	wordCarriers = []string{"my W is V", "W: V", "W V, thanks", "(W V)", "here is my W V ok?", "W=V", "我的W是V。", "W：V，请查收"}
	hanCarriers  = []string{"我的W是V。", "W：V，请查收", "WV收好", "【WV】", "W 为 V", "请登记W:V", "V是我的W"}
)

// carrier puts a value into the i-th sentence of a word.
func (k *labelledKind) carrier(i int, text string) string {
	word := k.words[i%len(k.words)]
	sentences := wordCarriers
	if strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }) {
		sentences = hanCarriers
	}
	return strings.NewReplacer("W", word, "V", text).Replace(sentences[i/len(k.words)%len(sentences)])
}

// scored counts how the values of one detector or kind are found.
type scored struct{ n, strict, found, exact int }

func (s *scored) add(t scored) {
	s.n, s.strict, s.found, s.exact = s.n+t.n, s.strict+t.strict, s.found+t.found, s.exact+t.exact
}

// score scans a text for a value. Strict is a finding of the detector itself;
// found also one of another detector on the same span.
func score(e *Engine, detector, text, value string) scored {
	at := strings.Index(text, value)
	s := scored{n: 1}
	for _, f := range scanText(e, text) {
		if f.End <= at || f.Start >= at+len(value) {
			continue
		}
		same := f.Start == at && f.End == at+len(value)
		if f.Detector == detector {
			s.strict = 1
		}
		if f.Detector == detector || same {
			s.found = 1
			s.exact = max(s.exact, btoi(same))
		}
	}
	return s
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// perForm is how many values of each form are looked for.
const perForm = 64

// The recall at the default confidence that every detector must have, and the
// share of its findings whose span is exact.
const (
	leastRecall = 0.98
	leastExact  = 0.98
)

func TestRecallOnTheLabelledSet(t *testing.T) {
	t.Parallel()
	e := builtinRuleset(t).Engine
	g := newGen(1)
	var all scored
	kinds := readLabelled(t)
	for _, k := range kinds {
		var sum scored
		for i := range k.forms {
			sum.add(k.recall(t, e, g, &k.forms[i]))
		}
		sum.judge(t, k.detector)
		all.add(sum)
	}
	t.Logf("%d detectors, %d values: recall %.4f strict, %.4f whoever finds it; %.4f exact spans",
		len(kinds), all.n, ratio(all.strict, all.n), ratio(all.found, all.n), ratio(all.exact, all.found))
	if len(kinds) != 192 || all.n < 20_000 {
		t.Errorf("%d values for %d detectors ran", all.n, len(kinds))
	}
}

func ratio(of, n int) float64 { return float64(of) / float64(max(n, 1)) }

func (s scored) judge(t *testing.T, detector string) {
	t.Helper()
	if ratio(s.found, s.n) < leastRecall {
		t.Errorf("%s: recall is %.3f (%d of %d), want %.2f", detector, ratio(s.found, s.n), s.found, s.n, leastRecall)
	}
	if ratio(s.strict, s.n) < leastRecall {
		t.Errorf("%s: recall of the detector itself is %.3f (%d of %d)", detector, ratio(s.strict, s.n), s.strict, s.n)
	}
	if ratio(s.exact, s.found) < leastExact {
		t.Errorf("%s: %d of %d findings have the exact span", detector, s.exact, s.found)
	}
}

// recall looks for values of one form in sentences. The first that is missed is shown.
func (k *labelledKind) recall(t *testing.T, e *Engine, g gen, f *labelledForm) (sum scored) {
	t.Helper()
	for i := range perForm {
		written, value := f.make(g)
		text := k.carrier(i, written)
		if f.alone && i%2 == 0 {
			text = fmt.Sprintf(carriers[i/2%len(carriers)], written)
		}
		s := score(e, k.detector, text, value)
		if (s.strict == 0 || s.exact == 0) && sum.strict == sum.n && sum.exact == sum.n {
			t.Logf("%s: %q: %s", k.detector, text, brief(scanText(e, text), text))
		}
		sum.add(s)
	}
	return sum
}
