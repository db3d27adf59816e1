package rules

import (
	"regexp"
	"strings"

	"github.com/takeback-chat/takeback/rules/fold"
)

// exclusion says which values are not what they look like: numbers made for
// tests, words, shapes, and what stands beside a word that explains it.
type exclusion struct {
	values   map[string]bool // in the detector's normal form
	contains []string        // small letters
	re       *regexp.Regexp
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
		f := item.object(exclusionFields...)
		x := exclusion{values: map[string]bool{}, near: readWords(f["near"]), reason: item.need(f, "reason").text()}
		for _, v := range f["values"].list() {
			x.values[d.same(fold.Fold(plain(v.text())))] = true
		}
		for _, v := range f["contains"].list() {
			x.contains = append(x.contains, newWord(v.text()).text)
		}
		x.readRegexp(f["regexp"])
		x.demote = len(x.values) > 0
		if then := f["then"]; then.there() {
			x.demote = choice(then, []string{thenDrop, thenDemote}) == thenDemote
		}
		if len(x.values)+len(x.contains)+len(x.near) == 0 && x.re == nil {
			item.fail("it excludes nothing: give values, contains, regexp or near")
		}
		d.exclude = append(d.exclude, x)
	}
}

func (x *exclusion) readRegexp(n node) {
	if !n.there() {
		return
	}
	re, err := regexp.Compile(n.text())
	if err != nil {
		n.fail("it is not a valid regexp (RE2 syntax): %v", err)
		return
	}
	x.re = re
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
	if x.re != nil && x.re.MatchString(ev.value) {
		return true
	}
	if len(x.near) == 0 {
		return false
	}
	_, near := ev.hear(use{ev.detector, number}, ev.d.near)
	return near
}
