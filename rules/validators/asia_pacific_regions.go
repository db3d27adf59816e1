package validators

import (
	"strconv"
	"strings"
)

// prefectures are, by province, the prefectures of resident identity numbers:
// those of today and those of before, when most of them were districts with codes from 21 on; 90 is
// what a province governs itself. Source: GB/T 2260 in its editions since 1980.
var prefectures = func() map[string]map[string]bool {
	provinces := map[string]map[string]bool{}
	for line := range strings.Lines(`
		11 01-03
		12 01-03
		13 01-11 21-33 90
		14 01-11 21-33
		15 01-09 21-30
		21 01-14 21-28 90
		22 01-08 21-27 90
		23 01-12 21-28 90
		31 01-03
		32 01-13 20-29 90
		33 01-11 21-29 90
		34 01-18 21-30 90
		35 01-09 21-28 90
		36 01-11 21-28 90
		37 01-17 21-33 90
		41 01-18 21-31 90
		42 01-13 21-31 90
		43 01-13 21-34 90
		44 01-20 21-33 51-53 90
		45 01-14 21-33 90
		46 00-04 90
		50 01-03 21-28
		51 01-25 27-37 90
		52 01-06 21-29
		53 01-10 21-36
		54 01-07 21-28
		61 01-10 21-30 90
		62 01-12 21-33
		63 01-02 21-30
		64 01-05 21-25
		65 01-06 21-33 40-43 90`) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		codes := map[string]bool{}
		for _, part := range fields[1:] {
			lo, hi, found := strings.Cut(part, "-")
			if !found {
				hi = lo
			}
			for n := asiaNumber(lo); n <= asiaNumber(hi); n++ {
				codes[asiaDecimal(100 + n)[1:]] = true
			}
		}
		provinces[fields[0]] = codes
	}
	return provinces
}()

// isProvince accepts the first two digits of a region: of the mainland, of
// Taiwan, Hong Kong and Macao, and 83, of people from Taiwan who live on the mainland.
func isProvince(two string) bool {
	switch two {
	case "71", "81", "82", "83":
		return true
	}
	return prefectures[two] != nil
}

// isResidentRegion checks the six digits of the region that an identity number
// begins with, down to the prefecture. Numbers of foreigners with permanent residence
// begin with 9, the province and the country's number in ISO 3166-1.
func isResidentRegion(v string) bool {
	c := Alnum(v)
	if len(c) < 6 || len(Digits(c[:6])) != 6 {
		return false
	}
	switch c[:2] {
	case "71", "81", "82", "83":
		return c[2:6] == "0000"
	}
	if c[0] == '9' {
		return prefectures[c[1:3]] != nil && asiaBetween(c[3:6], 4, 894)
	}
	codes := prefectures[c[:2]]
	if c[2:4] == "00" { // the province as a whole
		return codes != nil && c[4:6] == "00"
	}
	return codes[c[2:4]]
}

// isForeignPermit checks the number of a foreigner's permanent residence card as
// given out before 2023: the country in three letters, the prefecture, the date
// of birth, a serial and a check digit whose rule is not published. Source: GA/T 1026.
func isForeignPermit(v string) bool {
	c := Alnum(v)
	return len(c) == 15 && c[2] >= 'A' && isResidentRegion(c[3:7]+"00") && len(Digits(c)) == 12 && asiaYearless(c[7:13])
}

// asiaNumber reads the digits of a table; asiaDecimal writes them.
func asiaNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err) // cannot happen: the tables of this package hold numbers
	}
	return n
}

func asiaDecimal(n int) string { return strconv.Itoa(n) }
