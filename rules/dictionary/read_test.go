package dictionary

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/takeback-chat/takeback/models"
)

// wideText encodes as UTF-16.
func wideText(order binary.AppendByteOrder, s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func TestReadEncodings(t *testing.T) {
	text := "# weapons\n\nhand gun\r\n  冰毒  \n仿真枪"
	want := []Entry{{Term: "hand gun", Line: 3}, {Term: "冰毒", Line: 4}, {Term: "仿真枪", Line: 5}}
	tests := map[string][]byte{
		"UTF-8":                  []byte(text),
		"UTF-8 with a mark":      []byte("\uFEFF" + text),
		"UTF-16 little":          wideText(binary.LittleEndian, "\uFEFF"+text),
		"UTF-16 big":             wideText(binary.BigEndian, "\uFEFF"+text),
		"UTF-16 little, guessed": wideText(binary.LittleEndian, text),
		"UTF-16 big, guessed":    wideText(binary.BigEndian, text),
		"GBK":                    gbk(t, text),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			got, refused, err := Read("words.txt", data)
			if err != nil || len(refused) > 0 {
				t.Fatalf("Read: %v, refused %v", err, refused)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTables(t *testing.T) {
	want := []Entry{
		{Term: "hand gun", Category: models.Custom, Severity: models.High, Line: 2},
		{Term: `a "quoted", term`, Line: 3},
		{Term: "冰毒", Severity: models.Low, Line: 4},
	}
	tests := map[string]string{
		"commas":        "term,category,severity\nhand gun,custom,high\n\"a \"\"quoted\"\", term\",,\n冰毒,,LOW\n",
		"semicolons":    "Severity;Term;Category\r\nhigh;hand gun;Custom\r\n;\"a \"\"quoted\"\", term\";\r\nlow;冰毒\r\n",
		"tabs":          "term\tcategory\tseverity\nhand gun\tcustom\thigh\n\"a \"\"quoted\"\", term\"\n冰毒\t\tlow",
		"Chinese names": "敏感词,级别,分类,note\nhand gun,high,custom,x\n\"a \"\"quoted\"\", term\"\n冰毒,low,,y\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			got, refused, err := Read("words.csv", []byte(text))
			if err != nil || len(refused) > 0 {
				t.Fatalf("Read: %v, refused %v", err, refused)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		want       Refused
	}{
		{"one letter", "falcon\nx\n", Refused{Line: 2, Term: "x", Why: "a single letter, digit or sign would be found in nearly every message"}},
		{"one letter of another alphabet", "falcon\nЖ\n", Refused{Line: 2, Term: "Ж", Why: "a single letter, digit or sign would be found in nearly every message"}},
		{"one Han character is a warning", "falcon\n枪\n", Refused{Line: 2, Term: "枪", Why: "a single character is found in many words that have nothing to do with it", Kept: true}},
		{"the commonest word", "falcon\nＴｈｅ\n", Refused{Line: 2, Term: "Ｔｈｅ", Why: "it is one of the commonest words and would be found in every other message"}},
		{"the commonest Chinese word", "falcon\n我们\n", Refused{Line: 2, Term: "我们", Why: "it is one of the commonest words and would be found in every other message"}},
		{"the commonest character", "falcon\n的\n", Refused{Line: 2, Term: "的", Why: "it is one of the commonest words and would be found in every other message"}},
		{"twice", "falcon\n\nFALCON\n", Refused{Line: 3, Term: "FALCON", Why: "the same word stands in line 1"}},
		{"invisible", "falcon\n\u200b\u200b\n", Refused{Line: 2, Term: "\u200b\u200b", Why: "nothing is left of the term once it is folded"}},
		{"too long", "falcon\n" + strings.Repeat("ab", 101), Refused{Line: 2, Term: strings.Repeat("ab", 20) + "…", Why: "the term has 202 characters, at most 200 are allowed"}},
		{"a bell", "falcon\nding\adong\n", Refused{Line: 2, Term: "ding dong", Why: "the term has a control character in it"}},
		{"a table without names", "falcon\tbird\nmerger plan\n", Refused{Line: 1, Term: "falcon bird", Why: "the term has a tab in it; a table needs a first line with the names of its columns, one of them term"}},
		{"the name of the only column", "敏感词\nfalcon\n", Refused{Line: 1, Term: "敏感词", Why: "as the first line it is taken for the name of the column; put it further down if it is a word to look for"}},
		{"an empty cell", "term,severity\nfalcon,low\n,high\n", Refused{Line: 3, Why: "the row has no term"}},
		{"an unknown severity is a warning", "term,severity\nfalcon,awful\n", Refused{Line: 2, Term: "falcon", Kept: true, Why: `the severity "awful" is unknown, the list's own is taken; one of: low, medium, high, critical`}},
		{"an unknown category is a warning", "term,category\nfalcon,birds\n", Refused{Line: 2, Term: "falcon", Kept: true, Why: `the category "birds" is unknown, the list's own is taken; one of: ` + listed(models.Categories)}},
		{"a quote in a field", "term,severity\nfal\"con,low\nmerger,low\n", Refused{Line: 2, Why: "the row has a quote in the wrong place; double it and put quotes around the field"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, refused, err := Read("words.txt", []byte(tt.text))
			if err != nil || len(entries) == 0 {
				t.Fatalf("Read = %v, %v", entries, err)
			}
			if diff := cmp.Diff([]Refused{tt.want}, refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadRefusesTheFile(t *testing.T) {
	cut := []byte("仿真枪\n冰毒")
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "words.txt: the list has no terms"},
		{"comments only", []byte("# none yet\n\n"), "words.txt: the list has no terms"},
		{"a table without rows", []byte("term,category\n"), "words.txt: the list has no terms"},
		{"an open quote", []byte("term,severity\nfalcon,low\n\"merger,high\nledger,low\n"), "words.txt: the quote that opens in line 3 is never closed; the file seems to be cut off"},
		{"cut UTF-8", cut[:len(cut)-1], "words.txt: the file ends in the middle of a character; it seems to be cut off"},
		{"cut UTF-16", wideText(binary.LittleEndian, "\uFEFFfalcon\n")[:13], "words.txt: the file ends in the middle of a character; it seems to be cut off"},
		{"cut pair of UTF-16", wideText(binary.BigEndian, "\uFEFFfalcon\n𠀀")[:18], "words.txt: the file ends in the middle of a character; it seems to be cut off"},
		{"cut GBK", append(gbk(t, "falcon\n仿真枪\n冰"), 0xB6), "words.txt: the file ends in the middle of a character; it seems to be cut off"},
		{"neither", []byte("falcon \xff\xff\xff bird\n"), "words.txt: the file is neither UTF-8 nor UTF-16 nor GBK; save it as UTF-8"},
		{"ten million rows", []byte(strings.Repeat("ab\n", 10_000_000)), "words.txt has 10000000 rows, at most 5000000 are allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, _, err := Read("words.txt", tt.data)
			if err == nil || err.Error() != tt.want || entries != nil {
				t.Errorf("Read = %d entries, error %v, want %s", len(entries), err, tt.want)
			}
		})
	}
}

func TestReadBoundsItsReport(t *testing.T) {
	_, refused, err := Read("words.txt", []byte("falcon\n"+strings.Repeat("x\n", 5000)))
	if err != nil || len(refused) != maxRefused+1 {
		t.Fatalf("Read tells of %d refusals, %v", len(refused), err)
	}
	if got, want := refused[maxRefused].Why, "another 4000 terms were refused, which are not listed"; got != want {
		t.Errorf("the last says %q, want %q", got, want)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"falcon\n冰毒\n", "term,category\nfalcon,custom\n", "term\tseverity\n\"a\"\"b\"\tlow", "\xff\xfef\x00\n\x00", "\xfe\xff\x00f\xd8\x00",
		"\xb1\xf9\xb6\xbe\n", "\uFEFFx\n", "\x00\x00\n\x00", "term;\n\";\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, _, err := Read("fuzz", data)
		if err != nil {
			return
		}
		d, err := Build(entries, Options{})
		if err != nil {
			t.Fatalf("Build of what Read gave: %v", err)
		}
		for i, e := range entries {
			seen := false
			d.Scan([]byte(normal(e.Term)), func(entry int32, _, _ int) { seen = seen || entry == int32(i) })
			if !seen {
				t.Errorf("%q of line %d does not find itself", e.Term, e.Line)
			}
		}
	})
}
