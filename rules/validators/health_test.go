package validators

import "testing"

func TestHealth(t *testing.T) {
	runCountryCases(t, health, []countryCase{
		{
			"icd10",
			[]string{"A00", "E11.9", "J45.901", "C4A.0", "M1A.00X0", "S72.001A", "U07.1", "z3a.20", "Y38"},
			[]string{"B12", "A29.1", "C27", "I03", "J48", "E11X1234567", "11.9", "Q57", "V1A", "X07"},
		},
	})
}
