package dictionary

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/fold"
)

// found is a hit, as tests write it down.
type found struct {
	Entry int32
	Text  string
}

func list(terms ...string) []Entry {
	out := make([]Entry, len(terms))
	for i, t := range terms {
		out[i] = Entry{Term: t}
	}
	return out
}

func build(tb testing.TB, o Options, terms ...string) *Dictionary {
	tb.Helper()
	d, err := Build(list(terms...), o)
	if err != nil {
		tb.Fatalf("Build(%q): %v", terms, err)
	}
	return d
}

// scan returns the hits in a text that is folded here as the engine does it.
func scan(d *Dictionary, text string) []found {
	text = fold.Fold(text)
	var out []found
	d.Scan([]byte(text), func(entry int32, start, end int) { out = append(out, found{entry, text[start:end]}) })
	return out
}

func TestScan(t *testing.T) {
	tests := []struct {
		name    string
		options Options
		terms   []string
		text    string
		want    []found
	}{
		{"a whole word", Options{}, []string{"project falcon"}, "about Project Falcon, please", []found{{0, "Project Falcon"}}},
		{"not in another word", Options{}, []string{"falcon"}, "falcons, gyrfalcon, falcon2", nil},
		{"at both ends", Options{}, []string{"falcon"}, "falcon", []found{{0, "falcon"}}},
		{"beside Han", Options{}, []string{"falcon"}, "项目falcon吗", []found{{0, "falcon"}}},
		{"in another word where asked", Options{Substring: true}, []string{"alco"}, "falcons", []found{{0, "alco"}}},
		{"Han anywhere", Options{}, []string{"内部资料"}, "这是内部资料啊", []found{{0, "内部资料"}}},
		{"one Han character", Options{}, []string{"枪"}, "卖枪的", []found{{0, "枪"}}},
		{"two letters", Options{}, []string{"kk"}, "KK, okkk, kk", []found{{0, "KK"}, {0, "kk"}}},
		{"three letters", Options{}, []string{"gun", "guns"}, "a gun, guns", []found{{0, "gun"}, {1, "guns"}}},
		{"five bytes", Options{}, []string{"rifle"}, "rifle rifles", []found{{0, "rifle"}}},
		{"Cyrillic is spaced", Options{}, []string{"нож"}, "нож ножка Нож", []found{{0, "нож"}, {0, "нож"}}},
		{"Thai is not", Options{}, []string{"ปืน"}, "ขายปืนครับ", []found{{0, "ปืน"}}},
		{"Hangul takes endings", Options{}, []string{"마약"}, "마약을", []found{{0, "마약"}}},
		{"one begins with another", Options{}, []string{"secret project", "secret", "secret project x"}, "the secret project x", []found{{2, "secret project x"}, {0, "secret project"}, {1, "secret"}}},
		{"overlapping", Options{}, []string{"机密文件", "文件夹"}, "机密文件夹", []found{{0, "机密文件"}, {1, "文件夹"}}},
		{"signs", Options{}, []string{"@all", "c++", "#leak"}, "@all C++ #leak", []found{{0, "@all"}, {1, "C++"}, {2, "#leak"}}},
		{"full width", Options{}, []string{"ｆａｌｃｏｎ"}, "ＦＡＬＣＯＮ", []found{{0, "FALCON"}}},
		{"spaces in a term", Options{}, []string{"top   secret"}, "top secret", []found{{0, "top secret"}}},
		{"inside a stop phrase", Options{Stop: []string{"冰毒检测"}}, []string{"冰毒"}, "冰毒检测和冰毒", []found{{0, "冰毒"}}},
		{"at the end of a stop phrase", Options{Stop: []string{"open secret"}}, []string{"secret"}, "an open secret. secret", []found{{0, "secret"}}},
		{"beyond a stop phrase", Options{Stop: []string{"top sec"}, Substring: true}, []string{"sector"}, "top sector", []found{{0, "sector"}}},
		{"homophones", Options{Homophones: true}, []string{"微信"}, "加威信 徽信 威新", []found{{0, "威信"}, {0, "威新"}}},
		{"a word that is listed wins over a homophone", Options{Homophones: true}, []string{"微信", "威信"}, "威信", []found{{1, "威信"}}},
		{"no commonest word by its sound", Options{Homophones: true}, []string{"事件"}, "没有时间", nil},
		{"traditional text", Options{Traditional: true}, []string{"机密文件"}, "機密文件，机密文件", []found{{0, "機密文件"}, {0, "机密文件"}}},
		{"traditional term", Options{Traditional: true}, []string{"機密文件"}, "机密文件，機密文件", []found{{0, "机密文件"}, {0, "機密文件"}}},
		{"zero bytes", Options{}, []string{"gun"}, "gun\x00\x00\x00 \x00gun", []found{{0, "gun"}, {0, "gun"}}},
		{"not UTF-8", Options{}, []string{"枪"}, "\xff\xe6枪\xe6\x9e", []found{{0, "枪"}}},
		{"empty", Options{}, []string{"gun"}, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, scan(build(t, tt.options, tt.terms...), tt.text)); diff != "" {
				t.Errorf("Scan(%q) with %q (-want +got):\n%s", tt.text, tt.terms, diff)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	d, err := Build([]Entry{
		{Term: "falcon"},
		{Term: "ledger", Category: models.Financial},
		{Term: "merger", Category: models.Financial, Severity: models.Critical},
		{Term: "payroll", Category: models.Financial},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Kind{{}, {Category: models.Financial}, {models.Financial, models.Critical}}
	if diff := cmp.Diff(want, d.Kinds()); diff != "" {
		t.Errorf("Kinds (-want +got):\n%s", diff)
	}
	for entry, want := range []int{0, 1, 2, 1} {
		if got := d.Kind(int32(entry)); got != want {
			t.Errorf("Kind(%d) = %d, want %d", entry, got, want)
		}
	}
}

func TestBuildRefusesNothing(t *testing.T) {
	if _, err := Build(nil, Options{}); err == nil {
		t.Error("Build of no entries gives no error")
	}
	if _, err := Build(list("", "x"), Options{}); err == nil {
		t.Error("Build of terms that are too short gives no error")
	}
}

// slow is what Scan must find: every term looked for by itself.
func slow(terms, stops []string, text string, substring bool) []found {
	var out []found
	low := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		return r
	}, text)
	stopped := places(low, stops, substring)
	seen := map[string]bool{}
	for i, term := range terms {
		if seen[term] {
			continue
		}
		seen[term] = true
		for _, p := range places(low, []string{term}, substring) {
			inside := func(s [2]int) bool { return s[0] <= p[0] && p[1] <= s[1] }
			if !slices.ContainsFunc(stopped, inside) {
				out = append(out, found{int32(i), fmt.Sprintf("%d-%d", p[0], p[1])})
			}
		}
	}
	return out
}

func places(text string, terms []string, substring bool) [][2]int {
	var out [][2]int
	for _, term := range terms {
		first, _ := utf8.DecodeRuneInString(term)
		last, _ := utf8.DecodeLastRuneInString(term)
		for at := range len(text) {
			if !strings.HasPrefix(text[at:], term) {
				continue
			}
			before, _ := utf8.DecodeLastRuneInString(text[:at])
			after, _ := utf8.DecodeRuneInString(text[at+len(term):])
			if substring || !(spaced(first) && spaced(before)) && !(spaced(last) && spaced(after)) {
				out = append(out, [2]int{at, at + len(term)})
			}
		}
	}
	return out
}

// TestScanIsTheSlowWay draws terms and texts of few letters, so that they meet.
func TestScanIsTheSlowWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := []rune("aab b-枪支弹ж")
		terms := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom(letters), 2, 12, -1).Filter(func(s string) bool { return normal(s) == s }), 1, 40).Draw(t, "terms")
		stops := rapid.SliceOfN(rapid.SampledFrom(terms), 0, 2).Draw(t, "stops")
		text := rapid.StringOfN(rapid.SampledFrom(append(letters, 'A', 'B')), 0, 40, -1).Draw(t, "text")
		substring := rapid.Bool().Draw(t, "substring")
		d, err := Build(list(terms...), Options{Substring: substring, Stop: stops})
		if err != nil {
			t.Fatal(err)
		}
		var got []found
		d.Scan([]byte(text), func(entry int32, start, end int) { got = append(got, found{entry, fmt.Sprintf("%d-%d", start, end)}) })
		want := slow(terms, stops, text, substring)
		order := func(a, b found) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Scan(%q) with %q, stops %q (-slow +got):\n%s", text, terms, stops, diff)
		}
	})
}

