package fold

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain ASCII", "Abc 123", "Abc 123"},
		{"empty", "", ""},
		{"full-width", "ＡＢＣ１２３＠．：，", "ABC123@.:,"},
		{"small forms", "﹫﹕﹐", "@:,"},
		{"ideographic and other spaces", "a　b\u00a0c\u2003d\u202fe\u1680f\u2800g", "a b c d e f g"},
		{"line separators", "a\u2028b\u2029c\nd\te", "a\nb\nc\nd\te"},
		{"zero-width inside", "41\u200b11\u200d\u00ad\ufeff22\u2060\u3164\U000e0061", "411122"},
		{"directions", "\u202e4111\u202c", "4111"},
		{"key caps", "1\ufe0f\u20e32\ufe0f\u20e3*\u20e3", "12*"},
		{"Arabic digits", "٠١٢٣٤٥٦٧٨٩۰۹", "012345678909"},
		{"Devanagari digits", "०१२", "012"},
		{"mathematical", "𝐀𝑏𝟎𝟗𝟘𝓹𝕒𝔰𝚜", "Ab090pass"},
		{"circled", "⓪①⑨❶➀➊⓵⓿ⓐⒷ🅐🄱🅿", "019111" + "1" + "0aBABP"},
		{"parenthesised and dotted", "⑴⒈⒜🄁", "11a0"},
		{"tens", "⑩⑽❿⓫⑳㉟㊿🔟", "10101011203550" + "10"},
		{"super and sub", "²₃ᵃⁿ", "23an"},
		{"dashes", "1–2—3−4‐5‑6－7﹣8─9", "1-2-3-4-5-6-7-8-9"},
		{"quotes", "“a”‘b’「c」《d》【e】", `"a"'b'"c"<d>[e]`},
		{"slashes and dots", "1⁄2∕3․4٫5", "1/2/3.4.5"},
		{"accents", "éÉñçüÅøØđłıİßæŒþ", "eEncuAoOdliIssaeOEth"},
		{"accents apart", "e\u0301n\u0303", "en"},
		{"small capitals", "ᴘᴀꜱꜱᴡᴏʀᴅ", "password"},
		{"ligatures", "oﬃce ﬁ", "office fi"},
		{"Han stays", "密码是", "密码是"},
		{"compatible Han", "⽇⼀豈", "日一豈"},
		{"Chinese stops stay", "。、", "。、"},
		{"a stop between letters is a dot", "a@b。com｡cn 好。a b。 1。2", "a@b.com.cn 好。a b。 1。2"},
		{"half-width Katakana", "ｱｲ", "アイ"},
		{"voicing marks", "か\u3099が", "か\u3099が"},
		{"Kelvin and long s", "\u212a\u017f", "Ks"},
		{"capitals of other alphabets", "ΣΆЖЙς", "σαжиσ"},
		{"Arabic points", "رَقْم", "رقم"},
		{"Thai and Hindi vowels", "รหัสผ่าน पासवर्ड", "รหัสผ่าน पासवर्ड"},
		{"Hangul", "비밀번호", "비밀번호"},
		{"emoji", "😀👍🏽", "😀👍🏽"},
		{"trade mark and ellipsis", "a™1…2", "a™1…2"},
		{"not UTF-8", "a\xff\xfeb\xe4\xb8é\xed\xa0\x80", "a\xff\xfeb\xe4\xb8e\xed\xa0\x80"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestEveryDecimalDigitFolds(t *testing.T) {
	n := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		n++
		zero := r
		for unicode.Is(unicode.Nd, zero-1) {
			zero--
		}
		if got, want := Fold(string(r)), string('0'+(r-zero)%10); got != want {
			t.Errorf("Fold(%U) = %q, want %q", r, got, want)
		}
	}
	if n < 600 {
		t.Errorf("%d digits, want at least 600", n)
	}
}

func TestNoCharacterGrows(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		s := string(r)
		once := Fold(s)
		if len(once) > len(s) || !utf8.ValidString(once) || Fold(once) != once {
			t.Fatalf("Fold(%U) = %q, and again %q", r, once, Fold(once))
		}
	}
}

