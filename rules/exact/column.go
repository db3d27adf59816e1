package exact

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/fold"
	"github.com/takeback-chat/takeback/rules/units"
)

// Kind says what the values of a column are, and so how they are compared.
type Kind string

// The kinds.
const (
	Digits  Kind = "digits"   // numbers; only digits count
	Alnum   Kind = "alnum"    // codes; only ASCII letters and digits count, case does not
	Words   Kind = "words"    // names: one to six words in any order, or 2 to 24 Han characters
	Date    Kind = "date"     // dates; 3/4/1985 could be two and is left out
	DateDMY Kind = "date-dmy" // dates, the day before the month where both are numbers
	DateMDY Kind = "date-mdy" // dates, the month before the day where both are numbers
)

// Kinds lists the kinds.
var Kinds = []Kind{Digits, Alnum, Words, Date, DateDMY, DateMDY}

const (
	maxLength = 63 // of a number or a code, in characters
	maxWords  = 6
	maxWide   = 24 // characters of a name without spaces
	maxValue  = 1024
)

// Column is one column of the table, and what is known of its values: enough to tell at
// once that a text holds none of them, and nothing more.
type Column struct {
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Lengths uint64 `json:"lengths"` // bit n: some value has n characters, or words
	Wide    uint64 `json:"wide"`    // bit n: some value has n characters without spaces
	Digits  int    `json:"digits"`  // that every value has
}

// ParseColumn reads COLUMN or COLUMN:KIND. Without a kind it is alnum.
func ParseColumn(s string) (Column, error) {
	name, kind, said := s, string(Alnum), false
	if at := strings.LastIndexByte(s, ':'); at >= 0 {
		name, kind, said = s[:at], s[at+1:], true
	}
	if name == "" {
		return Column{}, fmt.Errorf("%q names no column", s)
	}
	if said && !slices.Contains(Kinds, Kind(kind)) {
		return Column{}, fmt.Errorf("%q is no kind of values; one of: %s", kind, kindNames())
	}
	return Column{Name: name, Kind: Kind(kind)}, nil
}

func kindNames() string {
	names := make([]string, len(Kinds))
	for i, k := range Kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

func (c *Column) date() bool { return c.Kind == Date || c.Kind == DateDMY || c.Kind == DateMDY }

// normal brings a value of the table to its normal form, or says why it has none.
func (c *Column) normal(value string) (v []byte, why string) {
	if len(value) > maxValue {
		return nil, fmt.Sprintf("is longer than %d bytes", maxValue)
	}
	if strings.ContainsRune(value, utf8.RuneError) {
		return nil, "has characters that cannot be read"
	}
	text := []byte(fold.Fold(strings.TrimSpace(value)))
	if len(text) == 0 {
		return nil, "is empty"
	}
	switch {
	case c.date():
		return c.dateOf(text)
	case c.Kind == Words:
		return wordsOf(text)
	}
	for _, b := range text {
		if units.Digit(b) || c.Kind == Alnum && units.Alnum(b) {
			v = units.Lower(v, []byte{b})
		}
	}
	if len(v) > maxLength {
		return nil, fmt.Sprintf("has more than %d letters and digits", maxLength)
	}
	return v, ""
}

// wordsOf is the normal form of a name: its words in small letters, in order, or its
// characters.
func wordsOf(text []byte) (v []byte, why string) {
	var words [][]byte
	wide := 0
	for u, ok := units.Next(text, 0); ok; u, ok = units.Next(text, u.End) {
		if words = append(words, units.Lower(nil, text[u.Start:u.End])); u.Wide {
			wide++
		}
	}
	switch {
	case wide > 0 && wide < len(words):
		return nil, "mixes words and characters that are written without spaces"
	case wide > maxWide:
		return nil, fmt.Sprintf("has more than %d characters", maxWide)
	case wide > 0:
		return slices.Concat(words...), ""
	case len(words) > maxWords:
		return nil, fmt.Sprintf("has more than %d words", maxWords)
	}
	return joinSorted(nil, words), ""
}

// joinSorted appends the words in order, so that "Doe, Jane" is "Jane Doe".
func joinSorted(dst []byte, words [][]byte) []byte {
	slices.SortFunc(words, slices.Compare)
	for i, w := range words {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, w...)
	}
	return dst
}

// learn takes note of the shape of a value.
func (c *Column) learn(v []byte, first bool) {
	digits := countDigits(v)
	if c.date() {
		digits = leastOfDate
	}
	if first || digits < c.Digits {
		c.Digits = digits
	}
	n, wide := c.size(v)
	if wide {
		c.Wide |= 1 << n
	} else {
		c.Lengths |= 1 << n
	}
}

// size is what a value counts: characters, or words.
func (c *Column) size(v []byte) (n int, wide bool) {
	if c.Kind != Words || len(v) == 0 {
		return len(v), false
	}
	u, _ := units.Next(v, 0)
	if !u.Wide {
		return 1 + countByte(v, ' '), false
	}
	for ok := true; ok; u, ok = units.Next(v, u.End) {
		n++
	}
	return n, true
}

// unfit says why a value of the primary column would be found everywhere.
func (c *Column) unfit(v []byte) string {
	n, wide := c.size(v)
	switch {
	case c.Kind == Words && (wide && n >= 2 || !wide && (n >= 2 && len(v) >= 6 || len(v) >= 8)):
		return ""
	case c.Kind == Words:
		return "is too short a name"
	case n < leastPrimary:
		return fmt.Sprintf("has fewer than %d letters and digits", leastPrimary)
	case distinct(v) < 3:
		return "has fewer than 3 different characters"
	}
	return ""
}

// leastPrimary is how many letters and digits a primary value must have.
const leastPrimary = 6

func distinct(v []byte) int {
	var seen [4]uint64
	for _, b := range v {
		seen[b>>6] |= 1 << (b & 63)
	}
	n := 0
	for _, s := range seen {
		n += bits.OnesCount64(s)
	}
	return n
}

func countByte(v []byte, c byte) int {
	n := 0
	for _, b := range v {
		if b == c {
			n++
		}
	}
	return n
}
