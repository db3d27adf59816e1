package validators

import (
	"strconv"
	"strings"
)

// Asia and the Pacific. The checks of one country stand in asia_pacific_*.go.
//
// Names that end in _lone are the same checks without the weight of a check
// digit: one in ten numbers passes, and without a word near by that must not
// push aside what is named.
var asiaPacific = table{
	"cn_region":         plain(isResidentRegion),
	"cn_foreign_permit": plain(isForeignPermit),
	"cn_landline":       plain(isChineseLandline),
	"cn_uscc":           checksum(isSocialCreditCode),
	"cn_org_code":       checksum(holdsOrganisationCode),
	"cn_plate":          plain(isChinesePlate),
	"mixed_digits":      plain(isMixed),
	"no_date":           plain(isNoDate),

	"hk_id":          checksum(isHongKongID),
	"hk_id_lone":     plain(isHongKongID),
	"tw_national_id": checksum(isTaiwanID),
	"tw_ubn":         plain(isTaiwanBusiness),

	"jp_my_number":           checksum(isMyNumber),
	"jp_my_number_lone":      plain(isMyNumber),
	"jp_driver_license":      checksum(isJapaneseLicence),
	"jp_driver_license_area": plain(hasJapaneseCommission),
	"kr_rrn_date":            plain(hasKoreanBirthday),
	"kr_rrn":                 checksum(isKoreanResident),
	"kr_frn":                 checksum(isKoreanForeigner),
	"kr_brn":                 checksum(isKoreanBusiness),
	"kr_driver_license_area": plain(hasKoreanLicenceArea),

	"sg_nric":      checksum(isSingaporeNRIC),
	"sg_uen":       checksum(isSingaporeUEN),
	"my_mykad":     plain(isMyKad),
	"th_tnin":      checksum(isThaiID),
	"th_tnin_lone": plain(isThaiID),
	"id_nik":       checksum(isIndonesianNIK),
	"id_npwp":      checksum(isIndonesianNPWP),
	"vn_cccd":      plain(isVietnameseID),
	"in_aadhaar":   checksum(isAadhaar),
	"verhoeff":     checksum(verhoeff),
	"aadhaar_lone": plain(isAadhaar),
	"in_gstin":     checksum(isGSTIN),
	"in_epic":      checksum(isIndianVoter),
	"in_state":     plain(hasIndianState),
	"in_licence":   plain(isIndianLicence),
	"pk_cnic":      plain(isPakistaniID),
	"bd_nid":       plain(isBangladeshiID),
	"lk_nic":       plain(isSriLankanID),
	"au_tfn":       checksum(isAustralianTFN),
	"au_tfn_lone":  plain(isAustralianTFN),
	"au_medicare":  checksum(isMedicare),
	"au_abn":       checksum(isABN),
	"au_abn_lone":  plain(isABN),
	"au_acn":       checksum(isACN),
	"au_acn_lone":  plain(isACN),
	"nz_ird":       checksum(isNewZealandIRD),
	"nz_ird_lone":  plain(isNewZealandIRD),
	"nz_nhi":       checksum(isNewZealandNHI),
	"nz_nhi_lone":  plain(isNewZealandNHI),
	"nz_bank":      checksum(isNewZealandBank),
	"nz_branch":    plain(hasNewZealandBranch),
}

// asiaSum multiplies the digits of d with the weights, one by one. It is -1
// where d is shorter than the weights or holds anything but digits there.
func asiaSum(d string, weights ...int) int {
	if len(d) < len(weights) {
		return -1
	}
	sum := 0
	for i, w := range weights {
		if !digit(d[i]) {
			return -1
		}
		sum += int(d[i]-'0') * w
	}
	return sum
}

// asiaBetween reports whether the digits d are a number from lo to hi.
func asiaBetween(d string, lo, hi int) bool {
	n, err := strconv.Atoi(d)
	return err == nil && n >= lo && n <= hi
}

// asiaYearless accepts a date of birth without its century (YYMMDD): the 29th
// of February counts where it does in either century.
func asiaYearless(yymmdd string) bool {
	return isBirthday("19"+yymmdd) || isBirthday("20"+yymmdd)
}

// isNoDate refuses numbers of eight digits that read as a day (YYYYMMDD),
// which stand beside names of documents as often as their numbers do.
func isNoDate(v string) bool {
	d := Digits(v)
	return len(d) != 8 || !isBirthday(d)
}

// isMixed refuses one digit over and over.
func isMixed(v string) bool {
	d := Digits(v)
	return d != "" && strings.Trim(d, d[:1]) != ""
}

// The tables of Verhoeff's scheme: multiplication in the dihedral group of ten
// elements, and the permutation of the digits in each of eight places.
var (
	verhoeffProduct = [10]string{
		"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
		"5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
	}
	verhoeffPlace = [8]string{
		"0123456789", "1576283094", "5803796142", "8916043527",
		"9453126870", "4286573901", "2793806415", "7046913258",
	}
)

// verhoeff checks the last digit of a number. Source: J. Verhoeff, Error
// Detecting Decimal Codes (1969). Separators are passed over.
func verhoeff(v string) bool {
	d := Digits(v)
	c := byte('0')
	for i := range len(d) {
		n := d[len(d)-1-i] - '0'
		c = verhoeffProduct[c-'0'][verhoeffPlace[i%8][n]-'0']
	}
	return len(d) > 1 && c == '0'
}

// asiaIndex is the place of the byte in the alphabet, -1 where it has none.
func asiaIndex(alphabet string, b byte) int { return strings.IndexByte(alphabet, b) }
