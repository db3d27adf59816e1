package rules

import (
	"strings"
	"unicode"

	"github.com/takeback-chat/takeback/models"
)

// Numbers that have nothing to do with one another pass for a card once in fifty times, if they
// are as long together. So a number that is split over messages takes more
// evidence than its check digit:
//
//   - no part is written as something else: a price, a measure, a time, a day, a count;
//   - the parts do not count up or down, whatever order they came in;
//   - words speak for it. Or no two parts have the same word beside them, as the rows of a
//     list have, no bare number stands next to them, and at most one thing about them is odd.
//
// What is left are bare numbers that are cut like a card: nothing tells those from one.

// mostOdd is how much may be odd about parts that no words speak for.
const mostOdd = 1

// fewParts is over how many messages a number can be split anyhow.
const fewParts = 4

const cardDetector = "credit_card"

// meant reports whether the parts of a value are more than numbers that follow one another.
func (s *splits) meant(f models.Finding, t joined, i int) bool {
	if f.Category == models.Secrets {
		return true
	}
	value, parts := t.text[f.Start:f.End], s.told(f, t, i)
	if everyday(f, value, parts) || s.borrows(f, t, i) {
		return false
	}
	number := !unlikely[f.Detector] && !strings.ContainsFunc(value, unicode.IsLetter)
	switch {
	case number && (counting(parts) || dated(f, parts)):
		return false
	case s.raised(f, value):
		return true
	}
	return !listed(parts) && (!number || s.odd(f, t, parts, i) <= mostOdd)
}

// borrows reports whether letters of a value are those of a plain word beside a part: the "at"
// of a time begins an Austrian account.
func (s *splits) borrows(f models.Finding, t joined, i int) bool {
	last := t.pieces - 1
	for at := f.Start; at < f.End; at++ {
		if b := t.text[at]; b < 'a' || b > 'z' {
			continue
		}
		piece, offset := int(t.piece[at]), int(t.offset[at])
		if piece == 0 && offset < s.all[i].tailFrom || piece == last && offset >= s.all[i+last].headTo {
			return true
		}
	}
	return false
}

// raised reports whether the words beside a value make it surer than it is by itself.
func (s *splits) raised(f models.Finding, value string) bool {
	for _, g := range s.e.Scan([]models.Element{{Kind: models.TextElement, Text: value}}) {
		if g.Detector == f.Detector && g.Confidence >= f.Confidence {
			return false
		}
	}
	return true
}

// odd counts what is odd about the parts of a number: that they are cut where nobody would,
// that the number's own length is rare, that words stand between them, or other numbers
// beside them. What rules them out counts more than mostOdd.
func (s *splits) odd(f models.Finding, t joined, parts []told, i int) int {
	n, words := oddCuts(f, parts), wordsBetween(parts)
	if f.Detector == cardDetector && !usualCard(parts) {
		n++
	}
	if n += words; numbersBeside(parts) || words > 0 && s.beside(t, i, func(f fragment) bool { return f.digits }) {
		n++
	}
	if s.beside(t, i, func(f fragment) bool { return f.bare }) {
		n += mostOdd + 1
	}
	return n
}

// beside reports whether the fragment before the parts or the one behind them is so.
func (s *splits) beside(t joined, i int, so func(fragment) bool) bool {
	j := i + t.pieces
	return i > 0 && so(s.all[i-1]) || j < len(s.all) && so(s.all[j])
}

// oddCuts counts what is odd about where a number is cut. A card may be cut anywhere, but into many
// parts only between its groups or into parts of one length. Of another number that
// people say in more than two parts, they say what it is.
func oddCuts(f models.Finding, parts []told) int {
	card, even := f.Detector == cardDetector, even(parts)
	switch {
	case !card && len(parts) > 2:
		return mostOdd + 1
	case !card && even, card && inGroups(parts):
		return 0
	case even, len(parts) <= fewParts:
		return 1
	}
	return mostOdd + 1
}

// even reports whether a number is cut into parts of one length, of which the last may be shorter.
func even(parts []told) bool {
	first, last := len(parts[0].digits), len(parts[len(parts)-1].digits)
	if len(parts) == 2 {
		return first == last || first == last+1
	}
	for _, w := range parts[:len(parts)-1] {
		if len(w.digits) != first {
			return false
		}
	}
	return last <= first
}

// inGroups reports whether a card is cut between groups in which its digits are written: of four, of
// four, six and five, or behind the six that name the issuer.
func inGroups(parts []told) bool {
	fours, sixInside, issuer := true, true, true
	at := 0
	for n, w := range parts {
		if n > 0 {
			fours = fours && at%4 == 0
			sixInside = sixInside && (at == 4 || at == 10)
			issuer = issuer && at%6 == 0
		}
		at += len(w.digits)
	}
	return fours || sixInside && at < 16 || issuer && (at == 16 || at == 19)
}

// usualCard reports whether a card has the length that nearly all of its network have.
func usualCard(parts []told) bool {
	n, begin := 0, ""
	for _, w := range parts {
		n, begin = n+len(w.digits), begin+w.digits
	}
	return n == 16 || n == 15 && begin[0] == '3' || n == 19 && begin[:2] == "62"
}
