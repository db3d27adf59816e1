package validators

import (
	"slices"
	"strings"
)

// cardLengths is a set of lengths, a bit each.
type cardLengths uint32

// lengths makes a set of lengths.
func lengths(of ...int) cardLengths {
	var set cardLengths
	for _, n := range of {
		set |= 1 << n
	}
	return set
}

var (
	fifteen   = lengths(15)
	sixteen   = lengths(16)
	unionpay  = lengths(16, 17, 18, 19)
	maestro   = lengths(12, 13, 14, 15, 16, 17, 18, 19)
	switchOld = lengths(16, 18, 19)
)

// network is a range of the first six digits of card numbers, with the lengths
// that go with it.
type network struct {
	low, high int
	lengths   cardLengths
	major     bool // so much in use that the check digit beside it is proof
}

// networks are the ranges of the schemes' issuers, those of one country among
// them. Sources: ISO/IEC 7812-1; what the schemes publish for merchants (Visa,
// Mastercard, American Express, Discover Global Network, JCB, UnionPay International,
// NSPK, NPCI, BKM, ABECS, EMVCo's list of regional schemes).
var networks = []network{
	{400000, 499999, lengths(16, 19), true},              // Visa; Dankort and Elo share some of it
	{222100, 272099, sixteen, true},                      // Mastercard since 2017
	{510000, 559999, sixteen, true},                      // Mastercard; Diners Club of the United States
	{340000, 349999, fifteen, true},                      // American Express
	{370000, 379999, fifteen, true},                      // American Express
	{601100, 601199, unionpay, true},                     // Discover
	{644000, 659999, unionpay, true},                     // Discover; RuPay, Elo, Troy and Verve share some of it
	{300000, 305999, lengths(14, 16, 17, 18, 19), true},  // Diners Club
	{309500, 309599, lengths(14, 16, 17, 18, 19), true},  // Diners Club
	{360000, 369999, lengths(14, 16, 17, 18, 19), true},  // Diners Club
	{380000, 399999, lengths(14, 16, 17, 18, 19), true},  // Diners Club; Hipercard shares some of it
	{352800, 358999, unionpay, true},                     // JCB; RuPay and LankaPay share some of it
	{620000, 629999, unionpay, true},                     // UnionPay
	{810000, 817199, unionpay, true},                     // UnionPay; RuPay shares some of it
	{220000, 220499, unionpay, true},                     // Mir
	{979200, 979299, sixteen, true},                      // Troy
	{508200, 508999, sixteen, true},                      // RuPay
	{506699, 506778, sixteen, true},                      // Elo
	{509000, 509999, sixteen, true},                      // Elo
	{627780, 627780, sixteen, true},                      // Elo
	{636297, 636368, sixteen, true},                      // Elo
	{504175, 504175, sixteen, true},                      // Elo
	{606282, 606282, lengths(13, 16, 19), true},          // Hipercard
	{637095, 637095, sixteen, true},                      // Hipercard
	{637568, 637612, sixteen, true},                      // Hipercard
	{506099, 506198, lengths(16, 18, 19), true},          // Verve
	{507865, 507964, lengths(16, 18, 19), true},          // Verve
	{501900, 501999, sixteen, true},                      // Dankort
	{501800, 501899, maestro, true},                      // Maestro
	{502000, 502099, maestro, true},                      // Maestro
	{503800, 503899, maestro, true},                      // Maestro
	{589300, 589399, maestro, true},                      // Maestro
	{630400, 630499, maestro, true},                      // Maestro, Laser
	{675900, 675999, maestro, true},                      // Maestro, Switch
	{676100, 676399, maestro, true},                      // Maestro
	{676700, 676799, maestro, true},                      // Maestro, Solo
	{970400, 970499, lengths(16, 19), true},              // Napas, Vietnam
	{986000, 986099, sixteen, true},                      // Humo, Uzbekistan
	{860000, 860099, sixteen, true},                      // Uzcard, Uzbekistan
	{220500, 220599, sixteen, false},                     // Borica, Bulgaria
	{905100, 905199, sixteen, false},                     // ArCa, Armenia
	{911200, 911299, sixteen, false},                     // Belkart, Belarus
	{940000, 949999, sixteen, false},                     // BC Card, Korea
	{286900, 286999, sixteen, false},                     // Carnet, Mexico
	{194600, 194699, sixteen, false},                     // GPN, Indonesia
	{400000, 499999, lengths(13, 18), false},             // Visa and Switch, old
	{490300, 490599, switchOld, false},                   // Switch
	{491100, 493699, switchOld, false},                   // Switch
	{100000, 199999, fifteen, false},                     // UATP
	{180000, 180099, fifteen, false},                     // JCB, old
	{213100, 213199, fifteen, false},                     // JCB, old
	{310000, 310999, lengths(19), false},                 // T-Union
	{500000, 509999, maestro, false},                     // Maestro and debit cards of many countries
	{560000, 589999, maestro, false},                     // Maestro and debit cards; Bankcard, Cabal, Naranja, Shetab
	{600000, 609999, lengths(13, 16, 17, 18, 19), false}, // RuPay, Cabal, Ukrcard, Shetab, store cards
	{610000, 619999, lengths(16, 18, 19), false},         // Shetab, GPN
	{630000, 639999, maestro, false},                     // Maestro, Interpayment, Instapayment, Shetab
	{670000, 679999, maestro, false},                     // Maestro
	{820000, 829999, sixteen, false},                     // RuPay
}

