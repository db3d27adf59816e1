package rules

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// disguiseCase is one way to hide a value, and the views through which it may be
// seen; none: folding alone shows it.
type disguiseCase struct {
	name  string
	views []string
	hide  func(string) string
	fits  []string // the kinds of hidden it is put on
}

// mapDigits writes each digit as the sign that stands at its place.
func mapDigits(signs string) func(string) string {
	ten := []rune(signs)
	return func(v string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return ten[r-'0']
			}
			return r
		}, v)
	}
}

// between puts a text between the characters of a value.
func between(sep string) func(string) string {
	return func(v string) string { return strings.Join(strings.Split(v, ""), sep) }
}

// fours puts a text after every four characters.
func fours(sep string) func(string) string {
	return func(v string) string { return grouped(v, sep, 4, 4, 4, 4) }
}

func replacing(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

func fullWidth(v string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, v)
}

func wordDigits(v string) string {
	names := strings.Fields("zero one two three four five six seven eight nine")
	var out []string
	for _, r := range v {
		out = append(out, names[r-'0'])
	}
	return strings.Join(out, " ")
}

func backwards(v string) string {
	r := []rune(v)
	slices.Reverse(r)
	return string(r)
}

func percentAll(v string) string {
	var b strings.Builder
	for i := range len(v) {
		fmt.Fprintf(&b, "%%%02X", v[i])
	}
	return b.String()
}

func entities(v string) string {
	var b strings.Builder
	for _, r := range v {
		fmt.Fprintf(&b, "&#%d;", r)
	}
	return b.String()
}

var (
	numbers   = []string{"credit_card", "cn_mobile", "cn_resident_id", "phone"}
	validated = []string{"credit_card", "cn_resident_id"}
	anyKind   = []string{"credit_card", "cn_mobile", "cn_resident_id", "email", "github_token"}
)

var disguiseCases = []disguiseCase{
	{"full-width", nil, fullWidth, anyKind},
	{"Arabic digits", nil, mapDigits("٠١٢٣٤٥٦٧٨٩"), numbers},
	{"Persian digits", nil, mapDigits("۰۱۲۳۴۵۶۷۸۹"), numbers},
	{"Devanagari digits", nil, mapDigits("०१२३४५६७८९"), numbers},
	{"Thai digits", nil, mapDigits("๐๑๒๓๔๕๖๗๘๙"), numbers},
	{"mathematical digits", nil, mapDigits("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"), numbers},
	{"circled digits", nil, mapDigits("⓪①②③④⑤⑥⑦⑧⑨"), numbers},
	{"filled circles", nil, mapDigits("⓿❶❷❸❹❺❻❼❽❾"), numbers},
	{"superscripts", nil, mapDigits("⁰¹²³⁴⁵⁶⁷⁸⁹"), numbers},
	{"key caps", nil, func(v string) string { return between("\ufe0f\u20e3")(v) + "\ufe0f\u20e3" }, numbers},
	{"zero-width spaces", nil, between("\u200b"), anyKind},
	{"word joiners", nil, between("\u2060"), anyKind},
	{"soft hyphens", nil, between("\u00ad"), anyKind},
	{"tags and variation selectors", nil, between("\ufe0e"), anyKind},
	{"combining marks", nil, between("\u0336"), anyKind},
	{"many combining marks", nil, between("\u0301\u0323\u0336"), numbers},
	{"spaces between all", []string{"spaced", ""}, between(" "), validated},
	{"dots between all", []string{"spaced", ""}, between("."), validated},
	{"dashes between all", []string{"spaced", ""}, between("-"), validated},
	{"slashes in fours", []string{"spaced"}, fours("/"), validated},
	{"underscores in fours", []string{"spaced"}, fours("_"), validated},
	{"stars in fours", []string{"spaced"}, fours(" * "), validated},
	{"emoji in fours", []string{"spaced"}, fours("🙂"), validated},
	{"emoji between all", []string{"spaced"}, between("🔥"), validated},
	{"lines of four", []string{"spaced"}, fours("\n"), validated},
	{"commas in fours", []string{"spaced"}, fours(", "), validated},
	{"en dashes in fours", []string{"spaced", "folded"}, fours("–"), validated},
	{"Han numerals", []string{"han_numerals"}, mapDigits("零一二三四五六七八九"), []string{"credit_card", "cn_mobile", "cn_resident_id"}},
	{"Han numerals with ring", []string{"han_numerals"}, mapDigits("〇一二三四五六七八九"), []string{"credit_card", "cn_mobile", "cn_resident_id"}},
	{"financial numerals", []string{"han_numerals"}, mapDigits("零壹贰叁肆伍陆柒捌玖"), []string{"credit_card", "cn_mobile", "cn_resident_id"}},
	{"number words", []string{"number_words"}, wordDigits, []string{"credit_card", "cn_mobile"}},
	{"letters for digits", []string{"letters_for_digits", ""}, replacing("0", "O", "1", "l"), numbers},
	{"letters for zeros", []string{"letters_for_digits", ""}, replacing("0", "o"), numbers},
	{"reversed", []string{"reversed", ""}, func(v string) string { return "reversed: " + backwards(v) }, []string{"credit_card", "cn_mobile", "email"}},
	{"reversed in Chinese", []string{"reversed"}, func(v string) string { return "倒过来：" + backwards(v) }, []string{"credit_card", "cn_mobile"}},
	{"at and dot", []string{"spelled_out", "", "folded"}, replacing("@", " at ", ".", " dot "), []string{"email"}},
	{"(at) and (dot)", []string{"spelled_out", "", "folded"}, replacing("@", "(at)", ".", "(dot)"), []string{"email"}},
	{"[at] and [dot]", []string{"spelled_out", "", "folded"}, replacing("@", " [at] ", ".", " [dot] "), []string{"email"}},
	{"percent", []string{"percent"}, percentAll, anyKind},
	{"percent of signs", []string{"percent", "", "folded"}, url.QueryEscape, []string{"email"}},
	{"HTML entities", []string{"html"}, entities, anyKind},
	{"escaped HTML", []string{"html", "", "folded"}, func(v string) string { return html.EscapeString("<b>") + v + html.EscapeString("</b>") }, anyKind},
	{"base64", []string{"base64"}, func(v string) string {
		return base64.StdEncoding.EncodeToString([]byte("the number is " + v + " as I said"))
	}, anyKind},
	{"base64 for URLs", []string{"base64"}, func(v string) string {
		return base64.RawURLEncoding.EncodeToString([]byte("here it is: " + v + "\n"))
	}, anyKind},
	{"Cyrillic letters", []string{"confusable", "", "folded"}, replacing("a", "а", "e", "е", "o", "о", "c", "с", "p", "р"), []string{"email"}},
}

