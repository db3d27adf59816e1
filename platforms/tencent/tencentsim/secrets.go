package tencentsim

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
)

// The secrets below are made when they are posted and belong to nobody: public
// test card numbers, numbers whose check digits hold but whose other digits are
// drawn, and keys of random letters.

// source draws the parts that vary.
type source interface{ uint32() uint32 }

func pick[T any](src source, from []T) T { return from[int(src.uint32())%len(from)] }

// letters draws n characters of an alphabet.
func letters(src source, alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[int(src.uint32())%len(alphabet)])
	}
	return b.String()
}

const (
	digits   = "0123456789"
	upper32  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	alphanum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// testCard is one of the card brands' public test numbers.
func testCard(src source) string {
	four := func(d string) string { return strings.Repeat(d, 4) }
	return pick(src, []string{
		"4" + "111 " + four("1") + " " + four("1") + " " + four("1"),
		four("5") + " " + four("5") + " " + four("5") + " " + four("4"),
		"4242" + " " + "4242" + " " + "4242" + " " + "4242",
		"3782" + " " + "822463" + " " + "10005",
	})
}

// residentID makes a Chinese resident id whose check character holds.
func residentID(src source) string {
	area := pick(src, []string{"110101", "310104", "440305", "330106"})
	born := fmt.Sprintf("19%02d%02d%02d", 70+src.uint32()%30, 1+src.uint32()%12, 1+src.uint32()%28)
	body := area + born + letters(src, digits, 3)
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

// iban makes a German IBAN whose check digits hold (ISO 13616, modulo 97).
func iban(src source) string {
	account := "37040044" + letters(src, digits, 10)
	n, _ := new(big.Int).SetString(account+"1314"+"00", 10) // D is 13, E is 14
	check := 98 - new(big.Int).Mod(n, big.NewInt(97)).Int64()
	full := fmt.Sprintf("DE%02d%s", check, account)
	var groups []string
	for len(full) > 4 {
		groups, full = append(groups, full[:4]), full[4:]
	}
	return strings.Join(append(groups, full), " ")
}

func awsKey(src source) string { return "AK" + "IA" + letters(src, upper32, 16) }

func awsSecret(src source) string { return letters(src, alphanum, 40) }

func password(src source) string {
	return pick(src, []string{"Sunny", "Harbour", "Copper", "Meadow"}) + pick(src, []string{"!", "#", "_"}) +
		letters(src, digits, 4) + letters(src, "abcdefghkmnpqrstuvwxyz", 3)
}

func phone(src source) string {
	return "+49 151 " + letters(src, "23456789", 4) + " " + letters(src, digits, 4)
}

func mobileCN(src source) string {
	return pick(src, []string{"138", "139", "158", "186"}) + letters(src, digits, 8)
}

func jwt(src source) string {
	enc := base64.RawURLEncoding.EncodeToString
	head := enc([]byte(`{"alg":"HS256","typ":"JWT"}`))
	claims := enc(fmt.Appendf(nil, `{"sub":"user-%d","iat":17%08d,"scope":"admin"}`, src.uint32()%9000, src.uint32()%99999999))
	return head + "." + claims + "." + letters(src, alphanum, 43)
}

func privateKey(src source) string {
	dashes := strings.Repeat("-", 5)
	name := "RSA PRIVATE" + " KEY"
	lines := []string{dashes + "BEGIN " + name + dashes}
	for range 3 {
		lines = append(lines, "MII"+letters(src, alphanum, 61))
	}
	return strings.Join(append(lines, dashes+"END "+name+dashes), "\n")
}

func githubToken(src source) string { return "gh" + "p_" + letters(src, alphanum, 36) }

// orderNumber only looks like a card: its check digit is one off.
func orderNumber(src source) string {
	body := "40" + letters(src, digits, 13)
	sum := 0
	for i, d := range []byte(body) { // an odd length: the digits at even places are doubled
		n := int(d - '0')
		if i%2 == 0 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	wrong := (10 - sum%10 + 1) % 10
	return fmt.Sprintf("%s%d", body, wrong)
}

func commitHash(src source) string { return letters(src, "0123456789abcdef", 40) }

// secretMakers are the words in braces that lines of a script may hold.
var secretMakers = map[string]func(source) string{
	"card": testCard, "cn_id": residentID, "iban": iban, "aws_key": awsKey, "aws_secret": awsSecret, "password": password,
	"phone": phone, "cn_mobile": mobileCN, "jwt": jwt, "private_key": privateKey, "github": githubToken,
	"order": orderNumber, "hash": commitHash,
}

// samples are what the button on the page posts.
var samples = []struct{ label, line string }{
	{"Card number", "please use my card {card} exp 09/29"},
	{"身份证号", "我的身份证号码是{cn_id}，麻烦帮忙订票"},
	{"Password", "the wifi password is {password}"},
	{"AWS key", "aws_access_key_id = {aws_key}\naws_secret_access_key = {aws_secret}"},
	{"IBAN", "wire it to IBAN {iban} please"},
	{"手机号", "有急事打我手机{cn_mobile}"},
	{"JWT", "Authorization: Bearer {jwt}"},
	{"Private key", "{private_key}"},
}

func sampleLabels() []string {
	var out []string
	for _, s := range samples {
		out = append(out, s.label)
	}
	return out
}

func sampleText(label string, src source) string {
	for _, s := range samples {
		if s.label == label {
			return fill(s.line, src)
		}
	}
	return ""
}
