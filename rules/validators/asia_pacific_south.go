package validators

import (
	"slices"
	"strings"
)

// isAadhaar checks an Indian Aadhaar number of twelve digits or its virtual
// number of sixteen: it begins with 2 to 9, ends with Verhoeff's digit and reads differently
// backwards. Source: Unique Identification Authority of India, numbering scheme.
func isAadhaar(v string) bool {
	d := Digits(v)
	if len(d) != 12 && len(d) != 16 || d[0] < '2' {
		return false
	}
	back := []byte(d)
	slices.Reverse(back)
	return string(back) != d && verhoeff(d)
}

// isGSTIN checks an Indian goods and services tax number: the state, the
// permanent account number, and a check character modulo 36. Source: GSTN.
func isGSTIN(v string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	c := Alnum(v)
	if len(c) != 15 || !asiaBetween(c[:2], 1, 38) && c[:2] != "96" && c[:2] != "97" && c[:2] != "99" {
		return false
	}
	sum := 0
	for i := range 14 {
		n := asiaIndex(alphabet, c[i]) * (1 + i%2)
		sum += n/36 + n%36
	}
	return c[14] == alphabet[(36-sum%36)%36]
}

// isIndianVoter checks the digits of a voter's card (EPIC), the last of which
// is Luhn's. Source: Election Commission of India.
func isIndianVoter(v string) bool {
	d := Digits(v)
	return len(d) == 7 && luhn(d)
}

// indianStates are the letters of states and union territories on number
// plates and driving licences, old ones included. Source: Central Motor Vehicles Rules.
const indianStates = `AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN
	TR TS TG UA UK UP UT WB`

// hasIndianState checks the two letters that v begins with; the Bharat series
// of number plates begins with the year instead.
func hasIndianState(v string) bool {
	c := Alnum(v)
	if len(c) < 4 {
		return false
	}
	if c[2:4] == "BH" && digit(c[0]) {
		return asiaBetween(c[:2], 21, 60)
	}
	return c[1] >= 'A' && strings.Contains(indianStates, c[:2])
}

// isIndianLicence checks state and year of issue of a driving licence's number.
func isIndianLicence(v string) bool {
	c := Alnum(v)
	if !hasIndianState(c) {
		return false
	}
	d := Digits(c)
	return len(d) == 13 && asiaBetween(d[2:6], 1950, 2060)
}

// isPakistaniID checks the province of a CNIC and that the last digit, which
// tells the sex, is not zero. Source: NADRA.
func isPakistaniID(v string) bool {
	d := Digits(v)
	return len(d) == 13 && d[0] >= '1' && d[0] <= '9' && d[5:12] != "0000000" && d[12] != '0'
}

// bangladeshiDistricts are the geographic codes of districts. Source:
// Bangladesh Bureau of Statistics.
const bangladeshiDistricts = `01 03 04 06 09 10 12 13 15 18 19 22 26 27 29 30 32 33 35 36 38 39 41 42 44 46 47 48 49 50 51 52
	54 55 56 57 58 59 61 64 65 67 68 69 70 72 73 75 76 77 78 79 81 82 84 85 86 87 88 89 90 91 93 94`

// isBangladeshiID checks the district of a national identity number of 13
// digits, and the year of birth before it in one of 17. Those of 10 digits, of the smart card,
// have no structure.
func isBangladeshiID(v string) bool {
	d := Digits(v)
	if len(d) == 17 {
		if !asiaBetween(d[:4], 1900, 2099) {
			return false
		}
		d = d[4:]
	}
	return len(d) == 13 && strings.Contains(bangladeshiDistricts, d[:2])
}

// isSriLankanID checks the day of the year in an identity card's number, to
// which 500 is added for women; in new ones the year is written in full. Source: Department for
// Registration of Persons.
func isSriLankanID(v string) bool {
	d := Digits(v)
	if len(d) == 12 {
		if !asiaBetween(d[:4], 1900, 2099) {
			return false
		}
		d = d[2:]
	}
	return len(d) >= 9 && (asiaBetween(d[2:5], 1, 366) || asiaBetween(d[2:5], 501, 866))
}
