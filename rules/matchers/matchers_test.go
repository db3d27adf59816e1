package matchers

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// cases are texts and the value that a matcher finds first in each; empty: none.
var cases = map[string]map[string]string{
	"handle": {
		"write to @jane_doe99 there": "@jane_doe99",
		"电报@zhangsan，加我":             "@zhangsan",
		"(@Jane1)":                   "@Jane1",
		"jane@example.com":           "",
		"@jo":                        "",
		"@1jane":                     "",
		"see @ home":                 "",
		"t.me/@jane":                 "",
		"@jane@mastodon.social":      "",
	},
	"upi": {
		"pay asha.rao@okhdfcbank now": "asha.rao@okhdfcbank",
		"98765@ybl.":                  "98765@ybl",
		"asha@okhdfcbank.com":         "",
		"@okaxis":                     "",
		"a@5":                         "",
		"jane@host:22":                "",
	},
	"ipv6": {
		"at 2001:db8::1 now":                      "2001:db8::1",
		"2001:0db8:85a3:0000:0000:8a2e:0370:7334": "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
		"[2606:4700::6810:85e5]:443":              "2606:4700::6810:85e5",
		"fe80::1%eth0":                            "fe80::1%eth0",
		"ping fe80::1%en0.":                       "fe80::1%en0",
		"fe80::1%":                                "fe80::1",
		"::ffff:192.0.2.1.":                       "::ffff:192.0.2.1",
		"服务器2001:db8::7，谢谢":                       "2001:db8::7",
		"2001:db8::/32":                           "2001:db8::",
		"at 10:30:45":                             "",
		"std::vector":                             "",
		"::":                                      "",
		"a:b:c":                                   "",
		"1:2:3:4:5:6:7:8:9":                       "",
		"00:1b:44:11:3a:b7":                       "",
		"1::2::3":                                 "",
		"2001:db8::12345":                         "",
		"00:1b:44:11:3a:b7:00:1b:44:11:3a:b7:00:1b:4": "",
	},
	"mac": {
		"mac 00:1B:44:11:3A:B7.":          "00:1B:44:11:3A:B7",
		"00-1b-44-11-3a-b7":               "00-1b-44-11-3a-b7",
		"地址001b.4411.3ab7。":               "001b.4411.3ab7",
		"aa:bb:cc:dd:ee:ff":               "aa:bb:cc:dd:ee:ff",
		"00:1b:44:11:3a":                  "",
		"00:1b:44:11:3a:b7:c8":            "",
		"00:1b-44:11:3a:b7":               "",
		"00:00:00:00:00:00":               "",
		"ff:ff:ff:ff:ff:ff":               "",
		"2024.1122.1030":                  "",
		"x00:1b:44:11:3a:b7":              "",
		"10:30:45":                        "",
		"20-01-0d-b8-85-a3-00-00-8a-2e":   "",
		"550e8400-e29b-41d4-a716-4466554": "",
	},
	"url_userinfo": {
		"postgres://app:s3cr3t@db.example.com:5432/x": "postgres://app:s3cr3t@db.example.com:5432/x",
		"(https://u:p@example.com).":                  "https://u:p@example.com",
		"mongodb+srv://u:p%40ss@c.example.net/?w=1":   "mongodb+srv://u:p%40ss@c.example.net/?w=1",
		"mysql://root:p@ss@10.0.0.1/db":               "mysql://root:p@ss@10.0.0.1/db",
		"redis://:hunter2@cache:6379/0":               "redis://:hunter2@cache:6379/0",
		"amqp://u:pa/ss#w@mq.example.com":             "amqp://u:pa/ss#w@mq.example.com",
		"mysql://u:p@tcp(10.0.0.1:3306)/db":           "mysql://u:p@tcp(10.0.0.1:3306)/db",
		"连接mysql://u:p@h/db，试试":                       "mysql://u:p@h/db",
		"https://jane@example.com/x":                  "",
		"https://example.com:8080/a@b":                "",
		"https://example.com/?next=a:b@c":             "",
		"://u:p@h":                                    "",
		"https://u:@example.com":                      "",
	},
	"url_query": {
		"https://example.com/a?x=1&email=jane%40example.com ok": "https://example.com/a?x=1&email=jane%40example.com",
		"链接https://example.com/?phone=13800138000，看":            "https://example.com/?phone=13800138000",
		"(http://example.com/#/p?lastName=Doe)":                 "http://example.com/#/p?lastName=Doe",
		"https://example.com/?page=2":                           "",
		"https://example.com/?email=":                           "",
		"https://example.com/email=jane":                        "",
		"email=jane":                                            "",
	},
	"street_address": {
		"ship to 350 Fifth Avenue, New York, NY 10118 please": "350 Fifth Avenue, New York, NY 10118",
		"I live at 742 Evergreen Terrace":                     "742 Evergreen Terrace",
		"10 Downing Street, London SW1A 2AA.":                 "10 Downing Street, London SW1A 2AA",
		"221B Baker Street":                                   "221B Baker Street",
		"住在 12-14 High St，来":                                  "12-14 High St",
		"1600 Pennsylvania Ave NW, Washington, DC 20500-0001": "1600 Pennsylvania Ave NW, Washington, DC 20500-0001",
		"55 W 42nd St\nNew York, NY 10036\nThanks":            "55 W 42nd St\nNew York, NY 10036",
		"55 Martin Luther King Blvd":                          "55 Martin Luther King Blvd",
		"100 Main Street Apt 4B, Springfield IL 62701":        "100 Main Street Apt 4B, Springfield IL 62701",
		"at 123 main st, springfield il 62701 ok":             "123 main st, springfield il 62701",
		"5 streets away":                                      "",
		"walk down the street":                                "",
		"the 3 main roads":                                    "",
		"at 10 down the road":                                 "",
		"2024 was a Great Way":                                "",
		"$50 Gift Drive":                                      "",
		"12.5 Mile Road":                                      "",
	},
	"china_address": {
		"寄到北京市海淀区中关村大街27号1101室，谢谢":   "北京市海淀区中关村大街27号1101室",
		"广东省深圳市南山区科技园路8号2栋503":       "广东省深圳市南山区科技园路8号2栋503",
		"家住上海市静安区南京西路1266弄3号602室":    "上海市静安区南京西路1266弄3号602室",
		"朝阳区建国路88号院":                 "朝阳区建国路88号院",
		"北京市朝阳区建国路88号SOHO现代城A座1208，": "北京市朝阳区建国路88号SOHO现代城A座1208",
		"北京路3号的楼很高":                  "北京路3号",
		"路1号":                        "",
		"这条路很长":                      "",
		"今天3号":                       "",
		"2024年路过5号":                  "",
	},
	"otp_before": {
		"G-583021 is your Google verification code": "G-583021",
		"284917是您的登录验证码":                            "284917",
		"739204 (your code)":                        "739204",
		"482 913 is your passcode":                  "482 913",
		"6631 is your OTP":                          "6631",
		"in 2024 we wrote code":                     "",
		"12 is your code":                           "",
		"call 5551234567 is your code":              "",
		"4821 is your room. The code":               "",
		"I sent 5000 people the codec":              "",
	},
	"seed_phrase": {
		"my seed: legal winner thank year wave sausage worth useful legal winner thank yellow.":                              "legal winner thank year wave sausage worth useful legal winner thank yellow",
		"1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow": "legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow",
		"is that legal winner thank year wave sausage worth useful legal winner thank yellow about":                          "legal winner thank year wave sausage worth useful legal winner thank yellow",
		`["legal","winner","thank","year","wave","sausage","worth","useful","legal","winner","thank","yellow"]`:              `legal","winner","thank","year","wave","sausage","worth","useful","legal","winner","thank","yellow`,
		"助记词legal winner thank year wave sausage worth useful legal winner thank yellow谢谢":                                   "legal winner thank year wave sausage worth useful legal winner thank yellow",
		strings.Repeat("abandon ", 23) + "art":           strings.Repeat("abandon ", 23) + "art",
		strings.Repeat("的 ", 11) + "在":                   strings.Repeat("的 ", 11) + "在",
		strings.Repeat("add ", 11) + "add":               strings.Repeat("add ", 11) + "add",
		strings.Repeat("abandon ", 10) + "about":         "",
		strings.Repeat("的", 11) + "在":                    "",
		"we had dinner and then visited the old museum.": "",
		strings.Repeat("x", 500):                         "",
		strings.Repeat(" ", 500):                         "",
	},
}

