package validators

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// countryCase is what a validator of a country's numbers must say.
type countryCase struct {
	name      string
	good, bad []string
}

// runCountryCases holds the validators of a table to their cases; each must have some.
func runCountryCases(t *testing.T, tab table, cases []countryCase) {
	t.Helper()
	tested := map[string]bool{}
	for _, tt := range cases {
		v, ok := tab[tt.name]
		if !ok {
			t.Fatalf("there is no validator %s", tt.name)
		}
		check, err := v.Make("")
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tt.good {
			if x = strings.ReplaceAll(x, "{}", ""); !check(x) {
				t.Errorf("%s refuses %q", tt.name, x)
			}
		}
		for _, x := range append(tt.bad, "", "1", "é") {
			if x = strings.ReplaceAll(x, "{}", ""); check(x) {
				t.Errorf("%s accepts %q", tt.name, x)
			}
		}
		tested[tt.name] = len(tt.good) > 0 && len(tt.bad) > 0
	}
	for name := range tab {
		if !tested[name] {
			t.Errorf("the validator %s has no good or no bad value", name)
		}
	}
}

func TestAmericas(t *testing.T) {
	runCountryCases(t, americas, []countryCase{
		{"us_ssn", []string{"536-22-{}8726", "123456789", "899 99 9999"}, []string{"000-12-3456", "666-12-3456", "900-12-3456", "536-00-8726", "536-22-0000", "078-05-1120", "219-09-9999", "457-55-5462", "53622872"}},
		{"us_itin", []string{"911-70-{}1234", "900-50-1234", "999 99 9999", "900-94-0001"}, []string{"911-49-1234", "911-66-1234", "911-89-1234", "911-93-1234", "811-70-1234", "911-70-0000"}},
		{"us_ein", []string{"12-{}3456789", "98-7654321", "041234567"}, []string{"00-1234567", "07-1234567", "97-1234567", "12-345678", "12-0000000"}},
		{"us_passport", []string{"A35817264", "543107926"}, []string{"A3581726", "AB3581726", "A00000000", "é5817264"}},
		{"us_npi", []string{"1234567893", "1245319599"}, []string{"1234567890", "3234567893", "123456789", "2222222228"}},
		{"us_dea", []string{"AB{}1234563", "f91234563", "MJ 1614519"}, []string{"AB1234560", "IB1234563", "A81234563", "AB123456", "AB0000000", "AB12345A3"}},
		{"ca_sin", []string{"123-456-782", "130 692 544"}, []string{"123-456-789", "046 454 286", "800 000 002", "12345678"}},
		{"ca_ohip", []string{"9876-543-217", "9876 543 217 AB"}, []string{"9876-543-210", "0876543217", "987654321"}},
		{"ca_phn", []string{"9698 658 215"}, []string{"9698 648 215", "9698 658 216", "5736504210"}},
		{"ca_ramq", []string{"BOUF 9401 1419", "TREM 9255 0112", "tref00123012"}, []string{"BOUF 9413 1419", "BOUF 9463 1419", "BOUF 9402 3019", "BO1F 9401 1419", "BOUF 9401 141"}},
		{"br_cpf", []string{"390.533.{}447-05", "529.982.247-25", "11144477735"}, []string{"390.533.447-06", "390.533.447-15", "111.111.111-11", "3905334470"}},
		{"br_cnpj", []string{"16.727.230/0001-97", "11222333000181", "12.ABC.345/01DE-35", "12abc34501de35"}, []string{"16.727.230/0001-98", "12.ABC.345/01DE-36", "00000000000000", "12ABC34501DEA5", "1672723000019"}},
		{"mx_curp", []string{"BOXW310820HNERXN09", "HEGG560427MVZRRL04"}, []string{"BOXW310820HNERXN08", "BOXW311320HNERXN09", "BOXW310820ANERXN09", "BOXW310820HXXRXN09", "BOXW310820HNERXNB9", "BOXW310820HNERXN0"}},
		{"mx_rfc", []string{"GODE561231GR8", "GODE 561231 GR8", "gode-561231-gr8", "SAT970701NN3", "MAB-930714-8T4"}, []string{"GODE561231GR9", "GODE561331GR8", "GODE561231", "SAT970701NN4"}},
		{"mx_rfc_date", []string{"GODE561231", "GODE561231GR8", "A&C680524P76"}, []string{"GODE561331", "GODE560230GR8", "GODE5612"}},
		{"ar_cuit", []string{"20-05536168-2", "20-26756539-3", "30500010912"}, []string{"20-05536168-1", "21-05536168-2", "20-0553616-2"}},
		{"cl_rut", []string{"12.531.909-2", "76.086.428-5", "7654321-6", "10.000.013-k"}, []string{"12.531.909-3", "12.531.909-K", "11.111.111-2", "2.531-2"}},
		{"co_nit", []string{"213.123.432-1", "860.002.964-4", "800197268-4"}, []string{"213.123.432-2", "860.002.964-5", "0000000000"}},
		{"pe_ruc", []string{"20512333797", "20-51233379-7"}, []string{"20512333798", "30512333797", "2051233379"}},
		{"pe_dni", []string{"10117410-2", "10117410-G"}, []string{"10117410-3", "10117410-A", "10117410"}},
		{"ec_ci", []string{"171430710-3", "1714307103", "1714307103001"}, []string{"171430710-4", "2514307103", "1794307103", "171430710", "1714307103002"}},
		{"uy_rut", []string{"21-140634-001-1", "211003420017"}, []string{"21-140634-001-2", "23-140634-001-1", "21-000000-001-1", "211003420117"}},
		{"ve_rif", []string{"V-11470283-4", "J-07013380-5", "g200035919"}, []string{"V-11470283-3", "A-11470283-4", "V-1147028-4"}},
		{"digits_differ", []string{"12345", "00-01"}, []string{"11-11", "abc"}},
	})
}

