package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

func TestParseWords(t *testing.T) {
	p, err := ParseWords("list.txt", []byte("\uFEFF# internal names\nProject Falcon\n\n猎鹰计划\nГром\n"), WordList{ID: "projects", Title: "Projects"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := New([]Pack{p}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text string
		want string
	}{
		{"about project falcon today", "project falcon"},
		{"PROJECT FALCON.", "PROJECT FALCON"},
		{"ＰＲＯＪＥＣＴ　ＦＡＬＣＯＮ", "ＰＲＯＪＥＣＴ　ＦＡＬＣＯＮ"},
		{"project falconry", ""},
		{"说说猎鹰计划吧", "猎鹰计划"},
		{"猎\u200b鹰计划", "猎\u200b鹰计划"},
		{"ГРОМ", "ГРОМ"},
		{"nothing", ""},
	}
	for _, tt := range tests {
		got := ""
		for _, f := range scanText(e, tt.text) {
			got = tt.text[f.Start:f.End]
		}
		if got != tt.want {
			t.Errorf("in %q was found %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestParseWordsNamesTheLine(t *testing.T) {
	_, err := ParseWords("list.txt", []byte("falcon\n\u200b\u200d\n的\n"), WordList{ID: "Bad Id"})
	got := problems(t, err)
	if len(got) != 3 || got[0].Field != "id" || got[1].Line != 2 || got[2].Line != 3 {
		t.Errorf("problems are %v", err)
	}
}

func TestParseDictionaryFindsByKind(t *testing.T) {
	table := "term,category,severity\nfalcon,,\nledger,financial,critical\nmerger,financial,critical\npayroll,,high\n"
	p, refused, err := ParseDictionary("list.csv", []byte(table), WordList{ID: "projects", Severity: models.Low, Stop: []string{"peregrine falcon"}})
	if err != nil || len(refused) > 0 {
		t.Fatalf("ParseDictionary: %v, refused %v", err, refused)
	}
	e, err := New([]Pack{p}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := "the peregrine falcon, the falcon, the Merger and the payroll"
	type found struct {
		Detector string
		Category models.Category
		Severity models.Severity
		Text     string
	}
	var got []found
	for _, f := range scanText(e, text) {
		got = append(got, found{f.Detector, f.Category, f.Severity, text[f.Start:f.End]})
	}
	want := []found{
		{"projects", models.Keyword, models.Low, "falcon"},
		{"projects-financial-critical", models.Financial, models.Critical, "Merger"},
		{"projects-high", models.Keyword, models.High, "payroll"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestParseDictionaryReports(t *testing.T) {
	_, refused, err := ParseDictionary("list.txt", []byte("falcon\nthe\n枪\n"), WordList{ID: "projects"})
	if err != nil {
		t.Fatal(err)
	}
	want := []dictionary.Refused{
		{Line: 2, Term: "the", Why: "it is one of the commonest words and would be found in every other message"},
		{Line: 3, Term: "枪", Why: "a single character is found in many words that have nothing to do with it", Kept: true},
	}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	for name, data := range map[string]string{"empty": "", "cut": "term\tcategory\n\"fal", "long": strings.Repeat("ab\n", 5_000_001)} {
		if _, _, err := ParseDictionary("list.txt", []byte(data), WordList{ID: "projects"}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
