package validators

import (
	"slices"
	"strings"
)

// isUKHealth checks an NHS number: weights 10 to 2, modulo 11. Source: NHS
// Data Dictionary, NHS NUMBER. A Scottish CHI number is checked in the same way.
func isUKHealth(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok || strings.Count(d, d[:1]) == 10 {
		return false
	}
	check := 11 - europeSum(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return check%11 == int(d[9]-'0') // 10 is never given out, and no digit equals it
}

// isUKIssued reports whether an NHS number lies in a range that is in use: 4,
// 6, 7 or 9 in front in England and Wales (999 for tests), 32 to 39 in Northern
// Ireland, a date of birth in Scotland.
func isUKIssued(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok {
		return false
	}
	irish := d[0] == '3' && d[1] >= '2'
	return irish || among("4679", d[0]) || dayMonthYear(d)
}

// isUKInsurance checks the letters of a national insurance number that were
// never given out. Source: HMRC manual NIM39110.
func isUKInsurance(v string) bool {
	c := Alnum(v)
	if len(c) != 8 && len(c) != 9 || !allDigits(c[2:8]) {
		return false
	}
	if among("DFIQUV", c[0]) || among("DFIOQUV", c[1]) || len(c) == 9 && (c[8] < 'A' || c[8] > 'D') {
		return false
	}
	return !slices.Contains([]string{"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}, c[:2])
}

// isUKTax checks a unique taxpayer reference, whose first digit is the check
// digit. Source: HMRC, modulus 11 check for UTRs.
func isUKTax(v string) bool {
	d, ok := exactDigits(v, 10)
	return ok && d[0] == "21987654321"[europeSum(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]
}

// isUKDrivingLicence checks the parts of a driver number that follow from
// others: five letters of the surname filled up with 9s, decade, month (50 more for
// women), day and year of birth, initials. Source: DVLA, driver number.
func isUKDrivingLicence(v string) bool {
	c := Alnum(v)
	if len(c) != 16 && len(c) != 18 || c[0] == '9' || !allDigits(c[5:11]) {
		return false
	}
	name := strings.TrimRight(c[:5], "9")
	month := europeNumber(c[6:8])
	if month > 50 {
		month -= 50
	}
	year := europeNumber(c[5:6] + c[10:11])
	initials := c[11] != '9' || c[12] == '9'
	return !strings.ContainsAny(name, "0123456789") && initials && europeShortDay(year, month, europeNumber(c[8:10]))
}

// ukAreas are the letters that begin a postcode. Source: Royal Mail, Programmers'
// Guide to PAF, and the crown dependencies.
var ukAreas = strings.Fields(`
	AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY
	G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW
	OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF
	WN WR WS WV YO ZE`)

// isUKPostcode checks the area and the letters of the inward code (BS 7666:
// never C, I, K, M, O, V).
func isUKPostcode(v string) bool {
	c := Alnum(v)
	if c == "GIR0AA" {
		return true
	}
	if len(c) < 5 || len(c) > 7 || strings.ContainsAny(c[len(c)-2:], "CIKMOV") {
		return false
	}
	area := strings.TrimRight(c[:2], "0123456789")
	return slices.Contains(ukAreas, area)
}

// isUKPlate checks the age identifier of a registration mark of today's style
// (from March the year's last two digits, from September fifty more; those of the years
// up to 2029 count) and lets older styles pass. Source: DVLA INF104.
func isUKPlate(v string) bool {
	c := Alnum(v)
	if len(c) != 7 || !allDigits(c[2:4]) || digit(c[0]) || digit(c[1]) || digit(c[4]) {
		return len(c) >= 4 && len(c) <= 7
	}
	age := europeNumber(c[2:4])
	return age >= 2 && age <= 29 || age >= 51 && age <= 79
}

// isIEPersonal checks a personal public service number: seven digits and a
// letter, weights 8 to 2, a second letter (W and the like count nothing) weighs 9, modulo 23.
// Source: Department of Social Protection; Revenue, PPS number format.
func isIEPersonal(v string) bool {
	c := Alnum(v)
	if len(c) != 8 && len(c) != 9 || !allDigits(c[:7]) {
		return false
	}
	sum := europeSum(c, 8, 7, 6, 5, 4, 3, 2)
	if len(c) == 9 && c[8] != 'W' && c[8] != 'T' && c[8] != 'X' {
		if digit(c[8]) {
			return false
		}
		sum += 9 * int(c[8]-'A'+1)
	}
	return c[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum%23]
}
