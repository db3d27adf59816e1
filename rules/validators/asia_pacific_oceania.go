package validators

// isAustralianTFN checks a tax file number of nine digits or, for companies of
// old, eight, modulo 11. Source: Australian Taxation Office.
func isAustralianTFN(v string) bool {
	d := Digits(v)
	switch {
	case len(d) == 9 && d != "000000000":
		return asiaSum(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0
	case len(d) == 8 && d != "00000000":
		return asiaSum(d, 10, 7, 8, 4, 6, 3, 5, 1)%11 == 0
	}
	return false
}

// isMedicare checks a Medicare card's number: 2 to 6, the ninth digit modulo
// 10, the issue, and, where written, the person's place on the card. Source: Services Australia.
func isMedicare(v string) bool {
	d := Digits(v)
	if len(d) != 10 && len(d) != 11 || d[0] < '2' || d[0] > '6' || d[9] == '0' {
		return false
	}
	return asiaSum(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(d[8]-'0')
}

// isABN checks an Australian business number, modulo 89 with one taken from
// the first digit. Source: Australian Business Register.
func isABN(v string) bool {
	d := Digits(v)
	return len(d) == 11 && d[0] != '0' && (asiaSum(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

// isACN checks an Australian company number, modulo 10. Source: ASIC.
func isACN(v string) bool {
	d := Digits(v)
	return len(d) == 9 && d != "000000000" && (asiaSum(d, 8, 7, 6, 5, 4, 3, 2, 1)+int(d[8]-'0'))%10 == 0
}

// isNewZealandIRD checks an Inland Revenue number, modulo 11 with a second set
// of weights where the first gives ten. Source: Inland Revenue, resident withholding tax file specification.
func isNewZealandIRD(v string) bool {
	d := Digits(v)
	if len(d) == 8 {
		d = "0" + d
	}
	if len(d) != 9 || !asiaBetween(d, 10_000_000, 150_000_000) {
		return false
	}
	check := (11 - asiaSum(d, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	if check == 10 {
		check = (11 - asiaSum(d, 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
	}
	return check == int(d[8]-'0')
}

// isNewZealandNHI checks a National Health Index number: the old form of three
// letters and four digits modulo 11, and the new one that ends with a letter modulo 24 (as first
// published) or 23. Source: HISO 10046 consumer health identity standard.
func isNewZealandNHI(v string) bool {
	const letters = " ABCDEFGHJKLMNPQRSTUVWXYZ"
	c := Alnum(v)
	if len(c) != 7 {
		return false
	}
	sum := 0
	for i := range 6 {
		n := int(c[i] - '0')
		if !digit(c[i]) {
			n = asiaIndex(letters, c[i])
		}
		if n < 0 || i < 3 && digit(c[i]) {
			return false
		}
		sum += n * (7 - i)
	}
	if digit(c[5]) != digit(c[6]) || !digit(c[3]) || !digit(c[4]) {
		return false
	}
	if digit(c[6]) {
		return sum%11 != 0 && int(c[6]-'0') == (11-sum%11)%10
	}
	return c[6] == letters[24-sum%24] || c[6] == letters[23-sum%23]
}
