package validators

// isCPF checks the two check digits of a Brazilian person's tax number, each
// from a sum modulo 11 over all digits before it. Source: Receita Federal,
// Cadastro de Pessoas Físicas.
func isCPF(v string) bool {
	d := Digits(v)
	if len(d) != 11 || americasSame(d) {
		return false
	}
	first := americasSum(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)
	second := americasSum(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
	return mod11Digit(first) == int(d[9]-'0') && mod11Digit(second) == int(d[10]-'0')
}

// mod11Digit is 11 less the rest modulo 11, and 0 where that has two digits.
func mod11Digit(sum int) int {
	if r := sum % 11; r > 1 {
		return 11 - r
	}
	return 0
}

// isCNPJ checks the two check digits of a Brazilian company's number. Since
// 2026 letters may stand before them; each character counts as its ASCII code
// less 48. Source: Receita Federal, Instrução Normativa RFB 2.229/2024; SERPRO,
// calculation of the check digits of the alphanumeric CNPJ.
func isCNPJ(v string) bool {
	c := Alnum(v)
	if len(c) != 14 || americasSame(c) || !digit(c[12]) || !digit(c[13]) {
		return false
	}
	first, second := 0, 0
	for i := range 13 {
		n := int(c[i] - '0')
		if i < 12 {
			first += n * (2 + (11-i)%8)
		}
		second += n * (2 + (12-i)%8)
	}
	return mod11Digit(first) == int(c[12]-'0') && mod11Digit(second) == int(c[13]-'0')
}
