package rules

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/validators"
)

// The labelled set is made here, from generators that know the check digits,
// with a fixed seed: no secret lies in the repository, and every run is the same.

// check returns a validator without an argument.
func check(name string) func(string) bool {
	v, _ := validators.Lookup(name)
	f, err := v.Make("")
	if err != nil {
		panic(err)
	}
	return f
}

var luhn, isResidentID, isSSN, isNINO, varied, iban = check("luhn"), check("cn_id"), check("ssn"), check("nino"), check("varied"), check("iban")

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// j joins the parts of a value that no repository should hold in one piece.
func j(parts ...string) string { return strings.Join(parts, "") }

func crcDigits(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	var out [6]byte
	for i := range out {
		out[len(out)-1-i] = mixed[sum%62]
		sum /= 62
	}
	return string(out[:])
}

type gen struct{ *rand.Rand }

func (g gen) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte('0' + byte(g.IntN(10)))
	}
	return b.String()
}

func (g gen) from(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[g.IntN(len(alphabet))])
	}
	return b.String()
}

func (g gen) pick(s ...string) string { return s[g.IntN(len(s))] }

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	smalls  = "abcdefghijklmnopqrstuvwxyz"
	mixed   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// grouped writes digits in groups of the given lengths.
func grouped(v, sep string, lengths ...int) string {
	var parts []string
	for _, n := range lengths {
		if n > len(v) {
			break
		}
		parts, v = append(parts, v[:n]), v[n:]
	}
	if v != "" {
		parts = append(parts, v)
	}
	return strings.Join(parts, sep)
}

func withLuhn(prefix string) string {
	for d := range 10 {
		if v := prefix + string(rune('0'+d)); luhn(v) {
			return v
		}
	}
	panic("no check digit")
}

func (g gen) card(prefix string, n int) string { return withLuhn(prefix + g.digits(n-len(prefix)-1)) }

func (g gen) anyCard() string {
	switch g.IntN(6) {
	case 0:
		return g.card("4", 16)
	case 1:
		return g.card("5"+g.pick("1", "2", "3", "4", "5"), 16)
	case 2:
		return g.card("37", 15)
	case 3:
		return g.card("6011", 16)
	case 4:
		return g.card("3530", 16)
	}
	return g.card("222"+g.pick("3", "4", "5"), 16)
}

func (g gen) iban() string {
	country := g.pick("DE", "FR", "GB", "NL", "ES", "IT", "CH", "SE", "PL", "NO")
	n := map[string]int{"DE": 22, "FR": 27, "GB": 22, "NL": 18, "ES": 24, "IT": 27, "CH": 21, "SE": 24, "PL": 28, "NO": 15}[country] - 4
	body := g.digits(n)
	if country == "GB" || country == "NL" {
		body = g.from(letters, 4) + g.digits(n-4)
	}
	for check := 2; check < 99; check++ {
		if v := fmt.Sprintf("%s%02d%s", country, check, body); iban(v) {
			return v
		}
	}
	panic("no check digits")
}

func (g gen) birthday() string {
	return fmt.Sprintf("%04d%02d%02d", 1940+g.IntN(75), 1+g.IntN(12), 1+g.IntN(28))
}

func (g gen) residentID() string {
	region := []int{11, 13, 21, 31, 32, 33, 37, 42, 44, 51, 61}[g.IntN(11)]
	head := fmt.Sprintf("%02d%s%s%s", region, g.pick("0101", "0204", "0305", "1121"), g.birthday(), g.digits(3))
	for _, c := range "0123456789X" {
		if isResidentID(head + string(c)) {
			return head + string(c)
		}
	}
	panic("no check character")
}

func (g gen) mobile() string {
	return g.pick("138", "139", "150", "158", "186", "177", "199", "166") + g.digits(8)
}

func (g gen) ssn() string {
	for {
		if v := grouped(g.digits(9), "-", 3, 2, 4); isSSN(v) && varied(v) {
			return v
		}
	}
}

func (g gen) nino() string {
	for {
		if v := g.from(letters, 2) + g.digits(6) + g.pick("A", "B", "C", "D"); isNINO(v) {
			return v
		}
	}
}