func TestMatchers(t *testing.T) {
	for name, texts := range cases {
		for text, want := range texts {
			if got := first(t, name, text); got != want {
				t.Errorf("%s in %q = %q, want %q", name, text, got, want)
			}
		}
	}
	if got, want := len(cases)+1, len(Names()); got < want { // e-mail has a test of its own
		t.Errorf("%d of %d matchers have cases", got, want)
	}
}

// A phrase is found wherever it stands, whatever is before and behind it.
func TestSeedPhraseAnywhere(t *testing.T) {
	const phrase = "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"
	for n := range 200 {
		text := strings.Repeat("x", n) + "! " + phrase + "! " + strings.Repeat("able to be ", n)
		if got := first(t, "seed_phrase", text); got != phrase {
			t.Errorf("%d bytes before it: %q", n, got)
		}
	}
}

func FuzzMatchers(f *testing.F) {
	for _, texts := range cases {
		for text := range texts {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte("邮箱zhang.san@qq.com\xff\xfe@\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for name, m := range all {
			for at := range len(text) + 1 {
				start, end, ok := m.Find(text, at)
				if !ok {
					continue
				}
				if start < 0 || start >= end || end > len(text) {
					t.Fatalf("%s(%q, %d) = %d, %d: not inside", name, text, at, start, end)
				}
				if utf8.Valid(text) && !utf8.Valid(text[start:end]) {
					t.Fatalf("%s(%q, %d) = %q: it cuts a character", name, text, at, text[start:end])
				}
				if len(m.Anchors) == 0 {
					break
				}
			}
		}
	})
}

