package validators

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// financialCases are the specimen numbers that networks, banks and standards
// publish for tests.
var financialCases = map[string]struct{ good, bad []string }{
	"luhn": {
		good: []string{"4111" + "111111111111", "79927398713", "4111" + "-1111-1111-1111"},
		bad:  []string{"", "0", "79927398710", "4111" + "111111111112"},
	},
	"card_network": {
		good: []string{
			"4111" + "111111111111", "4111" + "111111111111110", "5555" + "555555554444", "2223" + "003122003222", "3782" + "82246310005", "6011" + "111111111117",
			"3056" + "9309025904", "3600" + "000000000008", "3530" + "111333300000", "6200" + "000000000005", "6200" + "00000000000000", "8171" + "999900000000021",
			"2200" + "000000000004", "9792" + "030394440796", "6759" + "649826438453", "5066" + "991111111118", "6062" + "828888666688", "5019" + "717010103742",
			"5082" + "000000000000", "5060" + "990000000000", "9860" + "000000000000", "9704" + "000000000000",
		},
		bad: []string{"", "1234" + "567890123456", "4111" + "11111111111", "3782" + "822463100050", "5555" + "55555555444", "9999" + "999999999999", "41111111", "2721" + "000000000000"},
	},
	"card_any": {
		good: []string{"4222" + "222222222", "1354" + "12345678911", "5610" + "591081018250", "6360" + "000000000000", "6799" + "990100000000019"},
		bad:  []string{"", "7000" + "000000000000", "0000" + "000000000000"},
	},
	"card_groups": {
		good: []string{"4111 1111 1111 1111", "3782-822463-10005", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "41111111"},
		bad:  []string{"4111 1111-1111 1111", "1 22 333 4444", "1 2 3 4 5 6 7 8 9 10 11"},
	},
	"card_track": {
		good: []string{"%B4111" + "111111111111^DOE/JANE^2912101000?", ";5555" + "555555554444=2912101?", "3782" + "82246310005D30011010"},
		bad:  []string{"", "%B", "%B4111" + "111111111112^DOE/JANE^2912101000?", ";4111" + "111111111111=2913101?", ";4111" + "111111111111=29", "^"},
	},
	"cn_bin": {
		good: []string{"62220202" + "0000123456", "95588012" + "34567890128"},
		bad:  []string{"", "4111" + "111111111111", "62220202"},
	},
	"iban": {
		good: []string{
			"GB82 WEST 1234 5698 7654 32", "DE89" + "370400440532013000", "NO93" + "86011117947", "MT84MALT" + "011000012345MTLCAST001S", "FR14 2004 1010 0505 0001 3M02 606",
			"nl91abna" + "0417164300", "BR18" + "00360305000010009795493C1", "SC18SSCB" + "11010000000000001497USD", "LC55HEMM" + "000100010012001200023015",
		},
		bad: []string{
			"", "GB", "GB82", "GB82 WEST 1234 5698 7654 33", "XX89370400440532013000", "DE8937040044053201300", "DE893704004405320130001",
			"GE80" + "120000000101904917", "DE85" + "A70400440532013000",
		},
	},
	"bic": {
		good: []string{"DEUTDEFF", "DEUTDEFF500", "chasus33xxx", "BKCHCNBJ110", "DEUT DE FF 500"},
		bad:  []string{"", "DEUTDEF", "DEUTZZFF", "BUSINESS", "CUSTOMER", "AAAAAAAA"},
	},
	"aba": {
		good: []string{"021000021", "121000358", "0111-0001-2", "322271627"},
		bad:  []string{"", "021000022", "991000024", "000000000", "02100002"},
	},
	"isin": {
		good: []string{"US0378331005", "DE0007164600", "AU0000XVGZA3", "XS0629974352", "gb0002634946"},
		bad:  []string{"", "US0378331006", "ZZ0378331005", "US037833100", "US03783310055", "AAAAAAAAAAAA"},
	},
	"sort_code": {good: []string{"20-45-77", "204577 55779911"}, bad: []string{"", "00-00-00", "111111", "20457"}},
	"upi":       {good: []string{"asha.rao@okhdfcbank", "98765@YBL"}, bad: []string{"", "@ybl", "ab@ybl", "asha@nobank", "asha.@ybl"}},
	"upi_shape": {good: []string{"asha@nobank"}, bad: []string{"", "@nobank", "a@b", "asha"}},
}

func TestFinancial(t *testing.T) {
	if len(financialCases) != len(financial) {
		t.Errorf("%d of %d validators have cases", len(financialCases), len(financial))
	}
	for name, tt := range financialCases {
		testValues(t, financial, name, tt.good, tt.bad)
	}
}

// Of the ten digits that can stand in a place, one makes the number right.
func TestOneDigitInTen(t *testing.T) {
	for name, shape := range map[string]string{"luhn": `[0-9]{15}`, "aba": `0[1-9][0-9]{6}`, "isin": `US[0-9A-Z]{8}[0-9]`} {
		check, _ := financial[name].Make("")
		rapid.Check(t, func(t *rapid.T) {
			body, fit := rapid.StringMatching(shape).Draw(t, "body"), 0
			for d := range 10 {
				if check(fmt.Sprint(body, d)) {
					fit++
				}
			}
			if fit != 1 {
				t.Fatalf("%s: %d check digits fit %s", name, fit, body)
			}
		})
	}
}

// An IBAN of any country has one pair of check digits among 02 to 98.
func TestIBANCheckDigits(t *testing.T) {
	part := regexp.MustCompile(`([nac])(\d+)`)
	classes := strings.NewReplacer("n", "[0-9]", "a", "[A-Z]", "c", "[0-9A-Z]")
	for country, form := range ibanForms {
		shape := classes.Replace(part.ReplaceAllString(form, "$1{$2}"))
		rapid.Check(t, func(t *rapid.T) {
			bban, fit := rapid.StringMatching(shape).Draw(t, "bban"), 0
			for pair := 2; pair <= 98; pair++ {
				if isIBAN(fmt.Sprintf("%s%02d%s", country, pair, bban)) {
					fit++
				}
			}
			if fit != 1 {
				t.Fatalf("%s: %d pairs fit %s", country, fit, bban)
			}
		})
	}
}

// Separators change nothing.
func TestSeparatorsArePassedOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.StringMatching(`[0-9]{12,19}`).Draw(t, "number")
		spaced := strings.Join(strings.Split(v, ""), rapid.SampledFrom([]string{" ", "-", "."}).Draw(t, "separator"))
		if luhn(v) != luhn(spaced) || anyNetwork(v) != anyNetwork(spaced) {
			t.Fatalf("%s and %s differ", v, spaced)
		}
	})
}

func FuzzFinancial(f *testing.F) {
	for _, tt := range financialCases {
		for _, v := range append(tt.good, tt.bad...) {
			f.Add(v)
		}
	}
	f.Fuzz(func(_ *testing.T, v string) {
		for _, x := range financial {
			check, _ := x.Make("")
			check(v)
		}
	})
}