func (g gen) jwt() string {
	b64 := base64.RawURLEncoding.EncodeToString
	return b64([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + b64([]byte(`{"sub":"`+g.digits(8)+`"}`)) + "." + g.from(mixed, 43)
}

func (g gen) github() string {
	body := g.from(mixed, 30)
	return g.pick("ghp_", "gho_", "ghs_") + body + crcDigits(body)
}

func (g gen) bitcoin() string {
	raw := make([]byte, 21)
	for i := 1; i < len(raw); i++ {
		raw[i] = byte(1 + g.IntN(255))
	}
	once := sha256.Sum256(raw)
	twice := sha256.Sum256(once[:])
	n := new(big.Int).SetBytes(append(raw, twice[:4]...))
	out := ""
	for n.Sign() > 0 {
		var d big.Int
		n.DivMod(n, big.NewInt(58), &d)
		out = string(base58[d.Int64()]) + out
	}
	return "1" + out
}

// carriers are sentences for a value, with nothing in them that speaks for or
// against it. Han characters touch it on purpose.
var carriers = []string{
	"%s", "here you go: %s", "it is %s, thanks", "(%s)", "ok %s ok", "一二三%s四五六", "给你%s。", "这个是%s吗", "【%s】", "line one\n%s\nline three",
}

// kind is one detector's part of the labelled set.
type kind struct {
	detector string
	value    func(g gen) string
	carriers []string // instead of the common ones, where the detector wants context
	wrong    func(v string) string
	least    float64 // the confidence that every value must have
}

// flip makes the last digit another one.
func flip(v string) string {
	i := strings.LastIndexAny(v, "0123456789")
	return v[:i] + string('0'+(v[i]-'0'+1)%10) + v[i+1:]
}

func labelled() []kind {
	passport := []string{"passport %s", "护照号%s，请查收", "passport no. %s please", "我的护照：%s"}
	secret := []string{"api_key = \"%s\"", "client_secret: %s", "密钥：%s", "ACCESS_TOKEN=%s", "my api key is %s"}
	password := []string{"password: %s", "密码：%s", "the password is %s", "密码是%s，别外传", "pwd=%s", "口令: %s"}
	code := []string{"Your verification code is %s", "验证码：%s，五分钟内有效", "%s is your login code", "your OTP is %s, your code: %[1]s", "【银行】您的验证码为%s"}
	return []kind{
		{"credit_card", func(g gen) string { return g.anyCard() }, nil, flip, 0.85},
		{"credit_card", func(g gen) string { return grouped(g.card("4", 16), g.pick(" ", "-"), 4, 4, 4) }, nil, flip, 0.85},
		{"credit_card", func(g gen) string { return grouped(g.card("37", 15), " ", 4, 6) }, nil, flip, 0.85},
		{"credit_card", func(g gen) string { return g.card("62", 16) }, nil, nil, 0.85},
		{"cn_bank_card", func(g gen) string { return g.card("6222", 19) }, []string{"银行卡%s", "工资卡号 %s 谢谢", "转账到%s"}, nil, 0.85},
		{"iban", func(g gen) string { return g.iban() }, nil, flip, 0.85},
		{"iban", func(g gen) string { return grouped(g.iban(), " ", 4, 4, 4, 4, 4, 4, 4) }, nil, flip, 0.85},
		{"cn_resident_id", func(g gen) string { return g.residentID() }, nil, nil, 0.85},
		{"cn_mobile", func(g gen) string { return g.mobile() }, nil, nil, 0.85},
		{"cn_mobile", func(g gen) string { return "+86 " + grouped(g.mobile(), " ", 3, 4) }, nil, nil, 0.85},
		{"phone", func(g gen) string { return "+44 20 7946 0" + g.digits(3) }, nil, nil, 0.85},
		{"phone", func(g gen) string { return "+1 212-736-5" + g.digits(3) }, nil, nil, 0.85},
		{"phone", func(g gen) string { return "(415) 555-2" + g.digits(3) }, nil, nil, 0.6},
		{"email", func(g gen) string {
			return g.from(smalls, 6) + "." + g.from(smalls, 4) + "@" + g.from(smalls, 5) + ".com"
		}, nil, nil, 0.85},
		{"ip_address", func(g gen) string { return fmt.Sprintf("93.%d.%d.%d", g.IntN(256), g.IntN(256), g.IntN(256)) }, nil, nil, 0.6},
		{"us_ssn", func(g gen) string { return g.ssn() }, nil, nil, 0.6},
		{"uk_nino", func(g gen) string { return g.nino() }, nil, nil, 0.6},
		{"cn_passport", func(g gen) string { return g.pick("E", "G") + g.digits(8) }, passport, nil, 0.85},
		{"jwt", func(g gen) string { return g.jwt() }, nil, nil, 1},
		{"private_key", func(g gen) string {
			return "-----BEGIN " + "RSA PRIVATE KEY-----\n" + grouped(g.from(mixed, 320), "\n", 64, 64, 64, 64) + "\n-----END " + "RSA PRIVATE KEY-----"
		}, []string{"%s", "here:\n%s\nok", "私钥%s"}, nil, 1},
		{"aws_access_key", func(g gen) string { return "AKIA" + g.from(letters+"234567", 16) }, nil, nil, 1},
		{"github_token", func(g gen) string { return g.github() }, nil, nil, 1},
		{"gitlab_token", func(g gen) string { return "glpat-" + g.from(mixed, 20) }, nil, nil, 1},
		{"slack_token", func(g gen) string { return "xoxb-" + g.digits(12) + "-" + g.digits(12) + "-" + g.from(mixed, 24) }, nil, nil, 1},
		{"google_api_key", func(g gen) string { return "AIza" + g.from(mixed, 35) }, nil, nil, 1},
		{"stripe_key", func(g gen) string { return "sk_" + "live_" + g.from(mixed, 24) }, nil, nil, 1},
		{"vendor_token", func(g gen) string { return "LTAI" + g.from(mixed, 20) }, nil, nil, 0.85},
		{"generic_secret", func(g gen) string { return g.from(mixed, 32) }, secret, nil, 0.6},
		{"generic_secret", func(g gen) string { return g.from("0123456789abcdef", 32) }, secret, nil, 0.6},
		{"password_in_text", func(g gen) string {
			return g.from(letters, 1) + g.from(smalls, 5) + g.digits(3) + g.pick("#", "$", "&x")
		}, password, nil, 0.85},
		{"connection_string", func(g gen) string { return "postgres://app:" + g.from(mixed, 12) + "@db.example.com:5432/prod" }, nil, nil, 0.85},
		{"url_with_credentials", func(g gen) string { return "https://jane:" + g.from(mixed, 12) + "@git.example.com/repo" }, nil, nil, 0.85},
		{"crypto_address", func(g gen) string { return g.bitcoin() }, nil, nil, 1},
		{"otp_code", func(g gen) string { return "4" + g.digits(5) }, code, nil, 0.6},
		{"confidential_marking", func(g gen) string {
			return g.pick("strictly confidential", "绝密", "请勿外传", "INTERNAL USE ONLY")
		}, nil, nil, 0.6},
	}
}

const perCarrier = 10

func TestRecallOnTheLabelledSet(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := gen{rand.New(rand.NewPCG(1, 2))}
	cases, detectors := 0, map[string]bool{}
	for _, k := range labelled() {
		detectors[k.detector] = true
		n, found, exact := 0, 0, 0
		for _, carrier := range carriersOf(k) {
			for range perCarrier {
				v := k.value(g)
				text := fmt.Sprintf(carrier, v)
				n++
				if f := findingOf(scanText(e, text), k.detector); f != nil && f.Confidence >= k.least {
					found++
					if text[f.Start:f.End] == v {
						exact++
					}
				}
			}
		}
		cases += n
		// A random password or token may look like a word or end in a full stop's place once in hundreds.
		if recall := float64(found) / float64(n); recall < 0.985 {
			t.Errorf("%s: recall is %.3f (%d of %d), want 0.985", k.detector, recall, found, n)
		}
		if float64(exact) < 0.98*float64(found) {
			t.Errorf("%s: %d of %d findings have the exact span", k.detector, exact, found)
		}
	}
	if cases < 2500 || len(detectors) != len(builtinDetectors()) {
		t.Errorf("%d cases for %d detectors, want at least 2,500 for %d", cases, len(detectors), len(builtinDetectors()))
	}
}

func carriersOf(k kind) []string {
	if k.carriers != nil {
		return k.carriers
	}
	return carriers
}

func findingOf(found []models.Finding, detector string) *models.Finding {
	if i := slices.IndexFunc(found, func(f models.Finding) bool { return f.Detector == detector }); i >= 0 {
		return &found[i]
	}
	return nil
}

func TestAWrongCheckDigitIsNeverSure(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := gen{rand.New(rand.NewPCG(3, 4))}
	cases, hits := 0, 0
	for _, k := range labelled() {
		if k.wrong == nil {
			continue
		}
		for _, carrier := range carriers {
			for range perCarrier {
				cases++
				f := findingOf(scanText(e, fmt.Sprintf(carrier, k.wrong(k.value(g)))), k.detector)
				if f == nil {
					continue
				}
				hits++
				if f.Confidence >= 1 {
					t.Errorf("%s: a wrong check digit is certain", k.detector)
				}
			}
		}
	}
	if cases < 500 || hits > cases/100 {
		t.Errorf("%d of %d values with a wrong check digit are found, want at most 1%%", hits, cases)
	}
}

func TestNumbersThatAreNoneAreNotFound(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := gen{rand.New(rand.NewPCG(5, 6))}
	hex := "0123456789abcdef"
	kinds := map[string]func() string{
		"uuid":      func() string { return grouped(g.from(hex, 32), "-", 8, 4, 4, 4, 12) },
		"hash":      func() string { return g.from(hex, 40) },
		"base64":    func() string { return g.from(mixed+"+/", 64) },
		"url path":  func() string { return "https://example.com/orders/" + g.card("4", 16) + "/view" },
		"decimal":   func() string { return "0." + g.card("4", 16) },
		"longer":    func() string { return "9" + g.card("4", 16) + g.digits(8) },
		"in a word": func() string { return "x" + g.card("4", 16) + "y" },
		"date": func() string {
			return fmt.Sprintf("20%02d-%02d-%02d %02d:%02d:%02d", g.IntN(30), 1+g.IntN(12), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60))
		},
		"version": func() string { return fmt.Sprintf("v%d.%d.%d", g.IntN(20), g.IntN(20), g.IntN(20)) },
		"thousands": func() string {
			return fmt.Sprintf("%d,%03d,%03d,%03d", 1+g.IntN(9), g.IntN(1000), g.IntN(1000), g.IntN(1000))
		},
	}
	cases := 0
	for name, make := range kinds {
		wrong := 0
		for range 300 {
			cases++
			if found := scanText(e, "about "+make()+" then"); len(found) > 0 {
				wrong++
			}
		}
		if wrong > 3 {
			t.Errorf("%s: %d of 300 are found", name, wrong)
		}
	}
	if cases != 3000 {
		t.Errorf("%d cases ran", cases)
	}
}

// Whatever is written in full-width digits, with invisible characters or in
// another script's digits is the same number.
func TestDisguisedDigitsAreFound(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := gen{rand.New(rand.NewPCG(7, 8))}
	mapDigits := func(zero rune) func(string) string {
		return func(v string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return zero + r - '0'
				}
				return r
			}, v)
		}
	}
	disguises := []func(string) string{
		mapDigits('０'), mapDigits('٠'), mapDigits('𝟎'),
		func(v string) string { return strings.Join(strings.Split(v, ""), "\u200b") },
		func(v string) string { return strings.Join(strings.Split(v, ""), "\ufe0f\u20e3") },
	}
	found, n := 0, 0
	for range 100 {
		for _, disguise := range disguises {
			for detector, v := range map[string]string{"credit_card": g.card("4", 16), "cn_mobile": g.mobile(), "cn_resident_id": g.residentID()} {
				n++
				text := "给" + disguise(v) + "你"
				f := findingOf(scanText(e, text), detector)
				if f != nil && strings.TrimSuffix(disguise(v), "\ufe0f\u20e3") == strings.TrimSuffix(text[f.Start:f.End], "\ufe0f\u20e3") {
					found++
				}
			}
		}
	}
	if n != 1500 || found < n*99/100 {
		t.Errorf("%d of %d disguised numbers are found", found, n)
	}
}
