package validators

import "strings"

// euVAT checks what follows the letters of the country in a VAT number.
// Source: Commission, VIES, structure of VAT identification numbers, and each
// country's own rule for the check digit; XI and GB by HMRC.
var euVAT = map[string]func(string) bool{
	"AT": isATVAT, "BE": isBEVAT, "BG": isBGVAT, "CY": isCYVAT, "CZ": isCZVAT, "DE": isDEVAT, "DK": isDKVAT, "EE": isEEVAT,
	"EL": isGRTax, "GR": isGRTax, "ES": isESVAT, "FI": isFIVAT, "FR": isFRVAT, "HR": isHRPersonal, "HU": isHUVAT, "IE": isIEVAT,
	"IT": isITVAT, "LT": isLTVAT, "LU": isLUVAT, "LV": isLVVAT, "MT": isMTVAT, "NL": isNLVAT, "PL": isPLTax, "PT": isPTTax,
	"RO": isROVAT, "SE": isSEVAT, "SI": isSIVAT, "SK": isSKVAT, "XI": isGBVAT, "GB": isGBVAT,
}

// isEUVAT checks a VAT number with the letters of its country in front.
func isEUVAT(v string) bool {
	c := Alnum(v)
	if len(c) < 4 {
		return false
	}
	check, known := euVAT[c[:2]]
	return known && check(c[2:])
}

// ofLength returns c when it is n digits and nothing else.
func ofLength(c string, n int) bool { return len(c) == n && allDigits(c) }

func isATVAT(c string) bool {
	if len(c) != 9 || c[0] != 'U' || !allDigits(c[1:]) {
		return false
	}
	return (crossSum(c[1:8], 1, 2, 1, 2, 1, 2, 1)+4+int(c[8]-'0'))%10 == 0
}

func isBEVAT(c string) bool {
	if len(c) == 9 {
		c = "0" + c
	}
	return ofLength(c, 10) && c[0] <= '1' && c[1] > '0' && 97-europeMod(c[:8], 97) == europeNumber(c[8:])
}

