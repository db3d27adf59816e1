package validators

import (
	"slices"
	"strconv"
	"strings"
)

var financial = table{
	"luhn":         checksum(luhn),
	"card_network": plain(majorNetwork),
	"card_any":     plain(anyNetwork),
	"card_groups":  plain(cardGroups),
	"cn_bin":       plain(chineseBIN),
	"iban":         checksum(func(v string) bool { return v != "" && ibanLength(v) == len(v) }),
}

// luhn checks the last digit of a number (ISO/IEC 7812-1 annex B).
// Separators are passed over.
func luhn(v string) bool {
	d := Digits(v)
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return len(d) > 1 && sum%10 == 0
}

// network is a range of the first six digits of card numbers, and the lengths
// that go with it. Source: ISO/IEC 7812 issuer ranges as the networks publish them.
type network struct {
	low, high int
	lengths   []int
	major     bool // rare enough among numbers that the check digit is proof
}

var networks = []network{
	{400000, 499999, []int{16, 19}, true},                      // Visa
	{510000, 559999, []int{16}, true},                          // Mastercard
	{222100, 272099, []int{16}, true},                          // Mastercard, since 2017
	{340000, 349999, []int{15}, true},                          // American Express
	{370000, 379999, []int{15}, true},                          // American Express
	{601100, 601199, []int{16, 19}, true},                      // Discover
	{644000, 659999, []int{16, 19}, true},                      // Discover
	{300000, 305999, []int{14, 16, 19}, true},                  // Diners Club
	{309500, 309599, []int{14, 16, 19}, true},                  // Diners Club
	{360000, 369999, []int{14, 16, 19}, true},                  // Diners Club
	{380000, 399999, []int{14, 16, 19}, true},                  // Diners Club
	{352800, 358999, []int{16, 17, 18, 19}, true},              // JCB
	{620000, 629999, []int{16, 17, 18, 19}, true},              // UnionPay
	{810000, 817199, []int{16, 17, 18, 19}, true},              // UnionPay
	{220000, 220499, []int{16, 17, 18, 19}, true},              // Mir
	{979200, 979289, []int{16}, true},                          // Troy
	{650000, 653149, []int{16}, true},                          // RuPay
	{508500, 508999, []int{16}, true},                          // RuPay
	{400000, 499999, []int{13}, false},                         // Visa, old
	{500000, 509999, []int{12, 13, 14, 15, 16, 18, 19}, false}, // Maestro and local debit cards
	{560000, 589999, []int{12, 13, 14, 15, 16, 18, 19}, false}, // Maestro
	{600000, 609999, []int{13, 16, 19}, false},                 // local debit cards
	{630000, 639999, []int{12, 13, 16, 18, 19}, false},         // Maestro
	{670000, 679999, []int{12, 13, 16, 18, 19}, false},         // Maestro
}

func majorNetwork(v string) bool { return inNetwork(v, true) }
func anyNetwork(v string) bool   { return inNetwork(v, false) }

func inNetwork(v string, major bool) bool {
	d := Digits(v)
	if len(d) < 12 {
		return false
	}
	first, _ := strconv.Atoi(d[:6])
	for _, n := range networks {
		if first < n.low || first > n.high || major && !n.major {
			continue
		}
		if slices.Contains(n.lengths, len(d)) {
			return true
		}
	}
	return false
}

// cardGroups accepts a number written without separators, or in groups of at
// least three digits, or digit by digit, with one kind of separator: not a table.
func cardGroups(v string) bool {
	sep := strings.IndexFunc(v, func(r rune) bool { return r < '0' || r > '9' })
	if sep < 0 {
		return true
	}
	groups := strings.Split(v, v[sep:sep+1])
	if len(groups) == len(Digits(v)) {
		return Digits(strings.Join(groups, "")) == strings.Join(groups, "")
	}
	if len(groups) > 7 {
		return false
	}
	for i, g := range groups {
		short := len(g) < 3 && i < len(groups)-1
		if g == "" || short || len(g) > 12 || Digits(g) != g {
			return false
		}
	}
	return true
}

// chineseBIN reports whether a number can be a bank card of mainland China:
// UnionPay's 62, or an older range that a big bank still has in use.
func chineseBIN(v string) bool {
	d := Digits(v)
	if len(d) < 16 || len(d) > 19 {
		return false
	}
	for _, p := range []string{"62", "955", "601428", "602969", "603", "685800", "690755", "940", "84", "87", "88"} {
		if strings.HasPrefix(d, p) {
			return true
		}
	}
	return false
}

// ibanLengths are the lengths of IBANs by country. Source: SWIFT IBAN Registry
// (ISO 13616).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
	"FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
	"IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
	"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
	"NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
	"SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
	"UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// ibanLength returns how many bytes of v are one valid IBAN from its start
// (country, length, mod 97 of ISO 7064), or 0.
func ibanLength(v string) int {
	if len(v) < 2 {
		return 0
	}
	want := ibanLengths[strings.ToUpper(v[:2])]
	var b strings.Builder
	for i := 0; i < len(v) && b.Len() < want; i++ {
		if alnum(v[i]) {
			b.WriteByte(v[i])
		}
		if b.Len() == want && mod97(Alnum(b.String())) {
			return i + 1
		}
	}
	return 0
}

// mod97 checks an IBAN of capitals and digits without separators.
func mod97(iban string) bool {
	rem := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		if digit(c) {
			rem = (rem*10 + int(c-'0')) % 97
		} else {
			rem = (rem*100 + int(c-'A') + 10) % 97
		}
	}
	return rem == 1
}