// hidden makes the values that are disguised.
var hidden = map[string]func(g gen) string{
	"credit_card":    func(g gen) string { return g.card(g.pick("4", "51", "54", "6011")) },
	"cn_mobile":      func(g gen) string { return g.pick("138", "159", "186", "177") + g.digits(8) },
	"cn_resident_id": residentID,
	"phone":          func(g gen) string { return "+4420794" + g.digits(5) },
	"email":          func(g gen) string { return g.from(smalls, 5) + ".cope@" + g.from(smalls, 6) + ".com" },
	"github_token":   gen.github,
}

func residentID(g gen) string {
	right := check("cn_id")
	for {
		head := g.pick("110101", "310104", "440305") + g.pick("1978", "1985", "1992") + g.pick("0412", "1123", "0908") + g.digits(3)
		for _, c := range "0123456789" {
			if right(head + string(c)) {
				return head + string(c)
			}
		}
	}
}

// hiddenCarriers are sentences for disguised values, a word beside it as people write.
var hiddenCarriers = map[string][]string{
	"credit_card":    {"my card is %s ok", "卡号%s，谢谢", "%s"},
	"cn_mobile":      {"my mobile is %s ok", "手机%s，谢谢", "电话：%s"},
	"cn_resident_id": {"my ID number is %s ok", "身份证%s，谢谢", "%s"},
	"phone":          {"call me: %s ok", "电话%s，谢谢", "phone %s"},
	"email":          {"mail me: %s ok", "邮箱 %s 谢谢", "%s"},
	"github_token":   {"token %s ok", "令牌 %s 谢谢", "%s"},
}

const perDisguise = 30

func TestRecallOfDisguisedValues(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := newGen(21)
	cases := 0
	for _, d := range disguiseCases {
		for _, kind := range d.fits {
			found, seen := 0, 0
			var missed string
			for i := range perDisguise {
				cases++
				text := fmt.Sprintf(hiddenCarriers[kind][i%3], d.hide(hidden[kind](g)))
				f := findingOf(scanText(e, text), kind)
				if f == nil && kind == "credit_card" {
					f = findingOf(scanText(e, text), "cn_bank_card")
				}
				if f == nil {
					missed = fmt.Sprintf("%q: %s", text, brief(scanText(e, text), text))
					continue
				}
				found++
				seen += btoi(slices.Contains(d.views, f.View) || d.views == nil && f.View == "folded")
			}
			if ratio(found, perDisguise) < 0.9 {
				t.Errorf("%s, %s: %d of %d are found; missed: %s", d.name, kind, found, perDisguise, missed)
			}
			if seen < found {
				t.Errorf("%s, %s: %d of %d findings name the view %s", d.name, kind, seen, found, d.views)
			}
		}
	}
	if cases < 4000 || len(disguiseCases) < 40 {
		t.Errorf("%d cases of %d disguises ran", cases, len(disguiseCases))
	}
}

// Words of lists are recognised when letters are swapped for signs that look like them.
func TestDisguisedWordsAreFound(t *testing.T) {
	list, err := ParseWords("list.txt", []byte("Project Falcon\n猎鹰计划\n"), WordList{ID: "projects", Title: "Projects"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(append(Builtin(), list), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for text, view := range map[string]string{
		"about pr0ject f@lcon ok":       "leet",
		"about Pr0j3ct F4lc0n ok":       "leet",
		"ｐｒｏｊｅｃｔ ｆａｌｃｏｎ":                "folded",
		"pro\u200bject fal\u00adcon":    "folded",
		"猎\u200b鹰计划":                    "folded",
		"about p.r.o.j.e.c.t falcon ok": "leet",
		"prоjеct falcоn, in Cyrillic":   "confusable",
	} {
		f := findingOf(scanText(e, text), "projects")
		if f == nil || f.View != view {
			t.Errorf("%q: %+v, want one seen through %q", text, f, view)
		}
	}
}

// A space or sign that is none of a script's letters is what the disguises must not need.
func TestDisguisesAreWhatTheySay(t *testing.T) {
	for _, d := range disguiseCases {
		if v := d.hide("4012888888881881"); v == "4012888888881881" && !slices.Contains(d.fits, "email") {
			t.Errorf("%s hides nothing", d.name)
		}
		if strings.ContainsFunc(d.name, unicode.IsControl) {
			t.Errorf("%q is no name", d.name)
		}
	}
}
