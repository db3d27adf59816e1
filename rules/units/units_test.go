package units_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/rules/units"
)

func TestNext(t *testing.T) {
	cases := map[string][]string{
		"":                        nil,
		" - ,.":                   nil,
		"Jane O'Brien-Smith, 42!": {"Jane", "O", "Brien", "Smith", "42"},
		"我是Jane 张三。":              {"我", "是", "Jane", "张", "三"},
		"привет мир":              {"привет", "мир"},
		"ab\xff\xfecd":            {"ab", "cd"},
		"한국 カナ":                   {"한", "국", "カ", "ナ"},
		"📞 1😀2":                   {"1", "2"},
	}
	for text, want := range cases {
		var got []string
		for u, ok := units.Next([]byte(text), 0); ok; u, ok = units.Next([]byte(text), u.End) {
			got = append(got, text[u.Start:u.End])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("units of %q:\n%s", text, diff)
		}
	}
}

// FuzzNext: units are in order, within the text, and never empty.
func FuzzNext(f *testing.F) {
	f.Add([]byte("Jane 张三\xff 12"))
	f.Fuzz(func(t *testing.T, text []byte) {
		at := 0
		for u, ok := units.Next(text, 0); ok; u, ok = units.Next(text, at) {
			if u.Start < at || u.End <= u.Start || u.End > len(text) {
				t.Fatalf("unit %+v behind %d of %d bytes", u, at, len(text))
			}
			at = u.End
		}
	})
}
