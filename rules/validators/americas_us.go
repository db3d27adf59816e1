package validators

import (
	"slices"
	"strconv"
	"strings"
)

// advertisedSSNs are numbers that advertisements printed, of a wallet, a
// pamphlet and a company that sells protection, and that thousands used since.
var advertisedSSNs = []string{"078051120", "219099999", "457555462"}

// isUSSSN refuses the social security numbers that were never given out (areas
// 000, 666 and 900 up, group 00, serial 0000) and the advertised ones.
// Source: Social Security Administration, SSN randomization and POMS RM 10201.035.
func isUSSSN(v string) bool {
	d := Digits(v)
	if len(d) != 9 || slices.Contains(advertisedSSNs, d) {
		return false
	}
	return d[:3] != "000" && d[:3] != "666" && d[0] != '9' && d[3:5] != "00" && d[5:] != "0000"
}

// isITIN checks the ranges of individual taxpayer identification numbers: a
// nine in front, and in the fourth and fifth place 50-65, 70-88, 90-92 or
// 94-99. Source: IRS, Internal Revenue Manual 3.21.263.
func isITIN(v string) bool {
	d := Digits(v)
	if len(d) != 9 || d[0] != '9' || d[5:] == "0000" {
		return false
	}
	group, _ := strconv.Atoi(d[3:5])
	return group >= 50 && group <= 65 || group >= 70 && group <= 88 || group >= 90 && group != 93
}

// unusedEINPrefixes begin no employer identification number. Source: IRS, "How
// EINs are assigned and valid EIN prefixes".
var unusedEINPrefixes = []string{"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"}

func isEIN(v string) bool {
	d := Digits(v)
	return len(d) == 9 && !slices.Contains(unusedEINPrefixes, d[:2]) && !americasSame(d[2:])
}

// isUSPassport checks the shape of a passport number: nine digits, or a letter
// and eight since 2021. Source: Department of State, Next Generation Passport.
func isUSPassport(v string) bool {
	return len(v) == 9 && Digits(v[1:]) == v[1:] && alnum(v[0]) && !americasSame(v[1:])
}

// isNPI checks a national provider identifier: ten digits that begin with 1 or
// 2, Luhn's check digit with 80840 in front; one digit over and over is nobody's.
// Source: 45 CFR 162.406; CMS, "Requirements for NPI and NPI check digit".
func isNPI(v string) bool {
	d := Digits(v)
	return len(d) == 10 && (d[0] == '1' || d[0] == '2') && strings.Count(d[:9], d[:1]) < 9 && luhn("80840"+d)
}

// deaKinds are the letters of registrants that begin a DEA number: hospitals,
// practitioners, mid-level practitioners, manufacturers, distributors and so on.
const deaKinds = "ABCDEFGHJKLMPRSTUX"

// isDEA checks two letters (or a letter and 9), and seven digits of which the
// last is the last digit of 1st+3rd+5th plus twice 2nd+4th+6th. Source: Drug
// Enforcement Administration, 21 CFR 1301; Pharmacist's Manual.
func isDEA(v string) bool {
	c := Alnum(v)
	if len(c) != 9 || !strings.Contains(deaKinds, c[:1]) || digit(c[1]) && c[1] != '9' {
		return false
	}
	sum := americasSum(c[2:], 1, 2, 1, 2, 1, 2)
	return sum > 0 && digit(c[8]) && sum%10 == int(c[8]-'0')
}