// Of all last digits that a body can have, exactly one is right; formulas that
// can give ten or eleven leave some bodies without one.
func TestAmericasCheckDigits(t *testing.T) {
	bodies := []struct {
		validator, body, last string
		least                 int
	}{
		{"us_npi", `[12]\d{8}`, "0123456789", 1},
		{"us_dea", `[A-HJ-M][A-Z][1-9]\d{5}`, "0123456789", 1},
		{"ca_sin", `[1-79]\d{7}`, "0123456789", 1},
		{"ca_ohip", `[1-9]\d{8}`, "0123456789", 1},
		{"ca_phn", `9\d{8}`, "0123456789", 0},
		{"mx_curp", `[A-Z]{4}[0-9]{2}0[1-9][01][1-9][HM](?:DF|JC|VZ)[A-Z]{3}[A-Z0-9]`, "0123456789", 1},
		{"mx_rfc", `[A-Z&]{3,4}[0-9]{2}0[1-9][01][1-9][A-Z0-9]{2}`, "0123456789A", 1},
		{"ar_cuit", `2[034567]\d{8}`, "0123456789", 0},
		{"cl_rut", `[1-9]\d{6,7}`, "0123456789K", 1},
		{"co_nit", `[1-9]\d{8}`, "0123456789", 1},
		{"pe_ruc", `(?:10|20)\d{8}`, "0123456789", 1},
		{"pe_dni", `[0-9]{8}`, "0123456789", 1},
		{"ec_ci", `[01][1-9][0-5]\d{6}`, "0123456789", 1},
		{"uy_rut", `[01][1-9]\d{5}[1-9]001`, "0123456789", 0},
		{"ve_rif", `[VEJPGC]\d{8}`, "0123456789", 1},
	}
	for _, tt := range bodies {
		check, _ := all[tt.validator].Make("")
		rapid.Check(t, func(t *rapid.T) {
			body := rapid.StringMatching(tt.body).Draw(t, tt.validator)
			if americasSame(body) {
				return
			}
			passing := 0
			for _, last := range tt.last {
				if check(body + string(last)) {
					passing++
				}
			}
			if passing > 1 || passing < tt.least {
				t.Fatalf("%s: %d last characters of %q pass", tt.validator, passing, body)
			}
		})
	}
}

// One of a hundred pairs of check digits is right.
func TestBrazilianPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cpf := rapid.StringMatching(`[0-9]{9}`).Draw(t, "cpf")
		cnpj := rapid.StringMatching(`[0-9A-Z]{12}`).Draw(t, "cnpj")
		persons, companies := 0, 0
		for n := range 100 {
			if isCPF(cpf + twoDigits(n)) {
				persons++
			}
			if isCNPJ(cnpj + twoDigits(n)) {
				companies++
			}
		}
		if !americasSame(cpf) && persons != 1 || !americasSame(cnpj) && companies != 1 {
			t.Fatalf("%d pairs pass for %s, %d for %s", persons, cpf, companies, cnpj)
		}
	})
}
