package validators

import (
	"slices"
	"strings"
)

// isDETaxID checks a tax identification number: eleven digits by ISO/IEC 7064
// MOD 11,10, the first not 0; among the first ten one digit stands two or three
// times, three never side by side, and no other twice. Source: Federal Central Tax Office.
func isDETaxID(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok || d[0] == '0' || !mod11x10(d) {
		return false
	}
	repeated := 0
	for digit := byte('0'); digit <= '9'; digit++ {
		switch n := strings.Count(d[:10], string(digit)); {
		case n > 3 || n == 3 && strings.Contains(d[:10], strings.Repeat(string(digit), 3)):
			return false
		case n > 1:
			repeated++
		}
	}
	return repeated == 1
}

// isDEVAT checks the nine digits of a VAT number by ISO/IEC 7064 MOD 11,10.
func isDEVAT(v string) bool {
	d, ok := exactDigits(v, 9)
	return ok && d[0] != '0' && mod11x10(d)
}

// crossSum adds the digits of the products of digits and weights.
func crossSum(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		p := w * int(d[i]-'0')
		sum += p/10 + p%10
	}
	return sum
}

// spelledOut writes a letter as its place in the alphabet, two digits.
func spelledOut(b byte) string {
	n := b - 'A' + 1
	return string([]byte{'0' + n/10, '0' + n%10})
}

// isDEPension checks a pension insurance number: area, date of birth, initial
// of the name at birth, serial, check digit. Source: VKVV section 4. The day
// or month is 00 where it is not known.
func isDEPension(v string) bool {
	c := Alnum(v)
	if len(c) != 12 || !allDigits(c[:8]) || digit(c[8]) || !allDigits(c[9:]) {
		return false
	}
	area, day, month := europeNumber(c[:2]), europeNumber(c[2:4]), europeNumber(c[4:6])
	if area < 2 || area > 89 || day > 31 || month > 12 || day > 0 && month > 0 && !dayMonthYear(c[2:8]) {
		return false
	}
	sum := crossSum(c[:8]+spelledOut(c[8])+c[9:11], 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
	return sum%10 == int(c[11]-'0')
}

// isDEHealthInsurance checks the part of a health insurance number that stays
// with a person: a letter, eight digits, a check digit. Source: section 290 SGB V,
// GKV-Spitzenverband, structure of the Krankenversichertennummer.
func isDEHealthInsurance(v string) bool {
	c := Alnum(v)
	if len(c) != 10 || digit(c[0]) || !allDigits(c[1:]) {
		return false
	}
	return crossSum(spelledOut(c[0])+c[1:9], 1, 2, 1, 2, 1, 2, 1, 2, 1, 2)%10 == int(c[9]-'0')
}

// deSerial are the characters of German documents: no vowels, nothing that
// looks like another. Source: Federal Ministry of the Interior, PassV appendix.
const deSerial = "0123456789CFGHJKLMNPRTVWXYZ"

// isDESerial accepts the nine characters of a German identity card or
// passport: a letter first, at least two digits.
func isDESerial(v string) bool {
	c := Alnum(v)
	if len(c) != 9 && len(c) != 10 || digit(c[0]) {
		return false
	}
	for i := range len(c) {
		if letterIn(deSerial, c[i]) < 0 {
			return false
		}
	}
	return len(Digits(c)) >= 2
}

// isDECheckedSerial checks nine characters and the check digit behind them
// (ICAO Doc 9303-3: weights 7, 3, 1), or the ten digits of a card before 2010.
func isDECheckedSerial(v string) bool {
	c := strings.TrimSuffix(Alnum(v), "D") // the nationality follows the number
	if len(c) != 10 || !digit(c[9]) || digit(c[0]) && !allDigits(c) || !digit(c[0]) && !isDESerial(c) {
		return false
	}
	return icaoCheck(c[:9]) == c[9]
}

// base36 gives digits their value and letters 10 to 35.
const base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// icaoCheck is the check digit of the machine readable zone. Source: ICAO Doc
// 9303-3, 4.9.
func icaoCheck(c string) byte {
	sum := 0
	for i := range len(c) {
		sum += letterIn(base36, c[i]) * [...]int{7, 3, 1}[i%3]
	}
	return '0' + byte(sum%10)
}

// isDEDrivingLicence checks the eleven characters of a driving licence: four
// of the authority, five of a serial, check character (weights 9 to 1, modulo 11,
// X for ten; A counts 10), number of the copy. The first letter is the Land, the next
// two digits the district. Source: FeV appendix 8, Federal Motor Transport Authority.
func isDEDrivingLicence(v string) bool {
	c := Alnum(v)
	if len(c) != 11 || c[0] < 'A' || c[0] > 'P' || !allDigits(c[1:3]) {
		return false
	}
	sum := 0
	for i := range 9 {
		sum += letterIn(base36, c[i]) * (9 - i)
	}
	return c[9] == "0123456789X"[sum%11]
}

// isATSocialSecurity checks a social security number of Austria: serial from
// 100 on, check digit, day, month and year of birth; months 13 to 15 where the days ran
// out. Source: Hauptverband, Versicherungsnummer.
func isATSocialSecurity(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok || d[0] == '0' {
		return false
	}
	day, month, year := europeNumber(d[4:6]), europeNumber(d[6:8]), europeNumber(d[8:])
	if month > 15 || day < 1 || day > 31 || month <= 12 && !europeShortDay(year, month, day) {
		return false
	}
	return europeSum(d, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(d[3]-'0')
}

// isCHSocialSecurity checks an AHV number: 756, nine digits, check digit of
// EAN-13. Source: Central Compensation Office, AHVN13.
func isCHSocialSecurity(v string) bool {
	d, ok := exactDigits(v, 13)
	return ok && strings.HasPrefix(d, "756") && europeSum(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// deLands are the first digits of a tax number in the form of the whole
// country. Source: Bavarian Tax Office, Prüfung der Steuernummer (ELSTER), chapter 4.
var deLands = []string{"10", "11", "21", "22", "23", "24", "26", "27", "28", "30", "31", "32", "40", "41", "50", "51", "52", "53", "91", "92"}

// isDETaxNumber accepts thirteen digits that begin with a Land and have a 0 in
// the fifth place, or the ten or eleven that a Land writes. The check digit is
// each Land's own affair.
func isDETaxNumber(v string) bool {
	d := Digits(v)
	if len(d) != 13 {
		return len(d) == 10 || len(d) == 11
	}
	return d[4] == '0' && slices.Contains(deLands, d[:2])
}