// isBGVAT knows companies (nine digits), citizens, foreigners and others (ten).
func isBGVAT(c string) bool {
	if ofLength(c, 9) {
		check := europeSum(c, 1, 2, 3, 4, 5, 6, 7, 8) % 11
		if check == 10 {
			check = europeSum(c, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10
		}
		return check == int(c[8]-'0')
	}
	if !ofLength(c, 10) {
		return false
	}
	last := int(c[9] - '0')
	return isBGCitizen(c) || europeSum(c, 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == last ||
		(11-europeSum(c, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == last
}

func isCYVAT(c string) bool {
	if len(c) != 9 || !allDigits(c[:8]) || strings.HasPrefix(c, "12") {
		return false
	}
	sum := 0
	for i := range 8 {
		if i%2 == 0 {
			sum += itOdd[c[i]-'0']
		} else {
			sum += int(c[i] - '0')
		}
	}
	return c[8] == 'A'+byte(sum%26)
}

// isCZVAT knows companies (eight digits), people by their birth number, and
// people without one (nine digits, the first a 6).
func isCZVAT(c string) bool {
	switch {
	case ofLength(c, 8):
		check := (11 - europeSum(c, 8, 7, 6, 5, 4, 3, 2)%11) % 11
		if check == 0 {
			check = 1
		}
		return c[0] != '9' && check%10 == int(c[7]-'0')
	case ofLength(c, 9) && c[0] == '6':
		check := europeSum(c[1:], 8, 7, 6, 5, 4, 3, 2) % 11
		return (8-(10-check)%11+10)%10 == int(c[8]-'0')
	}
	return isOldBirthNumber(c) || isBirthNumber(c)
}

func isDKVAT(c string) bool {
	return ofLength(c, 8) && c[0] > '0' && europeSum(c, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func isEEVAT(c string) bool {
	return ofLength(c, 9) && europeSum(c, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
}

func isESVAT(c string) bool {
	return len(c) == 9 && (isESPerson(c) || isESForeigner(c) || isESCompany(c))
}

func isFIVAT(c string) bool {
	return ofLength(c, 8) && europeSum(c, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0
}

// isFRVAT knows keys of two digits, which follow from the company's number,
// and keys with a letter, which follow from it in another way.
func isFRVAT(c string) bool {
	const keys = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	if len(c) != 11 || !allDigits(c[2:]) || c[2:5] != "000" && !luhn(c[2:]) { // 000 is Monaco
		return false
	}
	company := europeNumber(c[2:])
	if allDigits(c[:2]) {
		return europeNumber(c[:2]) == (12+3*(company%97))%97 || europeMod(c[2:]+"12", 97) == europeNumber(c[:2])
	}
	first, second := letterIn(keys, c[0]), letterIn(keys, c[1])
	if first < 0 || second < 0 {
		return false
	}
	s := first*34 + second - 100
	if first < 10 {
		s = first*24 + second - 10
	}
	return s >= 0 && (company+1+s/11)%11 == s%11
}

func isHUVAT(c string) bool {
	return ofLength(c, 8) && europeSum(c, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0
}

// isIEVAT knows today's numbers, and those of before 2013 with a letter in the
// second place.
func isIEVAT(c string) bool {
	if len(c) == 8 && digit(c[0]) && !digit(c[1]) && allDigits(c[2:7]) {
		return isIEPersonal("0" + c[2:7] + c[:1] + c[7:])
	}
	return isIEPersonal(c)
}

func isLTVAT(c string) bool {
	if !ofLength(c, 9) && !ofLength(c, 12) || c[len(c)-2] != '1' {
		return false
	}
	sum := func(first int) (s int) {
		for i := range len(c) - 1 {
			s += int(c[i]-'0') * (1 + (first+i)%9)
		}
		return s % 11
	}
	check := sum(0)
	if check == 10 {
		check = sum(2) % 10
	}
	return check == int(c[len(c)-1]-'0')
}

func isLUVAT(c string) bool {
	return ofLength(c, 8) && europeMod(c[:6], 89) == europeNumber(c[6:])
}

func isLVVAT(c string) bool {
	if ofLength(c, 11) && c[0] > '3' {
		return europeSum(c, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3
	}
	return isLVPersonal(c) || isLVUndated(c)
}

func isMTVAT(c string) bool {
	return ofLength(c, 8) && c[0] > '0' && europeSum(c, 3, 4, 6, 7, 8, 9, 10, 1)%37 == 0
}

// isNLVAT knows numbers made of a citizen or company number, and since 2020
// those of self-employed people, which are checked whole by modulo 97.
func isNLVAT(c string) bool {
	if len(c) != 12 || !allDigits(c[:9]) || c[9] != 'B' || !allDigits(c[10:]) || c[10:] == "00" {
		return false
	}
	return isNLCitizen(c[:9]) || europeMod("2321"+c[:9]+"11"+c[10:], 97) == 1
}

// isROVAT knows companies, whose numbers have two to ten digits, and citizens.
func isROVAT(c string) bool {
	if len(c) == 13 {
		return isROPersonal(c)
	}
	if len(c) < 2 || len(c) > 10 || !allDigits(c) || c[0] == '0' {
		return false
	}
	d := strings.Repeat("0", 10-len(c)) + c
	return europeSum(d, 7, 5, 3, 2, 1, 7, 5, 3, 2)*10%11%10 == int(d[9]-'0')
}

func isSEVAT(c string) bool {
	return ofLength(c, 12) && luhn(c[:10]) && c[10:] != "00"
}

func isSIVAT(c string) bool {
	if !ofLength(c, 8) || c[0] == '0' {
		return false
	}
	check := 11 - europeSum(c, 8, 7, 6, 5, 4, 3, 2)%11
	return check < 11 && check%10 == int(c[7]-'0')
}

func isSKVAT(c string) bool {
	return ofLength(c, 10) && c[0] > '0' && among("234789", c[2]) && europeMod(c, 11) == 0
}

// isGBVAT knows numbers of nine digits, of twelve for a branch, and those of
// the government and of health authorities.
func isGBVAT(c string) bool {
	if len(c) == 5 && allDigits(c[2:]) {
		return c[:2] == "GD" && c[2] < '5' || c[:2] == "HA" && c[2] >= '5'
	}
	if !ofLength(c, 9) && !ofLength(c, 12) {
		return false
	}
	rest := (europeSum(c, 8, 7, 6, 5, 4, 3, 2) + europeNumber(c[7:9])) % 97
	return rest == 0 || rest == 42 // 55 less, since 2010
}
