package validators

import "strings"

// isMyNumber checks a Japanese individual number of twelve digits, the last a
// check digit modulo 11. Source: ordinance 85 of 2014 of the Ministry of Internal Affairs, article 5.
func isMyNumber(v string) bool {
	d := Digits(v)
	if len(d) != 12 {
		return false
	}
	rest := asiaSum(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	check := 0
	if rest > 1 {
		check = 11 - rest
	}
	return int(d[11]-'0') == check
}

// licenceCommissions are the public safety commissions that a Japanese driving
// licence's number begins with. Source: National Police Agency.
const licenceCommissions = `00 10 11 12 13 14 20 21 22 23 24 25 30 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55
	60 61 62 63 64 65 70 71 72 73 74 80 81 82 83 90 91 92 93 94 95 96 97`

func hasJapaneseCommission(v string) bool {
	d := Digits(v)
	return len(d) == 12 && strings.Contains(licenceCommissions, d[:2])
}

// isJapaneseLicence checks the eleventh digit of a driving licence's number,
// modulo 11; the twelfth counts how often the card was issued again.
func isJapaneseLicence(v string) bool {
	d := Digits(v)
	if !hasJapaneseCommission(d) {
		return false
	}
	return int(d[10]-'0') == (11-asiaSum(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%10
}

// hasKoreanBirthday checks the date of birth of a Korean registration number,
// whose century stands in the seventh digit: 9 and 0 for the 19th, 1 2 5 6 for the 20th, 3 4 7 8
// for the 21st; 5 to 8 are foreigners. Source: Resident Registration Act, enforcement rule.
func hasKoreanBirthday(v string) bool {
	d := Digits(v)
	if len(d) != 13 {
		return false
	}
	switch d[6] {
	case '3', '4', '7', '8':
		return isBirthday("20" + d[:6])
	}
	return isBirthday("19" + d[:6])
}

// koreanSum is the weighted sum of a registration number's first twelve digits.
func koreanSum(d string) int { return asiaSum(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5) }

// isKoreanResident checks the last digit of a resident registration number as
// given out until October 2020; the digits behind the seventh are random since.
func isKoreanResident(v string) bool {
	d := Digits(v)
	return hasKoreanBirthday(d) && int(d[12]-'0') == (11-koreanSum(d)%11)%10
}

// isKoreanForeigner does so for a foreigner's, whose check digit is two more.
func isKoreanForeigner(v string) bool {
	d := Digits(v)
	return hasKoreanBirthday(d) && d[6] >= '5' && d[6] <= '8' && int(d[12]-'0') == (13-koreanSum(d)%11)%10
}

// isKoreanBusiness checks a business registration number of ten digits, modulo
// 10, with the tens of the ninth product counted too. Source: National Tax Service.
func isKoreanBusiness(v string) bool {
	d := Digits(v)
	if len(d) != 10 || d[:3] < "101" {
		return false
	}
	sum := asiaSum(d, 1, 3, 7, 1, 3, 7, 1, 3, 5, 1) + int(d[8]-'0')*5/10
	return sum%10 == 0
}

// hasKoreanLicenceArea checks the police agency that a driving licence's number
// begins with, by number (11 Seoul to 28 North Gyeonggi) or by name. Source: National Police Agency.
func hasKoreanLicenceArea(v string) bool {
	d := Digits(v)
	return len(d) == 10 || len(d) == 12 && asiaBetween(d[:2], 11, 28) && d[:2] != "27"
}
