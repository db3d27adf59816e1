package validators

import "strings"

// Health.
var health = table{
	"icd10": plain(isICD10),
}

// icd10Blocks are the blocks of three-character categories of each chapter:
// what stands between two blocks (B12, a vitamin) is no diagnosis. Sources:
// WHO, ICD-10 Version 2019; CDC, ICD-10-CM (the letters in third place).
var icd10Blocks = map[byte]string{
	'A': "00-09 15-28 30-99",
	'B': "00-09 15-83 85-99",
	'C': "00-26 30-34 37-41 43-58 60-97 4A 7A 7B",
	'D': "00-89 3A",
	'E': "00-16 20-36 40-46 50-68 70-90",
	'F': "00-99",
	'G': "00-99",
	'H': "00-95",
	'I': "00-02 05-16 20-28 30-52 5A 60-89 95-99",
	'J': "00-22 30-47 60-70 80-99 4A",
	'K': "00-14 20-31 35-46 50-52 55-68 70-77 80-95",
	'L': "00-08 10-14 20-30 40-45 49-60 62-75 80-99",
	'M': "00-03 05-36 40-43 45-51 53-54 60-63 65-68 70-73 75-77 79-99 1A",
	'N': "00-08 10-23 25-37 39-51 60-65 70-77 80-99",
	'O': "00-08 10-16 20-48 60-77 80-82 84-92 94-99 9A",
	'P': "00-05 07-15 19-29 35-39 50-61 70-72 74-78 80-84 90-96",
	'Q': "00-07 10-18 20-28 30-45 50-56 60-87 89-93 95-99",
	'R': "00-07 09-23 25-36 39-41 43-99",
	'S': "00-99",
	'T': "00-71 73-88 90-98",
	'U': "00-15 49-50 82-85",
	'V': "00-99",
	'W': "00-46 49-60 64-94 99",
	'X': "00-06 08-54 57-99",
	'Y': "00-38 40-99",
	'Z': "00-24 28-99 3A",
}

// isICD10 reports whether a code's category is given out. The Chinese edition
// writes up to seven places behind the dot.
func isICD10(v string) bool {
	c := Alnum(v)
	if len(c) < 3 || len(c) > 10 {
		return false
	}
	for block := range strings.FieldsSeq(icd10Blocks[c[0]]) {
		if from, to, _ := strings.Cut(block, "-"); c[1:3] == from || to != "" && Digits(c[1:3]) == c[1:3] && from <= c[1:3] && c[1:3] <= to {
			return true
		}
	}
	return false
}
