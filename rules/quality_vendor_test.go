package rules

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The detectors of secrets are hundreds, and each knows its value by a regexp:
// the values are made from it. Those with check digits of their own are among the
// labelled ones of testdata/labelled.txt.

// vendorCase is a text that a detector must find a value in.
type vendorCase struct{ text, value string }

// vendorCases makes texts that the patterns of a detector match and whose
// evidence is there.
func vendorCases(g gen, d *detector, n int) []vendorCase {
	var out []vendorCase
	for tries := 0; len(out) < n && tries < 40*n; tries++ {
		p := d.patterns[tries%len(d.patterns)]
		if p.syntax() == nil {
			continue // a matcher's, or a list of words
		}
		if c, ok := p.vendorCase(g); ok && d.believes(p, c.value) {
			out = append(out, c)
		}
	}
	return out
}

func (p *pattern) vendorCase(g gen) (vendorCase, bool) {
	w := sampler{Rand: g.Rand}
	w.write(p.syntax())
	text := w.String()
	re, err := regexp.Compile(p.expr)
	if err != nil {
		return vendorCase{}, false
	}
	m := re.FindStringSubmatch(text)
	if m == nil {
		return vendorCase{}, false
	}
	value := m[p.group]
	if low := strings.ToLower(text); len(p.keywords) > 0 && !containsAny(low, p.keywords) {
		text = p.keywords[g.IntN(len(p.keywords))] + " " + text
	}
	return vendorCase{text, value}, value != ""
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// believes reports whether some level's validators hold for the value.
func (d *detector) believes(p *pattern, value string) bool {
	for _, l := range d.levels {
		holds := true
		for _, i := range l.terms {
			switch t := d.terms[i]; t.kind {
			case isForm:
				holds = holds && p.name == t.form
			case isValidator:
				holds = holds && t.check(value)
			case isContext, isNamed, isClear:
			}
		}
		if holds {
			return true
		}
	}
	return false
}

// vendorCarriers are what stands around a secret.
var vendorCarriers = []string{"%s", "here: %s thanks", "密钥%s，别外传", "export X=1\n%s\n", "（%s）", "\t%s  # prod"}

// perVendor is how many values of each detector of secrets are looked for.
const perVendor = 24

// strange are detectors whose regexps write what nobody does: a cookie's warning, a
// file of YAML or a shell's argument as random characters. Their own examples show them.
var strange = []string{"auth0_secret", "curl-auth-user", "kubernetes-secret-yaml"}

func TestRecallOfSecrets(t *testing.T) {
	t.Parallel()
	e := builtinRuleset(t).Engine
	g := newGen(11)
	apart := slices.Clone(strange)
	for _, k := range readLabelled(t) {
		apart = append(apart, k.detector)
	}
	var all scored
	ran := 0
	for _, d := range e.detectors {
		if slices.Contains(apart, d.ID) || d.ID == "confidential_marking" { // a list of words
			continue
		}
		ran++
		sum := d.recallOfVendor(e, g)
		if sum.n < perVendor/2 || ratio(sum.found, sum.n) < 0.95 { // one of 24 may be unlucky
			t.Errorf("%s: %d of %d values are found, %d by itself", d.ID, sum.found, sum.n, sum.strict)
		}
		all.add(sum)
	}
	t.Logf("%d detectors, %d values: recall %.4f strict, %.4f whoever finds it; %.4f exact spans",
		ran, all.n, ratio(all.strict, all.n), ratio(all.found, all.n), ratio(all.exact, all.found))
	if ratio(all.found, all.n) < leastRecall {
		t.Errorf("recall is %.4f, want %.2f", ratio(all.found, all.n), leastRecall)
	}
	if want := len(e.detectors) - len(apart) - 1; ran != want || want < 750 {
		t.Errorf("%d detectors ran, want %d", ran, want)
	}
}

func (d *detector) recallOfVendor(e *Engine, g gen) (sum scored) {
	for i, c := range vendorCases(g, d, perVendor) {
		text := strings.Replace(vendorCarriers[i%len(vendorCarriers)], "%s", c.text, 1)
		s := scoreSecret(e, d.ID, text, c.value)
		sum.add(s)
	}
	return sum
}

// scoreSecret is score, where a finding of any detector of secrets that
// covers most of the value is as right: vendors share their shapes.
func scoreSecret(e *Engine, detector, text, value string) scored {
	at := strings.Index(text, value)
	s := scored{n: 1}
	for _, f := range scanText(e, text) {
		over := min(f.End, at+len(value)) - max(f.Start, at)
		if over <= 0 {
			continue
		}
		if f.Detector == detector {
			s.strict = 1
		}
		if f.Detector == detector || f.Category == "secrets" && 2*over >= len(value) {
			s.found = 1
			s.exact = max(s.exact, btoi(f.Start == at && f.End == at+len(value)))
		}
	}
	return s
}
