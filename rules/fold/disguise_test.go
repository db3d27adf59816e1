package fold

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// disguises are ways of writing a thing, each of which folding or one of the
// views named must undo.
var disguises = []struct {
	plain, view string // no view: folding alone
	written     []string
}{
	{"4111111111111111", "", []string{
		"４１１１１１１１１１１１１１１１", "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣", "❹❶❶❶①①①①⑴⑴⑴⑴⒈⒈⒈⒈", "⁴¹¹¹₁₁₁₁𝟏𝟙𝟭𝟷¹¹¹¹", "٤١١١١١١١११११११११", "4\u200b111\u200c1111\u200d1111\u20601111",
		"4\u03361\u03361\u033611111111111111", "౪౧౧౧၁၁၁၁๑๑๑๑១១១១",
	}},
	{"4111111111111111", "spaced", []string{
		"4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4111/1111/1111/1111", "4111 - 1111 - 1111 - 1111", "4111\n1111\r\n1111\n1111", "4111_1111_1111_1111", "4111....1111....1111....1111", "(4111)(1111)(1111)(1111)", "[4111] [1111] [1111] [1111]",
		"4111, 1111, 1111, 1111", "4111，1111、1111。1111", "4*1*1*1*1*1*1*1*1*1*1*1*1*1*1*1", "4|1|1|1|1|1|1|1|1|1|1|1|1|1|1|1", "4111😀1111🙈1111👍🏽1111", "4️⃣ 1️⃣ 1️⃣ 1️⃣ 1️⃣1️⃣1️⃣1️⃣ 1111 1111", "4111–1111—1111‑1111", "4111~1111~1111~1111", "4111→1111→1111→1111",
		"4111\t1111\t1111\t1111", "４１１１　１１１１　１１１１　１１１１", "4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", "4111 1111-1111.1111", "\"4111\" \"1111\" \"1111\" \"1111\"",
	}},
	{"4111111111111111", "han_numerals", []string{
		"四一一一一一一一一一一一一一一一", "四一一一 一一一一 一一一一 一一一一", "肆壹壹壹壹壹壹壹壹壹壹壹壹壹壹壹", "4一1一1一1一1一1一1一1一", "四1一1，一1一1，一1一1，一1一1", "四幺幺幺幺幺幺幺幺幺幺幺幺幺幺幺", "〤〡〡〡〡〡〡〡〡〡〡〡〡〡〡〡",
		"四千一百一十一、一千一百一十一、一千一百一十一、一千一百一十一", "四😀一😀一😀一 一一一一 1111 一一一一", "㊃㊀㊀㊀㊀㊀㊀㊀㊀㊀㊀㊀㊀㊀㊀㊀",
	}},
	{"4111111111111111", "number_words", []string{
		"four one one one one one one one one one one one one one one one", "four-one-one-one, one-one-one-one, one one one one, one one one one", "Four triple one, quadruple one, double one double one, one triple one",
		"forty-one eleven eleven eleven eleven eleven eleven eleven", "four 1 one 1 one 1 one 1 1111 1111",
	}},
	{"4111-1111-1111-1111", "letters_for_digits", []string{"4l11-I1l1-11l1-1111", "4lll-1111-1lI1-11l1", "4I1I-1I1I-1I1I-1I1I", "41|1-1111-11I1-1111"}},
	{"4111111111111111", "reversed", []string{"reversed: 1111111111111114", "1111111111111114（倒序）", "倒着看1111111111111114"}},
	{"4111111111111111", "percent", []string{"%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31", "4%311%311%311%3111111111"}},
	{"4111111111111111", "html", []string{"&#52;111111111111111", "&#x34;&#x31;&#x31;&#x31;111111111111", "&#xFF14;111111111111111"}},
	{"4111111111111111", "escaped", []string{`\u0034111111111111111`, `\x34\x31\x31\x31111111111111`, `\u{34}111111111111111`}},
	{"4111111111111111", "base64", []string{"NDExMTExMTExMTExMTExMQ==", "NDExMTExMTExMTExMTExMQ", "key=NDExMTExMTExMTExMTExMQ==;"}},
	{"name@host.com", "", []string{"ｎａｍｅ＠ｈｏｓｔ．ｃｏｍ", "name@host。com", "na\u00adme@ho\u200bst.com", "name﹫host․com", "ńame@hośt.com"}},
	{"name@host.com", "spelled_out", []string{
		"name at host dot com", "name AT host DOT com", "name(at)host(dot)com", "name [at] host [dot] com", "name{at}host{dot}com", "name <at> host <dot> com", "name (at) host.com", "name @ host . com", "name @ host.com",
		"name艾特host点com", "name 艾特 host 点 com", "name(a)host(.)com", "name[@]host[.]com", "name@host(dot)com", "name@host点com", "name (ät) host punkt com", "name arroba host punto com",
	}},
	{"name@gmail.com", "spelled_out", []string{"name at gmail.com", "name#gmail.com", "name at gmail dot com"}},
	{"name@host.com", "reversed", []string{"moc.tsoh@eman (backwards)", "反过来：moc.tsoh@eman"}},
	{"name@host.com", "percent", []string{"name%40host%2Ecom", "%6e%61%6d%65%40%68%6f%73%74.com"}},
	{"name@host.com", "html", []string{"name&commat;host&period;com", "name&#64;host&#46;com", "name&#x40;host.com"}},
	{"name@host.com", "base64", []string{"bmFtZUBob3N0LmNvbQ==", "mail:bmFtZUBob3N0LmNvbQ=="}},
	{"name@host.com", "confusable", []string{"nаme@host.com", "namе@hоst.соm"}},
	{"password", "", []string{"ｐａｓｓｗｏｒｄ", "𝓹𝓪𝓼𝓼𝔀𝓸𝓻𝓭", "ᴘᴀꜱꜱᴡᴏʀᴅ", "ⓟⓐⓢⓢⓦⓞⓡⓓ", "p\u200bassword", "pássẃörd", "p̶a̶s̶s̶w̶o̶r̶d̶"}},
	{"password", "leet", []string{"p4ssword", "pa$$word", "passw0rd", "p@ssw0rd", "p.a.s.s.w.o.r.d", "p a s s w o r d", "p-a-s-s-w-o-r-d", "p*a*s*s*w*o*r*d", "p_a_s_s_w_o_r_d", "p|a|s|s|w|o|r|d", "p😀a😀s😀s😀w😀o😀r😀d", "p\na\ns\ns\nw\no\nr\nd", "p @ $ s w 0 r d", "p - a - s - s - w - o - r - d"}},
	{"password", "confusable", []string{"pаsswоrd", "раsswоrd", "pasѕword", "passwοrd", "pɑssword"}},
	{"密码", "leet", []string{"密*码", "密.码", "密-码", "密😀码", "密_码", "密/码", "密·码", "密|码", "我 的 密 码"}},
	{"密码", "", []string{"密\u200b码", "密\ufe0f码"}},
	{"密码", "percent", []string{"%E5%AF%86%E7%A0%81"}},
	{"密码", "escaped", []string{`\u5bc6\u7801`, `\xe5\xaf\x86\xe7\xa0\x81`}},
}

