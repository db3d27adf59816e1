package validators

import (
	"slices"
	"strings"
)

// curpStates are the federal states of Mexico in a CURP; NE is for those born
// abroad. Source: RENAPO, rules for assigning the CURP.
var curpStates = strings.Fields(`AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS
	TL VZ YN ZS NE`)

// curpAlphabet gives the value of a character of a CURP: its place. The letter
// Ñ has one, though an X is written for it.
const curpAlphabet = "0123456789ABCDEFGHIJKLMN\x00OPQRSTUVWXYZ"

// isCURP checks date of birth, sex, state and check digit of a Mexican
// population registry code. The character before the last is a digit for
// those born before 2000 and a letter after.
func isCURP(v string) bool {
	c := Alnum(v)
	if len(c) != 18 || !strings.ContainsRune("HMX", rune(c[10])) || !slices.Contains(curpStates, c[11:13]) {
		return false
	}
	century := "20"
	if digit(c[16]) {
		century = "19"
	}
	if !isBirthday(century + c[4:10]) {
		return false
	}
	sum := 0
	for i := range 17 {
		sum += strings.IndexByte(curpAlphabet, c[i]) * (18 - i)
	}
	return digit(c[17]) && (10-sum%10)%10 == int(c[17]-'0')
}

// rfcAlphabet gives the value of a character of an RFC: its place. The last is
// Ñ, which folding has made an N before anyone looks.
const rfcAlphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ "

// rfcText is v without separators and in capitals.
func rfcText(v string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || !strings.ContainsRune(rfcAlphabet, r) {
			return -1
		}
		return r
	}, strings.ToUpper(v))
}

// hasRFCDate checks the date in a Mexican taxpayer number of 10 (a person's
// without its last three), 12 (a company's) or 13 characters. Source: SAT,
// Registro Federal de Contribuyentes.
func hasRFCDate(v string) bool {
	c := rfcText(v)
	switch len(c) {
	case 10, 13:
		return isBirthdayOfCentury(c[4:10], "19", "20")
	case 12:
		return isBirthdayOfCentury(c[3:9], "19", "20")
	}
	return false
}

// isRFC checks the date and the last character of a full RFC, which comes from
// a sum modulo 11. A company's has a blank in front.
func isRFC(v string) bool {
	c := rfcText(v)
	if !hasRFCDate(v) || len(c) < 12 {
		return false
	}
	if len(c) == 12 {
		c = " " + c
	}
	sum := 0
	for i := range 12 {
		sum += strings.IndexByte(rfcAlphabet, c[i]) * (13 - i)
	}
	return c[12] == "0A987654321"[sum%11]
}
