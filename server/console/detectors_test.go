package console

import (
	"net/http"
	"strings"
	"testing"
)

// ids are the detectors that a page of the list shows.
func (p page) ids() (all []string) {
	for _, a := range p.one("#rows").find("a.open") {
		all = append(all, page{p.t, a}.text())
	}
	return all
}

func TestDetectorsAreLookedFor(t *testing.T) {
	b := newWorld(t).operator()
	all := b.page("/detectors")
	if n := len(all.ids()); n != detectorsRows {
		t.Errorf("the first page has %d detectors, want %d", n, detectorsRows)
	}
	next := all.find("a[rel=next]")
	if len(next) != 1 {
		t.Fatal("no way on")
	}
	if again := b.page(attr(next[0], "href")).ids(); len(again) == 0 || again[0] == all.ids()[0] {
		t.Errorf("the next page begins with %v", again)
	}
	p := b.page("/detectors?q=CREDIT+card&pack=financial")
	if ids := strings.Join(p.ids(), " "); !strings.Contains(ids, "credit_card") || strings.Contains(ids, "aws") {
		t.Errorf("found %s", ids)
	}
	p.wants("#rows", "recall")
	if ids := b.page("/detectors?q=%E9%93%B6%E8%A1%8C%E5%8D%A1").ids(); len(ids) == 0 {
		t.Error("nothing is found by a Chinese word")
	}
	p = b.page("/detectors?q=no+such+thing+at+all")
	p.wants(".empty", "No detector is like that")
	acts, stands := b.page("/detectors?treated=yes&pack=pii-contact").ids(), b.page("/detectors?treated=no&pack=pii-contact").ids()
	if whole := b.page("/detectors?pack=pii-contact").ids(); len(acts)+len(stands) != len(whole) {
		t.Errorf("%d with a rule and %d without, of %d", len(acts), len(stands), len(whole))
	}
	for _, path := range []string{"/detectors?category=zzz", "/detectors?treated=zzz"} {
		if res, _ := b.get(path); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s answered %d", path, res.StatusCode)
		}
	}
}

func TestADetectorSaysAllOfItself(t *testing.T) {
	b := newWorld(t).operator()
	p := b.page("/detectors/credit_card")
	for _, words := range []string{
		"credit_card", "How sure it is, surest first", "the check digit holds (Luhn)", "a context word stands within",
		"certain", "recall", "Words that speak for it", "Examples that it finds", "Examples that it does not",
	} {
		p.wants("main", words)
	}
	if n := len(p.find("li.said")); n < 4 {
		t.Errorf("it shows %d examples", n)
	}
	req := b.request(http.MethodGet, "/detectors/credit_card", nil)
	req.Header.Set("Accept-Language", "zh-CN")
	_, body := b.do(req)
	parse(t, body).wants("main", "校验位正确（Luhn 算法）")
	if res, _ := b.get("/detectors/none"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a detector that is not there answered %d", res.StatusCode)
	}
}

// Every piece of evidence of every detector has words in every language.
func TestEvidenceHasWordsInEveryLanguage(t *testing.T) {
	set := ruleset()
	for _, w := range catalogues {
		v := &visit{words: w}
		for _, d := range set.Engine.Detectors() {
			x, _ := set.Engine.Describe(d.ID)
			for _, l := range x.Levels {
				for i, words := range v.evidenceOf(l.Terms, x.Near) {
					if words == "" || strings.HasPrefix(words, "evidence.") || strings.Contains(words, "%!") {
						t.Errorf("%s: %q is %q in %s", d.ID, l.Terms[i], words, w.Lang)
					}
				}
			}
		}
	}
}
