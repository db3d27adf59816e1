package validators

import (
	"slices"
	"strings"
)

// The Middle East and Africa.
var middleEastAfrica = table{
	"il_id":   checksum(isIsraeliID),
	"ae_id":   checksum(isEmiratesID),
	"ae_year": checksum(hasEmiratesYear),
	"sa_id":   checksum(isSaudiID),
	"eg_born": checksum(hasEgyptianBirth),
	"eg_id":   checksum(isEgyptianID),
	"za_id":   checksum(isSouthAfricanID),
	"ng_nin":  checksum(isNIN),
	"gh_card": checksum(isGhanaCard),
	"ma_cin":  plain(hasMoroccanBureau),
}

// isIsraeliID checks the number of an Israeli identity card: nine digits with
// Luhn's check digit. Zeros in front may be left out. Source: Population and
// Immigration Authority.
func isIsraeliID(v string) bool {
	d := Digits(v)
	return (len(d) == 8 || len(d) == 9) && !americasSame(d) && luhn(d)
}

// hasEmiratesYear checks the country code (ISO 3166 numeric 784) and the year
// of birth in the number of an Emirates identity card.
func hasEmiratesYear(v string) bool {
	d := Digits(v)
	return len(d) == 15 && d[:3] == "784" && isBirthday(d[3:7]+"0101")
}

// isEmiratesID checks also the last digit, which is Luhn's. Source: Federal
// Authority for Identity, Citizenship, Customs and Port Security.
func isEmiratesID(v string) bool { return hasEmiratesYear(v) && luhn(Digits(v)) }

// isSaudiID checks a Saudi number: 1 for citizens, 2 for residents (iqama),
// with Luhn's check digit. Source: Ministry of Interior, Absher.
func isSaudiID(v string) bool {
	d := Digits(v)
	return len(d) == 10 && (d[0] == '1' || d[0] == '2') && luhn(d)
}

// egyptianGovernorates are where people were registered at birth; 88 is
// abroad. Source: Ministry of Interior, Civil Status Organization.
var egyptianGovernorates = []string{
	"01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19",
	"21", "22", "23", "24", "25", "26", "27", "28", "29", "31", "32", "33", "34", "35", "88",
}

// hasEgyptianBirth checks date and place of birth in an Egyptian national
// number: 2 for the twentieth century and 3 for this one, the date, the governorate.
func hasEgyptianBirth(v string) bool {
	d := Digits(v)
	if len(d) != 14 || d[0] != '2' && d[0] != '3' {
		return false
	}
	century := map[byte]string{'2': "19", '3': "20"}[d[0]]
	return isBirthday(century+d[1:7]) && slices.Contains(egyptianGovernorates, d[7:9])
}

// isEgyptianID checks also the last digit. Its algorithm is not published;
// this is what cards in circulation follow.
func isEgyptianID(v string) bool {
	if !hasEgyptianBirth(v) {
		return false
	}
	d := Digits(v)
	sum := americasSum(d, 2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
	return (11-sum%11)%10 == int(d[13]-'0')
}

// isSouthAfricanID checks date of birth, citizenship (0 citizen, 1 resident, 2
// refugee) and Luhn's check digit. Source: Department of Home Affairs,
// Identification Act 68 of 1997.
func isSouthAfricanID(v string) bool {
	d := Digits(v)
	return len(d) == 13 && d[10] <= '2' && isBirthdayOfCentury(d[:6], "19", "20") && luhn(d)
}

// isNIN checks the last digit of a Nigerian national identification number,
// which is Verhoeff's. Source: National Identity Management Commission.
func isNIN(v string) bool {
	d := Digits(v)
	return len(d) == 11 && !americasSame(d) && verhoeff(d)
}

// isGhanaCard checks a Ghana Card number: GHA and ten digits. The algorithm of
// the last one is not published; the letters in front say more than it could.
// Source: National Identification Authority, Act 707.
func isGhanaCard(v string) bool {
	d := strings.TrimPrefix(Alnum(v), "GHA")
	return len(d) == 10 && Digits(d) == d && !americasSame(d) && len(Alnum(v)) == 13
}

// moroccanBureaus are the letters that begin Moroccan identity cards, by the
// office that gave them out. Source: Direction générale de la sûreté nationale.
var moroccanBureaus = []string{
	"A", "AA", "AB", "AC", "AD", "AE", "AJ", "AS", "AY", "B", "BA", "BB", "BE", "BF", "BH", "BJ", "BK", "BL", "BM", "BV", "BW", "BX",
	"C", "CA", "CB", "CC", "CD", "CN", "D", "DA", "DB", "DC", "DJ", "DN", "DO", "E", "EA", "EB", "EC", "EE", "EJ", "EL",
	"F", "FA", "FB", "FC", "FD", "FE", "FF", "FG", "FH", "FJ", "FK", "FL", "G", "GA", "GB", "GI", "GJ", "GK", "GM", "GN", "H", "HA", "HH",
	"I", "IA", "IB", "IC", "ID", "IE", "J", "JA", "JB", "JC", "JD", "JE", "JF", "JH", "JK", "JM", "JT", "JY", "K", "KA", "KB",
	"L", "LA", "LB", "LC", "LE", "LF", "LG", "M", "MA", "MC", "MD", "N", "O", "OD", "P", "PA", "PB", "PK", "PP", "PS",
	"Q", "QA", "QB", "QC", "QD", "R", "RB", "RC", "RK", "RX", "S", "SA", "SH", "SJ", "SK", "SL",
	"T", "TA", "TK", "TR", "U", "UA", "UB", "UC", "UD", "V", "VA", "VM", "W", "WA", "WB", "X", "XA", "Y", "YA", "Z", "ZG", "ZH", "ZT",
}

func hasMoroccanBureau(v string) bool {
	c := Alnum(v)
	n := 0
	for n < len(c) && !digit(c[n]) {
		n++
	}
	return slices.Contains(moroccanBureaus, c[:n])
}
