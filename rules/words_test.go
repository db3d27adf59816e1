package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

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
