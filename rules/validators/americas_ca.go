package validators

import "strconv"

// isSIN checks a social insurance number: nine digits with Luhn's check digit.
// 0 begins none (it is used in examples), 8 begins business numbers. Source:
// Employment and Social Development Canada, SIN code of practice.
func isSIN(v string) bool {
	d := Digits(v)
	return len(d) == 9 && d[0] != '0' && d[0] != '8' && luhn(d)
}

// isOHIP checks an Ontario health number: ten digits with Luhn's check digit,
// and perhaps a version code of one or two letters. Source: Ontario Ministry of
// Health, Health Card Validation reference manual.
func isOHIP(v string) bool {
	d := Digits(v)
	return len(d) == 10 && d[0] != '0' && luhn(d)
}

// isBCPHN checks a personal health number of British Columbia: nine in front,
// the last digit from a sum modulo 11. Source: BC Ministry of Health,
// conformance standards, volume 4B.
func isBCPHN(v string) bool {
	d := Digits(v)
	if len(d) != 10 || d[0] != '9' {
		return false
	}
	sum := americasSum(d, 0, 2, 4, 8, 5, 10, 9, 7, 3)
	return 11-sum%11 == int(d[9]-'0')
}

// isRAMQ checks the date of birth in a Quebec health insurance number, whose
// month is 50 higher for women. The algorithm of its last digit is not
// published. Source: Régie de l'assurance maladie du Québec.
func isRAMQ(v string) bool {
	c := Alnum(v)
	if len(c) != 12 || Digits(c[:4]) != "" || Digits(c[4:]) != c[4:] {
		return false
	}
	month, _ := strconv.Atoi(c[6:8])
	if month > 50 {
		month -= 50
	}
	return isBirthdayOfCentury(c[4:6]+twoDigits(month)+c[8:10], "19", "20")
}

func twoDigits(n int) string { return string([]byte{'0' + byte(n/10%10), '0' + byte(n%10)}) }
