package validators

import (
	"slices"
	"strings"
)

// The Americas. What a format demands beyond its check digit (a prefix, a
// date, a region) is part of the check. A date counts as a check digit where a
// chance number seldom holds one in its place.
var americas = table{
	"us_ssn":  plain(isUSSSN),
	"us_itin": plain(isITIN),
	"us_ein":  plain(isEIN),
	"us_npi":  checksum(isNPI),
	"us_dea":  checksum(isDEA),

	"ca_sin":  checksum(isSIN),
	"ca_ohip": checksum(isOHIP),
	"ca_phn":  checksum(isBCPHN),
	"ca_ramq": checksum(isRAMQ),

	"br_cpf":  checksum(isCPF),
	"br_cnpj": checksum(isCNPJ),

	"mx_curp":     checksum(isCURP),
	"mx_rfc":      checksum(isRFC),
	"mx_rfc_date": checksum(hasRFCDate),

	"ar_cuit": checksum(isCUIT),
	"cl_rut":  checksum(isChileanRUT),
	"co_nit":  checksum(isNIT),
	"pe_ruc":  checksum(isPeruvianRUC),
	"pe_dni":  checksum(isPeruvianDNI),
	"ec_ci":   checksum(isEcuadorianCI),
	"uy_rut":  checksum(isUruguayanRUT),
	"ve_rif":  checksum(isRIF),

	"us_passport": plain(isUSPassport),

	"digits_differ": plain(func(v string) bool { return !americasSame(Digits(v)) && Digits(v) != "" }),
}

// americasSum adds up the first digits of d, each times its weight. A d that
// is too short or has other characters gives -1.
func americasSum(d string, weights ...int) int {
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

// americasSame reports whether v is one character over and over. Such numbers
// often pass a check digit, and nobody has them.
func americasSame(v string) bool {
	return v != "" && strings.Count(v, v[:1]) == len(v)
}

// isBirthdayOfCentury accepts YYMMDD in one of the centuries, written "19" or "20".
func isBirthdayOfCentury(yymmdd string, centuries ...string) bool {
	return slices.ContainsFunc(centuries, func(c string) bool { return isBirthday(c + yymmdd) })
}
