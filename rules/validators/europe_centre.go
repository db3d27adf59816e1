package validators

// isPLPersonal checks a PESEL: date of birth (the month says the century),
// serial, check digit. Source: Polish act on the population register of 2010.
func isPLPersonal(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok {
		return false
	}
	month := europeNumber(d[2:4])
	century := [...]int{1900, 2000, 2100, 2200, 1800}[month/20]
	if !europeDay(century+europeNumber(d[:2]), month%20, europeNumber(d[4:6])) {
		return false
	}
	return europeSum(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// isPLTax checks a NIP, modulo 11. Source: Polish act on taxpayer identification.
func isPLTax(v string) bool {
	d, ok := exactDigits(v, 10)
	return ok && d[:3] != "000" && europeSum(d, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(d[9]-'0')
}

// isPLBusiness checks a REGON of nine digits, or fourteen for a branch. Source:
// Statistics Poland, REGON register.
func isPLBusiness(v string) bool {
	d := Digits(v)
	if len(d) != 9 && len(d) != 14 || europeSum(d, 8, 9, 2, 3, 4, 5, 6, 7)%11%10 != int(d[8]-'0') {
		return false
	}
	return len(d) == 9 || europeSum(d, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)%11%10 == int(d[13]-'0')
}

// birthNumberDay checks the date in a birth number: month 50 more for women,
// 20 more where the serials of a day ran out.
func birthNumberDay(d string) bool {
	month := europeNumber(d[2:4])
	if month > 50 {
		month -= 50
	}
	if month > 20 {
		month -= 20
	}
	return europeShortDay(europeNumber(d[:2]), month, europeNumber(d[4:6]))
}

// isBirthNumber checks a birth number of the Czech Republic or Slovakia given
// out since 1954: ten digits, divisible by 11 (until 1985 also a rest of 10 written as 0).
// Source: Czech act 133/2000; Slovak act 301/1995.
func isBirthNumber(v string) bool {
	d, ok := exactDigits(v, 10)
	return ok && birthNumberDay(d) && europeMod(d[:9], 11)%10 == int(d[9]-'0')
}

// isOldBirthNumber accepts a birth number given out until 1953: nine digits,
// none of them a check digit.
func isOldBirthNumber(v string) bool {
	d, ok := exactDigits(v, 9)
	return ok && d[:2] <= "53" && d[6:] != "000" && birthNumberDay(d)
}

// isHUSocialSecurity checks a TAJ number: weights 3 and 7 in turn, modulo 10.
// Source: Hungarian act XX of 1996.
func isHUSocialSecurity(v string) bool {
	d, ok := exactDigits(v, 9)
	return ok && d != "000000000" && europeSum(d, 3, 7, 3, 7, 3, 7, 3, 7)%10 == int(d[8]-'0')
}

// isHUTax checks a tax identification number of a person: 8, days since 1867,
// serial, check digit modulo 11. Source: Hungarian act XX of 1996.
func isHUTax(v string) bool {
	d, ok := exactDigits(v, 10)
	return ok && d[0] == '8' && europeSum(d, 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 == int(d[9]-'0')
}

// isHRPersonal checks an OIB by ISO/IEC 7064 MOD 11,10. Source: Croatian act
// on the personal identification number.
func isHRPersonal(v string) bool {
	d, ok := exactDigits(v, 11)
	return ok && mod11x10(d)
}

// isYugoslav checks a citizen number as Yugoslavia introduced it in 1976: date of
// birth with a year of three digits, region, serial, check digit modulo 11.
func isYugoslav(d string) bool {
	year := 1000 + europeNumber(d[4:7])
	if year < 1800 {
		year += 1000
	}
	if !europeDay(year, europeNumber(d[2:4]), europeNumber(d[:2])) || year >= 2100 {
		return false
	}
	check := 11 - europeSum(d, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return check%11 == int(d[12]-'0') || check == 10 && d[12] == '0'
}

// isSICitizen checks a citizen number of Slovenia, region 50. Source: Slovenian
// act on the central population register.
func isSICitizen(v string) bool {
	d, ok := exactDigits(v, 13)
	return ok && d[7] == '5' && isYugoslav(d)
}

// isRSCitizen checks a citizen number of Serbia or of any other country that
// kept the numbers of Yugoslavia.
func isRSCitizen(v string) bool {
	d, ok := exactDigits(v, 13)
	return ok && isYugoslav(d)
}
