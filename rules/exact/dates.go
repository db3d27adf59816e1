package exact

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/units"
)

// leastOfDate is how many digits a date has at least: 3 May 85.
const leastOfDate = 3

// order is in which order a date has its parts.
type order uint8

const (
	anyOrder order = iota // there is only one way to read it
	dayFirst
	monthFirst
)

// dateOf is the normal form of a date in the table: yyyymmdd. A time behind it
// is passed over.
func (c *Column) dateOf(text []byte) (v []byte, why string) {
	readings := map[string]bool{}
	want := map[Kind]order{DateDMY: dayFirst, DateMDY: monthFirst}[c.Kind]
	readDate(text, 0, func(_ int, o order, date [8]byte) {
		if o == anyOrder || want == anyOrder || o == want {
			readings[string(date[:])] = true
		}
	})
	switch len(readings) {
	case 0:
		return nil, "is no date"
	case 1:
		for date := range readings {
			return []byte(date), ""
		}
	}
	return nil, "can be read as two dates: write the year with four digits, or say date-dmy or date-mdy"
}

// dates gives every date of text, in every way it can be read.
func (c *Column) dates(text []byte, r *reader, found func(start, end int, v []byte)) {
	for at := 0; at < len(text); {
		u, ok := units.Next(text, at)
		if !ok {
			return
		}
		if !u.Wide {
			readDate(text, u.Start, func(end int, _ order, date [8]byte) {
				if r.spend() {
					found(u.Start, end, append(r.value[:0], date[:]...))
				}
			})
		}
		at = u.End
	}
}

// part is a number or a month of a date.
type part struct {
	value, digits int // digits 0: the name of a month
	end           int
}

// readDate reads the date that begins at at, in each way that it can be read.
func readDate(text []byte, at int, read func(end int, o order, date [8]byte)) {
	a, ok := readPart(text, at)
	if !ok {
		return
	}
	if a.digits == 8 {
		n := a.value
		give(a.end, anyOrder, n/10000, n/100%100, n%100, read)
		give(a.end, dayFirst, n%10000, n/10000%100, n/1000000, read)
		give(a.end, monthFirst, n%10000, n/1000000, n/10000%100, read)
		return
	}
	b, ok := readPart(text, parted(text, a.end))
	if !ok {
		return
	}
	c, ok := readPart(text, parted(text, b.end))
	if !ok {
		return
	}
	three(a, b, c, read)
}

// three reads three parts as a date.
func three(a, b, c part, read func(int, order, [8]byte)) {
	switch {
	case a.digits == 4 && c.digits > 0 && c.digits <= 2:
		give(c.end, anyOrder, a.value, b.value, c.value, read)
	case c.digits != 4 && c.digits != 2 || a.digits > 2 || b.digits > 2:
	case a.digits == 0:
		years(c, monthFirst, a.value, b.value, true, read)
	case b.digits == 0:
		years(c, dayFirst, b.value, a.value, true, read)
	default:
		years(c, dayFirst, b.value, a.value, false, read)
		years(c, monthFirst, a.value, b.value, false, read)
	}
}

// years gives a date whose year may have two digits.
func years(c part, o order, month, day int, named bool, read func(int, order, [8]byte)) {
	if named || month == day {
		o = anyOrder
	}
	if c.digits == 4 {
		give(c.end, o, c.value, month, day, read)
		return
	}
	give(c.end, o, 1900+c.value, month, day, read)
	give(c.end, o, 2000+c.value, month, day, read)
}

// give gives a date that there is.
func give(end int, o order, year, month, day int, read func(int, order, [8]byte)) {
	if year < 1850 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31 {
		return
	}
	if time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return
	}
	n := year*10000 + month*100 + day
	var date [8]byte
	strconv.AppendInt(date[:0], int64(n), 10)
	read(end, o, date)
}

// readPart reads a number of 1, 2, 4 or 8 digits, with the st, nd, rd or th of a day, or the
// English name of a month.
func readPart(text []byte, at int) (part, bool) {
	p := part{end: at}
	if at < 0 || at >= len(text) {
		return p, false
	}
	for p.end < len(text) && units.Digit(text[p.end]) && p.digits < 9 {
		p.value = p.value*10 + int(text[p.end]-'0')
		p.end++
		p.digits++
	}
	if p.digits == 0 {
		return readMonth(text, at)
	}
	word := wordAt(text, p.end)
	switch low := string(bytes.ToLower(text[p.end:word])); {
	case low == "", p.digits == 2 && low == "t" || p.digits == 2 && len(low) > 1 && low[0] == 't' && units.Digit(low[1]): // 1985-03-01T00:00
	case p.digits <= 2 && (low == "st" || low == "nd" || low == "rd" || low == "th"):
		p.end = word
	default:
		return p, false
	}
	return p, p.digits == 1 || p.digits == 2 || p.digits == 4 || p.digits == 8
}

var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

func readMonth(text []byte, at int) (part, bool) {
	end := wordAt(text, at)
	if end-at < 3 || end-at > len("september") {
		return part{}, false
	}
	low := bytes.ToLower(text[at:end])
	for i, m := range months {
		if string(low) == m || string(low) == m[:3] || string(low) == "sept" && i == 8 {
			return part{value: i + 1, end: end}, true
		}
	}
	return part{}, false
}

func wordAt(text []byte, at int) int {
	for at < len(text) && units.Alnum(text[at]) {
		at++
	}
	return at
}

// parted returns where the next part of a date begins that ended at at, or -1: a
// few separators may stand between, "of", or 年 and 月.
func parted(text []byte, at int) int {
	for n := 0; n <= maxGap && at < len(text); n++ {
		r, size := utf8.DecodeRune(text[at:])
		switch {
		case r < utf8.RuneSelf && units.Alnum(text[at]):
			if bytes.HasPrefix(bytes.ToLower(text[at:min(at+3, len(text))]), []byte("of ")) {
				return at + 3
			}
			return at
		case r == '年' || r == '月' || r < utf8.RuneSelf && bytes.IndexByte([]byte(" \t-./,'_"), text[at]) >= 0:
			at += size
		default:
			return -1
		}
	}
	return -1
}
