package validators

import (
	"slices"
	"strings"
)

// ibanForms say what follows the check digits of an IBAN, by country: n digits,
// a letters, c either, each with how many. Sources: SWIFT IBAN Registry
// (ISO 13616); of countries that use IBANs without standing in the registry (the last
// two lines) only the length, which their central banks publish.
var ibanForms = map[string]string{
	"AD": "n8c12", "AE": "n19", "AL": "n8c16", "AT": "n16", "AZ": "a4c20", "BA": "n16", "BE": "n12", "BG": "a4n6c8",
	"BH": "a4c14", "BI": "n23", "BR": "n23a1c1", "BY": "c4n4c16", "CH": "n5c12", "CR": "n18", "CY": "n8c16",
	"CZ": "n20", "DE": "n18", "DJ": "n23", "DK": "n14", "DO": "c4n20", "EE": "n16", "EG": "n25", "ES": "n20",
	"FI": "n14", "FK": "a2n12", "FO": "n14", "FR": "n10c11n2", "GB": "a4n14", "GE": "a2n16", "GI": "a4c15", "GL": "n14",
	"GR": "n7c16", "GT": "c24", "HN": "a4n20", "HR": "n17", "HU": "n24", "IE": "a4n14", "IL": "n19", "IQ": "a4n15",
	"IS": "n22", "IT": "a1n10c12", "JO": "a4n4c18", "KW": "a4c22", "KZ": "n3c13", "LB": "n4c20", "LC": "a4c24",
	"LI": "n5c12", "LT": "n16", "LU": "n3c13", "LV": "a4c13", "LY": "n21", "MC": "n10c11n2", "MD": "c20", "ME": "n18",
	"MK": "n3c10n2", "MN": "n16", "MR": "n23", "MT": "a4n5c18", "MU": "a4n19a3", "NI": "a4n20", "NL": "a4n10",
	"NO": "n11", "OM": "n3c16", "PK": "a4c16", "PL": "n24", "PS": "a4c21", "PT": "n21", "QA": "a4c21", "RO": "a4c16",
	"RS": "n18", "RU": "n14c15", "SA": "n2c18", "SC": "a4n20a3", "SD": "n14", "SE": "n20", "SI": "n15", "SK": "n20",
	"SM": "a1n10c12", "SO": "n19", "ST": "n21", "SV": "a4n20", "TL": "n19", "TN": "n20", "TR": "n6c16", "UA": "n6c19",
	"VA": "n18", "VG": "a4n16", "XK": "n16", "YE": "a4n4c18",

	"AO": "c21", "BF": "c24", "BJ": "c24", "CF": "c23", "CG": "c23", "CI": "c24", "CM": "c23", "CV": "c21", "DZ": "c22",
	"GA": "c23", "GQ": "c23", "GW": "c21", "IR": "c22", "KM": "c23", "MA": "c24", "MG": "c23", "ML": "c24", "MZ": "c21",
	"NE": "c24", "SN": "c24", "TD": "c23", "TG": "c24",
}

// isIBAN checks the country, the length, where it has letters and where digits, and the two check digits.
func isIBAN(v string) bool { return v != "" && ibanLength(v) == len(v) }

// ibanLength returns how many bytes of v are one valid IBAN from its start
// (country, form, mod 97 of ISO 7064), or 0.
func ibanLength(v string) int {
	if len(v) < 2 {
		return 0
	}
	form := ibanForms[strings.ToUpper(v[:2])]
	want := ibanFormLength(form)
	var b strings.Builder
	for i := 0; i < len(v) && b.Len() < want; i++ {
		if alnum(v[i]) {
			b.WriteByte(v[i])
		}
		if b.Len() == want && hasIBANForm(b.String(), form) && mod97(Alnum(b.String())) {
			return i + 1
		}
	}
	return 0
}

// ibanFormLength returns the length of an IBAN of that form, 0 of none.
func ibanFormLength(form string) int {
	if form == "" {
		return 0
	}
	length := len("GB82")
	for form != "" {
		var n int
		_, n, form = ibanPart(form)
		length += n
	}
	return length
}

// hasIBANForm reports whether what follows the check digits of an IBAN has the form, which is as long.
func hasIBANForm(iban, form string) bool {
	rest := iban[len("GB82"):]
	for form != "" {
		var kind byte
		var n int
		kind, n, form = ibanPart(form)
		for _, c := range []byte(rest[:n]) {
			if kind == 'n' && !digit(c) || kind == 'a' && digit(c) {
				return false
			}
		}
		rest = rest[n:]
	}
	return true
}

// ibanPart cuts the first kind and how many of it off a form.
func ibanPart(form string) (kind byte, n int, rest string) {
	i := 1
	for ; i < len(form) && digit(form[i]); i++ {
		n = 10*n + int(form[i]-'0')
	}
	return form[0], n, form[i:]
}

// mod97 checks an IBAN of capitals and digits without separators.
func mod97(iban string) bool {
	rem := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		if digit(c) {
			rem = (rem*10 + int(c-'0')) % 97
		} else {
			rem = (rem*100 + int(c-'A') + 10) % 97
		}
	}
	return rem == 1
}

// countries are the codes of ISO 3166-1, and XK, which banks use for Kosovo.
const countries = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
	"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
	"UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"

