package fold

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// through returns what s reads through a view, asking the view's own tests
// first, and whether there is anything.
func through(tb testing.TB, name, s string) (Text, bool) {
	tb.Helper()
	i := slices.IndexFunc(Views, func(v View) bool { return v.Name == name })
	if i < 0 {
		tb.Fatalf("there is no view %q", name)
	}
	var src, dst Text
	src.Fold(s)
	if v := &Views[i]; !v.worth(&src) || !v.Make(&dst, &src) {
		return Text{}, false
	}
	return dst, true
}

// worth is the slow form of what the engine asks before it makes a view.
func (v *View) worth(src *Text) bool {
	if v.Other && len(src.From) == 0 {
		return false
	}
	low, hints, digits, run, longest := strings.ToLower(string(src.Bytes)), 0, 0, 0, 0
	for _, h := range v.Hints {
		hints += strings.Count(low, h)
	}
	for _, c := range []byte(low) {
		if run++; !alnum(c) && !strings.ContainsRune("+/-_", rune(c)) {
			run = 0
		}
		longest = max(longest, run)
		if digit(c) {
			digits++
		}
	}
	return hints >= v.Least && digits >= v.Digits && longest >= v.Run
}

// viewCase is a text, what it reads through a view (nothing: as before) and,
// where value is given, what its span cuts.
type viewCase struct{ in, want, value, cut string }

func testView(t *testing.T, name string, cases []viewCase) {
	t.Helper()
	for _, tt := range cases {
		x, ok := through(t, name, tt.in)
		if got := string(x.Bytes); ok != (tt.want != "") || got != tt.want {
			t.Errorf("%s: %q reads %q, %v, want %q", name, tt.in, got, ok, tt.want)
			continue
		}
		if tt.value == "" {
			continue
		}
		at := strings.Index(tt.want, tt.value)
		start, end := x.Span(at, at+len(tt.value))
		if got := tt.in[start:end]; got != tt.cut {
			t.Errorf("%s: %q in %q is cut as %q, want %q", name, tt.value, tt.in, got, tt.cut)
		}
	}
}

func TestSpaced(t *testing.T) {
	testView(t, "spaced", []viewCase{
		{in: "4 1-1.1/2,2|2_2 x", want: "41112222 x", value: "1122", cut: "1.1/2,2"},
		{in: "卡号4😀1😀1😀1 2\n2\r\n2*2。", want: "卡号41112222。", value: "11", cut: "1😀1"},
		{in: "１１０１０１ １９９００３０７ １２３ X", want: "11010119900307123X", value: "3X", cut: "３ X"},
		{in: "tel 0151 2345 6789 and 12:30", want: "tel 015123456789 and 12:30"},
		{in: "12 34 ab 56 78 ab"},
		{in: "1234567890"},
		{in: "1     2     3     4     5     6     7     8"},
		{in: "1234 年 5678 月"},
		{in: "4111 - 1111 - 22", want: "4111111122"},
		{in: "12345678 90\xff", want: "1234567890\xff"},
	})
}

func TestSpacedLeavesGaps(t *testing.T) {
	x, ok := through(t, "spaced", "1234-5678 90")
	if !ok {
		t.Fatal("there is nothing")
	}
	var gaps []int
	for i := 1; i < len(x.From); i++ {
		if x.To[i-1] < x.From[i] {
			gaps = append(gaps, i)
		}
	}
	if !slices.Equal(gaps, []int{4, 8}) {
		t.Errorf("gaps before %v, want before 4 and 8", gaps)
	}
}

func TestLettersForDigits(t *testing.T) {
	testView(t, "letters_for_digits", []viewCase{
		{in: "card 4lll-1I11-O011-1234!", want: "card 4111-1111-0011-1234!", value: "4111-1111", cut: "4lll-1I11"},
		{in: "4111 llll 2222 OO33", want: "4111 1111 2222 0033"},
		{in: "tel 0I51 23456S8", want: "tel 0151 2345658"},
		{in: "call 55512345678 so I can"},
		{in: "B12345678"},
		{in: "84be21d9f012"},
		{in: "order 12345678"},
		{in: "SOS 12345"},
		{in: "O78-05-1120 is it", want: "078-05-1120 is it"},
	})
}

