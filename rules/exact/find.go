package exact

import (
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/units"
)

// Match is a row of the table in a text.
type Match struct {
	Start, End int // of the primary value
	Others     int // how many of the row's other values stand near
	Chars      int // of the primary value in its normal form
}

const (
	// maxMatches bounds what is found in one text.
	maxMatches = 200
	// maxLooked bounds how many primary values of one text have their others
	// looked for, and maxHashed how many values are hashed for that.
	maxLooked = 200
	maxHashed = 32 << 10
)

// Find returns the rows that text, which is folded, holds: those whose primary
// value stands there as a value of its own, with as many of the others near by
// as the index demands. Nil when there are none; that costs no allocation.
func (x *Index) Find(text []byte) []Match {
	if countDigits(text) < x.least {
		return nil
	}
	s := search{x: x, text: text, looked: maxLooked, hashed: maxHashed}
	r := x.reader()
	if x.Primary.Kind == Words {
		x.Primary.names(text, x.known, r.begin(text), s.primary)
	} else {
		x.Primary.numbers(text, r.begin(text), s.primary)
	}
	x.readers.Put(r)
	return s.found
}

// reader takes the memory of a text that was read before.
func (x *Index) reader() *reader {
	if r, ok := x.readers.Get().(*reader); ok {
		return r
	}
	return &reader{}
}

// search is one text on its way.
type search struct {
	x      *Index
	text   []byte
	found  []Match
	looked int // how many primary values may still have their others looked for
	hashed int // how many values may still be hashed for that
}

// primary looks up a value that may be a primary one.
func (s *search) primary(start, end int, v []byte) {
	h := primaryHash(s.x.hash, v)
	from, to := s.x.same(h)
	if from == to || len(s.found) == maxMatches {
		return
	}
	m := Match{Start: start, End: end, Chars: len(v)}
	if len(s.x.Also) > 0 && s.looked > 0 {
		s.looked--
		m.Others = s.others(h, from, min(to, from+maxSame), start, end)
	}
	if m.Others >= s.x.Need {
		s.found = append(s.found, m)
	}
}

// others counts the other values near text[start:end], of the row of which there
// are most.
func (s *search) others(h uint64, from, to, start, end int) int {
	var near [maxSame]uint8 // by row: which columns are there
	lo, hi := s.around(start, end)
	r := s.x.reader()
	for _, part := range [...][]byte{s.text[lo:start], s.text[end:hi]} {
		for c := range s.x.Also {
			r.begin(part)
			r.left = min(r.left, s.hashed)
			s.hashed -= r.left
			s.x.Also[c].each(part, r, func(_, _ int, v []byte) {
				t := tag(s.x.hash, h, c, v)
				for row := from; row < to; row++ {
					if s.x.tags[row*len(s.x.Also)+c] == t {
						near[row-from] |= 1 << c
					}
				}
			})
			s.hashed += max(r.left, 0)
		}
	}
	s.x.readers.Put(r)
	most := 0
	for _, columns := range near {
		n := 0
		for ; columns != 0; columns &= columns - 1 {
			n++
		}
		most = max(most, n)
	}
	return most
}

// each gives every value of text that has the shape of the column's.
func (c *Column) each(text []byte, r *reader, found func(start, end int, v []byte)) {
	switch {
	case c.date():
		c.dates(text, r, found)
	case c.Kind == Words:
		c.names(text, nil, r, found)
	default:
		c.numbers(text, r, found)
	}
}

// around returns the part of the text in which the others may stand. It ends where words do.
func (s *search) around(start, end int) (lo, hi int) {
	lo, hi = start, end
	for n := 0; n < s.x.Near && lo > 0; n++ {
		_, size := utf8.DecodeLastRune(s.text[:lo])
		lo -= size
	}
	for lo > 0 && lo < start && units.Alnum(s.text[lo-1]) && units.Alnum(s.text[lo]) {
		lo++
	}
	for n := 0; n < s.x.Near && hi < len(s.text); n++ {
		_, size := utf8.DecodeRune(s.text[hi:])
		hi += size
	}
	for hi > end && hi < len(s.text) && units.Alnum(s.text[hi-1]) && units.Alnum(s.text[hi]) {
		hi--
	}
	return lo, hi
}
