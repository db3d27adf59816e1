package validators

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEurope(t *testing.T) {
	tested := 0
	for name, tt := range europeCases {
		v, ok := europe[name]
		if !ok {
			t.Errorf("there is no validator %s", name)
			continue
		}
		tested++
		check, err := v.Make("")
		if err != nil {
			t.Fatal(err)
		}
		for _, good := range tt.good {
			if good = strings.ReplaceAll(good, "{}", ""); !check(good) {
				t.Errorf("%s refuses %q", name, good)
			}
		}
		for _, bad := range tt.bad {
			if check(bad) {
				t.Errorf("%s accepts %q", name, bad)
			}
		}
		if len(tt.good) == 0 || len(tt.bad) < 2 {
			t.Errorf("%s has %d good and %d bad values", name, len(tt.good), len(tt.bad))
		}
	}
	if tested != len(europe) {
		t.Errorf("%d validators of %d are tested", tested, len(europe))
	}
}

// europeLax says of how many of the nine wrong digits in a place a check may be
// deceived, where that is more than none: modulo 11 written in one digit, two sexes
// or centuries with a date each, places that no check digit covers.
var europeLax = map[string]int{
	"be_nn": 1, "cz_rc": 1, "it_fiscal_code": 1, "ru_inn": 1, "ru_snils": 1, "lv_pk": 1, "ee_isikukood": 1, "lt_asmens": 1, "gr_afm": 1,
	"pl_regon": 1, "pt_nif": 1, "ua_rntrc": 1, "bg_egn": 1, "rs_jmbg": 1, "si_emso": 1, "ro_cnp": 1, "is_kennitala": 2, "pt_cc": 1, "hu_tax_id": 1,
	"uk_utr": 1, "se_personnummer": 1, "eu_vat": 9, "de_driver_license": 9,
	"dk_cpr_date": 9, "is_kennitala_date": 9, "cz_rc_old": 9, "uk_driving_licence": 9,
}

// Whoever changes one digit of a good number is found out.
func TestEuropeOneDigitIsSeen(t *testing.T) {
	numbers := 0
	for name, tt := range europeCases {
		if !europe[name].Checksum {
			continue
		}
		check, _ := europe[name].Make("")
		for _, good := range tt.good {
			good = strings.ReplaceAll(good, "{}", "")
			numbers++
			for i := range len(good) {
				if n := deceived(check, good, i); n > europeLax[name] {
					t.Errorf("%s: %d other digits pass in place %d of %s", name, n, i, good)
				}
			}
		}
	}
	if numbers < 120 {
		t.Errorf("%d numbers were spoilt, at least 120 are written down", numbers)
	}
}

// deceived counts the wrong digits that pass in one place of a good number.
func deceived(check func(string) bool, good string, place int) (n int) {
	if !digit(good[place]) {
		return 0
	}
	for by := range byte(9) {
		spoilt := []byte(good)
		spoilt[place] = '0' + (good[place]-'0'+by+1)%10
		if check(string(spoilt)) {
			n++
		}
	}
	return n
}

// A check digit fits few of all numbers: a share that a random number of the
// right length must not exceed.
func TestEuropeChanceHits(t *testing.T) {
	for _, name := range []string{"be_nn", "de_tax_id", "ee_isikukood", "hr_oib", "no_fodselsnummer", "pl_pesel", "tr_tckn", "lv_pk", "gr_amka", "it_vat_code", "ru_snils"} {
		check, _ := europe[name].Make("")
		hits, n := 0, uint64(10007)
		for range 20_000 {
			n = (n*6364136223846793005 + 1442695040888963407) % 100_000_000_000
			if check(fmt.Sprintf("%011d", n)) {
				hits++
			}
		}
		if hits > 20_000/9 {
			t.Errorf("%s takes %d of 20,000 random numbers", name, hits)
		}
	}
}

// Verhoeff's digit sees every single wrong digit and every swap of neighbours.
func TestDihedral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9]{5,14}`).Draw(t, "body")
		good := 0
		for d := range 10 {
			if v := body + string(rune('0'+d)); dihedral(v) {
				good++
				i := rapid.IntRange(0, len(v)-2).Draw(t, "place")
				swapped := []byte(v)
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
				if v[i] != v[i+1] && dihedral(string(swapped)) {
					t.Fatalf("%s passes for %s", swapped, v)
				}
			}
		}
		if good != 1 {
			t.Fatalf("%d check digits pass for %s", good, body)
		}
	})
}