// TestWordsThatBeginAlike bounds what a crowd of words with one beginning and
// texts full of it cost.
func TestWordsThatBeginAlike(t *testing.T) {
	var terms []string
	for i := range 50_000 {
		terms = append(terms, fmt.Sprintf("%s%06d", strings.Repeat("abc ", 40), i))
	}
	for n := 2; n <= 190; n++ {
		terms = append(terms, strings.Repeat("啊", n))
	}
	d := build(t, Options{}, terms...)
	// A scan that looked at each word from each place would take hours here.
	d.Scan([]byte(strings.Repeat("abc ", 64<<10)), func(int32, int, int) {})
	hits := 0
	d.Scan(bytes.Repeat([]byte("啊"), 200), func(int32, int, int) { hits++ })
	if want := 189*200 - 189*190/2; hits != want {
		t.Errorf("%d hits in 200 characters, want %d", hits, want)
	}
}

func TestAHundredThousandWordsTakeLittleMemory(t *testing.T) {
	d := build(t, Options{}, wordList(100_000)...)
	t.Logf("%d bytes", d.Bytes())
	if d.Bytes() >= 10<<20 {
		t.Errorf("100,000 words take %d bytes, want less than 10 MB", d.Bytes())
	}
}

func TestScanDoesNotAllocate(t *testing.T) {
	d := build(t, Options{Stop: []string{"glass house"}, Traditional: true}, "falcon", "机密文件", "gun")
	texts := [][]byte{[]byte("a message about nothing in particular"), []byte("一條沒有任何問題的消息")}
	if n := testing.AllocsPerRun(100, func() {
		for _, text := range texts {
			d.Scan(text, func(int32, int, int) { t.Error("a hit") })
		}
	}); n > 0 {
		t.Errorf("Scan allocates %.0f times", n)
	}
}

func FuzzScan(f *testing.F) {
	f.Add("falcon\n机密文件\ngun", "the Falcon 机密文件 gun", true)
	f.Add("\xff\xfe\n枪", "枪\xe6\x9e\xaa", false)
	f.Fuzz(func(t *testing.T, lines, text string, substring bool) {
		d, err := Build(list(strings.Split(lines, "\n")...), Options{Substring: substring, Homophones: true, Traditional: true, Stop: []string{"stop here"}})
		if err != nil {
			return
		}
		d.Scan([]byte(text), func(entry int32, start, end int) {
			if start < 0 || start >= end || end > len(text) || int(entry) >= d.Len() {
				t.Errorf("Scan(%q) reports entry %d at %d to %d", text, entry, start, end)
			}
		})
	})
}
