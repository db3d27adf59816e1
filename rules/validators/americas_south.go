package validators

import (
	"slices"
	"strconv"
	"strings"
)

// isCUIT checks kind and check digit of an Argentine tax number. Source: AFIP,
// Resolución General 10/97; the kinds are 20, 23-27 for persons and 30, 33, 34
// for companies, 50, 51 and 55 for those abroad.
func isCUIT(v string) bool {
	d := Digits(v)
	if len(d) != 11 || !slices.Contains([]string{"20", "23", "24", "25", "26", "27", "30", "33", "34", "50", "51", "55"}, d[:2]) {
		return false
	}
	sum := americasSum(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
	return d[10] == "09987654321"[sum%11]
}

// isChileanRUT checks the last character of a Chilean RUT or RUN, a digit or K.
// Source: Servicio de Impuestos Internos; Registro Civil.
func isChileanRUT(v string) bool {
	c := Alnum(v)
	n := len(c) - 1
	if n < 6 || n > 8 || Digits(c[:n]) != c[:n] || americasSame(c) {
		return false
	}
	sum := 0
	for i := range n {
		sum += int(c[n-1-i]-'0') * (2 + i%6)
	}
	return c[n] == "0K987654321"[sum%11]
}

// nitWeights are the primes that weigh the digits of a NIT, from the right.
// Source: DIAN, Orden Administrativa 4 de 1989.
var nitWeights = []int{3, 7, 13, 17, 19, 23, 29, 37, 41, 43}

// isNIT checks the check digit of a Colombian tax number.
func isNIT(v string) bool {
	d := Digits(v)
	n := len(d) - 1
	if n < 6 || n > len(nitWeights) || americasSame(d) {
		return false
	}
	sum := 0
	for i := range n {
		sum += int(d[n-1-i]-'0') * nitWeights[i]
	}
	return d[n] == "01987654321"[sum%11]
}

// isPeruvianRUC checks kind and check digit of a Peruvian tax number. Source:
// SUNAT; 10, 15, 16 and 17 are persons, 20 companies.
func isPeruvianRUC(v string) bool {
	d := Digits(v)
	if len(d) != 11 || !slices.Contains([]string{"10", "15", "16", "17", "20"}, d[:2]) {
		return false
	}
	sum := americasSum(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
	return int(d[10]-'0') == (11-sum%11)%10
}

// isPeruvianDNI checks the check character behind the eight digits of a
// Peruvian identity card; old cards have a letter, new ones a digit. Source:
// RENIEC, código único de identificación.
func isPeruvianDNI(v string) bool {
	c := Alnum(v)
	if len(c) != 9 || Digits(c[:8]) != c[:8] {
		return false
	}
	rest := americasSum(c, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	return c[8] == "65432110987"[rest] || c[8] == "KJIHGFEDCBA"[rest]
}

// isEcuadorianCI checks province, kind of person and check digit of an
// Ecuadorian cédula: Luhn's sum over ten digits. With 001 behind it it is the
// person's tax number. Source: Registro Civil; SRI; 30 is for those abroad.
func isEcuadorianCI(v string) bool {
	d := Digits(v)
	if len(d) == 13 {
		d = strings.TrimSuffix(d, "001")
	}
	if len(d) != 10 || d[2] > '6' || !luhn(d) {
		return false
	}
	province, _ := strconv.Atoi(d[:2])
	return province >= 1 && province <= 24 || province == 30
}

// isUruguayanRUT checks office, branch and check digit of a Uruguayan tax
// number. Source: Dirección General Impositiva.
func isUruguayanRUT(v string) bool {
	d := Digits(v)
	if len(d) != 12 || d[:2] < "01" || d[:2] > "22" || d[2:8] == "000000" || d[8:11] != "001" {
		return false
	}
	sum := americasSum(d, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
	return sum%11 != 1 && int(d[11]-'0') == (11-sum%11)%11
}

// rifKinds are what the letter of a RIF adds to its sum: citizens, foreigners,
// companies and communes, passports, government. Source: SENIAT, Providencia
// 0071.
var rifKinds = map[byte]int{'V': 4, 'E': 8, 'J': 12, 'C': 12, 'P': 16, 'G': 20}

// isRIF checks the check digit of a Venezuelan tax number.
func isRIF(v string) bool {
	c := Alnum(v)
	if len(c) != 10 || Digits(c[1:]) != c[1:] || rifKinds[c[0]] == 0 {
		return false
	}
	sum := rifKinds[c[0]] + americasSum(c[1:], 3, 2, 7, 6, 5, 4, 3, 2)
	return c[9] == "00987654321"[sum%11]
}
