package validators

import "strings"

// isSEPersonal checks a personal identity number of Sweden, ten or twelve
// digits: date of birth (day 60 more for a coordination number), serial, a Luhn digit
// over the last ten. Source: Swedish Tax Agency, SKV 704.
func isSEPersonal(v string) bool {
	d := Digits(v)
	if len(d) == 12 {
		if c := d[:2]; c != "18" && c != "19" && c != "20" {
			return false
		}
		d = d[2:]
	}
	if len(d) != 10 || d[6:9] == "000" {
		return false
	}
	day := europeNumber(d[4:6])
	if day > 60 {
		day -= 60
	}
	return europeShortDay(europeNumber(d[:2]), europeNumber(d[2:4]), day) && luhn(d)
}

// isNOBirth checks a national identity number of Norway: date of birth (day 40
// more for a D number, month 40 more for a hospital's, 80 for tests), individual number, two check
// digits. Source: Norwegian Tax Administration, fødselsnummer.
func isNOBirth(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok {
		return false
	}
	day, month := europeNumber(d[:2]), europeNumber(d[2:4])
	if day > 40 {
		day -= 40
	}
	if !europeShortDay(europeNumber(d[4:6]), month%40, day) || month > 92 {
		return false
	}
	return europeSum(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && europeSum(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// isDKDated accepts the date of birth of a CPR number (day 60 more for people
// without one). Numbers given out since 2007 have no check digit.
func isDKDated(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok {
		return false
	}
	day := europeNumber(d[:2])
	if day > 60 {
		day -= 60
	}
	return europeShortDay(europeNumber(d[4:6]), europeNumber(d[2:4]), day)
}

// isDKChecked checks a CPR number with the check digit it had until 2007, by
// modulo 11. Source: CPR-kontoret, Personnummeret i CPR.
func isDKChecked(v string) bool {
	return isDKDated(v) && europeSum(Digits(v), 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// fiCenturies are the signs between date and serial. Source: Digital and
// Population Data Services Agency, reform of the personal identity code.
const fiCenturies = "+-ABCDEFYXWVU"

// isFIPersonal checks a personal identity code of Finland: date of birth, sign
// of the century, serial from 002 on, check character modulo 31.
func isFIPersonal(v string) bool {
	v = strings.ToUpper(v)
	if len(v) != 11 || !allDigits(v[:6]) || letterIn(fiCenturies, v[6]) < 0 || !allDigits(v[7:10]) || !dayMonthYear(v) {
		return false
	}
	return v[7:10] >= "002" && v[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[europeMod(v[:6]+v[7:10], 31)]
}

// isISDated accepts an identity number of Iceland: date of birth (day 40 more
// for companies), serial, century. Since 2026 not all have a check digit.
// Source: Registers Iceland, kennitala.
func isISDated(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok || !among("089", d[9]) {
		return false
	}
	day := europeNumber(d[:2])
	if day > 40 {
		day -= 40
	}
	return europeShortDay(europeNumber(d[4:6]), europeNumber(d[2:4]), day)
}

// isISPersonal checks an identity number of Iceland with a check digit, by
// modulo 11.
func isISPersonal(v string) bool {
	return isISDated(v) && europeSum(Digits(v), 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// isBalticPersonal checks a personal code of Estonia or Lithuania: sex and
// century, date of birth, serial, check digit in two tries modulo 11. Source: Estonian
// standard EVS 585; law of Lithuania on the population register.
func isBalticPersonal(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok || d[0] < '1' || d[0] > '8' {
		return false
	}
	century := 1800 + 100*(int(d[0]-'1')/2)
	if !europeDay(century+europeNumber(d[1:3]), europeNumber(d[3:5]), europeNumber(d[5:7])) {
		return false
	}
	check := europeSum(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if check == 10 {
		check = europeSum(d, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return check == int(d[10]-'0')
}

// isLVPersonal checks a personal code of Latvia that begins with the date of
// birth. Source: law on the register of natural persons.
func isLVPersonal(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok || d[6] > '2' || !dayMonthYear(d) {
		return false
	}
	return (1+europeSum(d, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == int(d[10]-'0')
}

// isLVUndated accepts a personal code of Latvia given out since July 2017: it
// begins with 32 to 39 and says nothing of the person.
func isLVUndated(v string) bool {
	d, ok := exactDigits(v, 11)
	return ok && d[0] == '3' && d[1] >= '2'
}
