package validators

import "strings"

// esLetters are the check letters of Spanish numbers, by the rest modulo 23.
// Source: Royal Decree 1553/2005; Ministry of the Interior.
const esLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// isESPerson checks an identity number: up to eight digits and a letter; K, L
// or M in front where somebody has none of their own.
func isESPerson(v string) bool {
	c := Alnum(v)
	if len(c) < 8 || len(c) > 9 {
		return false
	}
	body := c[:len(c)-1]
	if among("KLM", body[0]) {
		body = body[1:]
	}
	return allDigits(body) && europeNumber(body) > 0 && esLetters[europeMod(body, 23)] == c[len(c)-1]
}

// isESForeigner checks a foreigner's identity number: X, Y or Z for a digit,
// seven digits, a letter.
func isESForeigner(v string) bool {
	c := Alnum(v)
	if len(c) != 9 || !allDigits(c[1:8]) {
		return false
	}
	first := letterIn("XYZ", c[0])
	return first >= 0 && esLetters[europeMod(string('0'+byte(first))+c[1:8], 23)] == c[8]
}

// isESCompany checks the tax number of a company: its kind, seven digits, and a
// check digit or letter, as the kind demands. Source: Order EHA/451/2008.
func isESCompany(v string) bool {
	c := Alnum(v)
	if len(c) != 9 || letterIn("ABCDEFGHJNPQRSUVW", c[0]) < 0 || !allDigits(c[1:8]) {
		return false
	}
	check := (10 - crossSum(c[1:8], 2, 1, 2, 1, 2, 1, 2)%10) % 10
	number, letter := c[8] == '0'+byte(check), c[8] == "JABCDEFGHI"[check]
	switch {
	case among("ABEH", c[0]):
		return number
	case among("NPQRSW", c[0]):
		return letter
	}
	return number || letter
}

// itOdd are the values of digits and letters in the odd places of an Italian
// tax code, for 0 to 9 and A to Z. Source: Ministerial Decree of 23 December 1976.
var itOdd = [...]int{
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
}

// itDigits takes back the letters that stand for digits where two people would
// have one code.
func itDigits(c string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune("LMNPQRSTUV", r); i >= 0 {
			return '0' + rune(i)
		}
		return r
	}, c)
}

// isITFiscalCode checks a tax code of a person: six letters of the name, year,
// month letter and day of birth (40 more for women), place, check letter.
func isITFiscalCode(v string) bool {
	c := Alnum(v)
	if len(c) != 16 || strings.ContainsAny(c[:6], "0123456789") {
		return false
	}
	year, month, day, place := itDigits(c[6:8]), letterIn("ABCDEHLMPRST", c[8]), itDigits(c[9:11]), itDigits(c[12:15])
	if !allDigits(year+day+place) || digit(c[11]) || day > "71" || !europeShortDay(europeNumber(year), month+1, europeNumber(day)%40) {
		return false
	}
	sum := 0
	for i := range 15 {
		n := letterIn(base36, c[i])
		switch {
		case i%2 == 0:
			sum += itOdd[n]
		case n > 9:
			sum += n - 10
		default:
			sum += n
		}
	}
	return c[15] == 'A'+byte(sum%26)
}

// isITVAT checks a VAT number: seven digits, the office's province, a Luhn
// digit. Source: Presidential Decree 633/1972, article 35.
func isITVAT(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok || d[:7] == "0000000" || !luhn(d) {
		return false
	}
	office := europeNumber(d[7:10])
	return office >= 1 && office <= 100 || office == 120 || office == 121 || office == 888 || office == 999
}

// isPTTax checks a tax number: the kinds that are given out, weights 9 to 2,
// modulo 11. Source: Decree-Law 14/2013.
func isPTTax(v string) bool {
	d, ok := exactDigits(v, 9)
	if !ok || d[0] == '0' || d[0] == '4' && d[1] != '5' {
		return false
	}
	check := 11 - europeSum(d, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return check%11%10 == int(d[8]-'0')
}

// isPTCard checks a citizen card: eight digits, a check digit, two letters or
// digits of the version, a check digit over all, every second place doubled. Source: AMA,
// Validação de Número de Documento do Cartão de Cidadão.
func isPTCard(v string) bool {
	c := Alnum(v)
	if len(c) != 12 || !allDigits(c[:9]) || !digit(c[11]) {
		return false
	}
	sum := 0
	for i := range 12 {
		n := letterIn(base36, c[i])
		if i%2 == 0 {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// isGRTax checks a tax number of Greece: each digit weighs twice the next,
// modulo 11, modulo 10. Source: Ministry of Finance, ΑΦΜ.
func isGRTax(v string) bool {
	d, ok := exactDigits(v, 9)
	return ok && d != "000000000" && europeSum(d, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(d[8]-'0')
}

// isGRSocialSecurity checks a social security number of Greece: date of birth,
// serial, Luhn digit. Source: law 3655/2008.
func isGRSocialSecurity(v string) bool {
	d, ok := exactDigits(v, 11)
	return ok && dayMonthYear(d) && luhn(d)
}
