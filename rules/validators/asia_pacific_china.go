package validators

import (
	"strings"
	"unicode/utf8"
)

// areaCodes are the area codes of mainland China's fixed lines behind the
// zero, with a dash for every digit in between. Source: MIIT, long-distance area codes.
var areaCodes = func() map[string]bool {
	codes := map[string]bool{"10": true}
	for part := range strings.FieldsSeq(`
		20-25 27-29 310-319 335 349-359 370-379 391-396 398 410-419 421 427 429 431-440 451-459 464 467-469 470-479
		482 483 510-519 523 527 530-539 543 546 550-559 561-566 570-580 591-599 631-635 660 662 663 668 691 692 701
		710-719 722 724 728 730-739 743-746 750-760 762 763 765 766 768 769 770-779 790-799 810-813 816-818 825-840
		851-859 870-879 881 883 886-888 891-899 901-903 906 908 909 911-919 930-938 941 943 951-955 970-979 990-999`) {
		lo, hi, found := strings.Cut(part, "-")
		if !found {
			hi = lo
		}
		for n := asiaNumber(lo); n <= asiaNumber(hi); n++ {
			codes[asiaDecimal(n)] = true
		}
	}
	return codes
}()

// isChineseLandline checks area code and length of a fixed line: eight digits
// behind a code of two (and in many other cities), seven behind one of three, the first 2 to 8;
// an extension may follow.
func isChineseLandline(v string) bool {
	end := strings.IndexAny(v, "转eE")
	if end < 0 {
		end = strings.LastIndexByte(v, '-')
	}
	return isFixedLine(v) || end > 0 && isFixedLine(v[:end])
}

// isFixedLine checks a number without extension. Where the area code is a group
// of its own, it is that group and nothing else.
func isFixedLine(v string) bool {
	groups := strings.FieldsFunc(v, func(r rune) bool { return r < '0' || r > '9' })
	if len(groups) > 0 && (groups[0] == "86" || groups[0] == "0086") {
		groups = groups[1:]
	} else if len(groups) > 1 && len(groups[0]) < 6 {
		groups[0] = strings.TrimPrefix(groups[0], "86") // no area code begins so
	}
	d := strings.TrimPrefix(strings.Join(groups, ""), "00")
	if len(d) > 11 {
		d = strings.TrimPrefix(d, "86")
	}
	if len(groups) < 2 || len(groups[0]) > 4 {
		return fixedLine(strings.TrimPrefix(d, "0"), 2) || fixedLine(strings.TrimPrefix(d, "0"), 3)
	}
	return fixedLine(strings.TrimPrefix(d, "0"), len(strings.TrimPrefix(groups[0], "0")))
}

// fixedLine checks an area code of so many digits and what follows it.
func fixedLine(d string, area int) bool {
	if area != 2 && area != 3 || len(d) < area+7 || !areaCodes[d[:area]] {
		return false
	}
	local := d[area:]
	return local[0] >= '2' && local[0] <= '8' && (len(local) == 8 || len(local) == 7 && area == 3)
}

// creditKinds are who registers what: the first two places of a unified social
// credit code (1 public institutions, 5 civil affairs, 9 companies, N farming, ...).
const creditKinds = `11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 59 61 62 69 71 72 79 81 89 91 92 93 A1 A9 G1
	N1 N2 N3 N9 Y1`

// creditAlphabet is the digits and letters of a unified social credit code.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// isSocialCreditCode checks the 18 places of a unified social credit code:
// who registered it, the region, and the check character modulo 31. Source: GB 32100-2015.
func isSocialCreditCode(v string) bool {
	c := Alnum(v)
	if len(c) != 18 || !strings.Contains(creditKinds, c[:2]) || c[2:8] != "100000" && !isResidentRegion(c[2:8]) {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		n := asiaIndex(creditAlphabet, c[i])
		if n < 0 || i >= 2 && i < 8 && n > 9 {
			return false
		}
		sum += n * weight
		weight = weight * 3 % 31
	}
	return c[17] == creditAlphabet[(31-sum%31)%31]
}

// holdsOrganisationCode checks an organisation code, which has a check
// character of its own: by itself, or as places 9 to 17 of a unified social credit
// code. Source: GB 11714-1997.
func holdsOrganisationCode(v string) bool {
	c := Alnum(v)
	if len(c) == 18 {
		c = c[8:17]
	}
	if len(c) != 9 {
		return false
	}
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += asiaIndex("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", c[i]) * w
	}
	return c[8] == "0X987654321"[sum%11]
}

// isChinesePlate checks the serial of a number plate, behind the province and
// the letter of the place: five digits and letters of which at most two are letters and one of
// the last may say what the car is, or six with the letter of a new-energy car. Source: GA 36-2018.
func isChinesePlate(v string) bool {
	_, size := utf8.DecodeRuneInString(v)
	serial := Alnum(v[size:])
	if strings.HasPrefix(serial, "WJ") || size == 1 || len(serial) < 5 {
		return len(Digits(v)) >= 4 // police, army, embassies: the regexp says it all
	}
	letters := len(serial) - len(Digits(serial)) - 1
	if len(serial) == 7 { // place and six of a new-energy car
		return newEnergy(serial[1:])
	}
	return letters <= 2
}

// newEnergy checks the serial of a new-energy car: small cars have D or F (or
// another letter since 2020) first, large ones last.
func newEnergy(serial string) bool {
	const kinds = "ABCDEFGHJK"
	small := strings.IndexByte(kinds, serial[0]) >= 0 && len(Digits(serial[2:])) == 4
	large := strings.IndexByte(kinds, serial[5]) >= 0 && len(Digits(serial[:5])) == 5
	return small || large
}
