package rules

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func foldText(s string) string {
	var f folded
	f.fold(s)
	return string(f.text)
}

func TestFold(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain ASCII", "Abc 123", "Abc 123"},
		{"full-width", "ＡＢＣ１２３＠．", "ABC123@."},
		{"ideographic space", "a　b", "a b"},
		{"zero-width inside", "41\u200b11\u200d\u00ad\ufeff22", "411122"},
		{"key caps", "1\ufe0f\u20e32\ufe0f\u20e3", "12"},
		{"Arabic digits", "٠١٢٣٤٥٦٧٨٩", "0123456789"},
		{"Devanagari digits", "०१२", "012"},
		{"mathematical", "𝐀𝑏𝟎𝟗𝟘", "Ab090"},
		{"circled", "⓪①⑨", "019"},
		{"dashes", "1–2—3−4", "1-2-3-4"},
		{"Han stays", "密码是", "密码是"},
		{"CJK punctuation stays", "。「」", "。「」"},
		{"Kelvin and long s", "\u212a\u017f", "Ks"},
		{"capitals of other alphabets", "ÉΣЖ", "éσж"},
		{"not UTF-8", "a\xff\xfeb", "a\xff\xfeb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := foldText(tt.in); got != tt.want {
				t.Errorf("fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestFoldSpan(t *testing.T) {
	const in = "码\u200b４\u200b２\u200b！"
	var f folded
	f.fold(in)
	at := strings.Index(string(f.text), "42")
	start, end := f.span(in, at, at+2)
	if got, want := in[start:end], "４\u200b２"; got != want {
		t.Errorf("the span of 42 cuts %q, want %q", got, want)
	}
}

// texts draws texts of the kinds of characters that folding knows.
func texts() *rapid.Generator[string] {
	runes := []rune("ab12 -@.密码Ａ１＠\u200b\ufeff\u00ad٣०𝟗①éÉ😀\n")
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(rapid.RuneFrom(runes), 0, 40, -1).Draw(t, "text") +
			rapid.String().Draw(t, "any")
	})
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := foldText(texts().Draw(t, "text"))
		if twice := foldText(once); twice != once {
			t.Fatalf("fold(%q) = %q", once, twice)
		}
	})
}

func TestFoldSpansLieOnCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := texts().Draw(t, "text")
		var f folded
		f.fold(in)
		if len(f.text) == 0 {
			return
		}
		a := rapid.IntRange(0, len(f.text)-1).Draw(t, "a")
		b := rapid.IntRange(a+1, len(f.text)).Draw(t, "b")
		start, end := f.span(in, a, b)
		if start < 0 || start >= end || end > len(in) || !utf8.ValidString(in[start:end]) {
			t.Fatalf("span(%d, %d) of %q is %d, %d", a, b, in, start, end)
		}
		whole := utf8.RuneStart(f.text[a]) && (b == len(f.text) || utf8.RuneStart(f.text[b]))
		if whole && foldText(in[start:end]) != string(f.text[a:b]) {
			t.Fatalf("the span cuts %q, which folds to %q, want %q", in[start:end], foldText(in[start:end]), f.text[a:b])
		}
	})
}
