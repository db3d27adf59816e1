package validators

import (
	"strconv"
	"strings"
	"time"
)

var identity = table{
	"cn_id":     checksum(isResidentID),
	"cn_id15":   plain(isOldResidentID),
	"cn_mobile": plain(isChineseMobile),
}

// isResidentID checks a mainland China resident identity number of 18 places:
// province, date of birth and the check character of ISO 7064 MOD 11-2 (GB 11643-1999).
func isResidentID(v string) bool {
	c := Alnum(v)
	if len(c) != 18 || !isRegion(c) || !isBirthday(c[6:14]) {
		return false
	}
	sum := 0
	for i := range 17 {
		if !digit(c[i]) {
			return false
		}
		sum += int(c[i]-'0') << (17 - i) % 11
	}
	return c[17] == "10X98765432"[sum%11]
}

// isOldResidentID checks a number of 15 places, given out until 1999. It has
// no check digit.
func isOldResidentID(v string) bool {
	return len(v) == 15 && Digits(v) == v && isRegion(v) && isBirthday("19"+v[6:12])
}

// isRegion accepts the province that an identity number begins with; those of
// foreigners with permanent residence have a 9 before it.
func isRegion(v string) bool {
	return isProvince(v[:2]) || v[0] == '9' && isProvince(v[1:3])
}

// isBirthday accepts real dates from 1900 on. The package knows no clock, so
// the upper end is fixed.
func isBirthday(yyyymmdd string) bool {
	if len(yyyymmdd) != 8 || Digits(yyyymmdd) != yyyymmdd {
		return false
	}
	n, _ := strconv.Atoi(yyyymmdd) // digits
	year, month, day := n/10000, time.Month(n/100%100), n%100
	if year < 1900 || year >= 2100 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() == day
}

// isChineseMobile checks the numbering plan of mainland China's mobile
// networks. Source: MIIT numbering plan, second and third digits in use; 140, 141, 144, 146,
// 148 and 149 are for machines and 174 for satellites, which people carry too.
func isChineseMobile(v string) bool {
	d := Digits(v)
	d = strings.TrimPrefix(d, "00")
	if len(d) == 13 {
		d = strings.TrimPrefix(d, "86")
	}
	if len(d) != 11 || d[0] != '1' {
		return false
	}
	switch d[1] {
	case '3', '8':
		return true
	case '4':
		return strings.ContainsRune("01456789", rune(d[2]))
	case '5':
		return d[2] != '4'
	case '6':
		return strings.ContainsRune("2567", rune(d[2]))
	case '7':
		return d[2] != '9'
	case '9':
		return d[2] != '4'
	}
	return false
}