func TestSpan(t *testing.T) {
	tests := []struct{ name, in, value, want string }{
		{"plain", "ab 42 c", "42", "42"},
		{"invisible inside, not around", "码\u200b４\u200b２\u200b！", "42", "４\u200b２"},
		{"marks belong to what they are on", "x 4\ufe0f\u20e32\ufe0f\u20e3 y", "42", "4\ufe0f\u20e32\ufe0f\u20e3"},
		{"one character that is two", "a ⑩ b", "0", "⑩"},
		{"a stop that is a dot", "写a。b吧", "a.b", "a。b"},
		{"Han", "我的密码是", "密码", "密码"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var x Text
			x.Fold(tt.in)
			at := strings.Index(string(x.Bytes), tt.value)
			start, end := x.Span(at, at+len(tt.value))
			if got := tt.in[start:end]; got != tt.want {
				t.Errorf("the span of %q cuts %q, want %q", tt.value, got, tt.want)
			}
		})
	}
}

func TestSimplified(t *testing.T) {
	tests := []struct{ in, want string }{
		{"密碼帳號電話號碼身份證銀行卡", "密码帐号电话号码身份证银行卡"},
		{"體發後裡", "体发后里"},
		{"already 简体 kana かな", "already 简体 kana かな"},
	}
	for _, tt := range tests {
		if got := strings.Map(Simplified, tt.in); got != tt.want {
			t.Errorf("Simplified makes %q of %q, want %q", got, tt.in, tt.want)
		}
	}
}

// texts draws texts of the kinds of characters that folding knows.
func texts() *rapid.Generator[string] {
	runes := []rune("ab12 -@.密码Ａ１＠\u200b\ufeff\u00ad٣०𝟗①⑩éÉßﬁe\u0301\u20e3\ufe0f😀\n。、ΣЖİ")
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(rapid.RuneFrom(runes), 0, 40, -1).Draw(t, "text") +
			rapid.String().Draw(t, "any") + string(rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "bytes"))
	})
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Fold(texts().Draw(t, "text"))
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q", once, twice)
		}
	})
}

func TestSpansCutWhatWasFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := texts().Draw(t, "text")
		var x Text
		x.Fold(in)
		checkMap(t, &x, in)
		if len(x.Bytes) == 0 {
			return
		}
		a := rapid.IntRange(0, len(x.Bytes)-1).Draw(t, "a")
		b := rapid.IntRange(a+1, len(x.Bytes)).Draw(t, "b")
		if len(x.From) > 0 && (a > 0 && x.From[a-1] == x.From[a] || b < len(x.From) && x.From[b] == x.From[b-1]) {
			return // half of a character
		}
		start, end := x.Span(a, b)
		if got, want := Fold(in[start:end]), string(x.Bytes[a:b]); got != want && !strings.Contains(in[start:end], "。") {
			t.Fatalf("the span cuts %q, which folds to %q, want %q", in[start:end], got, want)
		}
	})
}

// checkMap fails where the map of x leads out of the original or into the
// middle of a character.
func checkMap(tb interface {
	Helper()
	Fatalf(format string, args ...any)
}, x *Text, original string,
) {
	tb.Helper()
	if len(x.From) != len(x.To) || len(x.From) != 0 && len(x.From) != len(x.Bytes) {
		tb.Fatalf("%q has a map of %d and %d for %d bytes", original, len(x.From), len(x.To), len(x.Bytes))
	}
	for i := range x.From {
		from, to := int(x.From[i]), int(x.To[i])
		if from < 0 || from >= to || to > len(original) || !boundary(original, from) || !boundary(original, to) {
			tb.Fatalf("byte %d of the fold of %q stands for %d to %d", i, original, from, to)
		}
	}
}

// boundary reports whether no character of s goes on at i.
func boundary(s string, i int) bool {
	for j := max(0, i-3); j < i; j++ {
		if _, size := utf8.DecodeRuneInString(s[j:]); size > 1 && j+size > i {
			return false
		}
	}
	return true
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "ａ１ 密码", "e\u0301\u20e3", "\xe4\xb8", "a。b。c", "⑩ßﬁ", "\U000e0100\U000e0061x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var x Text
		x.Fold(s)
		checkMap(t, &x, s)
		if len(x.Bytes) > len(s) {
			t.Errorf("%d bytes became %d", len(s), len(x.Bytes))
		}
		if once := string(x.Bytes); Fold(once) != once {
			t.Errorf("Fold(%q) = %q", once, Fold(once))
		}
	})
}
