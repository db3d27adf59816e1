package validators

import (
	"slices"
	"strings"
)

// ibanLengths are the lengths of IBANs by country. Sources: SWIFT IBAN Registry
// (ISO 13616); for countries that use IBANs without standing in the registry (the last
// four lines) what their central banks publish.
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
	"FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
	"IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
	"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
	"NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
	"SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
	"UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,

	"AO": 25, "BF": 28, "BJ": 28, "CF": 27, "CG": 27, "CI": 28, "CM": 27, "CV": 25, "DZ": 26, "GA": 27, "GQ": 27, "GW": 25,
	"IR": 26, "KM": 27, "MA": 28, "MG": 27, "ML": 28, "MZ": 25, "NE": 28, "SN": 28, "TD": 27, "TG": 28,
}

// isIBAN checks the country, the length and the two check digits.
func isIBAN(v string) bool { return v != "" && ibanLength(v) == len(v) }

// ibanLength returns how many bytes of v are one valid IBAN from its start
// (country, length, mod 97 of ISO 7064), or 0.
func ibanLength(v string) int {
	if len(v) < 2 {
		return 0
	}
	want := ibanLengths[strings.ToUpper(v[:2])]
	var b strings.Builder
	for i := 0; i < len(v) && b.Len() < want; i++ {
		if alnum(v[i]) {
			b.WriteByte(v[i])
		}
		if b.Len() == want && mod97(Alnum(b.String())) {
			return i + 1
		}
	}
	return 0
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
// a country, and the party's suffix. A word is none.
func isBIC(v string) bool {
	c := strings.ToUpper(v)
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