func TestConfusable(t *testing.T) {
	testView(t, "confusable", []viewCase{
		{in: "my pаsswоrd is", want: "my password is", value: "password", cut: "pаsswоrd"},
		{in: "PАSSWОRD", want: "PaSSWoRD"},
		{in: "card 4111 11о1 1111", want: "card 4111 1101 1111"},
		{in: "my раѕѕ is", want: "my pass is"},
		{in: "密码pаss", want: "密码pass"},
		{in: "сорок пять"},
		{in: "какой у тебя пароль от wifi"},
		{in: "密码是password"},
		{in: "αγλθ"},
	})
}

func TestHanNumerals(t *testing.T) {
	testView(t, "han_numerals", []viewCase{
		{in: "卡号四一一一，1一一一。", want: "卡号41111111。", value: "1111", cut: "一一一，1"},
		{in: "肆壹壹壹 貳參 陸玖〇零", want: "4111236900"},
		{in: "电话幺三八 零零幺 三八零零零", want: "电话13800138000"},
		{in: "〡〢〣〤〥", want: "12345"},
		{in: "四千一百一十一 一千零一", want: "41111001", value: "1001", cut: "一千零一"},
		{in: "十二 三十四", want: "1234"},
		{in: "二O二四年", want: "2024年"},
		{in: "四1一1", want: "4111"},
		{in: "一二三"},
		{in: "我们一起去一次吧"},
		{in: "第一名和第二名"},
		{in: "１２３４５６七八", want: "12345678"},
	})
}

func TestNumberWords(t *testing.T) {
	testView(t, "number_words", []viewCase{
		{in: "my card is four one one one, thanks", want: "my card is 4111, thanks", value: "11", cut: "one one"},
		{in: "Forty-one eleven ninety twenty-two", want: "41119022"},
		{in: "double five oh triple nine, zero", want: "5509990", value: "55", cut: "double five"},
		{in: "one eight hundred FIVE five five", want: "1800555"},
		{in: "four 1 one 1 one two", want: "411112"},
		{in: "fouroneoneone", want: "4111"},
		{in: "one two three"},
		{in: "someone phoned two of the tennis players at seven or nine, one of four"},
		{in: "nine one one. Two players", want: "9112 players"},
	})
}

func TestPercent(t *testing.T) {
	testView(t, "percent", []viewCase{
		{in: "a%40b%2ecom", want: "a@b.com", value: "@b.", cut: "%40b%2e"},
		{in: "%E5%AF%86%E7%A0%81 %EF%BC%94", want: "密码 4", value: "码", cut: "%E7%A0%81"},
		{in: "100% sure, 50%ff of %"},
		{in: "%00%41", want: "%00A"},
		{in: "%e5%af x%4", want: ""},
	})
}

func TestHTML(t *testing.T) {
	testView(t, "html", []viewCase{
		{in: "&#52;&#x31;&#49 1", want: "411 1", value: "41", cut: "&#52;&#x31;"},
		{in: "a&commat;b&period;c &amp;amp;", want: "a@b.c &amp;"},
		{in: "&#23494;&#xFF14;", want: "密4"},
		{in: "R&D & co &; &#; &#x; &#xD800; &#99999999;"},
	})
}

