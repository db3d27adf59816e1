package rules

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/takeback-chat/takeback/rules/fold"
)

// exclusion says which values are not what they look like: numbers made for
// tests, words, shapes, and what stands beside a word that explains it.
type exclusion struct {
	written  []string              // values as the pack writes them
	values   map[string]bool       // the same in the detector's normal form
	contains []string              // small letters
	re       func() *regexp.Regexp // nil: none
	near     []contextWord
	demote   bool // to low, instead of dropping the match
	reason   string
}

var exclusionFields = []string{"values", "contains", "regexp", "near", "then", "reason"}

// What an exclusion does with a match.
const (
	thenDrop   = "drop"
	thenDemote = "demote"
)

// readExclusions reads what the detector is told to pass over.
func (d *detector) readExclusions(n node) {
	for _, item := range n.list() {
		x := readExclusion(item, item.object(exclusionFields...))
		d.exclude = append(d.exclude, x.of(d))
	}
}

// readExclusion reads one exclusion.
func readExclusion(n node, f fields) exclusion {
	x := exclusion{near: readWords(f.get("near")), reason: n.need(f, "reason").text()}
	for _, v := range f.get("values").list() {
		x.written = append(x.written, fold.Fold(plain(v.text())))
	}
	for _, v := range f.get("contains").list() {
		x.contains = append(x.contains, newWord(v.text()).text)
	}
	x.readRegexp(f.get("regexp"))
	x.demote = len(x.written) > 0
	if then := f.get("then"); then.there() {
		x.demote = choice(then, []string{thenDrop, thenDemote}) == thenDemote
	}
	if len(x.written)+len(x.contains)+len(x.near) == 0 && x.re == nil {
		n.fail("it excludes nothing: give values, contains, regexp or near")
	}
	return x
}

// of is the exclusion as one detector uses it.
func (x exclusion) of(d *detector) exclusion {
	x.values = map[string]bool{}
	for _, v := range x.written {
		x.values[d.same(v)] = true
	}
	return x
}

// exclusionFor is an exclusion that a pack makes of what detectors of any pack find.
type exclusionFor struct {
	exclusion
	detectors []string // ids; "*" is every detector
}

// readExclusionsFor reads the exclusions of a pack.
func readExclusionsFor(n node) []exclusionFor {
	var out []exclusionFor
	for _, item := range n.list() {
		f := item.object(append([]string{"detectors"}, exclusionFields...)...)
		x := exclusionFor{exclusion: readExclusion(item, f)}
		for _, id := range item.need(f, "detectors").list() {
			x.detectors = append(x.detectors, id.text())
		}
		out = append(out, x)
	}
	return out
}

// excluding returns the detector with what packs exclude of it.
func (d *detector) excluding(all []exclusionFor) *detector {
	var more []exclusion
	for _, x := range all {
		if slices.Contains(x.detectors, d.ID) || slices.Contains(x.detectors, "*") {
			more = append(more, x.of(d))
		}
	}
	if len(more) == 0 {
		return d
	}
	changed := *d
	changed.exclude = slices.Concat(d.exclude, more)
	return &changed
}

func (x *exclusion) readRegexp(n node) {
	if !n.there() {
		return
	}
	expr := n.text()
	if n.src.compiled != nil {
		x.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
		return
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		n.fail("it is not a valid regexp (RE2 syntax): %v", err)
		return
	}
	x.re = func() *regexp.Regexp { return re }
}

// exclude returns the step on the ladder that is left of step.
func (ev *evidence) exclude(step int) int {
	for i := range ev.d.exclude {
		x := &ev.d.exclude[i]
		if !x.covers(ev, int32(i)) {
			continue
		}
		ev.excluded = x.reason
		if !x.demote {
			return levelNone
		}
		step = max(step, levelLow)
	}
	return step
}

func (x *exclusion) covers(ev *evidence, number int32) bool {
	if len(x.values) > 0 && x.values[ev.d.same(ev.value)] {
		return true
	}
	if len(x.contains) > 0 {
		low := strings.ToLower(ev.value)
		for _, c := range x.contains {
			if strings.Contains(low, c) {
				return true
			}
		}
	}
	if x.re != nil {
		ev.s.spendRegexp(len(ev.value))
		if x.re().MatchString(ev.value) {
			return true
		}
	}
	if len(x.near) == 0 {
		return false
	}
	_, near := ev.hear(use{ev.detector, number}, ev.d.near)
	return near
}
