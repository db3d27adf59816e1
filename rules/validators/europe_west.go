package validators

// nirParts checks what a French social security number says of a person: sex
// (3, 4, 7 and 8 while it is provisional), month of birth (20 and above where it is not
// known), department. Source: INSEE, decree 82-103.
func nirParts(c string) bool {
	if !among("123478", c[0]) || !allDigits(c[:5]) {
		return false
	}
	month := europeNumber(c[3:5])
	known := month >= 1 && month <= 12 || month == 20 || month >= 30 && month <= 42 || month >= 50
	return known && c[5:7] != "00" && c[7:10] != "000" && c[10:13] != "000"
}

// nirDigits writes the departments of Corsica, 2A and 2B, as 19 and 18.
func nirDigits(c string) (string, bool) {
	if len(c) < 13 {
		return "", false
	}
	switch c[5:7] {
	case "2A":
		c = c[:5] + "19" + c[7:]
	case "2B":
		c = c[:5] + "18" + c[7:]
	}
	return c, allDigits(c)
}

// isFRSocialSecurity checks a French social security number with its key: 97
// less the number modulo 97.
func isFRSocialSecurity(v string) bool {
	d, ok := nirDigits(Alnum(v))
	return ok && len(d) == 15 && nirParts(d) && 97-europeMod(d[:13], 97) == europeNumber(d[13:])
}

// isFRKeyless checks a French social security number without its key.
func isFRKeyless(v string) bool {
	d, ok := nirDigits(Alnum(v))
	return ok && len(d) == 13 && nirParts(d)
}

// isFRTax checks a French tax number (SPI): thirteen digits, the first 0 to 3,
// the last three the rest modulo 511. Source: DGFiP, numéro fiscal de référence.
func isFRTax(v string) bool {
	d, ok := exactDigits(v, 13)
	return ok && d[0] <= '3' && europeMod(d[:10], 511) == europeNumber(d[10:])
}

// isFROldCard accepts the twelve digits of a French identity card issued until
// 2021: year and month, department of issue, serial.
func isFROldCard(v string) bool {
	c := Alnum(v)
	if len(c) != 12 || !allDigits(c[:4]) || !allDigits(c[6:]) {
		return len(c) == 9 && len(Digits(c)) >= 2 // the card of today: nine characters without a plan
	}
	year, month := europeNumber(c[:2]), europeNumber(c[2:4])
	return (year >= 87 || year <= 21) && month >= 1 && month <= 12 && c[4:6] != "00"
}

// isBENational checks a national register number of Belgium: date of birth
// (month 20 or 40 more for foreigners), serial, 97 less the rest modulo 97; whoever was
// born from 2000 on has a 2 put before. Source: royal decree of 3 April 1984.
func isBENational(v string) bool {
	d, ok := exactDigits(v, 11)
	if !ok {
		return false
	}
	year, month, day := europeNumber(d[:2]), europeNumber(d[2:4])%20, europeNumber(d[4:6])
	if d[2] > '5' || month > 12 || day > 31 || month > 0 && day > 0 && !europeShortDay(year, month, day) {
		return false
	}
	check := europeNumber(d[9:])
	return check == 97-europeMod(d[:9], 97) || check == 97-europeMod("2"+d[:9], 97)
}

// isNLCitizen checks a citizen service number of the Netherlands: weights 9 to
// 2 and -1, modulo 11. Source: RvIG, Logisch ontwerp BSN.
func isNLCitizen(v string) bool {
	d := Digits(v)
	if len(d) == 8 {
		d = "0" + d
	}
	return len(d) == 9 && d != "000000000" && europeSum(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

// isLUNational checks a national number of Luxembourg: full date of birth,
// serial, a Luhn digit and a Verhoeff digit, both over the first eleven. Source: law of 19 June 2013.
func isLUNational(v string) bool {
	d, ok := exactDigits(v, 13)
	if !ok || d[:2] < "18" || d[:2] > "20" {
		return false
	}
	return europeDay(europeNumber(d[:4]), europeNumber(d[4:6]), europeNumber(d[6:8])) && luhn(d[:12]) && dihedral(d[:11]+d[12:])
}

// dihedral checks the last digit by Verhoeff's scheme (J. Verhoeff, Error
// Detecting Decimal Codes, 1969).
func dihedral(d string) bool {
	c := 0
	for i := range len(d) {
		c = turn(c, shuffled(i, int(d[len(d)-1-i]-'0')))
	}
	return c == 0
}

// turn multiplies in the group of the turns and flips of a pentagon: 0 to 4
// are turns, 5 to 9 flips.
func turn(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-b)%5
	}
	return (a - b + 5) % 5
}

// shuffled applies Verhoeff's permutation times times.
func shuffled(times, n int) int {
	for range times % 8 {
		n = [...]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}[n]
	}
	return n
}