func TestEscaped(t *testing.T) {
	testView(t, "escaped", []viewCase{
		{in: `\u0034\u{31}\x31\U00000031`, want: "4111", value: "11", cut: `\u{31}\x31`},
		{in: `\u5bc6 \xe5\xaf\x86 \ud83d\ude00`, want: "密 密 😀"},
		{in: `C:\users\x \u12 \ud83d \`},
	})
}

func TestBase64(t *testing.T) {
	testView(t, "base64", []viewCase{
		{in: "see NDExMTExMTExMTExMTExMQ== ok", want: "see 4111111111111111 ok", value: "4111111111111111", cut: "NDExMTExMTExMTExMTExMQ"},
		{in: "see x/NDExMTExMTExMTExMTExMQ", want: "see x/4111111111111111"},
		{in: "5a+G56CB5pivIGh1bnRlcjI=", want: "密码是 hunter2", value: "密码", cut: "5a+G56CB"},
		{in: "internationalization"},
		{in: "d41d8cd98f00b204e9800998ecf8427e"},
		{in: "NDExMTEx"},
	})
}

func TestReversed(t *testing.T) {
	testView(t, "reversed", []viewCase{
		{in: "my number, reversed: 4321 8765-21.", want: "my number, reversed: 12-5678 1234.", value: "12-5", cut: "8765-21"[3:]},
		{in: "反过来看：moc.liamg@eman", want: "反过来看:name@gmail.com"},
		{in: "in reverse: nothing here 123"},
		{in: "Backwards 654321", want: "Backwards 123456"},
	})
}

func TestSpelledOut(t *testing.T) {
	testView(t, "spelled_out", []viewCase{
		{in: "write to name at host dot com please", want: "write to name@host.com please", value: "name@host.com", cut: "name at host dot com"},
		{in: "name(at)host(dot)com", want: "name@host.com", value: "@", cut: "(at)"},
		{in: "first.last [AT] mail [DOT] host [DOT] co [dot] uk", want: "first.last@mail.host.co.uk"},
		{in: "邮箱name艾特qq点com", want: "邮箱name@qq.com", value: "@", cut: "艾特"},
		{in: "john at gmail.com or jane#qq.com", want: "john@gmail.com or jane@qq.com"},
		{in: "john @ host . com", want: "john@host.com"},
		{in: "john at mail dot host dot org", want: "john@mail.host.org"},
		{in: "call 555 dash 1234", want: "call 555-1234"},
		{in: "a underscore b at gmail dot com", want: "a_b@gmail.com"},
		{in: "meet me at noon, 10点30分, a dot on the map"},
		{in: "look at github.com and anecdotes"},
		{in: "that dot is here . Then we are"},
		{in: "我在(a)这里"},
		{in: "dot"},
	})
}

func TestLeet(t *testing.T) {
	testView(t, "leet", []viewCase{
		{in: "my p4$$w0rd is", want: "my password is", value: "password", cut: "p4$$w0rd"},
		{in: "s3cr3t, c0nf1d3nt14l!", want: "secret, confidential!"},
		{in: "top p.a.s.s.w.o.r.d x", want: "top password x", value: "password", cut: "p.a.s.s.w.o.r.d"},
		{in: "it is t o p  s e c r e t!", want: "it is top secret!"},
		{in: "p @ s s w 0 r d", want: "password"},
		{in: "p😀a😀s😀s", want: "pass"},
		{in: "the hell0 and 4dmin", want: "the hello and admin"},
		{in: "密*码和身.份-证，内 部 资 料", want: "密码和身份证,内部资料", value: "身份证", cut: "身.份-证"},
		{in: "機😀密", want: "機密"},
		{in: "it was 12:30 on the 2nd, see a@b.com, k8s v2 abc123"},
		{in: "meet at platform 4, I am at a cafe. Is it ok?"},
		{in: "好,我在 这里。是的"},
		{in: "ab12cd34ef56ab12cd34ef56ab12"},
		{in: "one two! three"},
	})
}

func TestViewsKeepTheirPromises(t *testing.T) {
	runes := []rune("aопрсе01 -.四一二點点@#%&;\\uxOlI|$!\n😀=+/Qk")
	words := []string{
		"one ", "two-", "double ", "forty", "zero", " at ", " dot ", "(at)", "[dot]", "艾特", "反过来", "reversed ", "%41", "%E5%9B%9B", "&#52;", "&amp;", "\\u0034", "\\x34",
		"NDExMTExMTExMTExMTExMQ==", "4111 1111 ", "p a s s ", "p4ssw0rd", "四千一百", "gmail.com", "\xff",
	}
	piece := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom(runes), 0, 12, -1), rapid.SampledFrom(words), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		checkViews(t, strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), ""))
	})
}

// checkViews fails where a view of s leads out of s or cuts a character.
func checkViews(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, s string,
) {
	t.Helper()
	var src, dst Text
	src.Fold(s)
	before := string(src.Bytes)
	for i := range Views {
		v := &Views[i]
		if !v.Make(&dst, &src) {
			continue
		}
		if len(dst.From) != len(dst.Bytes) {
			t.Fatalf("%s of %q has a map of %d for %d bytes", v.Name, s, len(dst.From), len(dst.Bytes))
		}
		if len(dst.Bytes) > len(src.Bytes) || utf8.Valid(src.Bytes) && !utf8.Valid(dst.Bytes) {
			t.Fatalf("%s of %q is %q", v.Name, s, dst.Bytes)
		}
		checkMap(t, &dst, s)
		if string(src.Bytes) != before {
			t.Fatalf("%s of %q changed the folded text", v.Name, s)
		}
	}
}

func TestViewsOfLongTextsAreCut(t *testing.T) {
	n := 0
	for _, piece := range []string{"1 ", "p4ss ", "о1a ", "四一 ", "one ", "%41", "&#52;", "反过来 12345678 ", "ab", "a at b dot com "} {
		var src, dst Text
		src.Fold("x码" + strings.Repeat(piece, 1<<20/len(piece)))
		for i := range Views {
			if Views[i].Make(&dst, &src) {
				n++
				if len(dst.Bytes) > maxView {
					t.Errorf("%s of a megabyte of %q has %d bytes", Views[i].Name, piece, len(dst.Bytes))
				}
			}
		}
	}
	if n < 3 {
		t.Errorf("%d views were made, want at least 3", n)
	}
}

func FuzzViews(f *testing.F) {
	for _, s := range []string{
		"", "4 1-1.1/2,2|2_2", "4lll-1I11-O011", "pаsswоrd", "四一 一一", "one two double three four", "p.a.s.s p4ssw0rd", "reversed 87654321",
		"a at b dot com", "%41%e5", "&#x34;&amp;\\u0034", "NDExMTExMTExMTExMTExMQ==",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkViews(t, s) })
}

// Who knows where the hints stand sees what everybody sees.
func TestNearHintsIsEverywhere(t *testing.T) {
	pieces := []string{
		"jane", "x", " ", "  ", "   ", "at", " at ", "(at)", "#", " # ", " @ ", "@", "dot", " dot ", " . ", ".", "com", "gmail.com", "gmail.com ", "点", "圈a", "arroba", " punkt ", "de",
		"dash", " hyphen 5", "underscore", "-", "mail-2", "[.]", "(a)", "a", "\n", "é", "密", "one two ",
	}
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 10, 40).Draw(t, "pieces"), "")
		var src, want, got Text
		src.Fold(text)
		for _, v := range Views {
			if v.Near == nil {
				continue
			}
			made := v.Make(&want, &src)
			if v.Near(&got, &src, v.hintsIn(&src)) != made {
				t.Fatalf("%s: of %q it is made: %v", v.Name, text, made)
			}
			if made && (!slices.Equal(got.Bytes, want.Bytes) || !slices.Equal(got.From, want.From) || !slices.Equal(got.To, want.To)) {
				t.Fatalf("%s: %q reads %q, want %q", v.Name, text, got.Bytes, want.Bytes)
			}
			if made {
				seen++
			}
		}
	})
	if seen < 10 {
		t.Errorf("%d texts had something of the kind", seen)
	}
}

// hintsIn returns where the hints at a view start, in order.
func (v *View) hintsIn(src *Text) []int32 {
	var at []int32
	for i := range src.Bytes {
		for _, h := range v.Hints {
			if foldedPrefix(src.Bytes[i:], h) {
				at = append(at, int32(i))
			}
		}
	}
	return at
}