// hostile are texts in which each byte is an anchor or part of a value that
// never ends.
var hostile = []string{
	"@", "a@", "@a.", "a.b@a.b.", "://", "a://", "a://b:c", "a://b:c@", ":", "a:", "::", "0:", "00:", "00-", "0000.", "zoo ", "的 ", "a b ", "1 is your code ",
	"code", "code ", "1", "a", ".", "\xff", "é", "10 downing street ", "street ", "1 a ", "?a=b&", "a://b?email=",
}

// Each matcher is through with 64 KB of the worst in a moment; a quadratic one
// would take minutes.
func TestBounded(t *testing.T) {
	const limit = 500 * time.Millisecond
	for _, h := range hostile {
		text := bytes.Repeat([]byte(h), 64<<10/len(h))
		lower := bytes.ToLower(text)
		for name, m := range all {
			start := time.Now()
			scan(m, text, lower)
			if took := time.Since(start); took > limit {
				t.Errorf("%s takes %v for 64 KB of %q", name, took, h)
			}
		}
	}
}

func TestCleanTextAllocatesNothing(t *testing.T) {
	text := []byte("Morning all, did anyone book the room for 10:30? See https://example.com/a-b (or ask Jane): it's at 5th Avenue. " +
		"std::vector of ints, 2024-01-05, 12.5.1, user @ home, the code is broken, 周一见。")
	for name, m := range all {
		lower := bytes.ToLower(text)
		if n := testing.AllocsPerRun(100, func() { scan(m, text, lower) }); n > 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// scan calls a matcher for every anchor.
func scan(m Matcher, text, lower []byte) {
	for _, a := range m.Anchors {
		for at := range lower {
			if lower[at] != a[0] || !bytes.HasPrefix(lower[at:], []byte(a)) {
				continue
			}
			m.Find(text, at)
		}
	}
	if len(m.Anchors) == 0 {
		m.Find(text, 0)
	}
}

func BenchmarkMatchers(b *testing.B) {
	chat := bytes.Repeat([]byte("Morning all, did anyone book the room for 10:30? See https://example.com/a-b, or ask jane@example.com. "), 160)
	lower := bytes.ToLower(chat)
	for _, name := range Names() {
		m, _ := Lookup(name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(chat)))
			b.ReportAllocs()
			for b.Loop() {
				scan(m, chat, lower)
			}
		})
	}
}

// TestBesideIsBesideEveryAnchor holds matchers to what they say stands on either side of their anchors.
func TestBesideIsBesideEveryAnchor(t *testing.T) {
	asked := 0
	for name, values := range map[string][]string{"mac": {"00:1b:44:11:3a:b7", "00-1B-44-11-3A-B7", "001b.4411.3ab7"}} {
		m, _ := Lookup(name)
		for _, v := range values {
			if _, _, ok := m.Find([]byte(v), strings.IndexAny(v, ":-.")); !ok {
				t.Errorf("%s does not find %q", name, v)
			}
			for i := range len(v) {
				if slices.Contains(m.Anchors, v[i:i+1]) {
					asked++
					if !m.Beside[v[i-1]] || !m.Beside[v[i+1]] {
						t.Errorf("%s: the anchor at %d of %q stands beside other bytes", name, i, v)
					}
				}
			}
		}
	}
	for name, m := range all {
		for _, a := range m.Anchors {
			if m.Beside != nil && len(a) != 1 {
				t.Errorf("%s: the anchor %q is not one byte", name, a)
			}
		}
	}
	if asked != 12 {
		t.Errorf("%d anchors were looked at", asked)
	}
}