func majorNetwork(v string) bool { return inNetwork(v, true) }
func anyNetwork(v string) bool   { return inNetwork(v, false) }

func inNetwork(v string, major bool) bool {
	first, n := 0, 0
	for i := range len(v) {
		if !digit(v[i]) {
			continue
		}
		if n < 6 {
			first = first*10 + int(v[i]-'0')
		}
		n++
	}
	if n < 12 || n > 19 {
		return false
	}
	return slices.ContainsFunc(networks, func(w network) bool {
		return first >= w.low && first <= w.high && w.lengths>>n&1 == 1 && (w.major || !major)
	})
}

// luhn checks the last digit of a number (ISO/IEC 7812-1 annex B).
// Separators are passed over. It keeps two sums, for a number that ends with the digit that was read last
// and for one that ends with the next, so that no digit has to wait until it is known how many were before it.
func luhn(v string) bool {
	sum, next, n := 0, 0, 0
	for i := range len(v) {
		if adds := luhnAdds[v[i]]; adds != 0 {
			sum, next, n = next+int(adds&15), sum+int(adds>>4&15), n+1
		}
	}
	return n > 1 && sum%10 == 0
}

// luhnAdds is what a digit adds to the sum: in the lowest four bits the digit, in the next what it adds at every
// other place, the sum of the digits of twice the digit. For what is no digit it is 0.
var luhnAdds = func() (adds [256]uint16) {
	for d := range uint16(10) {
		adds['0'+d] = d | (d*2-d/5*9)<<4 | 1<<8
	}
	return adds
}()

// cardGroups accepts a number written without separators, or in groups of at
// least three digits, or digit by digit, with one kind of separator: not a table.
func cardGroups(v string) bool {
	var separator byte
	digits, groups, size, regular := 0, 1, 0, true
	for i := range len(v) {
		switch c := v[i]; {
		case digit(c):
			digits, size = digits+1, size+1
		case groups == 1, c == separator:
			regular = regular && size >= 3 && size <= 13
			separator, groups, size = c, groups+1, 0
		default:
			return false
		}
	}
	return groups == digits || groups == 1 || groups <= 7 && regular && size > 0 && size <= 13
}

// chinesePrefixes begin bank cards of mainland China beside UnionPay's 62: the
// older ranges of the big banks that are still in use.
var chinesePrefixes = []string{
	"62", "81", "955", "601428", "602969", "603", "685800", "690755", "940", "84", "87", "88",
}

// chineseBIN reports whether a number can be a bank card of mainland China.
func chineseBIN(v string) bool {
	d := Digits(v)
	if len(d) < 16 || len(d) > 19 {
		return false
	}
	return slices.ContainsFunc(chinesePrefixes, func(p string) bool { return strings.HasPrefix(d, p) })
}

// isTrack checks what stands on a card's magnetic stripe (ISO/IEC 7813): the
// card number's check digit, and the month in which it expires.
func isTrack(v string) bool {
	v = strings.TrimLeft(v, "%;Bb")
	end := strings.IndexAny(v, "^=Dd")
	if end < 12 || !luhn(v[:end]) || !anyNetwork(v[:end]) {
		return false
	}
	rest := v[end+1:]
	if v[end] == '^' {
		if i := strings.IndexByte(rest, '^'); i >= 0 {
			rest = rest[i+1:]
		}
	}
	return len(rest) >= 4 && rest[2:4] >= "01" && rest[2:4] <= "12"
}