func TestDisguisesAreUndone(t *testing.T) {
	ran, seen := 0, map[string]bool{}
	for _, d := range disguises {
		seen[d.view] = true
		for _, written := range d.written {
			for _, carrier := range []string{"%s", "it is %s ok?", "这是%s。"} {
				s := strings.Replace(carrier, "%s", written, 1)
				ran++
				if !undone(t, d.view, s, d.plain) {
					t.Errorf("%q does not show %q through %q", s, d.plain, d.view)
				}
			}
		}
	}
	for _, v := range Views {
		if !seen[v.Name] {
			t.Errorf("no disguise is of the view %q", v.Name)
		}
	}
	if ran < 400 {
		t.Errorf("%d cases, want at least 400", ran)
	}
}

// undone reports whether plain stands in s as read through the view.
func undone(t *testing.T, view, s, plain string) bool {
	t.Helper()
	if view == "" {
		return strings.Contains(Fold(s), plain)
	}
	x, _ := through(t, view, s)
	return bytes.Contains(bytes.ToLower(x.Bytes), []byte(plain))
}

func TestHintsCanBeLookedFor(t *testing.T) {
	names := map[string]bool{}
	for _, v := range Views {
		if names[v.Name] {
			t.Errorf("two views are called %q", v.Name)
		}
		names[v.Name] = true
		for i, h := range v.Hints {
			if len(h) < 3 || h != strings.ToLower(h) || h != Fold(h) || slices.Contains(v.Hints[:i], h) {
				t.Errorf("%s: the hint %q is short, not folded or there twice", v.Name, h)
			}
		}
		if (len(v.Hints) > 0) != (v.Least > 0) {
			t.Errorf("%s: %d hints, of which %d are wanted", v.Name, len(v.Hints), v.Least)
		}
	}
}
