package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
)

// dropped and mark stand for a character of which nothing is left; a mark
// belongs to the character before it.
const (
	dropped = "\x00"
	mark    = "\x01"
)

// same are left alone although Unicode has a compatibility form for them,
// because that form would join a number or word beside them.
const same = "…‥™℠"

// twins are the ASCII twins that Unicode does not know as such.
var twins = pairsOf(
	`‘'’'‚,‛'ʼ'ʹ'′'´'` + "`'" + `“"”"„"‟"″"«"»"‹'›'「"」"『"』"《<》>〈<〉>【[】]〖[〗]〔[〕]` +
		`∶:꞉:：:⁄/∕/⧸/․.٬,٫.،,؛;۔.∗*×x〜~〰~∼~−-⁃-˗-─-━-╴-╼-➖-➕+øoØOıiȷjðdÐDđdĐDŋnŊNɡgſs`,
)

// multiples are the letters that are two, and what else is not one character.
var multiples = map[rune]string{
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'þ': "th", 'Þ': "TH", '🔟': "10",
	0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0x2800: " ",
}

func pairsOf(s string) map[rune]string {
	m, runes := map[rune]string{}, []rune(s)
	for i := 0; i+1 < len(runes); i += 2 {
		if runes[i] >= 0x80 {
			m[runes[i]] = string(runes[i+1])
		}
	}
	return m
}

var (
	latin    = regexp.MustCompile(`^LATIN (CAPITAL|SMALL) LETTER ([A-Z])( WITH .+)?$`)
	smallCap = regexp.MustCompile(`^LATIN LETTER SMALL CAPITAL ([A-Z])$`)
	boxed    = regexp.MustCompile(`(?:CIRCLED|SQUARED|PARENTHESIZED)(?: [A-Z-]+)? LATIN (CAPITAL|SMALL) LETTER ([A-Z])$`)
	digit    = regexp.MustCompile(`(?:^| )DIGIT (ZERO|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE)(?: FULL STOP| COMMA)?$`)
	number   = regexp.MustCompile(`(?:CIRCLED|PARENTHESIZED|^)(?: SANS-SERIF)? ?(?:NUMBER|DIGIT) ([A-Z -]+?)(?: FULL STOP)?$`)
)

// folded returns what r is compared as: one of the constants above, r itself,
// or what it stands for.
func folded(r rune) string {
	switch {
	case r < 0x80:
		return string(r)
	case markOnly(r), unicode.Is(unicode.Variation_Selector, r):
		return mark
	case ignorable(r), r >= 0x80 && r < 0xA0 && r != 0x85:
		return dropped
	case strings.ContainsRune(same, r):
		return string(r)
	case twins[r] != "":
		return twins[r]
	case multiples[r] != "":
		return multiples[r]
	case unicode.Is(unicode.Zs, r):
		return " "
	case unicode.Is(unicode.Pd, r):
		return "-"
	}
	if to := byName(r); to != "" {
		return to
	}
	return compatible(r)
}

// ignorable is Unicode's Default_Ignorable_Code_Point, put together as
// DerivedCoreProperties.txt says.
func ignorable(r rune) bool {
	switch {
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return true
	case unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark), r >= 0xFFF9 && r <= 0xFFFB, r >= 0x13430 && r <= 0x13440:
		return false
	}
	return unicode.Is(unicode.Cf, r)
}

// markOnly reports whether r is a mark that is no letter of its script:
// accents and enclosing marks, the points of Hebrew and Arabic. The vowel signs of
// Indic and Thai and the voicing marks of Kana carry meaning and stay.
func markOnly(r rune) bool {
	if r == 0x3099 || r == 0x309A {
		return false
	}
	return unicode.Is(unicode.Me, r) || unicode.Is(unicode.Mn, r) &&
		unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic)
}

// byName reads letters with diacritics, letters and digits in boxes, and the
// digits of all scripts from the characters' names.
func byName(r rune) string {
	name := runenames.Name(r)
	if m := latin.FindStringSubmatch(name); m != nil {
		return cased(m[1], m[2])
	}
	if m := smallCap.FindStringSubmatch(name); m != nil {
		return strings.ToLower(m[1])
	}
	if m := boxed.FindStringSubmatch(name); m != nil {
		return cased(m[1], m[2])
	}
	if !unicode.In(r, unicode.Nd, unicode.No) {
		return ""
	}
	if m := digit.FindStringSubmatch(name); m != nil {
		return value(m[1])
	}
	if m := number.FindStringSubmatch(name); m != nil {
		return value(m[1])
	}
	return ""
}

func cased(class, letter string) string {
	if class == "SMALL" {
		return strings.ToLower(letter)
	}
	return letter
}

var (
	units = strings.Fields("ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN SEVENTEEN EIGHTEEN NINETEEN")
	tens  = strings.Fields("TWENTY THIRTY FORTY FIFTY")
)

// value reads a number from ZERO to FIFTY NINE.
func value(words string) string {
	ten, rest, both := strings.Cut(strings.ReplaceAll(words, "-", " "), " ")
	n := slices.Index(units, ten)
	if at := slices.Index(tens, ten); at >= 0 {
		n = 20 + 10*at
		if both {
			n += max(0, slices.Index(units, rest))
		}
	} else if both {
		return ""
	}
	switch {
	case n < 0:
		return ""
	case n < 10:
		return string(rune('0' + n))
	}
	return string(rune('0'+n/10)) + string(rune('0'+n%10))
}

// compatible takes r apart, drops the marks, makes letters other than ASCII
// small, and puts together again what belongs together.
func compatible(r rune) string {
	apart := norm.NFKD.String(string(r))
	if strings.HasPrefix(apart, " ") || r >= 0x3131 && r <= 0x318E || r >= 0xFFA1 && r <= 0xFFDC {
		return string(r) // a spacing accent, a Hangul letter by itself
	}
	if inner, ok := strings.CutPrefix(strings.TrimSuffix(apart, ")"), "("); ok && len(inner) > 1 {
		apart = inner
	}
	var to strings.Builder
	for _, c := range apart {
		if c == r {
			if c = small(c); c == r {
				to.WriteRune(c)
				continue
			}
		}
		if s := folded(c); s != dropped && s != mark {
			to.WriteString(s)
		}
	}
	s := norm.NFC.String(to.String())
	if s == "" || len(s) > len(string(r)) {
		return string(r)
	}
	return s
}

func small(r rune) rune {
	if r == 'ς' {
		return 'σ'
	}
	if low := unicode.ToLower(r); low >= 0x80 && len(string(low)) <= len(string(r)) {
		return low
	}
	return r
}
