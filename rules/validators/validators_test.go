package validators

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// j joins the parts of a value that no repository should hold in one piece.
func j(parts ...string) string { return strings.Join(parts, "") }

func TestValidators(t *testing.T) {
	tests := []struct {
		name string
		good []string
		bad  []string
	}{
		{"luhn", []string{"79927398713", "0000", j("4012 8888", " 8888 1881")}, []string{"79927398710", "", "0", "1"}},
		{"card_network", []string{j("4012", "888888881881"), j("3782", "82246310005"), j("2223", "003122003222"), "6200000000000005"}, []string{"4012888888881", "9999999999999995", "123", "40128888888818810"}},
		{"card_any", []string{"4222222222222", "5018000000000009"}, []string{"0123456789012345", "9012345678901234"}},
		{"card_groups", []string{"4012888888881881", "4012 8888 8888 1881", "3782-822463-10005", "1 2 3 4 5 6 7 8 9 0 1 2", "4012 8888 8888 1881 1"}, []string{"4012 8888-8888 1881", "12 345 678 901 234", "4012  8888 8888"}},
		{"cn_bin", []string{"6222021234567890123", "9558801234567890123"}, []string{"4222021234567890", "622202", "622202123456789012345"}},
		{"iban", []string{"GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "de89370400440532013000"}, []string{"GB82WEST12345698765433", "GB82WEST1234569876543", "XX82WEST12345698765432", "G", ""}},
		{"phone:US", []string{"(415) 555-2671", "+44 20 7946 0958", "00442079460958"}, []string{"123-456-7890", "555", "+999 123 456 789", strings.Repeat("1", 40)}},
		{"public_ip", []string{"8.8.8.8", "2606:4700::6810:85e5", "203.0.113.9"}, []string{"10.0.0.1", "127.0.0.1", "169.254.1.1", "::1", "fe80::1", "a::b", "0.1.2.3", "255.255.255.255", "100.64.0.1", "1.2.3", "256.1.1.1", "::ffff:10.0.0.1"}},
		{"local_ip", []string{"10.0.0.1", "192.168.1.1", "fe80::1", "fd00::1", "100.64.0.1", "::ffff:10.0.0.1"}, []string{"8.8.8.8", "127.0.0.1", "::1", "0.0.0.0", "x"}},
		{"cn_id", []string{j("110105194912", "31002X"), j("110105194912", "31002x"), j("440300198512", "240513")}, []string{j("110105194912", "310021"), j("110105194913", "310028"), j("990105194912", "31002X"), "11010519491231002", "X1010519491231002X", j("110105188001", "010014")}},
		{"cn_id15", []string{"110105491231002"}, []string{"110105491331002", "990105491231002", "11010549123100"}},
		{"cn_mobile", []string{"13800138000", "+86 138 0013 8000", "008613800138000", "19912345678"}, []string{"12800138000", "15412345678", "1380013800", "10012345678"}},
		{"jwt", []string{"eyJhbGciOiJub25lIn0.e30.x"}, []string{"eyJmb28iOiJiYXIifQ.e30.x", "eyJ!", "", "bm90anNvbg.x.y"}},
		{"crc32_base62", []string{j("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17")}, []string{j("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq18"), "ghp_", ""}},
		{"base58check", []string{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"}, []string{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "0OIl", strings.Repeat("z", 41)}},
		{"bech32", []string{"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"}, []string{"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx", "bc1Qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "1", "bc1"}},
		{"eip55", []string{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"}, []string{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x"}},
		{"one_case", []string{"0xabc1", "0xABC1"}, []string{"0xaBc1"}},
		{"domain", []string{"a@example.com", "a@b.co.uk", "a@Example.Com", "a@EXAMPLE.ORG"}, []string{"icon@2x.png", "a@b", "a@-b.com", "a@b..com", "ticket@kiosk.Valid"}},
		{"entropy:3", []string{"abcdefgh"}, []string{"aaaaaaaa", "abababab"}},
		{"classes:3", []string{"aB1", "a1!"}, []string{"ab1", "AB"}},
		{"length:3", []string{"abc", "密码是"}, []string{"ab", "密码"}},
		{"no_placeholder", []string{"f8Kd72mXq0"}, []string{"your_api_key", "<token>", "${SECRET}", "xxxxxxxx", "$TOKEN"}},
		{"no_word", []string{"hunter2"}, []string{"reset", "Required.", "incorrect"}},
		{"no_shape", []string{"9f8Kd72mXq0LzP4v"}, []string{"550e8400-e29b-41d4-a716-446655440000", "v1.2.3", "2024-01-15", "src/main/java", "/usr/bin", "1234567", "https://example.com"}},
		{"password_shape", []string{"hunter2", "Sunny-Day2024!"}, []string{"don't", "10:30pm", "https://x.y", "either/or", "re-use", "42"}},
		{"url_password", []string{"https://a:s3cr@h/x"}, []string{"https://a:password@h", "https://a@h", "https://h/x", "https://a:${P}@h"}},
		{"otp", []string{"482913", "0193"}, []string{"2026", "1999"}},
		{"varied", []string{"13800138000", "1357"}, []string{"1111", "12345", "98765", "1", "7890123"}},
	}
	tested := map[string]bool{}
	for _, tt := range tests {
		kind, arg, _ := strings.Cut(tt.name, ":")
		tested[kind] = true
		check, err := all[kind].Make(arg)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range tt.good {
			if !check(v) {
				t.Errorf("%s refuses %q", tt.name, v)
			}
		}
		for _, v := range tt.bad {
			if check(v) {
				t.Errorf("%s accepts %q", tt.name, v)
			}
		}
	}
	for _, tab := range []table{identity, secrets, words} { // the others have tests of their own
		for name := range tab {
			if !tested[name] {
				t.Errorf("the validator %s has no test", name)
			}
		}
	}
}

// Validators get whatever a pack's regexp lets through.
func TestValidatorsNeverPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9A-Za-z :@./_+-]{0,40}`)).Draw(t, "value")
		for _, x := range all {
			check, err := x.Make("")
			if err != nil {
				check, _ = x.Make("1")
			}
			check(v)
		}
	})
}

func TestOneWrongDigitIsAlwaysSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := []byte(withLuhn(rapid.StringMatching(`4[0-9]{14}`).Draw(t, "number")))
		i := rapid.IntRange(0, len(v)-1).Draw(t, "place")
		v[i] = '0' + (v[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if luhn(string(v)) {
			t.Fatalf("%s passes", v)
		}
	})
}

func withLuhn(prefix string) string {
	for d := range 10 {
		if v := prefix + string(rune('0'+d)); luhn(v) {
			return v
		}
	}
	panic("no check digit")
}
