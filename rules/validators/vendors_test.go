package validators

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vendorCheck returns a validator of vendors.
func vendorCheck(t *testing.T, name, arg string) func(string) bool {
	t.Helper()
	check, err := vendors[name].Make(arg)
	if err != nil {
		t.Fatal(err)
	}
	return check
}

// macaroon writes a token of PyPI as its server does.
func macaroon(place string, signature int) string {
	raw := append([]byte{2, 1, byte(len(place))}, place...)
	raw = append(raw, 2, 4)
	raw = append(raw, "abcd"...)
	raw = append(raw, 0, 2, 3, '[', '1', ']', 0, 0, 6, byte(signature))
	raw = append(raw, strings.Repeat("s", signature)...)
	return "pypi-" + base64.RawURLEncoding.EncodeToString(raw)
}

func routable(body string) string {
	sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 36)
	return body + strings.Repeat("0", 7-len(sum)) + sum
}

func grafana(secret string) string {
	key := "glsa_" + secret
	return key + "_" + hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(key))))
}

func personal(body, tail string) string {
	v := "github_pat_" + body
	sum := sha256.Sum256([]byte(v))
	return v + base32.StdEncoding.EncodeToString(sum[:])[:8] + tail
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestVendors(t *testing.T) {
	pat := personal(strings.Repeat("11ABCDEFG0x", 2)+"_"+strings.Repeat("a", 43), "12345678")
	lab := routable("glpat-" + strings.Repeat("bzox", 9) + ".01.10")
	org := "sntrys_" + encoded(`{"iat":1,"region_url":"https://us.example","org":"x"}`) + "_" + strings.Repeat("k", 43)
	tests := []struct {
		name, arg string
		good, bad []string
	}{
		{"github_pat", "", []string{pat}, []string{"", pat[:92], pat[1:] + "x", strings.Replace(pat, "11A", "11B", 1)}},
		{"gitlab_crc", "", []string{lab, routable("glrt-t1_" + strings.Repeat("az09", 8) + ".0w")}, []string{"", "glpat-" + strings.Repeat("a", 20), strings.Replace(lab, "bzox", "bzoy", 1), lab[:len(lab)-1] + "!"}},
		{"grafana_crc", "", []string{grafana(strings.Repeat("xY9z", 8))}, []string{"", "glsa_x_zzzzzzzz", "glsa_x_00", strings.Replace(grafana(strings.Repeat("xY9z", 8)), "xY", "yX", 1)}},
		{"pypi_macaroon", "", []string{macaroon("pypi.org", 32), macaroon("test.pypi.org", 32)}, []string{"", "pypi-", "pypi-!", macaroon("example.org", 32), macaroon("pypi.org", 31), macaroon("pypi.org", 32)[:40]}},
		{"sentry_org", "", []string{org}, []string{"", "sntrys_", "sntrys_x_y", "sntrys_" + encoded(`{"iat":1}`) + "_x", "sntrys_" + encoded("[1]") + "_x"}},
		{"discord_token", "", []string{encoded("198622483471925248") + ".Cl2FMQ.x"}, []string{"", "MTk4.a.b", encoded("not a number at all") + ".a.b", "!!!.a.b"}},
		{"base64_json", "k", []string{encoded(`{"k":"x","n":"y","id":1}`), "glc_" + encoded(`{"k":1}`)}, []string{"", "eyJ", encoded(`{"x":1}`), "eyJ!"}},
		{"basic_auth", "", []string{encoded("admin:s3cr3t!"), encoded(":token123"), encoded("张三:密码1")}, []string{"", encoded("nothing"), encoded("admin:"), encoded("a:\x01b"), "!!", encoded(":x")}},
		{"base58_sum", "", []string{j("5HueCGU8rMjxEXxiPuD5BDku4", "MkFqeZyd4dZ1jvhTVqvbTLvyTJ"), j("xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqji", "ChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi")}, []string{"", "5Hue", j("5HueCGU8rMjxEXxiPuD5BDku4", "MkFqeZyd4dZ1jvhTVqvbTLvyTj"), strings.Repeat("0", 51), strings.Repeat("z", 121)}},
		{"no_template", "", []string{"hunter2", "$ecret!", "{abc", "a${b}c", "100%"}, []string{"${PASS}", "{{ .Values.x }}", "<password>", "%PASS%", "$(cat x)", "$PASS_1", "[token]", "#{x}", "{x}"}},
		{"no_code", "", []string{"hunter2", "Sunny-Day2024", "a.b1c!"}, []string{"string", "True", "request.form[\"x", "getpass.getpass(", "get(x)", "^5.3.0", "Password</label", "SecretKeySpec"}},
		{"random", "", []string{"9f8Kd72mXq0LzP4v", "k3j4h5g6f7d8s9a0q1w2e3r4t5y6u7i8", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}, []string{"", "short", strings.Repeat("a", 40), "correcthorsebatterystaple", "documentation2024", strings.Repeat("ab", 20), "aaaaaaaaaaaaaaaabcdefghij1234567"}},
	}
	if len(tests) != len(vendors) {
		t.Errorf("%d validators are tested, there are %d", len(tests), len(vendors))
	}
	for _, tt := range tests {
		check := vendorCheck(t, tt.name, tt.arg)
		for _, v := range tt.good {
			if !check(v) {
				t.Errorf("%s refuses %q", tt.name, v)
			}
		}
		for _, v := range tt.bad {
			if check(v) {
				t.Errorf("%s takes %q", tt.name, v)
			}
		}
	}
}

// What a machine made is known as such, whatever its alphabet.
func TestRandomIsSeen(t *testing.T) {
	alphabets := []string{"0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789", base62}
	rapid.Check(t, func(t *rapid.T) {
		alphabet := rapid.SampledFrom(alphabets).Draw(t, "alphabet")
		seed := rapid.Uint64().Draw(t, "seed")
		if v := hashed(seed, alphabet, 32); !looksRandom(v) {
			t.Errorf("random refuses %q", v)
		}
	})
}

// hashed writes n characters that no generator of tests has a liking for.
func hashed(seed uint64, alphabet string, n int) string {
	sum := sha256.Sum256([]byte(strconv.FormatUint(seed, 10)))
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[int(sum[i])%len(alphabet)]
	}
	return string(out)
}

// One changed character is seen.
func TestVendorChecksumsSeeAChange(t *testing.T) {
	tokens := map[string]string{
		"github_pat":  personal(strings.Repeat("11ABCDEFG0x", 2)+"_"+strings.Repeat("a", 43), "12345678"),
		"gitlab_crc":  routable("glpat-" + strings.Repeat("bzox", 9) + ".01.10"),
		"grafana_crc": grafana(strings.Repeat("xY9z", 8)),
	}
	n := 0
	for name, token := range tokens {
		check := vendorCheck(t, name, "")
		for at := strings.IndexAny(token, "_-") + 1; at < len(token)-16; at++ {
			if changed := token[:at] + "Q" + token[at+1:]; changed != token && check(changed) {
				t.Errorf("%s takes %q", name, changed)
			}
			n++
		}
	}
	if n < 90 {
		t.Errorf("%d changes were tried, want 90 at least", n)
	}
}

func FuzzVendors(f *testing.F) {
	for _, seed := range []string{"", "pypi-AgEI", macaroon("pypi.org", 32), "sntrys_eyJ_", "glsa__", "gl.", "eyJ", "github_pat_", "a.b.c", "${}", "{{", "5K"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		for name := range vendors {
			arg := ""
			if name == "base64_json" {
				arg = "k"
			}
			vendorCheck(t, name, arg)(v)
		}
	})
}
