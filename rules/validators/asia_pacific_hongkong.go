package validators

import "strings"

// isHongKongID checks a Hong Kong identity card number: one or two letters, six
// digits and a check digit or A, modulo 11. Source: Immigration Department, HKIC number.
func isHongKongID(v string) bool {
	c := Alnum(v)
	if len(c) == 8 {
		c = " " + c
	}
	if len(c) != 9 {
		return false
	}
	sum := hongKongLetter(c[0])*9 + hongKongLetter(c[1])*8
	digits := asiaSum(c[2:], 7, 6, 5, 4, 3, 2)
	if digits < 0 || c[1] < 'A' {
		return false
	}
	check := asiaIndex("0123456789A", c[8])
	return check >= 0 && (sum+digits+check)%11 == 0
}

// hongKongLetter counts from A, which is 10; a blank is 36.
func hongKongLetter(b byte) int {
	if b == ' ' {
		return 36
	}
	return int(b-'A') + 10
}

// isTaiwanID checks a national identity number or a residence certificate's:
// the letter of the place, then a digit for sex (1, 2; 8, 9 for foreigners since 2021) or, on old
// certificates, a second letter A to D. Source: Ministry of the Interior, check modulo 10.
func isTaiwanID(v string) bool {
	c := Alnum(v)
	if len(c) != 10 || c[0] < 'A' {
		return false
	}
	first := asiaIndex("ABCDEFGHJKLMNPQRSTUVXYWZIO", c[0]) + 10
	second := asiaIndex("0123456789", c[1])
	switch {
	case strings.IndexByte("1289", c[1]) >= 0:
	case c[1] >= 'A' && c[1] <= 'D':
		second = int(c[1] - 'A')
	default:
		return false
	}
	rest := asiaSum(c[2:], 7, 6, 5, 4, 3, 2, 1, 1)
	return rest >= 0 && (first/10+first%10*9+second*8+rest)%10 == 0
}

// isTaiwanBusiness checks a unified business number: the digits of the products
// are added up; since 2023 the sum is a multiple of 5 (before, of 10), and where the
// seventh digit is 7 its ten may count as one. Source: Ministry of Finance.
func isTaiwanBusiness(v string) bool {
	d := Digits(v)
	if len(d) != 8 || d == "00000000" {
		return false
	}
	sum := 0
	for i, w := range []int{1, 2, 1, 2, 1, 2, 4, 1} {
		n := int(d[i]-'0') * w
		sum += n/10 + n%10
	}
	return sum%5 == 0 || d[6] == '7' && (sum+1)%5 == 0
}
