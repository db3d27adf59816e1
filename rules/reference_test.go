package rules

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/fold"
)

// reference scans the slow way: every pattern at every place, by package regexp,
// every context word by searching the text. It knows no filter, no automaton, no
// index and no budget, and reads a text as it stands.
type reference struct {
	e     *Engine
	exprs map[*pattern]*regexp.Regexp // anchored at both ends, or at the beginning
	heads map[*pattern]*regexp.Regexp // anchored at the beginning
}

func newReference(e *Engine) *reference {
	r := &reference{e, map[*pattern]*regexp.Regexp{}, map[*pattern]*regexp.Regexp{}}
	for i := range e.probes {
		p := e.probes[i]
		switch {
		case p.trigger == byMatcher:
		case p.trigger == byKeyword:
			r.exprs[p.pattern] = regexp.MustCompile(p.expr)
		case p.group > 0 || !p.exact:
			r.exprs[p.pattern] = regexp.MustCompile(`\A(?:` + p.expr + `)`)
		default:
			r.exprs[p.pattern] = regexp.MustCompile(`\A(?:` + p.expr + `)\z`)
			r.heads[p.pattern] = regexp.MustCompile(`\A(?:` + p.expr + `)`)
		}
	}
	return r
}

// scan returns the findings of a text.
func (r *reference) scan(text string) []models.Finding {
	var t fold.Text
	t.Fold(text)
	s := &scratch{original: text, now: &t, text: t.Bytes, view: asItStands}
	var found []candidate
	for i := range r.e.probes {
		found = append(found, r.probe(s, &r.e.probes[i])...)
	}
	for id, d := range r.e.detectors {
		for _, w := range d.words {
			for _, at := range places(s.text, w.text) {
				if end := at + len(w.text); s.boundary(at) && s.boundary(end) {
					found = r.weigh(s, found, int32(id), wordPattern, at, end)
				}
			}
		}
	}
	slices.SortFunc(found, better)
	var kept []candidate
	for _, c := range found {
		if !slices.ContainsFunc(kept, func(k candidate) bool { return c.start < k.end && k.start < c.end }) {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, func(a, b candidate) int { return a.start - b.start })
	var out []models.Finding
	for i := range kept {
		out = append(out, r.e.report(&kept[i], 0, text))
	}
	return out
}

// places returns where lit stands, ASCII case ignored.
func places(text []byte, lit string) []int {
	var out []int
	for at := range text {
		if at+len(lit) <= len(text) && lowered(string(text[at:at+len(lit)])) == lit {
			out = append(out, at)
		}
	}
	return out
}

// probe tries one pattern at every place of the text.
func (r *reference) probe(s *scratch, p *probe) (found []candidate) {
	free := 0
	try := func(from, to, end int) bool {
		n := len(found)
		if d := r.e.detectors[p.detector]; from < to && d.edge.clean(s, from, to) && r.keyword(s, p, from, to) {
			found = r.weigh(s, found, p.detector, p.pattern, from, to)
		}
		if len(found) > n {
			free = end
		}
		return len(found) > n
	}
	switch {
	case p.trigger == byMatcher:
		r.matcher(s, p, &free, try)
	case p.trigger == byKeyword:
		return nil // run around its keywords: what there is to compare is the same code
	case p.group > 0 || !p.exact:
		for at := range s.text {
			if at >= free && (s.boundary(at) || p.inside) {
				if loc := r.exprs[p.pattern].FindSubmatchIndex(s.text[at:]); loc != nil && loc[2*p.group] >= 0 {
					try(at+loc[2*p.group], r.trimmed(s, p, at+loc[2*p.group], at+loc[2*p.group+1]), at+loc[1])
				}
			}
		}
	default:
		for at := range s.text {
			if !r.heads[p.pattern].Match(s.text[at:]) {
				continue
			}
			for end := min(len(s.text), at+maxReach); at >= free && end > at && (s.boundary(at) || p.inside); end-- {
				if s.boundary(end) && r.exprs[p.pattern].Match(s.text[at:end]) && try(at, r.trimmed(s, p, at, end), end) {
					break
				}
			}
		}
	}
	return found
}

func (r *reference) trimmed(s *scratch, p *probe, start, end int) int {
	if !p.trims {
		return end
	}
	return start + len(strings.TrimRight(string(s.text[start:end]), punctuation))
}

func (r *reference) matcher(s *scratch, p *probe, free *int, try func(from, to, end int) bool) {
	for at := 0; len(p.matcher.Anchors) == 0; {
		start, end, ok := p.matcher.Find(s.text, at)
		if !ok || end <= at {
			return
		}
		try(start, end, end)
		at = end
	}
	for at := range s.text {
		for _, a := range p.matcher.Anchors {
			if at >= *free && len(s.text)-at >= len(a) && lowered(string(s.text[at:at+len(a)])) == a {
				if start, end, ok := p.matcher.Find(s.text, at); ok && start >= *free {
					try(start, r.trimmed(s, p, start, end), end)
				}
			}
		}
	}
}

// keyword reports whether one of the keywords that a pattern wants near by is.
func (r *reference) keyword(s *scratch, p *probe, start, end int) bool {
	for _, k := range p.keywords {
		for _, at := range places(s.text, k) {
			if at+len(k)+aside >= start && at-aside <= end {
				return true
			}
		}
	}
	return len(p.keywords) == 0
}

// weigh asks for all evidence of all levels.
func (r *reference) weigh(s *scratch, found []candidate, id int32, p *pattern, start, end int) []candidate {
	d, value := r.e.detectors[id], string(s.text[start:end])
	distance, context := r.near(s, d.context, d.near, start, end)
	_, named := r.near(s, d.names, d.near, start, end)
	_, against := r.near(s, d.against, d.near/2, start, end)
	step, validated := levelNone, false
	for i := len(d.levels) - 1; i >= 0; i-- {
		holds, check := true, false
		for _, t := range d.levels[i].terms {
			term := &d.terms[t]
			switch term.kind {
			case isForm:
				holds = holds && p.name == term.form
			case isContext:
				holds = holds && context
			case isNamed:
				holds = holds && named
			case isClear:
				holds = holds && !against
			case isValidator:
				holds, check = holds && term.check(value), check || term.checksum
			}
		}
		if holds {
			step, validated = d.levels[i].step(), check
		}
	}
	if step < levelNone && against {
		step++
	}
	for _, x := range d.exclude {
		_, near := r.near(s, x.near, d.near, start, end)
		low := strings.ToLower(value)
		hit := near || x.values[d.same(value)] || x.re != nil && x.re().MatchString(value) ||
			slices.ContainsFunc(x.contains, func(c string) bool { return strings.Contains(low, c) })
		switch {
		case hit && !x.demote:
			return found
		case hit && step < levelLow:
			step = levelLow
		}
	}
	if step == levelNone || ladder[step] < r.e.options.MinConfidence {
		return found
	}
	if !context {
		distance = farAway
	}
	return append(found, candidate{
		start: start, end: end, value: value, step: step, detector: id, distance: distance, validated: validated, view: asItStands,
	}.of(s))
}

// of maps a candidate to the original text.
func (c candidate) of(s *scratch) candidate {
	c.start, c.end = s.now.Span(c.start, c.end)
	return c
}

// near looks for each word in the whole text.
func (r *reference) near(s *scratch, words []contextWord, near, start, end int) (distance int, ok bool) {
	distance = near + 1
	for _, w := range words {
		for at := range s.text {
			to := at + len(w.text)
			if to > len(s.text) || !phrase(string(s.text[at:to]), w.text) || !whole(s.text, at, to) || !utf8.RuneStart(s.text[at]) {
				continue
			}
			if alnum(w.text[0]) && at > 0 && alnum(s.text[at-1]) {
				continue
			}
			d := 0
			if to <= start {
				d = utf8.RuneCount(s.text[to:start])
			} else if at >= end {
				d = utf8.RuneCount(s.text[end:at])
			}
			distance = min(distance, d)
		}
	}
	return distance, distance <= near
}

// phrase compares a piece of the text with a context word.
func phrase(text, word string) bool {
	for i := range len(word) {
		b, c := word[i], text[i]
		if b != c && b != lowerASCII(c) && !(b == ' ' && c < utf8.RuneSelf && !alnum(c)) {
			return false
		}
	}
	return true
}

// plainEngine reads texts as they stand, without the detectors that have
// patterns which run around keywords.
func plainEngine(tb testing.TB) *Engine {
	tb.Helper()
	packs := Builtin()
	for i := range packs {
		packs[i].detectors = slices.DeleteFunc(slices.Clone(packs[i].detectors), func(d *detector) bool {
			return slices.ContainsFunc(d.patterns, func(p *pattern) bool { return p.trigger == byKeyword })
		})
	}
	e, err := New(packs, Options{Plain: true})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func sameAsReference(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, e *Engine, r *reference, text string,
) {
	t.Helper()
	got, want := scanText(e, text), r.scan(text)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("findings in %q (-reference +engine):\n%s", text, diff)
	}
}

func TestEngineFindsWhatTheSlowWayFinds(t *testing.T) {
	t.Parallel()
	e := plainEngine(t)
	r := newReference(e)
	var examples []string
	seen := 0
	for _, p := range Builtin() {
		file := "packs/" + p.Name + ".yaml"
		text, err := packFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pack, _ := readPack(file, text)
		for _, d := range pack.detectors {
			for _, x := range d.examples {
				if seen++; seen%40 == 0 {
					examples = append(examples, x.text)
				}
			}
		}
	}
	for _, x := range examples {
		if len(x) < 400 && utf8.ValidString(x) {
			sameAsReference(t, e, r, x)
		}
	}
	if len(examples) < 250 {
		t.Errorf("%d examples were compared", len(examples))
	}
}

func TestEngineFindsWhatTheSlowWayFindsInWhatIsMade(t *testing.T) {
	t.Parallel()
	e := plainEngine(t)
	r := newReference(e)
	exprs := map[string]*rapid.Generator[string]{}
	var pool []*rapid.Generator[string]
	for i := range e.probes {
		if p := e.probes[i].pattern; p.trigger != byMatcher && p.reach < 100 && exprs[p.expr] == nil {
			exprs[p.expr] = rapid.Custom(func(t *rapid.T) string {
				s, err := sample(p.expr, rapid.Uint64().Draw(t, "seed"))
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
			pool = append(pool, exprs[p.expr])
		}
	}
	var words []string
	for _, w := range e.context.words {
		words = append(words, w.text)
	}
	pool = append(pool, rapid.SampledFrom(words), rapid.SampledFrom(words), rapid.StringMatching(`[0-9]{1,20}`), rapid.SampledFrom([]string{" ", ",", ".", "-", "：", "号", "é", "\n", "@", "://"}))
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(pool...), 1, 6).Draw(t, "parts")
		sep := rapid.SampledFrom([]string{"", " ", " ", "是", "-", ": "}).Draw(t, "sep")
		text := strings.Join(parts, sep)
		if utf8.ValidString(text) && len(text) < 300 {
			sameAsReference(t, e, r, text)
		}
	})
}
