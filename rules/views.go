package rules

import (
	"math/bits"
	"strings"

	"github.com/takeback-chat/takeback/rules/fold"
)

// What is looked for through a view.
type scope uint8

const (
	everything scope = iota
	numbersOnly
	wordsOnly
)

// scopes says what the views that change only digits or only words are read for.
var scopes = map[string]scope{
	"spaced": numbersOnly, "han_numerals": numbersOnly, "number_words": numbersOnly, "letters_for_digits": numbersOnly,
	"leet": wordsOnly,
}

// strict are the views that bring together what may have nothing to do with
// each other: only a check digit proves that it does.
var strict = map[string]bool{"spaced": true, "letters_for_digits": true, "number_words": true}

// hears are the strict views that a context word may prove as well: what they bring together stood
// together before.
var hears = map[string]bool{"letters_for_digits": true, "number_words": true}

// onlyParted is the view that has no byte which is not in the text.
const onlyParted = "spaced"

// disguise is a view, and what it is read for.
type disguise struct {
	fold.View
	mark   classes // of the byte that the text must have; 0: none
	scope  scope
	strict bool
	hears  bool
}

func disguises() []disguise {
	out := make([]disguise, len(fold.Views))
	for i, v := range fold.Views {
		out[i] = disguise{View: v, scope: scopes[v.Name], strict: strict[v.Name], hears: hears[v.Name]}
	}
	return out
}

// look reads the text again through each view that is worth it.
func (e *Engine) look(s *scratch) {
	numbers, seen := -1, s.seen
	can := e.worth.of(s)
	for next := 0; ; { // a view may show hints at those behind it
		left := can & (e.worth.unhinted | s.hintedAt) >> next << next
		if left == 0 {
			return
		}
		i := bits.TrailingZeros32(left)
		next = i + 1
		v := &e.views[i]
		if v.Digits > 0 && numbers < 0 {
			numbers = countDigits(s.folded.Bytes, e.worth.digits)
		}
		if numbers < v.Digits && v.Digits > 0 || !s.show(v, i) {
			continue
		}
		s.turn(&s.viewed, i)
		if s.seen = seen; v.Name != onlyParted {
			s.seen = ^classes(0)
		}
		s.strict = v.strict && !(v.hears && e.hearsAny(s))
		e.readAs(s, v.scope)
	}
}

// hearsAny reports whether there is any context word in the text that s is turned to.
func (e *Engine) hearsAny(s *scratch) bool {
	e.listenTo(s)
	return len(s.heard) > 0
}

// readAs reads a view for what it can show.
func (e *Engine) readAs(s *scratch, want scope) {
	s.joined()
	switch want {
	case numbersOnly:
		s.digits = true
		e.readNumbers(s)
	case wordsOnly:
		e.findHits(s)
		for _, h := range s.hits {
			lit := &e.filter.literals[h.literal]
			for _, d := range lit.words {
				e.word(s, d, int(h.at), int(h.at)+len(lit.text))
			}
		}
		e.readLists(s)
	case everything:
		e.read(s)
	}
}

// joined marks the places where the view joined what was apart.
func (s *scratch) joined() {
	if cap(s.cutsMemory) < len(s.text) {
		s.cutsMemory = make([]bool, 2*len(s.text))
	}
	cuts, to, end := s.cutsMemory[:len(s.now.From)], s.now.To[:len(s.now.From)], int32(0)
	for i, from := range s.now.From {
		cuts[i] = end < from && i > 0
		end = to[i]
	}
	s.cuts = cuts
}

// believable reports whether a candidate seen through a view, which stands at
// text[start:end], is more than a coincidence.
func (e *Engine) believable(s *scratch, c *candidate, start, end int) bool {
	v := &e.views[c.view]
	if c.step > levelMedium || v.strict && !c.validated && !(v.hears && c.distance < farAway) {
		return false
	}
	return v.scope != numbersOnly || c.distance < farAway || s.regular(start, end)
}

// regular reports whether a number that was joined was written in groups as
// people write one number: all of one length but the last, or none shorter than three,
// or with something between them that does not separate numbers in a list. Groups of two are
// lotteries and scores.
func (s *scratch) regular(start, end int) bool {
	first, size, least := 0, 0, end-start
	equal := true
	for i := start; i < end; i++ {
		size++
		if i+1 < end && !s.cut(i+1) {
			continue
		}
		last := i+1 == end
		if first == 0 {
			first = size
		}
		if !last {
			least = min(least, size)
		}
		equal = equal && (size == first || last && size < first)
		if !last && !listing(s.gap(i+1)) {
			return true
		}
		size = 0
	}
	return equal && first != 2 || least >= 3
}

// maxCluster is how many digits that were joined can still be one number among
// others; where there are more, they are a list or a table.
const maxCluster = 48

// believedStart reports whether a number that was written apart may begin at
// text[at]: in a long row of numbers only one that is written digit by digit.
func (s *scratch) believedStart(at int, cluster run) bool {
	if s.cuts == nil || cluster.end-cluster.start <= maxCluster || !digit(s.text[at]) {
		return true
	}
	for i := at + 1; i < at+4; i++ {
		if !s.cut(i) {
			return false
		}
	}
	return true
}

// digitsFrom is the stretch of digits that begins at text[at].
func digitsFrom(text []byte, at int) run {
	r := run{at, at}
	for r.end < len(text) && digit(text[r.end]) {
		r.end++
	}
	return r
}

// gap is what a view took out before text[at].
func (s *scratch) gap(at int) string { return s.original[s.now.To[at-1]:s.now.From[at]] }

// listing reports whether the characters of a gap are those that stand between
// the numbers of a list.
func listing(gap string) bool { return only(gap, " \t,;.:/-") }

// apart reports whether a gap parts what is before it from what is behind it, as
// a point in a decimal or a dash in a reference does not.
func apart(gap string) bool { return !only(gap, ".,-_/+=:*") }

// only reports whether s has no other bytes than these.
func only(s, these string) bool {
	for i := range len(s) {
		if strings.IndexByte(these, s[i]) < 0 {
			return false
		}
	}
	return true
}

// hinted counts the hints at a view that stand near each other.
type hinted struct {
	count, most, last int32
	places            []int32 // of all in the text as it stands, where the view wants to know
}

// hintGap is how far apart hints at one disguise are, in bytes.
const hintGap = 100

func (h *hinted) hear(at int32) {
	if at-h.last > hintGap {
		h.count = 0
	}
	h.count, h.last = h.count+1, at
	h.most = max(h.most, h.count)
}

// forget makes it ready for another text.
func (h *hinted) forget() { *h = hinted{places: h.places[:0]} }

// hint takes note of a hint at a view.
func (e *Engine) hint(s *scratch, view, at int32) {
	s.hints = true
	h := &s.hinted[view]
	if h.hear(at); int(h.most) >= e.views[view].Least {
		s.hintedAt |= 1 << view
	}
	if s.view == asItStands && e.views[view].Near != nil {
		h.places = append(h.places, at)
	}
}

// show makes a view of the text as it stands, and reports whether there is anything of its kind.
func (s *scratch) show(v *disguise, view int) bool {
	if v.Near != nil {
		return v.Near(&s.viewed, &s.folded, s.hinted[view].places)
	}
	return v.Make(&s.viewed, &s.folded)
}
