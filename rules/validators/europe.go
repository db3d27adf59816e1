package validators

import "strings"

// Europe. The checks of each region stand in its own file. A date of birth in its
// place counts like a check digit: by chance one number in twenty-seven has one.
var europe = table{
	"at_svnr":             checksum(isATSocialSecurity),
	"be_nn":               checksum(isBENational),
	"bg_egn":              checksum(isBGCitizen),
	"ch_ahv":              checksum(isCHSocialSecurity),
	"cz_rc":               checksum(isBirthNumber),
	"cz_rc_old":           checksum(isOldBirthNumber),
	"de_document":         plain(isDESerial),
	"de_document_checked": checksum(isDECheckedSerial),
	"de_driver_license":   checksum(isDEDrivingLicence),
	"de_health_insurance": checksum(isDEHealthInsurance),
	"de_social_security":  checksum(isDEPension),
	"de_tax_id":           checksum(isDETaxID),
	"de_tax_number":       plain(isDETaxNumber),
	"de_vat_id":           checksum(isDEVAT),
	"dk_cpr":              checksum(isDKChecked),
	"dk_cpr_date":         checksum(isDKDated),
	"ee_isikukood":        checksum(isBalticPersonal),
	"es_cif":              checksum(isESCompany),
	"es_nie":              checksum(isESForeigner),
	"es_nif":              checksum(isESPerson),
	"eu_vat":              checksum(isEUVAT),
	"fi_hetu":             checksum(isFIPersonal),
	"fr_cni":              plain(isFROldCard),
	"fr_nif":              checksum(isFRTax),
	"fr_nir":              checksum(isFRSocialSecurity),
	"fr_nir_bare":         plain(isFRKeyless),
	"gr_afm":              checksum(isGRTax),
	"gr_amka":             checksum(isGRSocialSecurity),
	"hr_oib":              checksum(isHRPersonal),
	"hu_tax_id":           checksum(isHUTax),
	"hu_taj":              checksum(isHUSocialSecurity),
	"ie_pps":              checksum(isIEPersonal),
	"is_kennitala":        checksum(isISPersonal),
	"is_kennitala_date":   checksum(isISDated),
	"it_fiscal_code":      checksum(isITFiscalCode),
	"it_vat_code":         checksum(isITVAT),
	"lt_asmens":           checksum(isBalticPersonal),
	"lu_nin":              checksum(isLUNational),
	"lv_pk":               checksum(isLVPersonal),
	"lv_pk_new":           plain(isLVUndated),
	"nl_bsn":              checksum(isNLCitizen),
	"no_fodselsnummer":    checksum(isNOBirth),
	"no_phone_shape":      plain(noPhoneShape),
	"pl_nip":              checksum(isPLTax),
	"pl_pesel":            checksum(isPLPersonal),
	"pl_regon":            checksum(isPLBusiness),
	"pt_cc":               checksum(isPTCard),
	"pt_nif":              checksum(isPTTax),
	"ro_cnp":              checksum(isROPersonal),
	"rs_jmbg":             checksum(isRSCitizen),
	"ru_inn":              checksum(isRUTax),
	"ru_passport":         plain(isRUPassport),
	"ru_snils":            checksum(isRUPension),
	"se_personnummer":     checksum(isSEPersonal),
	"si_emso":             checksum(isSICitizen),
	"tr_tckn":             checksum(isTRCitizen),
	"ua_rntrc":            checksum(isUATax),
	"uk_driving_licence":  checksum(isUKDrivingLicence),
	"uk_nhs":              checksum(isUKHealth),
	"uk_nhs_issued":       plain(isUKIssued),
	"uk_nino":             plain(isUKInsurance),
	"uk_number_plate":     plain(isUKPlate),
	"uk_postcode":         plain(isUKPostcode),
	"uk_utr":              checksum(isUKTax),
}

// exactDigits returns the digits of v when there are n of them.
func exactDigits(v string, n int) (string, bool) {
	d := Digits(v)
	return d, len(d) == n
}

// europeSum multiplies the digits of d with the weights and adds up. There
// must be a digit for every weight.
func europeSum(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(d[i]-'0')
	}
	return sum
}

// europeNumber is the value of a short string of digits.
func europeNumber(d string) int {
	n := 0
	for i := range len(d) {
		n = n*10 + int(d[i]-'0')
	}
	return n
}

// europeMod is a number of any length modulo m.
func europeMod(d string, m int) int {
	n := 0
	for i := range len(d) {
		n = (n*10 + int(d[i]-'0')) % m
	}
	return n
}

// allDigits reports whether v is ASCII digits and nothing else.
func allDigits(v string) bool {
	for i := range len(v) {
		if !digit(v[i]) {
			return false
		}
	}
	return v != ""
}

var daysOf = [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// europeDay accepts a day of the calendar in a year of four digits.
func europeDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || day > daysOf[month-1] {
		return false
	}
	leap := year%4 == 0 && (year%100 != 0 || year%400 == 0)
	return month != 2 || day < 29 || leap
}

// europeShortDay accepts a day in a year of two digits, of either century.
func europeShortDay(year, month, day int) bool {
	return europeDay(1900+year, month, day) || europeDay(2000+year, month, day)
}

// dayMonthYear accepts six digits DDMMYY.
func dayMonthYear(d string) bool {
	return europeShortDay(europeNumber(d[4:6]), europeNumber(d[2:4]), europeNumber(d[:2]))
}

// mod11x10 checks the last digit by ISO/IEC 7064 MOD 11,10.
func mod11x10(d string) bool {
	if len(d) < 2 || !allDigits(d) {
		return false
	}
	p := 10
	for i := range len(d) - 1 {
		s := (p + int(d[i]-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (p+int(d[len(d)-1]-'0'))%10 == 1
}

// noPhoneShape refuses digits that are far more often a telephone number than
// anything else: a mobile number of mainland China, a number of North America
// (NANP: neither area nor exchange begins with 0 or 1), an hour of the Unix clock.
func noPhoneShape(v string) bool {
	d := Digits(v)
	switch len(d) {
	case 11:
		return d[0] != '1' || d[1] < '3'
	case 10:
		clock := d[0] == '1' && d[1] >= '4'
		return !clock && (d[0] < '2' || d[3] < '2')
	}
	return true
}

// among reports whether a byte is one of a set.
func among(set string, b byte) bool { return strings.IndexByte(set, b) >= 0 }

// letterIn returns where a byte stands in an alphabet, or -1.
func letterIn(alphabet string, b byte) int { return strings.IndexByte(alphabet, b) }
