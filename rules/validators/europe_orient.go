package validators

// isROPersonal checks a CNP: sex and century, date of birth, county, serial,
// check digit modulo 11. Source: Romanian emergency ordinance 97/2005.
func isROPersonal(v string) bool {
	d, ok := exactDigits(v, 13)
	if !ok || d[0] == '0' {
		return false
	}
	county := europeNumber(d[7:9])
	other := county == 70 || county >= 80 && county <= 83 // of no county
	if county < 1 || county > 52 && !other || d[9:12] == "000" {
		return false
	}
	if !europeShortDay(europeNumber(d[1:3]), europeNumber(d[3:5]), europeNumber(d[5:7])) {
		return false
	}
	check := europeSum(d, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	return check == int(d[12]-'0') || check == 10 && d[12] == '1'
}

// isBGCitizen checks an EGN: date of birth (month 20 more for the nineteenth
// century, 40 for the twenty-first), serial, check digit modulo 11. Source: GRAO.
func isBGCitizen(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok {
		return false
	}
	month := europeNumber(d[2:4])
	if month >= 60 {
		return false
	}
	century := [...]int{1900, 1800, 2000}[month/20]
	if !europeDay(century+europeNumber(d[:2]), month%20, europeNumber(d[4:6])) {
		return false
	}
	return europeSum(d, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(d[9]-'0')
}

// isUATax checks a taxpayer number of Ukraine: days since the end of 1899,
// serial, check digit modulo 11. Source: Tax Code of Ukraine, article 70.
func isUATax(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok || europeNumber(d[:5]) == 0 || europeNumber(d[:5]) > 55000 {
		return false
	}
	sum := europeSum(d, -1, 5, 7, 9, 4, 6, 10, 5, 7) % 11
	return (sum+11)%11%10 == int(d[9]-'0')
}

// isRUTax checks a taxpayer number of Russia, twelve digits of a person or ten of
// a company. Source: order of the Federal Tax Service MMV-7-6/435.
func isRUTax(v string) bool {
	d := Digits(v)
	switch {
	case len(d) != 10 && len(d) != 12 || d[:2] == "00":
		return false
	case len(d) == 10:
		return europeSum(d, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[9]-'0')
	}
	return europeSum(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[10]-'0') &&
		europeSum(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[11]-'0')
}

// isRUPension checks a SNILS: nine digits, the rest modulo 101 (100 written as 00).
// Numbers up to 001-001-998 have none. Source: Pension Fund of Russia, order 192p.
func isRUPension(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok || d[:9] <= "001001998" {
		return false
	}
	return europeSum(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == europeNumber(d[9:])
}

// isRUPassport accepts series and number of an internal passport: region, year
// of the form, six digits. Source: government decree 828 of 1997; OKATO regions.
func isRUPassport(v string) bool {
	d, ok := exactDigits(v, 10)
	if !ok || d[:2] == "00" || d[4:] == "000000" {
		return false
	}
	year := europeNumber(d[2:4])
	return year >= 97 || year <= 35
}

// isTRCitizen checks a citizen number of Turkey: not 0 first, two check digits.
// Source: Turkish act 5490 on population services.
func isTRCitizen(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok || d[0] == '0' {
		return false
	}
	tenth := europeSum(d, 7, -1, 7, -1, 7, -1, 7, -1, 7) % 10
	last := europeSum(d, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1) % 10
	return (tenth+10)%10 == int(d[9]-'0') && last == int(d[10]-'0')
}
