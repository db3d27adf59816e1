package validators

import "strings"

// isSingaporeNRIC checks an identity or foreign identification number: S, T, F,
// G or M, seven digits and a check letter modulo 11. Source: Immigration & Checkpoints Authority.
func isSingaporeNRIC(v string) bool {
	c := Alnum(v)
	if len(c) != 9 {
		return false
	}
	sum := asiaSum(c[1:], 2, 7, 6, 5, 4, 3, 2)
	if sum < 0 {
		return false
	}
	switch c[0] {
	case 'S':
		return c[8] == "JZIHGFEDCBA"[sum%11]
	case 'T':
		return c[8] == "JZIHGFEDCBA"[(sum+4)%11]
	case 'F':
		return c[8] == "XWUTRQPNMLK"[sum%11]
	case 'G':
		return c[8] == "XWUTRQPNMLK"[(sum+4)%11]
	case 'M':
		return c[8] == "KLJNPQRTUWX"[10-(sum+3)%11]
	}
	return false
}

// uenKinds are the entities of a unique entity number that begins with the
// letter of a century. Source: uen.gov.sg.
const uenKinds = `CC CD CH CL CM CP CS CX DP FB FC FM FN GA GB GS HS LL LP MB MC MD MH MM MQ NB NR PA PB PF RF RP SM SS
	TC TU VH XL`

// isSingaporeUEN checks a unique entity number in its three forms: businesses
// (8 digits), local companies (year and 5 digits) and all others (T09LL0001B).
func isSingaporeUEN(v string) bool {
	c := Alnum(v)
	switch {
	case len(c) == 9:
		sum := asiaSum(c, 10, 4, 9, 3, 8, 2, 7, 1)
		return sum >= 0 && c[8] == "XMKECAWLJDB"[sum%11]
	case len(c) == 10 && digit(c[0]):
		sum := asiaSum(c, 10, 8, 6, 4, 9, 7, 5, 3, 1)
		return sum >= 0 && asiaBetween(c[:4], 1800, 2099) && c[9] == "ZKCMDNERGWH"[sum%11]
	case len(c) == 10:
		return strings.Contains(uenKinds, c[3:5]) && isOtherUEN(c)
	}
	return false
}

func isOtherUEN(c string) bool {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	sum := 0
	for i, w := range []int{4, 3, 5, 3, 10, 2, 2, 5, 7} {
		n := asiaIndex(alphabet, c[i])
		if n < 0 {
			return false
		}
		sum += n * w
	}
	return c[9] == alphabet[(sum+6)%11] // six more is five less
}

// notBirthplaces are the places of birth that the department never gave a code.
const notBirthplaces = "00 17 18 19 20 69 70 73 80 81 94 95 96 97"

// isMyKad checks the date of birth and the place of birth of a Malaysian
// identity card number. Source: National Registration Department, place codes.
func isMyKad(v string) bool {
	d := Digits(v)
	if len(d) != 12 || !asiaYearless(d[:6]) {
		return false
	}
	return !strings.Contains(notBirthplaces, d[6:8])
}

// isThaiID checks a Thai identity number: kind of person, province and district,
// and the last digit modulo 11. Source: Department of Provincial Administration.
func isThaiID(v string) bool {
	d := Digits(v)
	if len(d) != 13 || d[0] == '9' || !asiaBetween(d[1:3], 10, 99) && d[0] != '0' {
		return false
	}
	sum := asiaSum(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
	return int(d[12]-'0') == (11-sum%11)%10
}

// nikProvinces are the provinces of Indonesia in an identity number. Source:
// Ministry of Home Affairs, region codes.
const nikProvinces = `11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82
	91 92 93 94 95 96 97`

// isIndonesianNIK checks province, regency, district and the date of birth, in
// which 40 is added to the day for women.
func isIndonesianNIK(v string) bool {
	d := Digits(v)
	if len(d) != 16 || !strings.Contains(nikProvinces, d[:2]) || d[2:4] == "00" || d[4:6] == "00" || d[12:] == "0000" {
		return false
	}
	day := asiaNumber(d[6:8])
	if day > 40 {
		day -= 40
	}
	return asiaYearless(d[10:12] + d[8:10] + asiaDecimal(100 + day)[1:])
}

// isIndonesianNPWP checks a tax number of 15 digits, whose first nine pass
// Luhn's check, or one of 16: an identity number, or the old one behind a zero.
func isIndonesianNPWP(v string) bool {
	d := Digits(v)
	if len(d) == 16 && d[0] == '0' {
		d = d[1:]
	}
	return len(d) == 15 && d[:9] != "000000000" && luhn(d[:9])
}

// vietnameseProvinces are the codes of provinces in a citizen's number before
// the mergers of 2025. Source: circular 59/2021/TT-BCA.
const vietnameseProvinces = `001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035
	036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083
	084 086 087 089 091 092 093 094 095 096`

// isVietnameseID checks province and century (0 and 1 for the 20th, 2 and 3
// for the 21st) of a citizen identity card's number.
func isVietnameseID(v string) bool {
	d := Digits(v)
	return len(d) == 12 && strings.Contains(vietnameseProvinces, d[:3]) && d[3] <= '3'
}
