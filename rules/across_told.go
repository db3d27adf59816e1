package rules

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/fold"
)

// told is a part of a value as its message has it, with what stands beside it there.
type told struct {
	before, part, behind string
	digits               string // of the part, whatever script they are of
}

// told returns the parts of a value. Marks at their edges, such as a currency's, are beside them.
func (s *splits) told(f models.Finding, t joined, i int) []told {
	parts := make([]told, t.pieces)
	for n := range parts {
		m := s.all[i+n]
		text := m.head
		if n == 0 {
			text = m.tail
		}
		p := t.part(m, n, f)
		part := text[p.Start:p.End]
		start := p.End - len(strings.TrimLeftFunc(part, noValue))
		end := max(start, p.Start+len(strings.TrimRightFunc(part, noValue)))
		parts[n] = told{text[:start], text[start:end], text[end:], plainDigits(text[start:end])}
	}
	return parts
}

// plainDigits returns the digits of a text as ASCII.
func plainDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, fold.Fold(text))
}

func noValue(r rune) bool { return !unicode.IsLetter(r) && !partDigit(r) }

// days are days as people write them, and the times from and to of something.
var days = regexp.MustCompile(`^(?:\d{1,2}-\d{1,2}(?:-(?:19|20)?\d{2})?|(?:19|20)\d{2}-\d{1,2}(?:-\d{1,2})?)$`)

// leastGroup is how long a group of a card is at least, where people set marks between the groups.
const leastGroup = 4

// everyday reports whether one of the parts is a price, a measure, a time, a day, a share or a
// count. The marks of a number that is written with them are its own.
func everyday(f models.Finding, value string, parts []told) bool {
	marked := f.Detector != cardDetector && !unlikely[f.Detector] && strings.ContainsAny(value, ".,:/-")
	return slices.ContainsFunc(parts, func(w told) bool { return w.counts() || !marked && w.measures() })
}

// counts reports whether a sign beside a part says that it counts or numbers something.
func (w told) counts() bool {
	before, _ := utf8.DecodeLastRuneInString(strings.TrimRight(w.before, " "))
	behind, _ := utf8.DecodeRuneInString(strings.TrimLeft(w.behind, " "))
	return unicode.Is(unicode.Sc, before) || strings.ContainsRune("#№+×", before) ||
		unicode.Is(unicode.Sc, behind) || strings.ContainsRune("%‰°", behind) ||
		len(w.part) > 3 && (strings.EqualFold(w.part[:3], "no.") || strings.EqualFold(w.part[:3], "nr."))
}

// measures reports whether a part is written as a day, or with marks between groups that are too short.
func (w told) measures() bool {
	groups := strings.FieldsFunc(w.part, func(r rune) bool { return strings.ContainsRune(".,:/：", r) })
	return days.MatchString(w.part) || len(groups) > 1 && slices.ContainsFunc(groups, func(g string) bool { return partDigits(g) < leastGroup })
}

// dated reports whether a part is a day of eight digits, as that with which some numbers of people begin, or
// all parts are times or days of four: hardly any card has them.
func dated(f models.Finding, parts []told) bool {
	four := 0
	for n, w := range parts {
		switch d := w.digits; {
		case len(d) == 8 && day(d) && (n > 0 || f.Detector == cardDetector):
			return true
		case len(d) == 4 && (pair(d, 23, 59) || pair(d, 12, 31) || pair(d, 31, 12)):
			four++
		}
	}
	return four == len(parts)
}

// day reports whether eight digits are a day of our time, the year first.
func day(digits string) bool {
	return (digits[:2] == "19" || digits[:2] == "20") && pair(digits[4:], 12, 31)
}

// pair reports whether four digits are two numbers of two, up to limits.
func pair(digits string, first, second int) bool {
	n, err := strconv.Atoi(digits)
	return err == nil && n/100 <= first && n%100 <= second
}