// isCountry reports whether two capitals are a country.
func isCountry(code string) bool {
	return len(code) == 2 && strings.Contains(countries, code)
}

// bicWords are words of eleven or eight capitals in whose middle a country
// stands, and which people write beside "SWIFT".
var bicWords = []string{
	"BUSINESS", "CUSTOMER", "DOCUMENT", "INSTRUCT", "INSTRUCTION", "REMITTANCE", "STATEMENT", "BENEFICIARY", "INFORMATION", "TRANSACTION",
	"PASSWORD", "PAYMENTS", "CURRENCY", "NATIONAL", "ACCOUNTS", "STANDARD", "TRANSFER", "REQUIRED", "OVERSEAS", "PROVIDED", "SECURITY", "SERVICES",
	"SERVICE", "MESSAGES", "EXTERNAL", "INTERNAL", "ORIGINAL", "PREVIOUS", "QUESTION", "REGISTER", "SUPPLIER", "CONTRACT", "DELIVERY",
}

// isBIC checks a business identifier code (ISO 9362): the party's four letters,
// a country, and the party's suffix; blanks between them. A word is none.
func isBIC(v string) bool {
	c := strings.ToUpper(strings.ReplaceAll(v, " ", ""))
	if len(c) != 8 && len(c) != 11 || slices.Contains(bicWords, c) {
		return false
	}
	return isCountry(c[4:6]) && c[7] != 'O' && c != strings.Repeat(c[:1], len(c))
}

// isABA checks a routing number of the American Bankers Association: the
// Federal Reserve's prefixes and the check digit of weights 3, 7, 1.
func isABA(v string) bool {
	d := Digits(v)
	if len(d) != 9 || d == "000000000" {
		return false
	}
	sum := 0
	for i, w := range []int{3, 7, 1, 3, 7, 1, 3, 7, 1} {
		sum += w * int(d[i]-'0')
	}
	p := d[:2]
	return sum%10 == 0 && (p <= "12" || p >= "21" && p <= "32" || p >= "61" && p <= "72" || p == "80")
}

// isISIN checks a securities number (ISO 6166): a country or the X prefixes of
// international issues, nine letters and digits, and Luhn's digit over all, letters
// counted as 10 to 35.
func isISIN(v string) bool {
	c := Alnum(v)
	if len(c) != 12 || !digit(c[11]) || !isCountry(c[:2]) && !slices.Contains([]string{"XS", "EU", "XA", "XB", "XC", "XD", "XF", "QT", "QS", "AN"}, c[:2]) {
		return false
	}
	var b strings.Builder
	for _, r := range []byte(c) {
		if digit(r) {
			b.WriteByte(r)
			continue
		}
		b.WriteByte('0' + (r-'A'+10)/10)
		b.WriteByte('0' + (r-'A'+10)%10)
	}
	return luhn(b.String()) && strings.ContainsAny(c[2:], "0123456789")
}

// isSortCode refuses what has the shape of a sort code and an account and is
// plainly something else: one digit over and over.
func isSortCode(v string) bool {
	d := Digits(v)
	return (len(d) == 6 || len(d) == 14) && d[:6] != "000000" && varied(d)
}

// upiHandles are the handles behind the @ that banks and apps have in use.
// Source: NPCI's list of payment service providers and their handles.
var upiHandles = wordSet(`
	abfspay airtel airtelpaymentsbank albk allbank amazonpay apl aubank axisb axisbank axisgo axl bandhan barodampay bharatpe bhim bpunity centralbank
	cboi cmsidfc cnrb csbpay cub dbs dcb dlb equitas eazypay ezeepay fam fbl fbpe federal freecharge freoicici goaxb hdfcbank hdfcbankjd hsbc
	ibl icici idbi idfc idfcbank idfcfirst idfcnetc ikwik imobile indianbank indus indusind iob jio jkb jsb jupiteraxis kaypay kbl kmb kmbl kotak kotakmahindra
	kvb kvbank lime lvb mahb mbk mobikwik myicici navi naviaxis nsdl nyes obc okaxis okbizaxis okhdfcbank okicici oksbi omni oksmart paytm payzapp
	pingpay pnb postbank psb ptaxis pthdfc ptsbi ptyes pz rajgovhdfcbank rapl razor rbl rmhdfcbank s2b sbi sc scb scbl shriramhdfcbank sib slice superyes
	spicepay srcb synd tapicici tapyes timecosmos tjsb trans uboi uco ucobank unionbank unionbankofindia united upi utbi vijb vjb waaxis wahdfcbank waicici
	wasbi yapl yesbank yesbankltd yesg yespay yespop ybl yescred zoicici axisbnk dhanlaxmi finobank fincare finopay ausfb jiopartner tatapay
	tmb sliceaxis superpay amazonaxl`)

// isUPI reports whether a payment address has a handle that is in use.
func isUPI(v string) bool {
	_, handle, _ := strings.Cut(v, "@")
	return upiHandles[strings.ToLower(handle)] && isUPIShape(v)
}

// isUPIShape refuses what has no name before its handle.
func isUPIShape(v string) bool {
	name, handle, ok := strings.Cut(v, "@")
	return ok && len(name) >= 3 && len(name) <= 256 && len(handle) >= 2 && alnum(name[0]) && alnum(name[len(name)-1])
}

// wordSet is the words of a text.
func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}
